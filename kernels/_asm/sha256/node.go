package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// rowOf is the row of a group that is hashed in a lane: lanes l and l+4 have neighbours, as frame.Hash.StoreNeighbours wants
// it.
func rowOf(lane int) int { return lane&8 + 2*(lane&3) + lane>>2&1 }

// nodes hashes pairs of children in n groups: the blocks of the two digests, then the padding blocks, whose words and sums
// are constant. Their rounds are bound by latency, which three groups hide.
func (g *generator) nodes(n int) {
	name := fmt.Sprintf("node%d", 16*n)
	TEXT(name, 0, "func(out, in *byte, rows int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s hashes rows of 64 bytes to rows of 32 bytes: 16 <= rows <= %d. The last group is the last 16 rows,", name, 16*n),
		"those before it the first ones, so that some rows may be hashed twice.")
	out, in, rows := reg.RDI, reg.RSI, reg.RCX
	lastOut, lastIn := reg.R8, reg.R9
	Load(Param("out"), out)
	Load(Param("in"), in)
	Load(Param("rows"), rows)
	SHLQ(operand.U8(5), rows)
	LEAQ(operand.Mem{Base: out, Index: rows, Scale: 1, Disp: -16 * 32}, lastOut)
	LEAQ(operand.Mem{Base: in, Index: rows, Scale: 2, Disp: -16 * 64}, lastIn)
	place := func(j int, base, last reg.Register, row int) func(lane int) operand.Mem {
		return func(lane int) operand.Mem {
			if j == n-1 {
				return operand.Mem{Base: last, Disp: row * lane}
			}
			return operand.Mem{Base: base, Disp: row * (16*j + lane)}
		}
	}
	g.Memory = true          // even one group: less code, which lives beside that of three
	const sumBytes = 16 * 64 // of the words of one group and their constants
	gs, extra := g.Groups(n, n*sumBytes)
	g.Memory = false

	from, words, sum, left := reg.RAX, reg.RBX, reg.R10, reg.R13
	LEAQ(extra, sum)
	MOVQ(in, from)
	LEAQ(gs[0].Words[0].(operand.Mem), words)
	MOVQ(operand.U32(n), left)
	Label(name + "_words16")
	CMPQ(left, operand.U8(1))
	CMOVQEQ(lastIn, from)
	for lane := range 16 {
		VMOVDQU32(operand.Mem{Base: from, Disp: 64 * rowOf(lane)}, Z[lane])
	}
	moving := *gs[0]
	for i := range moving.Words {
		moving.Words[i] = operand.Mem{Base: words, Disp: 64 * i}
	}
	g.SetWords(&moving, 0)
	for i, w := range Z[16:32] {
		VPADDD_BCST(g.KWord(i), w, w)
		VMOVDQU64(w, operand.Mem{Base: sum, Disp: 64 * i})
	}
	ADDQ(operand.I32(sumBytes), sum)
	ADDQ(operand.I32(16*64), from)
	ADDQ(operand.I32(16*64), words)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_words16"))

	g.LoadIV(gs)
	sums, padding := []reg.Register{reg.R10, reg.R11, reg.RDX}[:n], reg.RCX
	for j, s := range sums {
		LEAQ(extra.Offset(sumBytes*j), s)
	}
	MOVQ(operand.U32(2), reg.R13)
	XORQ(padding, padding)
	Label(name + "_block")
	g.SumRounds(gs, name+"_sums", sums)
	TESTQ(padding, padding)
	JNZ(operand.LabelRef(name + "_end"))
	LEAQ(g.KWord(16), reg.R12)
	const turns = 6
	var prefetch func()
	if n == 3 { // most likely the next rows are hashed next; nothing happens where there is no memory
		prefetch = func() {
			for i := range 16 * n / turns {
				PREFETCHT0(operand.Mem{Base: in, Disp: 16*64*n + 64*i})
			}
			ADDQ(operand.I32(16*64*n/turns), in)
		}
	}
	g.WordRounds(gs, name+"_rounds", turns, false, prefetch)
	g.AddIV(gs)
	for _, gr := range gs {
		g.SaveState(gr)
	}
	for _, s := range sums {
		LEAQ(g.nodeSums, s)
	}
	MOVQ(operand.U32(8), reg.R13)
	MOVQ(reg.R13, padding)
	JMP(operand.LabelRef(name + "_block"))
	Label(name + "_end")
	g.AddState(gs)
	for j, gr := range gs {
		at := place(j, out, lastOut, 32)
		g.StoreNeighbours(gr, Z[24:32], func(lane int) operand.Mem { return at(rowOf(lane)) })
	}
	VZEROUPPER()
	RET()
}
