// Command sha256 writes the assembly of kernels/sha256: hashing in 16 and 32 lanes of AVX-512 and 8 of AVX2, Merkle nodes,
// iterated hashes and proof-of-work search in up to 48 lanes of AVX-512, all with the rounds of package sha2; and single
// messages and nodes by the SHA instructions.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	"github.com/sluice-engine/sluice/kernels/_asm/internal/sha2"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

func main() {
	ConstraintExpr("amd64,!purego")
	wide, narrow := sha2.New256()
	g := &generator{Hash: wide}
	g.data()
	for _, h := range []*sha2.Hash{wide, narrow} {
		h.Finish = func(gs []*frame.Group, name string) { g.twice(h, gs, name) }
	}
	wide.Sum("sum16", 1)
	wide.Sum("sum32", 2)
	narrow.Sum("sum8", 1)
	for n := range 3 {
		g.nodes(n + 1)
	}
	g.nodeSHA(1)
	g.nodeSHA(2)
	g.sumSHA()
	for n := range 3 {
		g.chain(n + 1)
	}
	g.pow(3)
	Generate()
}

// generator is SHA-256 in AVX-512 lanes with the constants of special blocks.
type generator struct {
	*sha2.Hash
	digest, node   sha2.Constants
	lane, swap     operand.Mem // 0 to 15; the VPSHUFB control that swaps bytes
	shaIV, shaSwap operand.Mem // see single.go
	nodeSums       operand.Mem // node.KW, each in all lanes
	padding        operand.Mem // what is not 0 of the padding of a digest
}

func (g *generator) data() {
	c, kw := g.Constants256(sha2.Digest256, sha2.Digest256Words)
	g.digest = sha2.Constants{K: g.K, Share: Words32("digestC", c), KW: Words32("digestKW", kw)}
	_, kw = g.Constants256(sha2.Block{}, [16]uint32{0: 0x80000000, 15: 512})
	var wide []uint32
	for _, x := range kw {
		for range 16 {
			wide = append(wide, x)
		}
	}
	g.nodeSums = Words32("nodeSums", wide)
	g.node = sha2.Constants{KW: Words32("nodeKW", kw)}
	lanes := make([]uint32, 16)
	for i := range lanes {
		lanes[i] = uint32(i)
	}
	g.lane = Words32("laneIndex", lanes)
	g.swap = g.SwapControl("swapNonce")
	g.padding = Words32("digestPad", []uint32{sha2.Digest256Words[8], sha2.Digest256Words[15]})
	g.shaData()
}

// stateToWords makes the states the first words of the next block.
func stateToWords(h *sha2.Hash, gs []*frame.Group) {
	for _, g := range gs {
		for i, s := range g.S {
			h.Move(s, g.Words[i])
		}
	}
}

// twice hashes the digests once more if the arguments say so, as any block: less code is faster here than fewer
// instructions.
func (g *generator) twice(h *sha2.Hash, gs []*frame.Group, name string) {
	CMPQ(frame.Flag(), operand.U8(0))
	JEQ(operand.LabelRef(name + "_store"))
	stateToWords(h, gs)
	for i, w := range sha2.Digest256Words {
		if i < 8 {
			continue
		}
		t := gs[0].T[0]
		if w == 0 {
			h.Xor(t, t, t)
		} else {
			h.Broadcast(g.padding.Offset(4*(i/15)), t)
		}
		for _, gr := range gs {
			h.Move(t, gr.Words[i])
		}
	}
	h.LoadIV(gs)
	h.MessageRounds(gs, name+"_twice")
	h.AddIV(gs)
	Label(name + "_store")
}
