package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// steps is a sum of products whose terms and windows a program says, so that products of scalars of different lengths share
// doublings. It is one loop, in which doubling and both additions appear once, small enough for the cache of decoded instructions.
func steps() {
	const name = "steps"
	TEXT(name, 0, "func(p, q, program *byte, n int)")
	Pragma("noescape")
	Doc("steps takes n > 0 steps from p; q is room for a point in cached form. See Step.")
	local := scratch(maxGroups*pointSize + 64)
	vars := local.Offset(maxGroups * pointSize)
	step, left := vars, vars.Offset(8)
	Load(Param("program"), reg.RAX)
	MOVQ(reg.RAX, step)
	Load(Param("n"), reg.RAX)
	MOVQ(reg.RAX, left)
	field := func(i int, to reg.GPPhysical) { // clobbers R13
		MOVQ(step, reg.R13)
		MOVQ(operand.Mem{Base: reg.R13, Disp: 8 * i}, to)
	}
	const table, window, doublings, affine, keepT, size = 0, 1, 2, 3, 4, 40

	Label(name + "_step")
	Load(Param("q"), reg.RDI)
	field(table, reg.RSI)
	field(window, reg.RDX)
	field(affine, reg.RAX)
	CMPQ(reg.RAX, operand.U8(1))
	JE(operand.LabelRef(name + "_affine"))
	picking(cachedSize, 20)
	JMP(operand.LabelRef(name + "_picked"))
	Label(name + "_affine")
	picking(affineSize, 15)
	Label(name + "_picked")
	Load(Param("p"), reg.RDI)
	MOVQ(operand.U32(1), reg.R8)
	field(doublings, reg.RCX)
	CMPQ(reg.RCX, operand.U8(0))
	JE(operand.LabelRef(name + "_doubled"))
	doubling(name)
	Label(name + "_doubled")
	Load(Param("q"), reg.RDX)
	field(affine, reg.RAX)
	field(keepT, reg.RBX)
	adding(name + "_add")
	ADDQ(operand.U8(size), step)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_step"))
	VZEROUPPER()
	RET()
}
