package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

var wide = Machine{Bytes: 64, Word: 8}

// home is where the state is between permutations: words 0-15, which come out of transpositions, in Z16-Z31, word 16 in
// Z15, the others in Z0-Z7. Before each turn the parities of the columns are in Z8-Z12. Z13 and Z14 are scratch.
var (
	home     = append(append(wide.Regs(16, 32), Z[15]), Z[0:8]...)
	parities = wide.Regs(8, 13)
)

// perTurn is how many rounds are unrolled. Pi renames words; after so many rounds they are moved home.
const perTurn = 4

// sum8 hashes 8 messages. Rows of a block are two of 64 bytes and one of 8, read under masks where not all messages have
// the whole block; see package frame.
func sum8() {
	TEXT("sum8", 0, "func(args *byte)")
	Pragma("noescape")
	Doc("sum8 hashes 8 messages at a time; args is a *lanes.Span or *lanes.Args.")
	pad, pairs := frame.PadTable("pad01", 0x01), NewPairs()
	lanes := frame.Lanes{Name: "sum8", Lanes: 8, Digest: 8 * digest}
	Load(Param("args"), frame.Span.Base)
	state := Local(64*words + 64*digest + 64 + 16*8 + lanes.Bytes())
	out := state.Offset(64 * words)
	row2 := out.Offset(64 * digest)
	scratch := row2.Offset(64)
	lanes.Begin(scratch.Offset(16 * 8))
	XORQ(frame.Block, frame.Block)
	XORQ(frame.Offset, frame.Offset)
	XORQ(frame.Read, frame.Read)

	Label("sum8_block")
	in := func(lane, disp int) operand.Mem {
		MOVQ(frame.Ptr(lane), reg.RAX)
		return operand.Mem{Base: reg.RAX, Index: frame.Read, Scale: 1, Disp: disp}
	}
	CMPQ(frame.Block, frame.Whole())
	JGE(operand.LabelRef("sum8_tail"))
	Comment("The last word goes through memory, first, so that it is there when it is read as a vector.")
	for lane := range 8 {
		MOVQ(in(lane, 128), reg.RBX)
		MOVQ(reg.RBX, row2.Offset(8*lane))
	}
	for r := range 2 {
		for lane := range 8 {
			VMOVDQU64(in(lane, 64*r), Z[lane])
		}
		wide.Transpose(Z[0:8], Z[16+8*r:24+8*r])
	}
	VMOVDQU64(row2, Z[15])
	JMP(operand.LabelRef("sum8_xor"))

	Label("sum8_tail")
	m := frame.Masks{Scratch: scratch, Pad: pad, Lanes: 8}
	m.Prepare()
	isLast(reg.K2)
	left := Z[14]
	VPBROADCASTQ(frame.Offset, Z[8])
	VMOVDQU64(frame.Size(0), left)
	VPSUBQ(Z[8], left, left)
	MOVQ(operand.U32(64), reg.RAX)
	VPBROADCASTQ(reg.RAX, Z[8])
	VPCMPQ(greater, Z[8], left, reg.K4)
	VPCMPQ(equal, Z[8], left, reg.K3)
	VPBROADCASTQ(left.AsX(), Z[8])
	VPCMPQ(notEqual, Z[8], left, reg.K5)
	KORTESTB(reg.K4, reg.K5)
	JNE(operand.LabelRef("sum8_uneven"))
	Comment("As much is left of each message, and no more than a row: one mask and one row of padding serve all.")
	MOVQ(frame.Size(0), reg.R8)
	SUBQ(frame.Offset, reg.R8)
	MOVQ(operand.I32(-1), reg.RAX)
	BZHIQ(reg.R8, reg.RAX, reg.RAX)
	KMOVQ(reg.RAX, reg.K1)
	NEGQ(reg.R8)
	VMOVDQU64(operand.Mem{Base: reg.RBX, Index: reg.R8, Scale: 1, Disp: 128}, Z[8])
	for lane := range 8 {
		MOVQ(frame.Ptr(lane), reg.RAX)
		VMOVDQU8_Z(operand.Mem{Base: reg.RAX, Index: frame.Read, Scale: 1}, reg.K1, Z[lane])
		VPORQ(Z[8], Z[lane], Z[lane])
	}
	JMP(operand.LabelRef("sum8_short"))

	Label("sum8_uneven")
	m.Compute(frame.Size(0), 0)
	for lane := range 8 {
		m.Load(frame.Ptr(lane), 0, lane, Z[lane])
	}
	KORTESTB(reg.K4, reg.K4)
	JNE(operand.LabelRef("sum8_long"))

	Label("sum8_short")
	Comment("What follows the first row is padding.")
	wide.Transpose(Z[0:8], Z[16:24])
	MOVQ(operand.U32(1), reg.RAX)
	VPBROADCASTQ_Z(reg.RAX, reg.K3, Z[24])
	for _, z := range wide.Regs(25, 32) {
		VPXORQ(z, z, z)
	}
	VPBROADCASTQ_Z(lastBit, reg.K2, Z[15])
	JMP(operand.LabelRef("sum8_xor"))

	Label("sum8_long")
	wide.Transpose(Z[0:8], Z[16:24])
	m.Compute(frame.Size(0), 128)
	for lane := range 8 {
		m.Load(frame.Ptr(lane), 128, lane, Z[0])
		VMOVQ(reg.X0, row2.Offset(8*lane))
	}
	m.Compute(frame.Size(0), 64)
	for lane := range 8 {
		m.Load(frame.Ptr(lane), 64, lane, Z[lane])
	}
	wide.Transpose(Z[0:8], Z[24:32])
	VMOVDQU64(row2, Z[15])
	VPXORQ_BCST(lastBit, Z[15], reg.K2, Z[15])

	Label("sum8_xor")
	TESTQ(frame.Block, frame.Block)
	JNE(operand.LabelRef("sum8_next"))
	for i := absorb; i < words; i++ {
		VPXORQ(home[i], home[i], home[i])
	}
	JMP(operand.LabelRef("sum8_permute"))
	Label("sum8_next")
	for i, z := range home {
		if i < absorb {
			VPXORQ(state.Offset(64*i), z, z)
		} else {
			VMOVDQU64(state.Offset(64*i), z)
		}
	}

	Label("sum8_permute")
	for x, c := range parities {
		VMOVDQA64(home[x], c)
		wide.Ternary(TernaryXor, home[x+10], home[x+5], c)
		wide.Ternary(TernaryXor, home[x+20], home[x+15], c)
	}
	LEAQ(roundConstants, reg.R12)
	MOVQ(operand.U32(rounds/perTurn), reg.R13)
	MOVQ(operand.U32(rounds/perTurn-1), reg.RBX)
	LEAQ(operand.Mem{Base: frame.Block, Disp: 1}, reg.RAX)
	CMPQ(reg.RAX, frame.Blocks())
	CMOVQEQ(reg.RBX, reg.R13)
	Label("sum8_rounds")
	turn(words)
	ADDQ(operand.U8(8*perTurn), reg.R12)
	DECQ(reg.R13)
	JNZ(operand.LabelRef("sum8_rounds"))
	CMPQ(reg.RAX, frame.Blocks())
	JEQ(operand.LabelRef("sum8_last"))

	Comment("Digests of the lanes whose last block this was.")
	isLast(reg.K2)
	for i := range digest {
		VMOVDQU64(home[i], reg.K2, out.Offset(64*i))
	}
	MOVQ(reg.RAX, frame.Block)
	ADDQ(operand.I32(rate), frame.Offset)
	MOVQ(frame.Offset, frame.Read)
	for i, z := range home {
		VMOVDQU64(z, state.Offset(64*i))
	}
	JMP(operand.LabelRef("sum8_block"))

	Label("sum8_last")
	Comment("The last rounds of the last block, of which the very last makes no more than the digest.")
	turn(digest)
	isLast(reg.K2)
	KNOTB(reg.K2, reg.K2)
	for i := range digest {
		VMOVDQU64(out.Offset(64*i), reg.K2, home[i])
	}
	wide.Digests(home[:digest], Z[8:8+digest], pairs, func(x reg.VecPhysical, high bool, lane, _ int) {
		MOVQ(frame.Out(lane), reg.RAX)
		wide.StoreRow(x, high, true, operand.Mem{Base: reg.RAX})
	})
	lanes.End()
	VZEROUPPER()
	RET()
}

// The comparisons of VPCMPQ.
const (
	equal    = operand.U8(0)
	notEqual = operand.U8(4)
	greater  = operand.U8(6)
)

// isLast sets k to the lanes whose last block is this one. Z8 is used.
func isLast(k reg.Register) {
	VPBROADCASTD(frame.Block.As32(), Z[8].AsY())
	VPCMPEQD(frame.Last(0), Z[8].AsY(), k)
}

// moveHome moves words to where they are at the beginning of a turn, by way of t, which is none of these places. Moves between
// registers cost nothing but their place among instructions.
func moveHome(words []*value, home []reg.VecPhysical, t reg.VecPhysical) {
	at := map[reg.VecPhysical]reg.VecPhysical{} // what belongs into a register is in another
	for i, w := range words {
		if w.reg != home[i] {
			at[home[i]] = w.reg
		}
	}
	// Chains that end in a register from which nothing is wanted, then circles.
	for _, to := range Z {
		if wanted(at, to) {
			continue
		}
		for from := at[to]; from != nil; from = at[to] {
			VMOVDQA64(from, to)
			delete(at, to)
			to = from
		}
	}
	for _, first := range home {
		if at[first] == nil {
			continue
		}
		VMOVDQA64(first, t)
		to := first
		for from := at[to]; ; from = at[to] {
			delete(at, to)
			if from == first {
				VMOVDQA64(t, to)
				break
			}
			VMOVDQA64(from, to)
			to = from
		}
	}
}

func wanted(at map[reg.VecPhysical]reg.VecPhysical, r reg.VecPhysical) bool {
	for _, from := range at {
		if from == r {
			return true
		}
	}
	return false
}
