package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// straus is the whole of sB + kP: from the highest window down four doublings, the multiple of P that 4 bits of k say, and at every
// third window the multiple of B that 12 bits of s say. Both formulas of addition are one piece of code, as the loop, some 2,400
// instructions, has to fit the cache of decoded ones.
func straus() {
	const name = "straus"
	TEXT(name, 0, "func(args *byte)")
	Pragma("noescape")
	Doc("straus sets p = sB + kP in one or two groups; see strausArgs.")
	local := scratch(maxGroups*pointSize + 64)
	vars := local.Offset(maxGroups * pointSize)
	window, third, window12, group := vars, vars.Offset(8), vars.Offset(16), vars.Offset(24)
	arg := func(i int, to reg.GPPhysical) { // clobbers RAX
		Load(Param("args"), reg.RAX)
		MOVQ(operand.Mem{Base: reg.RAX, Disp: 8 * i}, to)
	}
	const argP, argQ, argTables, argK, argBase, argS, argGroups = 0, 1, 2, 3, 4, 5, 6
	const sSize, kSize = 22 * windowSize, 64 * windowSize
	// eachGroup calls body with RDI, RSI and RDX set for picking.
	eachGroup := func(label string, table, tableSize, windows, windowsSize int, at operand.Mem, body func()) {
		MOVQ(operand.U32(0), group)
		Label(label)
		MOVQ(group, reg.RBX)
		arg(argQ, reg.RDI)
		IMUL3Q(operand.U32(pointSize), reg.RBX, reg.RCX)
		ADDQ(reg.RCX, reg.RDI)
		arg(table, reg.RSI)
		if tableSize != 0 {
			IMUL3Q(operand.U32(tableSize), reg.RBX, reg.RCX)
			ADDQ(reg.RCX, reg.RSI)
		}
		arg(windows, reg.RDX)
		IMUL3Q(operand.U32(windowsSize), reg.RBX, reg.RCX)
		ADDQ(reg.RCX, reg.RDX)
		MOVQ(at, reg.RCX)
		SHLQ(operand.U8(5), reg.RCX)
		ADDQ(reg.RCX, reg.RDX)
		body()
		INCQ(group)
		arg(argGroups, reg.RBX)
		CMPQ(reg.RBX, group)
		JNE(operand.LabelRef(label))
	}

	MOVQ(operand.U32(63), window)
	MOVQ(operand.U32(21), window12)
	MOVQ(operand.U32(0), third) // window mod 3
	Label(name + "_window")
	eachGroup(name+"_pick4", argTables, tableSize, argK, kSize, window, func() { picking(cachedSize, 20) })
	arg(argP, reg.RDI)
	arg(argGroups, reg.R8)
	MOVQ(operand.U32(4), reg.RCX)
	CMPQ(window, operand.U8(63))
	JE(operand.LabelRef(name + "_top"))
	doubling(name)
	Label(name + "_top")
	XORQ(reg.RBX, reg.RBX)
	MOVQ(operand.U32(1), reg.RCX)
	CMPQ(third, operand.U8(0))
	CMOVQEQ(reg.RCX, reg.RBX)
	arg(argQ, reg.RDX)
	XORQ(reg.RAX, reg.RAX)
	Label(name + "_add")
	adding(name + "_add")
	CMPQ(reg.RBX, operand.U8(0))
	JE(operand.LabelRef(name + "_down"))
	eachGroup(name+"_pick12", argBase, 0, argS, sSize, window12, func() { picking(affineSize, 15) })
	MOVQ(operand.U32(3), third)
	DECQ(window12)
	arg(argP, reg.RDI)
	arg(argQ, reg.RDX)
	arg(argGroups, reg.R8)
	XORQ(reg.RBX, reg.RBX)
	MOVQ(operand.U32(1), reg.RAX)
	JMP(operand.LabelRef(name + "_add"))
	Label(name + "_down")
	DECQ(third)
	DECQ(window)
	JGE(operand.LabelRef(name + "_window"))
	VZEROUPPER()
	RET()
}
