// Command blake2b writes the assembly of kernels/blake2b (RFC 7693): unkeyed BLAKE2b-256 in 8 and 16 lanes of AVX-512 and
// 4 of AVX2.
//
// One word of as many hashes is in each register. A G is 14 vector operations with AVX-512 (4 rotates, 6 additions, 4
// xors), all of which wait for each other, so that four of them, of one or two groups of lanes, alternate.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Section 2.6.
var initial = []uint64{
	0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
	0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
}

// Section 2.7.
var sigma = [10][16]int{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
}

const (
	rounds     = 12
	blockBytes = 128
	digest     = 32
	parameters = 0x01010000 ^ digest // no key, fanout and depth 1, section 2.5
)

func main() {
	ConstraintExpr("amd64,!purego")
	start := append([]uint64(nil), initial...)
	start[0] ^= parameters
	c := &constants{iv: Words64("iv", initial), start: Words64("start", start)}
	wide, narrow := newHash(64, c), newHash(32, c)
	wide.Compress = wide.compress
	narrow.Compress = narrow.compress2
	narrow.ror16, narrow.ror24 = narrow.turned("ror16", 16), narrow.turned("ror24", 24)
	narrow.Scratch = 2 * 32
	wide.Sum("sum8", 1)
	wide.Sum("sum16", 2)
	narrow.Sum("sum4", 1)
	Generate()
}

type constants struct{ iv, start operand.Mem }

type hash struct {
	frame.Hash
	*constants
	ror16, ror24 operand.Mem // VPSHUFB controls for AVX2
}

func newHash(bytes int, c *constants) *hash {
	m := Machine{Bytes: bytes, Word: 8}
	h := &hash{constants: c, Hash: frame.Hash{
		Machine: m,
		Block:   blockBytes,
		State:   8,
		Digest:  digest / 8,
		// S and T together are the sixteen words of the working vector.
		Regs:  func(_, g int) []reg.VecPhysical { return m.Regs(16*g, 16*g+8) },
		Temps: func(_, g int) []reg.VecPhysical { return m.Regs(16*g+8, 16*g+16) },
	}}
	h.Init = func(g *frame.Group) {
		for i, s := range g.S {
			h.Broadcast(c.start.Offset(8*i), s)
		}
	}
	h.Data()
	return h
}

// places are the words of the working vector that each G of a round mixes, section 3.2.
var places = [8][4]int{
	{0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14}, {3, 7, 11, 15},
	{0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14},
}

// compress is function F, section 3.2, with AVX-512.
func (h *hash) compress(gs []*frame.Group, name string) {
	for _, g := range gs {
		first := g.Index * h.Lanes()
		mark, count := g.T[6], g.T[4]
		Comment("The mark of the last block; the bytes of the message up to the end of this block.")
		VPBROADCASTD(frame.Block.As32(), count.AsY())
		VPCMPEQD(frame.Last(first), count.AsY(), reg.K2)
		for i, t := range g.T {
			if t != count {
				h.Broadcast(h.iv.Offset(8*i), t)
			}
		}
		VPTERNLOGQ(operand.U8(0x0f), mark, mark, reg.K2, mark) // not
		LEAQ(operand.Mem{Base: frame.Offset, Disp: blockBytes}, reg.RAX)
		VPBROADCASTQ(reg.RAX, count)
		VPMINUQ(frame.Size(first), count, count)
		h.XorBroadcast(h.iv.Offset(8*4), count, nil)
	}
	for r := range rounds {
		for half := range 2 {
			var streams []Code
			for _, g := range gs {
				for i := range 4 {
					x, y := sigma[r%10][8*half+2*i], sigma[r%10][8*half+2*i+1]
					streams = append(streams, h.mix(g, places[4*half+i], g.Words[x], g.Words[y]))
				}
			}
			Alternate(streams)
		}
	}
	for _, g := range gs {
		for i, s := range g.S {
			h.Ternary(TernaryXor, g.Save.Offset(i*h.Bytes), g.T[i], s)
		}
	}
}

// mix is function G, section 3.1, on four words of the working vector and two of the message.
func (h *hash) mix(g *frame.Group, p [4]int, x, y operand.Op) (c Code) {
	v := append(append([]reg.VecPhysical(nil), g.S...), g.T...)
	va, vb, vc, vd := v[p[0]], v[p[1]], v[p[2]], v[p[3]]
	half := func(word operand.Op, r1, r2 int) {
		c.Add(func() { h.Add(word, va, va) }) // before b is there
		c.Add(func() { h.Add(vb, va, va) })
		c.Add(func() { h.Xor(va, vd, vd) })
		c.Add(func() { h.Ror(r1, vd, vd, nil) })
		c.Add(func() { h.Add(vd, vc, vc) })
		c.Add(func() { h.Xor(vc, vb, vb) })
		c.Add(func() { h.Ror(r2, vb, vb, nil) })
	}
	half(x, 32, 24)
	half(y, 16, 63)
	return c
}
