package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	"github.com/sluice-engine/sluice/kernels/_asm/internal/sha2"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// loadRows brings 16 consecutive messages of 64 bytes into the words of a group.
func (g *generator) loadRows(gr *frame.Group, in reg.Register) {
	for lane := range 16 {
		VMOVDQU32(operand.Mem{Base: in, Disp: 64 * lane}, Z[lane])
	}
	g.SetWords(gr, 0)
}

// node16 hashes pairs of children: the block of the two digests, then the padding block, whose schedule is constant.
func (g *generator) node16() {
	TEXT("node16", 0, "func(out, in *byte)")
	Pragma("noescape")
	Doc("node16 hashes 16 consecutive 64-byte rows of in to 32-byte rows of out.")
	out, in := reg.RDI, reg.RSI
	Load(Param("out"), out)
	Load(Param("in"), in)
	gs, _ := g.Groups(1, 0)
	g.loadRows(gs[0], in)
	g.LoadIV(gs)
	g.MessageRounds(gs, "node16")
	g.AddIV(gs)
	g.SaveState(gs[0])
	g.ConstantRounds(gs, "node16", g.node.KW)
	g.AddState(gs)
	g.storeRows(gs[0], out)
	VZEROUPPER()
	RET()
}

// nodes is node16 for many groups: while one group goes through the padding block, whose rounds are bound by latency, the
// next goes through its first block, which has work to fill the gaps.
func (g *generator) nodes() {
	TEXT("nodes", 0, "func(out, in *byte, groups int)")
	Pragma("noescape")
	Doc("nodes hashes groups*16 consecutive 64-byte rows of in to 32-byte rows of out; groups > 0.")
	out, in, left := reg.RDI, reg.RSI, reg.RCX
	first, last := reg.R8, reg.R9
	Load(Param("out"), out)
	Load(Param("in"), in)
	Load(Param("groups"), left)
	gs, _ := g.Groups(2, 0)
	padding, message := gs[0], gs[1]
	INCQ(left)
	MOVQ(left, first)

	Label("nodes_group")
	g.loadRows(message, in)
	g.LoadIV(gs[1:])
	g.LoadState(padding)
	k, kw, again := operand.Mem{Base: reg.R12}, operand.Mem{Base: reg.R11}, reg.R13
	LEAQ(g.K, reg.R12)
	LEAQ(g.node.KW, reg.R11)
	step := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p := g.Round(padding, i&15, sha2.Block{}, &sha2.Constants{KW: kw}, true)
			m := g.Round(message, i, sha2.Message, &sha2.Constants{K: k}, true)
			Alternate([]Code{p, m})
			sha2.Turn(padding)
			sha2.Turn(message)
		}
	}
	step(0, 16)
	MOVQ(operand.U32(3), again)
	Label("nodes_rounds")
	ADDQ(operand.U8(64), reg.R11)
	step(16, 32)
	ADDQ(operand.U8(64), reg.R12)
	DECQ(again)
	JNZ(operand.LabelRef("nodes_rounds"))

	g.AddState(gs[:1])
	g.AddIV(gs[1:])
	for i, x := range message.S {
		VMOVDQU32(x, padding.Save.Offset(64*i))
	}
	CMPQ(left, first)
	JEQ(operand.LabelRef("nodes_next"))
	g.storeRows(padding, out)
	ADDQ(operand.I32(16*32), out)

	Label("nodes_next")
	Comment("The turn of the last padding block has no new rows: it reads the old ones.")
	LEAQ(operand.Mem{Base: in, Disp: 16 * 64}, last)
	DECQ(left)
	CMPQ(left, operand.U8(1))
	CMOVQGT(last, in)
	CMPQ(left, operand.U8(0))
	JNE(operand.LabelRef("nodes_group"))
	VZEROUPPER()
	RET()
}
