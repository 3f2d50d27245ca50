package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// The long parts are subroutines, so that all that a verification runs through stays in the cache of decoded instructions: written out at
// each place, the routines took a fifth longer. They take the room and an element in memory, at RDX, and use all vector registers.
// Go has a declaration of each, and must not call them.

// x is the element that a subroutine takes.
var x = operand.Mem{Base: reg.RDX}

const parts = "; it is a part of the others, not to be called."

func subroutines() {
	var r room
	TEXT("cut", attr.NOSPLIT|attr.NOFRAME, "func()")
	Doc("cut cuts a loose element" + parts)
	r.cut(x, 1)
	RET()

	TEXT("times", attr.NOSPLIT|attr.NOFRAME, "func()")
	Doc("times multiplies a loose element by what is cut" + parts)
	product(x, r)
	carry()
	RET()

	TEXT("squareOf", attr.NOSPLIT|attr.NOFRAME, "func()")
	Doc("squareOf squares a loose element" + parts)
	r.cut(x, 5)
	squared(r)
	carry()
	RET()
}

// call calls a subroutine for the element at m.
func call(name string, m operand.Mem) {
	if m != x {
		LEAQ(m, reg.RDX)
	}
	CALL(operand.LabelRef("·" + name + "(SB)"))
}

// cut puts the loose element at m into the room.
func cut(m operand.Mem) { call("cut", m) }

// times gives the product of the loose element at m and what is in the room, tight.
func times(m operand.Mem) element { call("times", m); return columns }

// squareOf gives the square of the loose element at m, tight.
func squareOf(m operand.Mem) element { call("squareOf", m); return columns }
