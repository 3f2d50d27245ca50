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
// Z15, the others in Z0-Z7. Z8-Z14 are scratch.
var home = append(append(wide.Regs(16, 32), Z[15]), Z[0:8]...)

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
	m.Compute(frame.Size(0), 128)
	for lane := range 8 {
		m.Load(frame.Ptr(lane), 128, lane, Z[0])
		VMOVQ(reg.X0, row2.Offset(8*lane))
	}
	for r := range 2 {
		m.Compute(frame.Size(0), 64*r)
		for lane := range 8 {
			m.Load(frame.Ptr(lane), 64*r, lane, Z[lane])
		}
		wide.Transpose(Z[0:8], Z[16+8*r:24+8*r])
	}
	VMOVDQU64(row2, Z[15])
	isLast(reg.K2)
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
	LEAQ(roundConstants, reg.R12)
	MOVQ(operand.U32(rounds/perTurn), reg.R13)
	Label("sum8_rounds")
	s := append([]reg.VecPhysical(nil), home...)
	for i := range perTurn {
		s = round(s, Z[8:15], operand.Mem{Base: reg.R12, Disp: 8 * i})
	}
	moveHome(s, Z[8])
	ADDQ(operand.U8(8*perTurn), reg.R12)
	DECQ(reg.R13)
	JNZ(operand.LabelRef("sum8_rounds"))

	Comment("Digests of the lanes whose last block this was.")
	isLast(reg.K2)
	for i := range digest {
		VMOVDQU64(home[i], reg.K2, out.Offset(64*i))
	}
	INCQ(frame.Block)
	ADDQ(operand.I32(rate), frame.Offset)
	MOVQ(frame.Offset, frame.Read)
	CMPQ(frame.Block, frame.Blocks())
	JGE(operand.LabelRef("sum8_done"))
	for i, z := range home {
		VMOVDQU64(z, state.Offset(64*i))
	}
	JMP(operand.LabelRef("sum8_block"))

	Label("sum8_done")
	for i := range digest {
		VMOVDQU64(out.Offset(64*i), Z[i])
	}
	wide.Digests(Z[0:digest], Z[8:8+digest], pairs, func(x reg.VecPhysical, high bool, lane, _ int) {
		MOVQ(frame.Out(lane), reg.RAX)
		wide.StoreRow(x, high, true, operand.Mem{Base: reg.RAX})
	})
	lanes.End()
	VZEROUPPER()
	RET()
}

// isLast sets k to the lanes whose last block is this one. Z8 is used.
func isLast(k reg.Register) {
	VPBROADCASTD(frame.Block.As32(), Z[8].AsY())
	VPCMPEQD(frame.Last(0), Z[8].AsY(), k)
}

// round is one round of Keccak-f on the words in s, with seven scratch registers; it returns where the words are then. 95
// operations (29 rotates) and 15 moves: theta is 10 ternary logics for the parities of columns, 5 rotates and 5 xors for
// what is added to them and 25 xors; rho 24 rotates; pi only renames; chi 25 ternary logics; iota one xor.
//
// Every word of a round depends on all of the round before, so the phases of a round overlap only within it. Theta's last step, rho
// and chi therefore go row by row: while the rotates of a row keep their two pipes, the xors of the next and chi use the others. For
// that the five sums have to be at hand, which costs the 5 xors.
func round(s, t []reg.VecPhysical, rc operand.Mem) []reg.VecPhysical {
	xor := func(y, x, dst operand.Op) { wide.Ternary(TernaryXor, y, x, dst) }
	c, t0, t1 := t[:5], t[5], t[6]
	for x, c := range c {
		VMOVDQA64(s[x], c)
		xor(s[x+10], s[x+5], c)
		xor(s[x+20], s[x+15], c)
	}
	// d[x] = c[x-1] + rot(c[x+1]) takes the register of c[x-1], in an order in which that is no longer needed.
	var d [5]reg.VecPhysical
	VPROLQ(operand.U8(1), c[0], t0)
	for _, x := range []int{1, 3, 0, 2, 4} {
		turned := t0
		if x != 4 {
			turned = t1
			VPROLQ(operand.U8(1), c[(x+1)%5], turned)
		}
		d[x] = c[(x+4)%5]
		VPXORQ(turned, d[x], d[x])
	}
	var b [words]reg.VecPhysical
	for y := range 5 {
		for x := range 5 {
			from := source(x, y)
			b[x+5*y] = s[from]
			VPXORQ(d[from%5], s[from], s[from])
			if r := rotations[from]; r != 0 {
				VPROLQ(operand.U8(r), s[from], s[from])
			}
		}
		row := b[5*y : 5*y+5]
		VMOVDQA64(row[0], t0)
		VMOVDQA64(row[1], t1)
		chi := func(c, b, a operand.Op) { wide.Ternary(TernaryChi, c, b, a) }
		chi(row[2], row[1], row[0])
		chi(row[3], row[2], row[1])
		chi(row[4], row[3], row[2])
		chi(t0, row[4], row[3])
		chi(t1, t0, row[4])
		if y == 0 {
			VPXORQ_BCST(rc, b[0], b[0])
		}
	}
	return b[:]
}

// moveHome moves the words of s to where they are between permutations. Moves between registers cost nothing but their
// place among instructions.
func moveHome(s []reg.VecPhysical, t reg.VecPhysical) {
	at := map[reg.VecPhysical]reg.VecPhysical{} // what belongs into a register is in another
	for i, r := range s {
		if r != home[i] {
			at[home[i]] = r
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
