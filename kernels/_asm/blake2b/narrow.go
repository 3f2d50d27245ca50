package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// compress2 is compress with AVX2, which has 16 registers: words 2 and 3 of the working vector are in memory, so that there
// are two to spare, one for such a word while it is mixed, one for rotations.
func (h *hash) compress2(gs []*frame.Group, _ string) {
	g := gs[0]
	count, mark, spare := g.T[4], g.T[6], g.S[2]
	for i := range 2 {
		h.Move(g.S[2+i], g.Scratch.Offset(32*i))
	}
	for i, t := range g.T {
		h.Broadcast(h.iv.Offset(8*i), t)
	}
	Comment("The bytes of the message up to the end of this block: the less of two numbers. Then the mark of the last block.")
	LEAQ(operand.Mem{Base: frame.Offset, Disp: blockBytes}, reg.RAX)
	VMOVQ(reg.RAX, spare.AsX())
	VPBROADCASTQ(spare.AsX(), spare)
	VPCMPGTQ(frame.Size(0), spare, g.S[3])
	VPBLENDVB(g.S[3], frame.Size(0), spare, spare)
	VPXOR(spare, count, count)
	VMOVD(frame.Block.As32(), spare.AsX())
	VPBROADCASTD(spare.AsX(), spare.AsX())
	VPCMPEQD(frame.Last(0), spare.AsX(), spare.AsX())
	VPMOVSXDQ(spare.AsX(), spare)
	VPXOR(spare, mark, mark)

	for r := range rounds {
		for half := range 2 {
			mix := func(i int) Code {
				x, y := sigma[r%10][8*half+2*i], sigma[r%10][8*half+2*i+1]
				return h.mix2(g, places[4*half+i], g.Words[x], g.Words[y])
			}
			Alternate([]Code{mix(0), mix(1), append(mix(2), mix(3)...)})
		}
	}
	for i := range 2 {
		h.Move(g.Scratch.Offset(32*i), g.S[2+i])
	}
	for i, s := range g.S {
		h.Xor3(g.Save.Offset(i*h.Bytes), g.T[i], s)
	}
}

// mix2 is mix with AVX2.
func (h *hash) mix2(g *frame.Group, p [4]int, x, y operand.Op) (c Code) {
	v := append(append([]reg.VecPhysical(nil), g.S...), g.T...)
	va, vb, vc, vd, t := v[p[0]], v[p[1]], v[p[2]], v[p[3]], g.S[3]
	inMemory := p[0] == 2 || p[0] == 3
	if inMemory {
		va = g.S[2]
		c.Add(func() { h.Move(g.Scratch.Offset(32*(p[0]-2)), va) })
	}
	half := func(word operand.Op, turnD, turnB func()) {
		c.Add(func() { h.Add(word, va, va) })
		c.Add(func() { h.Add(vb, va, va) })
		c.Add(func() { h.Xor(va, vd, vd) })
		c.Add(turnD)
		c.Add(func() { h.Add(vd, vc, vc) })
		c.Add(func() { h.Xor(vc, vb, vb) })
		c.Add(turnB)
	}
	half(x,
		func() { VPSHUFD(operand.U8(0xb1), vd, vd) }, // 32
		func() { VPSHUFB(h.ror24, vb, vb) })
	half(y,
		func() { VPSHUFB(h.ror16, vd, vd) },
		func() { // 63; in one piece, as others use t too
			h.Add(vb, vb, t)
			h.Shr(63, vb, vb)
			h.Xor(t, vb, vb)
		})
	if inMemory {
		c.Add(func() { h.Move(va, g.Scratch.Offset(32*(p[0]-2))) })
	}
	return c
}

// turned puts the VPSHUFB control that rotates words to the right by n bits into memory.
func (h *hash) turned(name string, n int) operand.Mem {
	p := make([]byte, h.Bytes)
	for i := range p {
		p[i] = byte(i&8 | (i+n/8)&7)
	}
	return Bytes(name, p)
}
