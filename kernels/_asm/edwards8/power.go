package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// power writes the routines that exponentiations are made of: many squares in a row, and products of pairs of elements.
func power() {
	square1()
	square2()
	square3()
	mul2()
}

// square1 squares one element n times. Nothing else is there to do while it waits, so its accumulators are those of [doubleOne].
func square1() {
	const name = "square1"
	TEXT(name, NOSPLIT, "func(out, a *byte, n int)")
	Pragma("noescape")
	Doc(name + " sets out = a^(2^n), tight, n > 0; they may be the same memory.")
	out, a, _ := pointers("out", "a")
	Load(Param("n"), reg.RCX)
	r := allRegs()
	x := load(r, a)
	home := append(five(nil), x...)
	Label(name + "_next")
	x = fold(r, quickSquare(r, x))
	carry(r, x)
	move(x, home, Z[31])
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(name + "_next"))
	store(r, home, out)
	VZEROUPPER()
	RET()
}

// square2 squares two elements n times. While the columns of one are folded and carried, those of the other are multiplied: so there
// are always instructions of both kinds that need not wait. Each has half of the registers: five limbs and ten columns.
func square2() {
	const name = "square2"
	TEXT(name, NOSPLIT, "func(out, a *byte, n int)")
	Pragma("noescape")
	Doc(name + " sets two consecutive elements out = a^(2^n), tight, n > 0; they may be the same memory.")
	out, a, _ := pointers("out", "a")
	Load(Param("n"), reg.RCX)
	rs := [2]*regs{
		{free: append([]reg.VecPhysical(nil), Z[:15]...), held: new([]func())},
		{free: append([]reg.VecPhysical(nil), Z[15:30]...), held: new([]func())},
	}
	x, y := load(rs[0], a), load(rs[1], a.Offset(320))
	x = squareColumns(rs[0], x)
	zip(rs[:]...)
	Label(name + "_next")
	// The registers at the end of the loop must be those at its beginning: ten columns of x, five limbs of y.
	first := append(append(five(nil), x...), y...)
	x = fold(rs[0], x)
	carry(rs[0], x)
	y = squareColumns(rs[1], y)
	zip(rs[:]...)
	store(rs[0], x, out)
	x = squareColumns(rs[0], x)
	y = fold(rs[1], y)
	carry(rs[1], y)
	zip(rs[:]...)
	move(append(append(five(nil), x...), y...), first, Z[30])
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(name + "_next"))
	store(rs[1], first[10:], out.Offset(320))
	zip(rs[1])
	VZEROUPPER()
	RET()
}

// move copies registers to others, which may overlap. Cycles go through the spare one.
func move(from, to five, spare reg.VecPhysical) {
	from = append(five(nil), from...)
	done := make([]bool, len(from))
	for {
		left, progress := -1, false
		for i := range from {
			if done[i] {
				continue
			}
			blocked := false
			for j := range from {
				blocked = blocked || !done[j] && j != i && from[j] == to[i]
			}
			if blocked {
				left = i
				continue
			}
			if from[i] != to[i] {
				VMOVDQA64(from[i], to[i])
			}
			done[i], progress = true, true
		}
		if left < 0 {
			return
		}
		if !progress {
			VMOVDQA64(to[left], spare)
			for j := range from {
				if !done[j] && from[j] == to[left] {
					from[j] = spare
				}
			}
		}
	}
}

func mul2() {
	TEXT("mul2", NOSPLIT, "func(out, a, b *byte)")
	Pragma("noescape")
	Doc("mul2 sets two consecutive elements out = a*b, tight; they may be the same memory.")
	out, a, b := pointers("out", "a", "b")
	rs := halfRegs()
	for i, r := range rs {
		times(r, a.Offset(320*i), b.Offset(320*i), out.Offset(320*i))
	}
	zip(rs[:]...)
	VZEROUPPER()
	RET()
}
