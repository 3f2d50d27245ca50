// Command edwards4 writes the AVX2 assembly of kernels/internal/edwards4: the routines of edwards8, on the same memory, four lanes at a
// time. An element is five vectors of 51-bit limbs, eight lanes each: limb i of lane l at 64i+8l. Every routine does lanes 0 to 3, then 4
// to 7.
//
// VPMULUDQ multiplies 32 bits, so the operands of products are cut into ten limbs of 26 and 25 bits by turns: limb 2i is the lower 26
// bits of a 51-bit limb i, limb 2i+1 the rest. A product has ten columns, of the weights 2^0, 2^26, 2^51, 2^77 …; column k is the sum of
// f_i g_j over i+j = k modulo 10, doubled where i and j are odd, and times 19 where i+j >= 10, as 2^255 = 19.
//
// Bounds. "Tight" is what [carry] and [carry51] leave: limbs below 2^51 + 2^37. "Loose" is what operands of products may be: limbs
// below 2^53.4 (5 * 2^51 + 2^40); sums and differences of few tight elements, with a multiple of p as bias, need no carry.
//
//	cut: even limbs below 2^26, odd ones below 2^27.4; 19 times them, and 4 times, below 2^32
//	odd column: at most 10 products of 2^53.4, 9 of them times 19: below 2^60.9; column 9, without any 19: below 2^56.8
//	even column: 5 products of odd limbs, doubled, 2^55.8, and 5 of even ones, 2^52, times 19: below 2^62.5
//	carry out of limb i, (c_{2i+1} + c_{2i} >> 26) >> 25: below 2^36; out of limb 4: below 2^31.9, which VPMULUDQ still takes
//	times 19 into limb 0: below 2^36.2
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

func main() {
	ConstraintExpr("amd64,!purego")
	mask26 = splat("mask26", 1<<26-1)
	mask51 = splat("mask51", 1<<51-1)
	nineteen = splat("nineteen", 19)
	twoP = multiple("twoP", 2)
	fourP = multiple("fourP", 4)
	var masks []uint64
	for m := range uint64(16) {
		for l := range 4 {
			masks = append(masks, -(m >> l & 1))
		}
	}
	laneMasks = Words64("laneMasks", masks)

	subroutines()
	mul()
	square()
	double()
	addition()
	plus()
	minus()
	choose()
	canonical()
	fromRows()
	toRows()
	negate()
	spreadRow()
	Generate()
}

var (
	mask26, mask51, nineteen operand.Mem
	twoP, fourP              operand.Mem // five vectors
	laneMasks                operand.Mem // for each of 16 masks of four lanes
)

// splat puts four times a word into memory.
func splat(name string, w uint64) operand.Mem { return Words64(name, []uint64{w, w, w, w}) }

// multiple puts np into memory, its limbs in every lane.
func multiple(name string, n uint64) operand.Mem {
	var w []uint64
	for i := range 5 {
		p := uint64(1<<51 - 1)
		if i == 0 {
			p = 1<<51 - 19
		}
		w = append(w, n*p, n*p, n*p, n*p)
	}
	return Words64(name, w)
}

const (
	halfSize    = 32 // bytes of four lanes of a limb
	elementSize = 5 * 64
	pointSize   = 4 * elementSize
)

// limb is limb i of the element at m; biasLimb that of a multiple of p.
func limb(m operand.Mem, i int) operand.Mem     { return m.Offset(64 * i) }
func biasLimb(m operand.Mem, i int) operand.Mem { return m.Offset(32 * i) }

// coord is a coordinate of the point at p: X, Y, Z, T.
func coord(p operand.Mem, i int) operand.Mem { return p.Offset(elementSize * i) }

// Registers: columns in the first ten, which are the upper ones of the machine, the others for operands. Instructions whose last source
// is one of the lower eight are shorter, and what limits these routines is how many bytes of instructions are decoded in a cycle.
var y = func() (y [16]reg.VecPhysical) {
	for i := range y {
		y[i] = Y[15-i]
	}
	return y
}()

// room is where the cut limbs of an operand are: those of g, then 19 times them. Three registers point into it, so that all is within 128
// bytes of one, again for the sake of short instructions.
type room struct{}

const roomSize = 20 * 32

var roomBases = [3]reg.GPPhysical{reg.RAX, reg.RBX, reg.RCX}

// roomAt has the pointers into n bytes at m.
func roomAt(m operand.Mem) (r room) {
	for i, base := range roomBases {
		LEAQ(m.Offset(128+256*i), base)
	}
	return r
}

func (r room) slot(i int) operand.Mem {
	return operand.Mem{Base: roomBases[i/8], Disp: 32*(i%8) - 128}
}

func (r room) limb(j int) operand.Mem   { return r.slot(j) }
func (r room) limb19(j int) operand.Mem { return r.slot(10 + j) }

// cut cuts the element at m into the room, with 19 times the limbs from first on. 10 + (10 - first) instructions beside loads and stores.
func (r room) cut(m operand.Mem, first int) {
	VMOVDQU(nineteen, y[15])
	VMOVDQU(mask26, y[14])
	for i := range 5 {
		t, u := y[10+i%2*2], y[11+i%2*2]
		VMOVDQU(limb(m, i), t)
		VPAND(t, y[14], u)
		VPSRLQ(operand.U8(26), t, t)
		VMOVDQA(u, r.limb(2*i))
		VMOVDQA(t, r.limb(2*i+1))
		if 2*i >= first {
			VPMULUDQ(u, y[15], u)
			VMOVDQA(u, r.limb19(2*i))
		}
		if 2*i+1 >= first {
			VPMULUDQ(t, y[15], t)
			VMOVDQA(t, r.limb19(2*i+1))
		}
	}
}

// sumOf adds products to columns; the first of each column is the column.
type sumOf struct {
	started [10]bool
	turn    int
}

// add adds a*b to column k modulo 10.
func (s *sumOf) add(k int, a operand.Op, b reg.VecPhysical) {
	k %= 10
	if !s.started[k] {
		s.started[k] = true
		VPMULUDQ(a, b, y[k])
		return
	}
	t := y[14+s.turn%2]
	s.turn++
	VPMULUDQ(a, b, t)
	VPADDQ(t, y[k], y[k])
}

// product sets the columns to f, an element in memory, times what is in the room. Two limbs of f share what is loaded from there. 100
// VPMULUDQ, 90 additions, 15 for f.
func product(f operand.Mem, r room) {
	x, z, z2, g := y[10], y[11], y[12], y[13]
	var s sumOf
	for i := 0; i < 10; i += 2 {
		VMOVDQU(limb(f, i/2), z)
		VPAND(mask26, z, x)
		VPSRLQ(operand.U8(26), z, z)
		VPADDQ(z, z, z2)
		for j := range 10 {
			factor := z
			if j%2 == 1 {
				factor = z2
			}
			switch {
			case i+j < 9:
				VMOVDQA(r.limb(j), g)
			case i+j == 9:
				s.add(9, r.limb(j), x)
				s.add(10, r.limb19(j), factor)
				continue
			default:
				VMOVDQA(r.limb19(j), g)
			}
			s.add(i+j, g, x)
			s.add(i+j+1, g, factor)
		}
	}
}

// squared sets the columns to the square of what is in the room, cut from limb 5 on. 55 VPMULUDQ, 45 additions, 14 doublings.
func squared(r room) {
	x, z, z4, g := y[10], y[11], y[12], y[13]
	var s sumOf
	by := func(i, j int) operand.Mem {
		if i+j >= 10 {
			return r.limb19(j)
		}
		return r.limb(j)
	}
	for i := 0; i < 10; i += 2 {
		VMOVDQA(r.limb(i), x)
		VMOVDQA(r.limb(i+1), z)
		s.add(2*i, by(i, i), x)
		VPADDQ(x, x, x)
		VPADDQ(z, z, z)
		if i < 8 {
			VPADDQ(z, z, z4)
		}
		s.add(2*i+1, by(i, i+1), x)
		s.add(2*i+2, by(i+1, i+1), z)
		for j := i + 2; j < 10; j++ {
			factor := z
			if j%2 == 1 {
				factor = z4
			}
			if i+j == 9 {
				s.add(9, r.limb(j), x)
				s.add(10, r.limb19(j), factor)
				continue
			}
			VMOVDQA(by(i, j), g)
			s.add(i+j, g, x)
			s.add(i+j+1, g, factor)
		}
	}
}

// element is five limbs in registers.
type element [5]reg.VecPhysical

// columns is where carry leaves an element.
var columns = element{y[0], y[2], y[4], y[6], y[8]}

// carry makes a tight element of the columns. 36 instructions.
func carry() element {
	VMOVDQU(mask51, y[15])
	var t [5]reg.VecPhysical
	for i := range 5 {
		low, high := y[2*i], y[2*i+1]
		t[i] = y[10+i]
		VPSRLQ(operand.U8(26), low, t[i])
		VPADDQ(high, t[i], t[i])
		VPSRLQ(operand.U8(25), t[i], t[i])
		VPSLLQ(operand.U8(26), high, high)
		VPADDQ(high, low, low)
		VPAND(low, y[15], low)
	}
	return wrap(columns, t)
}

// carry51 makes an element tight whose limbs are below 2^56, in place; it uses t. 16 instructions.
func carry51(x element, t [5]reg.VecPhysical) element {
	for i := range 5 {
		VPSRLQ(operand.U8(51), x[i], t[i])
		VPAND(mask51, x[i], x[i])
	}
	return wrap(x, t)
}

// wrap adds carries to the limbs above.
func wrap(x element, t [5]reg.VecPhysical) element {
	VPMULUDQ(nineteen, t[4], t[4])
	for i := range 5 {
		VPADDQ(t[(i+4)%5], x[i], x[i])
	}
	return x
}

func store(x element, m operand.Mem) {
	for i := range x {
		VMOVDQU(x[i], limb(m, i))
	}
}

// sum, difference and so on go from memory to memory, or to memory from an element in registers, without a carry.

// sum stores a + b.
func sum(a, b, dst operand.Mem) {
	for i := range 5 {
		VMOVDQU(limb(a, i), y[10+i])
		VPADDQ(limb(b, i), y[10+i], y[10+i])
		VMOVDQU(y[10+i], limb(dst, i))
	}
}

// difference stores a - b + 2p, b tight.
func difference(a, b, dst operand.Mem) {
	for i := range 5 {
		VMOVDQU(limb(a, i), y[10+i])
		VPADDQ(biasLimb(twoP, i), y[10+i], y[10+i])
		VPSUBQ(limb(b, i), y[10+i], y[10+i])
		VMOVDQU(y[10+i], limb(dst, i))
	}
}

// pointers loads pointer parameters into registers.
func pointers(names ...string) (operand.Mem, operand.Mem, operand.Mem) {
	in := []reg.GPPhysical{reg.RDI, reg.RSI, reg.RDX}
	var m [3]operand.Mem
	for i, name := range names {
		Load(Param(name), in[i])
		m[i] = operand.Mem{Base: in[i]}
	}
	return m[0], m[1], m[2]
}

// scratch is n bytes of the stack on a multiple of 64, at R14.
func scratch(n int) operand.Mem { return Local(n) }

// halves emits the body once, to be run for both halves; it moves the pointers, and R11 is used.
func halves(label string, body func(), move ...operand.Mem) {
	MOVQ(operand.U32(2), reg.R11)
	Label(label)
	body()
	for _, m := range move {
		ADDQ(operand.U8(halfSize), m.Base)
	}
	DECQ(reg.R11)
	JNZ(operand.LabelRef(label))
}

func end() {
	VZEROUPPER()
	RET()
}
