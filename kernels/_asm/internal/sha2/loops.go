package sha2

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Loops of eight rounds, after which the variables are in the same registers again. Functions for three groups have two bodies:
// rounds whose sums of word and constant are ready (SumRounds), and rounds that make their words (WordRounds). All blocks
// are brought down to these, since the less code a turn goes through, the better: on Zen 5, nodes in 14 KiB of code took
// 2,250 or 2,700 cycles for 48, now one now the other, and in 23 KiB 3,150; a search in 32 KiB took a fifth longer than in
// 14. Two functions in turns, of 14 and 10 KiB, cost 1,000 cycles more than each by itself.

// SumRounds does eight rounds as often as R13 says, which is 0 in the end. The sums of word and constant are vectors in memory,
// those of group j at sums[j], which moves on.
func (h *Hash) SumRounds(gs []*frame.Group, label string, sums []reg.Register) {
	Label(label)
	c := &Constants{Sum: func(group, i int) operand.Mem {
		return operand.Mem{Base: sums[group], Disp: i * h.Bytes}
	}}
	h.Rounds(gs, 0, 8, Block{}, c, Always)
	for _, s := range sums {
		ADDQ(operand.I32(8*h.Bytes), s)
	}
	DECQ(reg.R13)
	JNZ(operand.LabelRef(label))
}

// WordRounds does 8*turns rounds, and then four more if half is set, each of which makes its word out of the sixteen before
// it; those of the first round are in memory, in their order. R12 points to the constant of the first round, and moves on.
// RAX, RBX and R13 are used. each, if not nil, goes into every turn.
func (h *Hash) WordRounds(gs []*frame.Group, label string, turns int, half bool, each func()) {
	left := reg.R13
	c := &Constants{K: operand.Mem{Base: reg.R12, Disp: -16 * h.Word}}
	turn, restore := halves(gs)
	MOVQ(operand.U32(turns), left)
	Label(label)
	if each != nil {
		each()
	}
	h.Rounds(gs, 16, 20, Message, c, Always)
	if half {
		DECQ(left)
		JS(operand.LabelRef(label + "_over"))
	}
	h.Rounds(gs, 20, 24, Message, c, Always)
	ADDQ(operand.I32(8*h.Word), reg.R12)
	turn()
	if half {
		JMP(operand.LabelRef(label))
		Label(label + "_over")
		for _, g := range gs {
			for range 4 {
				Turn(g)
			}
		}
	} else {
		DECQ(left)
		JNZ(operand.LabelRef(label))
	}
	restore()
}

// Expand makes the words [lo,hi) of the schedule of a group that has its words in registers, and gives put each that is
// not the same in all lanes, and its sum with the round constant. T[0] to T[2] and T[6] are used.
func (h *Hash) Expand(g *frame.Group, lo, hi int, b Block, c *Constants, put func(i int, word, sum reg.VecPhysical)) {
	v := h.varies(b)
	for i := lo; i < hi; i++ {
		if !v[i] {
			continue
		}
		var code Code
		h.schedule(&code, g, i, b, c.Share)
		Alternate([]Code{code})
		word, sum := g.Words[i&15].(reg.VecPhysical), g.T[6]
		h.AddBroadcastTo(c.K.Offset(h.Word*i), word, sum)
		put(i, word, sum)
	}
}
