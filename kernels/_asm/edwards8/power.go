package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// power writes the routines that exponentiations are made of: many squares in a row, and products of pairs of elements.
func power() {
	squares("square2", 2)
	squares("square4", 4)
	mul2()
}

// squares squares some elements n times. One chain waits: a square takes 40 cycles from its operand to its result, and 18 of the pipes
// that multiply. With two chains the processor fills most of the waiting, with four nearly all; their limbs and the columns of the
// one that is squared are just as many as there are registers.
func squares(name string, count int) {
	TEXT(name, NOSPLIT, "func(out, a *byte, n int)")
	Pragma("noescape")
	Doc(name + " sets consecutive elements out = a^(2^n), tight, n > 0.")
	out, a, _ := pointers("out", "a")
	Load(Param("n"), reg.RCX)
	constants()
	r := allRegs()
	var first []five
	for i := range count {
		first = append(first, load(r, a.Offset(320*i)))
	}
	Label(name + "_next")
	// The registers at the end of the loop must be those at its beginning.
	last := make([]five, count)
	for i, x := range first {
		last[i] = squared(r, append(five(nil), x...))
		carry(r, last[i])
	}
	var from, to five
	for i := range last {
		from, to = append(from, last[i]...), append(to, first[i]...)
	}
	move(from, to, r.free[0])
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(name + "_next"))
	for i, x := range first {
		store(r, x, out.Offset(320*i))
	}
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
