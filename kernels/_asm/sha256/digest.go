package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	"github.com/sluice-engine/sluice/kernels/_asm/internal/sha2"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// A hash of groups in turns has the sums of its first 32 rounds in memory.
const sumBytes = 32 * 64 // of one group

// The registers of these loops, beside those of package sha2: where the rounds of each group find their sums; in a loop over
// the groups, the words and the sums of this one.
var (
	sumsOf    = []reg.Register{reg.R8, reg.R9, reg.R10}
	wordsHere = reg.RBX
	sumsHere  = reg.R8
)

// eachGroup runs code for one group after the other, with words in registers and Z8 to Z15 as scratch.
func eachGroup(label string, gs []*frame.Group, sums operand.Mem, code func(gr *frame.Group)) {
	left := reg.R13
	LEAQ(gs[0].Words[0].(operand.Mem), wordsHere)
	LEAQ(sums, sumsHere)
	MOVQ(operand.U32(len(gs)), left)
	Label(label)
	gr := &frame.Group{T: Z[8:16]}
	for i := range gr.Words {
		gr.Words[i] = Z[16+i]
	}
	code(gr)
	ADDQ(operand.I32(16*64), wordsHere)
	ADDQ(operand.I32(sumBytes), sumsHere)
	DECQ(left)
	JNZ(operand.LabelRef(label))
}

// paddingSums stores the sums of the words of a digest's padding, which stay.
func (g *generator) paddingSums(gs []*frame.Group, sums operand.Mem) {
	for i := 8; i < 16; i++ {
		VPBROADCASTD(g.digest.KW.Offset(4*i), Z[0])
		for j := range gs {
			VMOVDQU64(Z[0], sums.Offset(sumBytes*j+64*i))
		}
	}
}

// hashDigests makes the states digests to hash, whose rounds begin: their words, the sums of the first 32 rounds, and the
// initial state. R12 is left as WordRounds wants it. The variables turn so often in between.
func (g *generator) hashDigests(name string, gs []*frame.Group, sums operand.Mem, turns int) {
	for j, gr := range gs {
		for i, s := range gr.S {
			VMOVDQU64(s, gr.Words[i])
			VPADDD_BCST(g.KWord(i), s, s)
			VMOVDQU64(s, sums.Offset(sumBytes*j+64*i))
		}
	}
	eachGroup(name+"_digest", gs, sums, func(gr *frame.Group) {
		for i := range 8 {
			VMOVDQU64(operand.Mem{Base: wordsHere, Disp: 64 * i}, gr.Words[i])
		}
		g.Expand(gr, 16, 32, sha2.Digest256, &g.digest, func(i int, word, s reg.VecPhysical) {
			VMOVDQU64(s, operand.Mem{Base: sumsHere, Disp: 64 * i})
			VMOVDQU64(word, operand.Mem{Base: wordsHere, Disp: 64 * (i - 16)})
		})
	})
	for _, gr := range gs {
		for range turns {
			sha2.Turn(gr)
		}
	}
	g.LoadIV(gs)
	for j := range gs {
		LEAQ(sums.Offset(sumBytes*j), sumsOf[j])
	}
	LEAQ(g.KWord(32), reg.R12)
}
