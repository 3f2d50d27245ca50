package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	"github.com/sluice-engine/sluice/kernels/_asm/internal/sha2"
)

// chain repeats the hash of a 32-byte digest. One group is bound by latency: it has its words in registers and makes each in
// the round that needs it.
func (g *generator) chain(n int) {
	name := fmt.Sprintf("chain%d", 16*n)
	TEXT(name, 0, fmt.Sprintf("func(state *[%d][8][16]uint32, n int)", n))
	Pragma("noescape")
	Doc(name + " replaces the digest of each lane by its n-th iterated SHA-256, n > 0; state[g][w][l] is word w of lane 16g+l.")
	state, left := reg.RDI, reg.RCX
	Load(Param("state"), state)
	Load(Param("n"), left)
	gs, sums := g.Groups(n, n*sumBytes)
	each := func(f func(s reg.VecPhysical, m operand.Mem)) {
		for j, gr := range gs {
			for i, s := range gr.S {
				f(s, operand.Mem{Base: state, Disp: 512*j + 64*i})
			}
		}
	}
	if n > 1 {
		g.paddingSums(gs, sums)
	}
	each(func(s reg.VecPhysical, m operand.Mem) { VMOVDQU32(m, s) })
	Label(name + "_next")
	if n == 1 {
		g.digestRounds(gs, name)
	} else {
		g.hashDigests(name, gs, sums, 0)
		MOVQ(operand.U32(4), reg.R13)
		g.SumRounds(gs, name+"_sums", sumsOf[:n])
		g.WordRounds(gs, name+"_words", 4, false, nil)
	}
	g.AddIV(gs)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_next"))
	each(func(s reg.VecPhysical, m operand.Mem) { VMOVDQU32(s, m) })
	VZEROUPPER()
	RET()
}

// digestRounds hashes the digests in the states: a block of 32 bytes and padding, from the initial state, which is not yet
// added in the end. From round 32 on it is like any block. R12 and R13 are used.
func (g *generator) digestRounds(gs []*frame.Group, name string) {
	k, again := operand.Mem{Base: reg.R12}, reg.R13
	stateToWords(g.Hash, gs)
	g.LoadIV(gs)
	g.Rounds(gs, 0, 32, sha2.Digest256, &g.digest, sha2.Always)
	LEAQ(g.K, reg.R12)
	MOVQ(operand.U32(2), again)
	Label(name + "_digest")
	ADDQ(operand.U8(64), reg.R12)
	g.Rounds(gs, 16, 32, sha2.Message, &sha2.Constants{K: k}, sha2.Always)
	DECQ(again)
	JNZ(operand.LabelRef(name + "_digest"))
}
