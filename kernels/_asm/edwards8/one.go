package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// doubleOne doubles the point of one lane, for which the lanes are its coordinates: twice as fast as [double], as four products are one,
// and so what counts is how long a product takes, not how many there are in a cycle. So there are separate accumulators for what is added up
// of different weight, and no column waits for another.
//
//	lanes    0      1     2     3          4     5     6     7
//	squares  A=X^2  B=Y^2 C=Z^2 S=(X+Y)^2
//	factors  E      G     F     E          F     H     G     H
//	of       S-A-B  B-A   B-A-2C S-A-B     B-A-2C -A-B  B-A  -A-B
//	products X'=EF  Y'=GH Z'=FG T'=EH
//
// F and H have the opposite signs of those of [double], so that a factor is a lane less A less a lane; all four coordinates turn theirs.
//
// Bounds: a factor is at least -A-2C > -2^62, above the negative of the bias of 2^11 p, and below 2^62.5, so that carry leaves less than
// 2^51 + 2^16.
func doubleOne() {
	const name = "doubleOne"
	const plus, minus, sum = 0b01011111, 0b10111101, 0b1000
	first := Words64("oneFirst", []uint64{3, 1, 1, 3, 1, 0, 1, 0})
	last := Words64("oneLast", []uint64{1, 0, 2, 1, 2, 1, 0, 1})
	twice := Words64("oneTwice", []uint64{0, 0, 1, 0, 0, 0, 0, 0})
	copies := Words64("oneCopies", []uint64{0, 1, 2, 0, 0, 0, 0, 0})
	wideBias := Words64("oneBias", []uint64{p0 << 11, p1 << 11, p1 << 11, p1 << 11, p1 << 11})

	TEXT(name, NOSPLIT, "func(p *byte, n int)")
	Pragma("noescape")
	Doc(name + " sets lane 0 of the point p (X, Y, Z, T), and all others, to 2^n times lane 0, n > 0. T is not read.")
	Load(Param("p"), reg.RDI)
	Load(Param("n"), reg.RCX)
	p := operand.Mem{Base: reg.RDI}
	for i, m := range []uint32{0b10, 0b100, plus, minus, sum} {
		MOVL(operand.U32(m), reg.EAX)
		KMOVB(reg.EAX, []reg.OpmaskPhysical{reg.K1, reg.K2, reg.K3, reg.K4, reg.K5}[i])
	}
	var x five // the coordinates
	r := allRegs()
	x = r.take(5)
	home := append(five(nil), x...)
	for i := range x {
		VPBROADCASTQ(limb(coord(p, 0), i), x[i])
		VPBROADCASTQ(limb(coord(p, 1), i), reg.K1, x[i])
		VPBROADCASTQ(limb(coord(p, 2), i), reg.K2, x[i])
	}
	Label(name + "_next")
	// X+Y instead of T.
	index, ones := r.take(1)[0], r.take(5)
	VMOVDQU64(copies, index)
	for i := range x {
		VPERMQ(operand.U8(0b01_01_01_01), x[i], ones[i])
	}
	for i := range x {
		VPERMQ(x[i], index, x[i])
	}
	for i := range x {
		VPADDQ(ones[i], x[i], reg.K5, x[i])
	}
	r.give(ones...)
	r.give(index)
	carry(r, x)

	c := fold(r, quickSquare(r, x))

	// The factors.
	a, less := r.take(5), r.take(5)
	shifts, from, to := r.take(1)[0], r.take(1)[0], r.take(1)[0]
	VMOVDQU64(twice, shifts)
	VMOVDQU64(last, from)
	VMOVDQU64(first, to)
	for i := range c {
		VPSLLVQ(shifts, c[i], less[i])
		VPBROADCASTQ(c[i].AsX(), a[i])
	}
	for i := range c {
		VPERMQ_Z(less[i], from, reg.K4, less[i])
		VPERMQ_Z(c[i], to, reg.K3, c[i])
	}
	for i := range c {
		VPADDQ_BCST(wideBias.Offset(8*i), c[i], c[i])
		VPADDQ(a[i], less[i], less[i])
	}
	for i := range c {
		VPSUBQ(less[i], c[i], c[i])
	}
	r.give(shifts, from, to)
	r.give(a...)
	r.give(less...)
	carry(r, c)
	right := r.take(5)
	for i := range c {
		VEXTRACTI64X4(operand.U8(1), c[i], right[i].AsY())
	}
	x = fold(r, quickProduct(r, c, right))
	move(x, home, Z[31])
	x = home
	r = allRegs()
	r.remove(x)
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(name + "_next"))

	carry(r, x)
	out := r.take(4)
	for i := range x {
		for j := range out {
			VPERMQ(operand.U8(0b01_01_01_01*j), x[i].AsY(), out[j].AsY())
			VSHUFI64X2(operand.U8(0), out[j], out[j], out[j])
			VMOVDQU64(out[j], limb(coord(p, j), i))
		}
	}
	VZEROUPPER()
	RET()
}

// columns adds up products in columns, each of its own kind.
type columns struct {
	*regs
	c [10]reg.VecPhysical
}

func (s *columns) madd(op func(...operand.Op), k int, x, y reg.VecPhysical) {
	if s.c[k] == nil {
		s.c[k] = s.take(1)[0]
		VPXORQ(s.c[k], s.c[k], s.c[k])
	}
	op(y, x, s.c[k])
}

// plus adds the columns of another to those of s, doubled. The other's registers are given back, where they are not taken over.
func (s *columns) twicePlus(other *columns) {
	for k := 9; k >= 0; k-- { // upper columns first, as they are folded
		if s.c[k] != nil {
			VPSLLQ(operand.U8(1), s.c[k], s.c[k])
		}
		switch {
		case other.c[k] == nil:
		case s.c[k] == nil:
			s.c[k] = other.c[k]
		default:
			VPADDQ(other.c[k], s.c[k], s.c[k])
			s.give(other.c[k])
		}
	}
}

// quickProduct gives the columns of ab. a and b are given back.
func quickProduct(r *regs, a, b five) five {
	high, low := &columns{regs: r}, &columns{regs: r}
	for k := 8; k >= 0; k-- {
		for i := range 5 {
			if j := k - i; j >= 0 && j < 5 {
				high.madd(VPMADD52HUQ, k+1, a[i], b[j])
				low.madd(VPMADD52LUQ, k, a[i], b[j])
			}
		}
	}
	high.twicePlus(low)
	r.give(a...)
	r.give(b...)
	return high.c[:]
}

// quickSquare gives the columns of the square of a, which is given back: twice (twice the high halves of products of two limbs, and their
// low halves and the high halves of squares of limbs), and the low halves of the squares.
func quickSquare(r *regs, a five) five {
	high, middle, low := &columns{regs: r}, &columns{regs: r}, &columns{regs: r}
	for k := 8; k >= 0; k-- {
		for i := range 5 {
			j := k - i
			switch {
			case j == i:
				middle.madd(VPMADD52HUQ, k+1, a[i], a[i])
				low.madd(VPMADD52LUQ, k, a[i], a[i])
			case j > i && j < 5:
				high.madd(VPMADD52HUQ, k+1, a[i], a[j])
				middle.madd(VPMADD52LUQ, k, a[i], a[j])
			}
		}
	}
	high.twicePlus(middle)
	high.twicePlus(low)
	r.give(a...)
	return high.c[:]
}
