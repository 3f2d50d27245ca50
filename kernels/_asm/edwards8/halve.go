package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// halve is Euclid's algorithm on 8L and k, in lanes, until one of the remainders is below 2^128. The two rows
//
//	x = -tx k    y = ty k    modulo 8L, all of them not negative
//
// take turns: x loses q y, and tx gains q ty, where q is x/y in floating point, made a little smaller and cut, so that it is never too
// large; where it is too small, or y is the larger one, the next turn but one makes up for it. Lanes that are done get q = 0.
//
// x and y have five limbs of 52 bits, tx and ty three: a cofactor is below 8L / 2^128 < 2^128 while both remainders are 2^128 or more,
// and q times as much after the last step, at most 2^51 more. What a lane ends with is checked by the caller; where turns do not suffice,
// it is too large.
func halve() {
	const name = "halve"
	const maxTurns = 100 // pairs of turns; some 40 are usual
	TEXT(name, NOSPLIT, "func(out, k *byte)")
	Pragma("noescape")
	Doc("halve runs Euclid's algorithm on 8L and k, in limbs of 52 bits: out is a remainder and its negative cofactor, five limbs and three, then another with its cofactor.")
	bits := func(v float64) uint64 { return math.Float64bits(v) }
	// In units of 2^52: the lowest limb is left out.
	doubles := Words64("halveDoubles", []uint64{bits(math.Ldexp(1, 52)), bits(math.Ldexp(1, 104)), bits(math.Ldexp(1, 128-52)), bits(1 - math.Ldexp(1, -48)), bits(math.Ldexp(1, 51))})
	out, k, _ := pointers("out", "k")
	r := allRegs()
	up, up2 := Z[30], Z[31]
	VPBROADCASTQ(doubles, up)
	VPBROADCASTQ(doubles.Offset(8), up2)
	limit, less, most := doubles.Offset(16), doubles.Offset(24), doubles.Offset(32)

	x, tx := r.take(5), zeros(r, 3)
	for i := range x {
		VPBROADCASTQ(eightMem.Offset(8*i), x[i])
	}
	y, ty := load(r, k), zeros(r, 3)
	VPTERNLOGQ(operand.U8(0xff), ty[0], ty[0], ty[0])
	VPSRLQ(operand.U8(63), ty[0], ty[0]) // 1
	fx, fy := r.take(1)[0], r.take(1)[0]
	// double: (x4 2^52 + x3) 2^104 + (x2 2^52 + x1)
	double := func(x five, f reg.VecPhysical) {
		t := r.take(3)
		VCVTUQQ2PD(x[4], f)
		VCVTUQQ2PD(x[3], t[0])
		VCVTUQQ2PD(x[2], t[1])
		VCVTUQQ2PD(x[1], t[2])
		VFMADD213PD(t[0], up, f)
		VFMADD213PD(t[2], up, t[1])
		VFMADD213PD(t[1], up2, f)
		r.give(t...)
	}
	turn := func(x, y, tx, ty five, fx, fy reg.VecPhysical) {
		const notLess = 13 // ordered; quiet is no concern
		VCMPPD_BCST(operand.U8(notLess), limit, fx, reg.K1)
		VCMPPD_BCST(operand.U8(notLess), limit, fy, reg.K1, reg.K1)
		q := r.take(1)[0]
		VDIVPD(fy, fx, q)
		VMULPD_BCST(less, q, q)
		VMINPD_BCST(most, q, q)
		VCVTTPD2UQQ_Z(q, reg.K1, q)
		p := zeros(r, 5)
		for i := range y {
			VPMADD52LUQ(y[i], q, p[i])
		}
		for i := range 4 {
			VPMADD52HUQ(y[i], q, p[i+1])
		}
		for i := range x {
			VPSUBQ(p[i], x[i], x[i])
		}
		r.give(p...)
		carry52(r, x)
		for i := range tx {
			VPMADD52LUQ(ty[i], q, tx[i])
		}
		for i := range 2 {
			VPMADD52HUQ(ty[i], q, tx[i+1])
		}
		carry52(r, tx)
		r.give(q)
		double(x, fx)
	}
	double(x, fx)
	double(y, fy)
	MOVQ(operand.U32(maxTurns), reg.RCX)
	Label(name + "_next")
	turn(x, y, tx, ty, fx, fy)
	turn(y, x, ty, tx, fy, fx)
	VCMPPD_BCST(operand.U8(13), limit, fx, reg.K1)
	VCMPPD_BCST(operand.U8(13), limit, fy, reg.K1, reg.K1)
	KORTESTB(reg.K1, reg.K1)
	JZ(operand.LabelRef(name + "_done"))
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(name + "_next"))
	Label(name + "_done")
	for i, v := range append(append(append(append(five(nil), x...), tx...), y...), ty...) {
		VMOVDQU64(v, limb(out, i))
	}
	VZEROUPPER()
	RET()
}
