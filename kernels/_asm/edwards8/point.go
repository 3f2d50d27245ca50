package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A point is X, Y, Z, T (extended coordinates, x = X/Z, y = Y/Z, xy = T/Z), each an element of 320 bytes.
func coord(p operand.Mem, i int) operand.Mem { return p.Offset(320 * i) }

// double is 2p in extended coordinates (Hisil, Wong, Carter and Dawson 2008, section 3.3, a = -1), with 2XY as one product:
//
//	A = X^2  B = Y^2  C = 2Z^2  E = 2XY  H = A+B  G = B-A  F = C-G      X' = EF  Y' = GH  Z' = FG  T' = EH
//
// with the signs of F and H turned together from the paper's, which leaves the point.
func double(groups int) {
	name := fmt.Sprintf("double%d", 8*groups)
	TEXT(name, 0, "func(p *byte, n int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s replaces %d points p (X, Y, Z, T) by 2^n p, n > 0. T is not read; it is set by the last doubling only.", name, 8*groups))
	Load(Param("p"), reg.RDI)
	Load(Param("n"), reg.RCX)
	local := scratch(groups * 4 * 320)
	constants()

	Label(name + "_next")
	type places struct{ p, e, g, h, f operand.Mem }
	var at []places
	for i := range groups {
		p, l := operand.Mem{Base: reg.RDI, Disp: 1280 * i}, local.Offset(1280*i)
		at = append(at, places{p, l, coord(l, 1), coord(l, 2), coord(l, 3)})
	}
	for _, m := range at {
		r := allRegs()
		ee := product(r, load(r, coord(m.p, 0)), coord(m.p, 1))
		add(ee, ee, ee)
		carry(r, ee)
		store(ee, m.e)
		r.give(ee...)

		aa := squared(r, load(r, coord(m.p, 0)))
		bb := squared(r, load(r, coord(m.p, 1)))
		hh := r.take(5)
		add(aa, bb, hh)
		sub(bb, aa, aa, biasMem) // G, wide
		r.give(bb...)
		carry(r, hh)
		store(hh, m.h)
		r.give(hh...)

		// F = 2 Z^2 - G needs G carried, so that it is below the bias.
		carry(r, aa)
		store(aa, m.g)
		cc := squared(r, load(r, coord(m.p, 2)))
		add(cc, cc, cc)
		sub(cc, aa, cc, biasMem)
		r.give(aa...)
		carry(r, cc)
		store(cc, m.f)
	}
	for _, m := range at {
		r := allRegs()
		times(r, m.e, m.f, coord(m.p, 0))
		times(r, m.g, m.h, coord(m.p, 1))
		times(r, m.f, m.g, coord(m.p, 2))
	}
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(name + "_next"))
	for _, m := range at {
		times(allRegs(), m.e, m.h, coord(m.p, 3))
	}
	VZEROUPPER()
	RET()
}

// times sets dst = a*b, all in memory.
func times(r *regs, a, b, dst operand.Mem) {
	x := product(r, load(r, a), b)
	carry(r, x)
	store(x, dst)
	r.give(x...)
}

// finish multiplies E, F, G, H to the point p: X = EF, Y = GH, Z = FG and, last, T = EH, which the code of unless may jump over to
// the label skip. ff is F in registers, or nil.
func finish(r *regs, p operand.Mem, ff five, e, g, h, f operand.Mem, skip string, unless func()) {
	if ff == nil {
		ff = load(r, f)
	}
	keep := r.take(5)
	for i := range 5 {
		VMOVDQA64(ff[i], keep[i])
	}
	product1 := func(a five, b, dst operand.Mem) {
		x := product(r, a, b)
		carry(r, x)
		store(x, dst)
		r.give(x...)
	}
	product1(ff, e, coord(p, 0))
	product1(keep, g, coord(p, 2))
	product1(load(r, g), h, coord(p, 1))
	if unless != nil {
		unless()
	}
	product1(load(r, e), h, coord(p, 3))
	if unless != nil {
		Label(skip)
	}
}

// scratch is n bytes of the stack on a multiple of 64, at R14.
func scratch(n int) operand.Mem {
	LEAQ(AllocLocal(n+64), reg.R14)
	ADDQ(operand.U8(63), reg.R14)
	ANDQ(operand.I32(-64), reg.R14)
	return operand.Mem{Base: reg.R14}
}

// addCached is p + q for q in cached form, Y+X, Y-X, 2Z, 2dT (same paper, section 3.1):
//
//	A = (Y-X)(Y-X)q  B = (Y+X)(Y+X)q  C = T 2dTq  D = Z 2Zq  E = B-A  F = D-C  G = D+C  H = B+A
func addCached(t bool) { addition(t, true) }

// addAffine is addCached with Zq = 1: q is y+x, y-x, 2dxy, and D = 2Z.
func addAffine(t bool) { addition(t, false) }

func addition(t, projective bool) {
	name, form, i2dT := "addAffine", "affine", 2
	if projective {
		name, form, i2dT = "addCached", "cached", 3
	}
	doc := " p += q, for q in " + form + " form."
	if !t {
		name += "NoT"
		doc += " It leaves T of p undefined, which a doubling does not read."
	}
	TEXT(name, 0, "func(p, q *byte)")
	Pragma("noescape")
	Doc(name + doc)
	p, q, _ := pointers("p", "q")
	local := scratch(4 * 320)
	e, g, h, f := local, coord(local, 1), coord(local, 2), coord(local, 3)
	constants()
	r := allRegs()

	x := load(r, coord(p, 0))
	y := load(r, coord(p, 1))
	d := r.take(5)
	sub(y, x, d, lowBiasMem)
	add(y, x, x)
	r.give(y...)
	carry(r, d)
	carry(r, x)
	store(x, e) // Y+X, until E is known
	r.give(x...)
	a := product(r, d, coord(q, 1))
	b := product(r, load(r, e), coord(q, 0))
	hh := r.take(5)
	add(b, a, hh)
	sub(b, a, a, biasMem)
	r.give(b...)
	carry(r, hh)
	store(hh, h)
	r.give(hh...)
	carry(r, a)
	store(a, e)
	r.give(a...)

	c := product(r, load(r, coord(p, 3)), coord(q, i2dT))
	var dd five
	if projective {
		dd = product(r, load(r, coord(p, 2)), coord(q, 2))
	} else {
		dd = load(r, coord(p, 2))
		add(dd, dd, dd)
	}
	gg := r.take(5)
	add(dd, c, gg)
	sub(dd, c, dd, biasMem)
	r.give(c...)
	carry(r, gg)
	store(gg, g)
	r.give(gg...)
	carry(r, dd)
	store(dd, f)

	if t {
		finish(r, p, dd, e, g, h, f, "", nil)
	} else {
		finishNoT(r, p, dd, e, g, h, f)
	}
	VZEROUPPER()
	RET()
}

func finishNoT(r *regs, p operand.Mem, ff five, e, g, h, f operand.Mem) {
	keep := r.take(5)
	for i := range 5 {
		VMOVDQA64(ff[i], keep[i])
	}
	for _, m := range []struct {
		a      five
		b, dst operand.Mem
	}{{ff, e, coord(p, 0)}, {keep, g, coord(p, 2)}, {nil, h, coord(p, 1)}} {
		if m.a == nil {
			m.a = load(r, g)
		}
		x := product(r, m.a, m.b)
		carry(r, x)
		store(x, m.dst)
		r.give(x...)
	}
}
