package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// transpose turns four rows of four words in y[0] to y[3] into columns in y[8] to y[11].
func transpose() {
	for i := 0; i < 4; i += 2 {
		VPUNPCKLQDQ(y[i+1], y[i], y[4+i])
		VPUNPCKHQDQ(y[i+1], y[i], y[5+i])
	}
	for i := range 2 {
		VPERM2I128(operand.U8(0x20), y[6+i], y[4+i], y[8+i])
		VPERM2I128(operand.U8(0x31), y[6+i], y[4+i], y[10+i])
	}
}

// rowRegs hold the addresses of four rows.
var rowRegs = [4]reg.GPPhysical{reg.RAX, reg.RBX, reg.R8, reg.R9}

// addresses loads those of the rows of a half, from base and offsets.
func addresses(base, offsets operand.Mem) {
	for l, g := range rowRegs {
		MOVQ(offsets.Offset(8*l), g)
		ADDQ(base.Base, g)
	}
}

func fromRows() {
	TEXT("FromRows", NOSPLIT, "func(out, base, offsets *byte, blocks int)")
	Pragma("noescape")
	Doc("FromRows loads vectors from 8 rows: word i of the row at base + offsets[l], 8 bytes each, becomes limb i of lane l, for 4 blocks words.")
	out, base, offsets := pointers("out", "base", "offsets")
	halves("from_half", func() {
		addresses(base, offsets)
		Load(Param("blocks"), reg.RCX)
		MOVQ(out.Base, reg.R12)
		at := operand.Mem{Base: reg.R12}
		Label("from_block")
		for l, g := range rowRegs {
			VMOVDQU(operand.Mem{Base: g}, y[l])
			ADDQ(operand.U8(32), g)
		}
		transpose()
		for c := range 4 {
			VMOVDQU(y[8+c], limb(at, c))
		}
		ADDQ(operand.U32(4*64), reg.R12)
		DECQ(reg.RCX)
		JNZ(operand.LabelRef("from_block"))
	}, out, offsets)
	end()
}

func toRows() {
	TEXT("ToRows", NOSPLIT, "func(base, in, offsets *byte, blocks int)")
	Pragma("noescape")
	Doc("ToRows is the inverse of FromRows.")
	base, in, offsets := pointers("base", "in", "offsets")
	halves("to_half", func() {
		addresses(base, offsets)
		Load(Param("blocks"), reg.RCX)
		MOVQ(in.Base, reg.R12)
		at := operand.Mem{Base: reg.R12}
		Label("to_block")
		for c := range 4 {
			VMOVDQU(limb(at, c), y[c])
		}
		transpose()
		for l, g := range rowRegs {
			VMOVDQU(y[8+l], operand.Mem{Base: g})
			ADDQ(operand.U8(32), g)
		}
		ADDQ(operand.U32(4*64), reg.R12)
		DECQ(reg.RCX)
		JNZ(operand.LabelRef("to_block"))
	}, in, offsets)
	end()
}

// negate: -(x, y) = (-x, y), so Y+X and Y-X change places, and 2dT turns its sign.
func negate() {
	TEXT("Negate", NOSPLIT, "func(q *byte, mask uint64)")
	Pragma("noescape")
	Doc("Negate replaces q, in cached or affine form, by its negative in the lanes of the mask. T of q is tight before and loose after.")
	q, _, _ := pointers("q")
	Load(Param("mask"), reg.RCX)
	halves("negate_half", func() {
		maskOf(reg.RCX, y[15])
		for i := range 5 {
			plus, minus, t := limb(q, i), limb(q, 5+i), limb(q, 15+i)
			VMOVDQU(plus, y[0])
			VMOVDQU(minus, y[1])
			VPBLENDVB(y[15], y[1], y[0], y[2])
			VPBLENDVB(y[15], y[0], y[1], y[3])
			VMOVDQU(y[2], plus)
			VMOVDQU(y[3], minus)
			VMOVDQU(t, y[4])
			VMOVDQU(biasLimb(twoP, i), y[5])
			VPSUBQ(y[4], y[5], y[5])
			VPBLENDVB(y[15], y[5], y[4], y[4])
			VMOVDQU(y[4], t)
		}
	}, q)
	end()
}

func spreadRow() {
	TEXT("SpreadRow", NOSPLIT, "func(q, row *byte)")
	Pragma("noescape")
	Doc("SpreadRow sets q, in affine form, to the point of a row, y+x, y-x, 2dxy, in every lane.")
	q, row, _ := pointers("q", "row")
	for i := range 15 {
		at := i
		if i >= 10 {
			at += 5
		}
		VPBROADCASTQ(row.Offset(8*i), y[i])
		VMOVDQU(y[i], limb(q, at))
		VMOVDQU(y[i], limb(q, at).Offset(halfSize))
	}
	end()
}
