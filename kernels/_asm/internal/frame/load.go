package frame

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Rows of a block are as wide as a register: row r of all lanes is transposed into words r*lanes and on.
func (h *Hash) rows() int { return h.Block / h.Bytes }

// loadMasked brings a block of each lane into the words of its group, with AVX-512.
func (h *Hash) loadMasked(gs []*Group, name string, scratch operand.Mem) {
	lanes := h.Lanes()
	ptr := func(g *Group, lane int) operand.Mem {
		return operand.Mem{Base: ptrs, Disp: 8 * (g.Index*lanes + lane)}
	}

	CMPQ(Block, Whole())
	JGE(operand.LabelRef(name + "_tail"))
	for _, g := range gs {
		for r := range h.rows() {
			for lane := range lanes {
				MOVQ(ptr(g, lane), reg.RAX)
				VMOVDQU64(operand.Mem{Base: reg.RAX, Index: Read, Scale: 1, Disp: r * h.Bytes}, Z[lane])
			}
			h.SetWords(g, r)
		}
	}
	JMP(operand.LabelRef(name + "_compress"))

	Label(name + "_tail")
	m := Masks{Scratch: scratch, Pad: h.pad, Lanes: lanes}
	if !h.Strengthen {
		m.Pad = operand.Mem{}
	}
	m.Prepare()
	for _, g := range gs {
		for r := range h.rows() {
			m.Compute(Size(g.Index*lanes), r*h.Bytes)
			for lane := range lanes {
				m.Load(ptr(g, lane), r*h.Bytes, lane, Z[lane])
			}
			h.SetWords(g, r)
		}
		if h.Strengthen {
			h.putLength(g)
		}
	}
	Label(name + "_compress")
}

// SetWords transposes the rows r of all lanes, in the first registers, into words. With AVX-512 these pass through the
// registers from 16 on, and are there if the group has them in registers; all other registers are destroyed.
func (h *Hash) SetWords(g *Group, r int) {
	lanes := h.Lanes()
	first := 8
	if h.Wide() {
		first = 16 + r*lanes
	}
	words := h.Regs16(first, lanes)
	h.Transpose(h.Regs16(0, lanes), words)
	if h.BigEndian {
		h.swapAll(words, h.Reg(0))
	}
	if g.InMemory() {
		for c, x := range words {
			h.Move(x, g.Words[r*lanes+c])
		}
	}
}

// Regs16 is n registers from the first on.
func (h *Hash) Regs16(first, n int) []reg.VecPhysical { return h.Machine.Regs(first, first+n) }

// putLength ors the length in bits into the lanes whose last block is this one.
func (h *Hash) putLength(g *Group) {
	lanes := h.Lanes()
	size := Size(g.Index * lanes)
	last := Last(g.Index * lanes)
	or := func(i int, x reg.VecPhysical) {
		w, isReg := g.Words[i].(reg.VecPhysical)
		if !isReg {
			w = Z[14]
			VMOVDQU64(g.Words[i], w)
		}
		h.pickOr(x, w)
		if !isReg {
			VMOVDQU64(w, g.Words[i])
		}
	}
	Comment("The length in bits, where the last block is this one.")
	if h.Word == 8 {
		VPBROADCASTD(reg.ECX, Z[8].AsY())
		VPCMPEQD(last, Z[8].AsY(), reg.K2)
		VPSLLQ(operand.U8(3), size, Z[9])
		or(15, Z[9]) // word 14 is 0: messages have less than 2^61 bytes
		return
	}
	VPBROADCASTD(reg.ECX, Z[8])
	VPCMPEQD(last, Z[8], reg.K2)
	for half := range 2 {
		VMOVDQU64(size.Offset(64*half), Z[8])
		VPSLLQ(operand.U8(3), Z[8], Z[9])
		VPSRLQ(operand.U8(29), Z[8], Z[8])
		VPMOVQD(Z[9], Z[10+half].AsY())
		VPMOVQD(Z[8], Z[12+half].AsY())
	}
	VINSERTI64X4(operand.U8(1), Z[11].AsY(), Z[10], Z[10])
	VINSERTI64X4(operand.U8(1), Z[13].AsY(), Z[12], Z[12])
	or(15, Z[10])
	or(14, Z[12])
}

func (h *Hash) pickOr(x, w reg.VecPhysical) {
	if h.Word == 4 {
		VPORD(x, w, reg.K2, w)
	} else {
		VPORQ(x, w, reg.K2, w)
	}
}

// loadPadded is loadMasked for AVX2.
func (h *Hash) loadPadded(gs []*Group, pointers operand.Mem) {
	lanes := h.Lanes()
	PaddedPointers(lanes, h.Block, pointers)
	for _, g := range gs {
		for r := range h.rows() {
			for lane := range lanes {
				MOVQ(pointers.Offset(8*lane), reg.RAX)
				VMOVDQU(operand.Mem{Base: reg.RAX, Disp: r * h.Bytes}, Y[lane])
			}
			h.SetWords(g, r)
		}
	}
}

// PaddedPointers sets, for AVX2, from where each lane reads this block: a lane that has come to its tail reads the padded
// copy. RAX, RBX, R9 and R10 are used.
func PaddedPointers(lanes, blockBytes int, pointers operand.Mem) {
	MOVQ(operand.I32(tailSize-blockBytes), reg.R9)
	for lane := range lanes {
		MOVQ(Ptr(lane), reg.RAX)
		ADDQ(Offset, reg.RAX)
		Comment("What the lane reads of its tail; one that is done reads the end again.")
		MOVQ(Offset, reg.R10)
		SUBQ(Args.Offset(argFull+8*lane), reg.R10)
		CMPQ(reg.R10, reg.R9)
		CMOVQGT(reg.R9, reg.R10)
		LEAQ(operand.Mem{Base: Args.Base, Index: reg.R10, Scale: 1, Disp: argTail + tailSize*lane}, reg.RBX)
		TESTQ(reg.R10, reg.R10)
		CMOVQGE(reg.RBX, reg.RAX)
		MOVQ(reg.RAX, pointers.Offset(8*lane))
	}
}

// keep restores the state of lanes whose last block was an earlier one.
func (h *Hash) keep(gs []*Group, name string) {
	Comment("Lanes whose last block was an earlier one keep their state.")
	for _, g := range gs {
		last := Last(g.Index * h.Lanes())
		skip := fmt.Sprintf("%s_all%d", name, g.Index)
		if !h.Wide() {
			h.keep2(g, last, skip)
			continue
		}
		x := Z[31]
		if h.Word == 4 {
			VPBROADCASTD(reg.ECX, x)
			VPCMPUD(operand.U8(6), last, x, reg.K2)
		} else {
			VPBROADCASTD(reg.ECX, x.AsY())
			VPCMPUD(operand.U8(6), last, x.AsY(), reg.K2)
		}
		KORTESTW(reg.K2, reg.K2)
		JEQ(operand.LabelRef(skip))
		for i := range h.State {
			if m := g.Save.Offset(i * h.Bytes); h.Word == 4 {
				VMOVDQU32(m, reg.K2, g.S[i])
			} else {
				VMOVDQU64(m, reg.K2, g.S[i])
			}
		}
		Label(skip)
	}
}

func (h *Hash) keep2(g *Group, last operand.Mem, skip string) {
	free := h.freeRegs(g.S[:h.State])
	x, y := free[0], free[1]
	VMOVD(reg.ECX, x.AsX())
	VPBROADCASTD(x.AsX(), x)
	if h.Word == 4 {
		VPCMPGTD(last, x, x)
	} else {
		VPSRLQ(operand.U8(32), x, x)
		VPMOVZXDQ(last, y)
		VPCMPGTQ(y, x, x)
	}
	VPTEST(x, x)
	JEQ(operand.LabelRef(skip))
	for i := range h.State {
		VPBLENDVB(x, g.Save.Offset(i*h.Bytes), g.S[i], g.S[i])
	}
	Label(skip)
}
