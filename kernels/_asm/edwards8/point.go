package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A point is X, Y, Z, T (extended coordinates, x = X/Z, y = Y/Z, xy = T/Z), each an element of 320 bytes.
func coord(p operand.Mem, i int) operand.Mem { return p.Offset(320 * i) }

// each emits a phase of a routine once, to be run for as many groups of 8 points as R8 says. The phases of two groups are
// independent, so that a short phase of one fills the waiting of the other; and the code stays small: the loop over the windows of
// a product, all its routines together, must fit the cache of decoded instructions.
//
// In a phase RSI and R9 are points, R10 is scratch: of the group.
func each(label string, phase func()) {
	MOVQ(reg.RDI, reg.RSI)
	MOVQ(reg.RDX, reg.R9)
	MOVQ(reg.R14, reg.R10)
	MOVQ(reg.R8, reg.R11)
	Label(label)
	phase()
	ADDQ(operand.U32(pointSize), reg.RSI)
	ADDQ(operand.U32(pointSize), reg.R9)
	ADDQ(operand.U32(pointSize), reg.R10)
	DECQ(reg.R11)
	JNZ(operand.LabelRef(label))
}

const (
	pointSize = 4 * 320
	maxGroups = 2
)

// The operands of a phase.
var (
	p = operand.Mem{Base: reg.RSI}
	q = operand.Mem{Base: reg.R9}
	e = operand.Mem{Base: reg.R10}
	g = coord(e, 1)
	h = coord(e, 2)
	f = coord(e, 3)
)

// double is 2p in extended coordinates (Hisil, Wong, Carter and Dawson 2008, section 3.3, a = -1), with 2XY as one product:
//
//	A = X^2  B = Y^2  C = 2Z^2  E = 2XY  H = A+B  G = B-A  F = C-G      X' = EF  Y' = GH  Z' = FG  T' = EH
//
// with the signs of F and H turned together from the paper's, which leaves the point. 4 products and 3 squares, 332 of the
// instructions that run twice a cycle.
func double() {
	TEXT("double", 0, "func(p *byte, groups, n int)")
	Pragma("noescape")
	Doc("double replaces one or two groups of points p (X, Y, Z, T) by 2^n p, n > 0. T is not read; it is set by the last doubling only.")
	Load(Param("p"), reg.RDI)
	Load(Param("groups"), reg.R8)
	Load(Param("n"), reg.RCX)
	scratch(maxGroups * pointSize)
	doubling("double")
	VZEROUPPER()
	RET()
}

// doubling doubles RCX times, for the points at RDI.
func doubling(label string) {
	Label(label + "_next")
	each(label+"_first", func() {
		rs := halfRegs()
		partE(rs[0], p, e)
		c := partZ(rs[0], p)
		partGH(rs[1], p, g, h, f)
		zip(rs[:]...)
		partF(rs[0], c, g, f)
		zip(rs[0])
	})
	each(label+"_second", func() {
		rs := halfRegs()
		times(rs[0], e, f, coord(p, 0))
		times(rs[1], g, h, coord(p, 1))
		zip(rs[:]...)
		times(rs[0], f, g, coord(p, 2))
		zip(rs[0])
	})
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(label + "_next"))
	each(label+"_last", func() {
		times(allRegs(), e, h, coord(p, 3))
	})
}

// The parts of a doubling, each within 16 registers. f is room for A, too.
func partE(r *regs, p, e operand.Mem) {
	x := product(r, load(r, coord(p, 0)), coord(p, 1))
	add(r, x, x, x)
	carry(r, x)
	store(r, x, e)
	r.give(x...)
}

func partGH(r *regs, p, g, h, f operand.Mem) {
	x := squared(r, load(r, coord(p, 0)))
	store(r, x, f)
	r.give(x...)
	y := squared(r, load(r, coord(p, 1)))
	x = load(r, f)
	s := r.take(5)
	add(r, x, y, s)
	sub(r, y, x, x, biasMem)
	r.give(y...)
	carry(r, s)
	store(r, s, h)
	carry(r, x)
	store(r, x, g)
	r.give(s...)
	r.give(x...)
}

func partZ(r *regs, p operand.Mem) five {
	z := squared(r, load(r, coord(p, 2)))
	add(r, z, z, z)
	return z
}

// partF: G is tight, and so below the bias.
func partF(r *regs, z five, g, f operand.Mem) {
	x := load(r, g)
	sub(r, z, x, z, biasMem)
	r.give(x...)
	carry(r, z)
	store(r, z, f)
	r.give(z...)
}

// times sets dst = a*b, all in memory.
func times(r *regs, a, b, dst operand.Mem) {
	x := product(r, load(r, a), b)
	carry(r, x)
	store(r, x, dst)
	r.give(x...)
}

// scratch is n bytes of the stack on a multiple of 64, at R14.
func scratch(n int) operand.Mem {
	LEAQ(AllocLocal(n+64), reg.R14)
	ADDQ(operand.U8(63), reg.R14)
	ANDQ(operand.I32(-64), reg.R14)
	return operand.Mem{Base: reg.R14}
}

// addition is p + q for q in cached form, Y+X, Y-X, 2Z, 2dT (same paper, section 3.1):
//
//	A = (Y-X)(Y-X)q  B = (Y+X)(Y+X)q  C = T 2dTq  D = Z 2Zq  E = B-A  F = D-C  G = D+C  H = B+A
//
// or, with Zq = 1, D = 2Z. 7 to 9 products.
func addition() {
	TEXT("addPoints", 0, "func(p, q *byte, groups, affine, t int)")
	Pragma("noescape")
	Doc("addPoints sets p += q in one or two groups, for q in cached form. With affine = 1, Z of q is 1 and not read. With t = 0, T of p is left undefined, which a doubling does not read.")
	Load(Param("p"), reg.RDI)
	Load(Param("q"), reg.RDX)
	Load(Param("groups"), reg.R8)
	Load(Param("affine"), reg.RAX)
	Load(Param("t"), reg.RBX)
	scratch(maxGroups * pointSize)
	adding("add")
	VZEROUPPER()
	RET()
}

// adding adds points at RDX to those at RDI. RAX is 1 for affine ones. RBX is 1 if T is wanted.
func adding(label string) {
	each(label+"_first", func() {
		rs := halfRegs()
		factor := func(r *regs, sum bool, other operand.Mem) five {
			y, x := load(r, coord(p, 1)), load(r, coord(p, 0))
			if sum {
				add(r, y, x, y)
			} else {
				sub(r, y, x, y, lowBiasMem)
			}
			r.give(x...)
			carry(r, y)
			return product(r, y, other)
		}
		a := factor(rs[0], false, coord(q, 1))
		b := factor(rs[1], true, coord(q, 0))
		zip(rs[:]...)
		sumAndDifference(rs, b, a, h, e)
	})
	each(label+"_second", func() {
		rs := halfRegs()
		c := product(rs[0], load(rs[0], coord(p, 3)), coord(q, 3))
		zip(rs[0])
		d := rs[1].take(5)
		again := *rs[1]
		CMPQ(reg.RAX, operand.U8(1))
		JE(operand.LabelRef(label + "_affine"))
		*rs[1] = again
		rs[1].give(d...)
		x := product(rs[1], load(rs[1], coord(p, 2)), coord(q, 2))
		zip(rs[1])
		for i := range d {
			if x[i] != d[i] {
				VMOVDQA64(x[i], d[i])
			}
		}
		JMP(operand.LabelRef(label + "_projective"))
		Label(label + "_affine")
		for i := range d {
			VMOVDQU64(limb(coord(p, 2), i), d[i])
		}
		for i := range d {
			VPADDQ(d[i], d[i], d[i])
		}
		Label(label + "_projective")
		rs[1] = halfRegs()[1]
		rs[1].remove(d)
		sumAndDifference(rs, d, c, g, f)
	})
	each(label+"_third", func() {
		rs := halfRegs()
		times(rs[0], e, f, coord(p, 0))
		times(rs[1], g, h, coord(p, 1))
		zip(rs[:]...)
		times(rs[0], f, g, coord(p, 2))
		zip(rs[0])
	})
	CMPQ(reg.RBX, operand.U8(0))
	JE(operand.LabelRef(label + "_done"))
	each(label+"_last", func() {
		times(allRegs(), e, h, coord(p, 3))
	})
	Label(label + "_done")
}

// remove takes particular registers.
func (r *regs) remove(f five) {
	var free []reg.VecPhysical
	for _, x := range r.free {
		if !slices.Contains(f, x) {
			free = append(free, x)
		}
	}
	r.free = free
}

// sumAndDifference stores x+y and x-y, tight, of wide x in the second stream and y in the first.
func sumAndDifference(rs [2]*regs, x, y five, sum, difference operand.Mem) {
	s := rs[0].take(5)
	add(rs[0], x, y, s)
	zip(rs[0])
	sub(rs[1], x, y, x, biasMem)
	zip(rs[1])
	rs[0].give(y...)
	carry(rs[0], s)
	carry(rs[1], x)
	store(rs[0], s, sum)
	store(rs[1], x, difference)
	zip(rs[:]...)
}
