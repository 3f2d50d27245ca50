package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Room on the stack: a cut operand, and E, F, G, H of four lanes, each limb in 64 bytes of which 32 are used by one, the others by the
// next: see rooms.
const localSize = roomSize + 2*elementSize

// rooms gives E, G, H, F, behind the room: two elements of four lanes share the memory of one of eight.
func rooms(local operand.Mem) (e, g, h, f operand.Mem) {
	roomAt(local)
	m := local.Offset(roomSize)
	return m, m.Offset(halfSize), m.Offset(elementSize), m.Offset(elementSize + halfSize)
}

// double is 2p in extended coordinates (Hisil, Wong, Carter and Dawson 2008, section 3.3, a = -1):
//
//	A = X^2  B = Y^2  C = 2Z^2  S = (X+Y)^2  H = A+B  G = B-A  E = S-H  F = C-G      X' = EF  Y' = GH  Z' = FG  T' = EH
//
// with the signs of F and H turned together from the paper's, which leaves the point. 3 or 4 products and 4 squares.
//
//	E = S - A - B + 4p < 2^51 + 2^53 + small    G < 2^51 + 2^52 + small    F = 2Z^2 + A - B + 2p < 5 * 2^51 + small: loose
func double() {
	TEXT("Double", 0, "func(p *byte, groups, n int)")
	Pragma("noescape")
	Doc("Double replaces one or two groups of points p (X, Y, Z, T), tight, by 2^n p, n > 0. T is not read; it is set by the last doubling only.")
	Load(Param("p"), reg.RDI)
	Load(Param("groups"), reg.R8)
	Load(Param("n"), reg.RSI)
	e, g, h, f := rooms(scratch(localSize))
	p := operand.Mem{Base: reg.RDI}
	Label("double_group")
	halves("double_half", func() {
		MOVQ(reg.RSI, reg.R9)
		Label("double_next")
		store(squareOf(coord(p, 0)), h) // A
		b := squareOf(coord(p, 1))
		for i := range 5 {
			a, t, u := y[10], y[11], y[12]
			VMOVDQU(limb(h, i), a)
			VPADDQ(a, b[i], t)
			VMOVDQU(t, limb(h, i))
			VPADDQ(biasLimb(twoP, i), b[i], u)
			VPSUBQ(a, u, u)
			VMOVDQU(u, limb(g, i))
		}
		sum(coord(p, 0), coord(p, 1), e)
		s := squareOf(e)
		for i := range 5 {
			VPADDQ(biasLimb(fourP, i), s[i], s[i])
			VPSUBQ(limb(h, i), s[i], s[i])
		}
		store(s, e)
		c := squareOf(coord(p, 2))
		for i := range 5 { // C + 4p - (B - A + 2p)
			VPADDQ(c[i], c[i], c[i])
			VPADDQ(biasLimb(fourP, i), c[i], c[i])
			VPSUBQ(limb(g, i), c[i], c[i])
		}
		store(c, f)
		cut(f)
		store(times(e), coord(p, 0))
		store(times(g), coord(p, 2))
		cut(h)
		store(times(g), coord(p, 1))
		DECQ(reg.R9)
		JNZ(operand.LabelRef("double_next"))
		store(times(e), coord(p, 3))
	}, p)
	ADDQ(operand.U32(pointSize-2*halfSize), reg.RDI)
	DECQ(reg.R8)
	JNZ(operand.LabelRef("double_group"))
	end()
}

// addition is p + q for q in cached form, Y+X, Y-X, 2Z, 2dT (same paper, section 3.1):
//
//	A = (Y-X)(Y-X)q  B = (Y+X)(Y+X)q  C = T 2dTq  D = Z 2Zq  E = B-A  F = D-C  G = D+C  H = B+A
//
// or, with Zq = 1, D = 2Z. 6 to 8 products.
func addition() {
	TEXT("AddPoints", 0, "func(p, q *byte, groups, affine, t int)")
	Pragma("noescape")
	Doc("AddPoints sets p += q in one or two groups, for tight p and q in cached form, loose. With affine = 1, Z of q is 1 and not read. With t = 0, T of p is left undefined, which a doubling does not read.")
	Load(Param("p"), reg.RDI)
	Load(Param("q"), reg.RSI)
	Load(Param("groups"), reg.R8)
	Load(Param("affine"), reg.R9)
	Load(Param("t"), reg.R10)
	e, g, h, f := rooms(scratch(localSize))
	p, q := operand.Mem{Base: reg.RDI}, operand.Mem{Base: reg.RSI}
	// both stores x+z, and x-z+2p, of x in registers and tight z in memory.
	both := func(x element, z, plus, minus operand.Mem) {
		for i := range 5 {
			a, t, u := y[10], y[11], y[12]
			VMOVDQU(limb(z, i), a)
			VPADDQ(a, x[i], t)
			VPADDQ(biasLimb(twoP, i), x[i], u)
			VPSUBQ(a, u, u)
			VMOVDQU(t, limb(plus, i))
			VMOVDQU(u, limb(minus, i))
		}
	}
	Label("add_group")
	halves("add_point_half", func() {
		difference(coord(p, 1), coord(p, 0), e)
		cut(coord(q, 1))
		store(times(e), e) // A
		sum(coord(p, 1), coord(p, 0), g)
		cut(coord(q, 0))
		both(times(g), e, h, e)
		cut(coord(q, 3))
		store(times(coord(p, 3)), f) // C
		CMPQ(reg.R9, operand.U8(1))
		JE(operand.LabelRef("add_affine"))
		cut(coord(q, 2))
		times(coord(p, 2))
		JMP(operand.LabelRef("add_projective"))
		Label("add_affine")
		for i := range columns {
			VMOVDQU(limb(coord(p, 2), i), columns[i])
			VPADDQ(columns[i], columns[i], columns[i])
		}
		Label("add_projective")
		both(columns, f, g, f)
		cut(f)
		store(times(e), coord(p, 0))
		store(times(g), coord(p, 2))
		cut(h)
		store(times(g), coord(p, 1))
		CMPQ(reg.R10, operand.U8(0))
		JE(operand.LabelRef("add_without"))
		store(times(e), coord(p, 3))
		Label("add_without")
	}, p, q)
	ADDQ(operand.U32(pointSize-2*halfSize), reg.RDI)
	ADDQ(operand.U32(pointSize-2*halfSize), reg.RSI)
	DECQ(reg.R8)
	JNZ(operand.LabelRef("add_group"))
	end()
}
