package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

var narrow = Machine{Bytes: 32, Word: 8}

// sum4 hashes 4 messages with AVX2. The state does not fit 16 registers: each round goes from one copy in memory to
// another.
func sum4() {
	TEXT("sum4", 0, "func(args *byte)")
	Pragma("noescape")
	Doc("sum4 hashes 4 messages; args is a *lanes.Padded.")
	bytes := byteRotations()
	Load(Param("args"), frame.Span.Base)
	MOVQ(frame.Span.Base, frame.Args.Base)
	const size = 32 * words
	state := Local(2*size + 32*digest + 32)
	other, out, pointers := state.Offset(size), state.Offset(2*size), state.Offset(2*size+32*digest)
	VPXOR(Y[0], Y[0], Y[0])
	for i := range words {
		VMOVDQU(Y[0], state.Offset(32*i))
	}
	XORQ(frame.Block, frame.Block)
	XORQ(frame.Offset, frame.Offset)

	Label("sum4_block")
	frame.PaddedPointers(4, rate, pointers)
	for r := range 4 {
		for lane := range 4 {
			MOVQ(pointers.Offset(8*lane), reg.RAX)
			VMOVDQU(operand.Mem{Base: reg.RAX, Disp: 32 * r}, Y[lane])
		}
		narrow.Transpose(Y[0:4], Y[4:8])
		for c := range 4 {
			absorbWord(state, 4*r+c, Y[4+c])
		}
	}
	MOVQ(pointers, reg.RAX)
	MOVQ(pointers.Offset(8), reg.RBX)
	VMOVQ(operand.Mem{Base: reg.RAX, Disp: 128}, reg.X0)
	VPINSRQ(operand.U8(1), operand.Mem{Base: reg.RBX, Disp: 128}, reg.X0, reg.X0)
	MOVQ(pointers.Offset(16), reg.RAX)
	MOVQ(pointers.Offset(24), reg.RBX)
	VMOVQ(operand.Mem{Base: reg.RAX, Disp: 128}, reg.X1)
	VPINSRQ(operand.U8(1), operand.Mem{Base: reg.RBX, Disp: 128}, reg.X1, reg.X1)
	VINSERTI128(operand.U8(1), reg.X1, Y[0], Y[0])
	absorbWord(state, 16, Y[0])

	parity := Y[11:16]
	for x, c := range parity {
		VMOVDQU(state.Offset(32*x), c)
		for y := 1; y < 5; y++ {
			VPXOR(state.Offset(32*(x+5*y)), c, c)
		}
	}
	LEAQ(roundConstants, reg.R12)
	MOVQ(operand.U32(rounds/2), reg.R13)
	Label("sum4_rounds")
	round2(state, other, operand.Mem{Base: reg.R12}, bytes)
	round2(other, state, operand.Mem{Base: reg.R12, Disp: 8}, bytes)
	ADDQ(operand.U8(16), reg.R12)
	DECQ(reg.R13)
	JNZ(operand.LabelRef("sum4_rounds"))

	Comment("Digests of the lanes whose last block this was.")
	VMOVD(frame.Block.As32(), reg.X0)
	VPBROADCASTD(reg.X0, reg.X0)
	VPCMPEQD(frame.Last(0), reg.X0, reg.X0)
	VPMOVSXDQ(reg.X0, Y[0])
	for i := range digest {
		VMOVDQU(state.Offset(32*i), Y[1])
		VPMASKMOVQ(Y[1], Y[0], out.Offset(32*i))
	}
	INCQ(frame.Block)
	ADDQ(operand.I32(rate), frame.Offset)
	CMPQ(frame.Block, frame.Blocks())
	JLT(operand.LabelRef("sum4_block"))

	for i := range digest {
		VMOVDQU(out.Offset(32*i), Y[i])
	}
	narrow.Digests(Y[0:4], Y[4:8], nil, func(x reg.VecPhysical, high bool, lane, _ int) {
		MOVQ(frame.Out(lane), reg.RAX)
		narrow.StoreRow(x, high, false, operand.Mem{Base: reg.RAX})
	})
	VZEROUPPER()
	RET()
}

func absorbWord(state operand.Mem, i int, x reg.VecPhysical) {
	VPXOR(state.Offset(32*i), x, x)
	VMOVDQU(x, state.Offset(32*i))
}

// byteRotations puts the VPSHUFB controls of the rotations by whole bytes into memory.
func byteRotations() map[int]operand.Mem {
	m := map[int]operand.Mem{}
	for _, n := range []int{8, 56} {
		p := make([]byte, 32)
		for i := range p {
			p[i] = byte(i&8 | (i-n/8)&7)
		}
		m[n] = Bytes(fmt.Sprintf("rol%d", n), p)
	}
	return m
}

// round2 is one round from a copy of the state to another. Y11-Y15 hold the parities of columns before and after.
func round2(from, to operand.Mem, rc operand.Mem, bytes map[int]operand.Mem) {
	b, d, t, parity := Y[0:5], Y[5:10], Y[10], Y[11:16]
	for x := range 5 {
		c := parity[(x+1)%5]
		VPADDQ(c, c, d[x])
		VPSRLQ(operand.U8(63), c, t)
		VPOR(t, d[x], d[x])
		VPXOR(parity[(x+4)%5], d[x], d[x])
	}
	for y := range 5 {
		for x := range 5 {
			i := source(x, y)
			r := rotations[i]
			switch control, ok := bytes[r]; {
			case r == 0:
				VPXOR(from.Offset(32*i), d[i%5], b[x])
			case ok:
				VPXOR(from.Offset(32*i), d[i%5], b[x])
				VPSHUFB(control, b[x], b[x])
			default:
				VPXOR(from.Offset(32*i), d[i%5], t)
				VPSLLQ(operand.U8(r), t, b[x])
				VPSRLQ(operand.U8(64-r), t, t)
				VPOR(t, b[x], b[x])
			}
		}
		for x := range 5 {
			VPANDN(b[(x+2)%5], b[(x+1)%5], t)
			VPXOR(b[x], t, t)
			if x+y == 0 {
				// The old parities are no longer needed.
				VPBROADCASTQ(rc, parity[0])
				VPXOR(parity[0], t, t)
			}
			VMOVDQU(t, to.Offset(32*(x+5*y)))
			if y == 0 {
				VMOVDQA(t, parity[x])
			} else {
				VPXOR(t, parity[x], parity[x])
			}
		}
	}
}
