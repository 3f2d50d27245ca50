// Command sm3 writes the assembly of kernels/sm3 (GB/T 32905-2016): SM3 in 16 and 32 lanes of AVX-512 and 8 of AVX2.
//
// One word of as many hashes is in each register. The variables A to H rotate by renaming: the new A is made in the register
// of D, the new E in that of H. A round is 19 vector operations with AVX-512 (6 rotates, 3 ternary logics, 8 additions, 2
// xors), a schedule step 7 (4 rotates, 3 ternary logics). Where two groups of lanes alternate, the words of the
// message are in memory.
package main

import (
	"math/bits"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Section 4.1.
var initial = []uint32{0x7380166f, 0x4914b2b9, 0x172442d7, 0xda8a0600, 0xa96f30bc, 0x163138aa, 0xe38dee4d, 0xb0fb0e4e}

var ivMem, tMem operand.Mem

func main() {
	ConstraintExpr("amd64,!purego")
	ivMem, tMem = Words32("iv", initial), Words32("t", turned())
	wide, narrow := newHash(64), newHash(32)
	wide.Sum("sum16", 1)
	wide.Sum("sum32", 2)
	narrow.Sum("sum8", 1)
	Generate()
}

// turned is the constants T of section 4.2, turned as round j wants them.
func turned() (t []uint32) {
	for j := range 64 {
		k := uint32(0x79cc4519)
		if j >= 16 {
			k = 0x7a879d8a
		}
		t = append(t, bits.RotateLeft32(k, j))
	}
	return t
}

type hash struct{ frame.Hash }

func newHash(bytes int) *hash {
	m := Machine{Bytes: bytes, Word: 4}
	h := &hash{frame.Hash{
		Machine:    m,
		Block:      64,
		State:      8,
		Digest:     8,
		BigEndian:  true,
		Strengthen: true,
		Regs:       func(_, g int) []reg.VecPhysical { return m.Regs(8*g, 8*g+8) },
		Temps: func(n, g int) []reg.VecPhysical {
			if n == 1 {
				return m.Regs(8, 16)
			}
			return m.Regs(16+6*g, 22+6*g)
		},
	}}
	h.Init = func(g *frame.Group) {
		for i, s := range g.S {
			h.Broadcast(ivMem.Offset(4*i), s)
		}
	}
	h.Compress = h.compress
	h.Data()
	return h
}

// compress is section 5.3.3: rounds 0 to 15, then three turns of 16.
func (h *hash) compress(gs []*frame.Group, name string) {
	t, left := operand.Mem{Base: reg.R12}, reg.R13
	LEAQ(tMem, reg.R12)
	h.rounds(gs, 0, 16, t)
	MOVQ(operand.U32(3), left)
	Label(name + "_rounds")
	h.rounds(gs, 16, 32, t)
	ADDQ(operand.U8(64), reg.R12)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_rounds"))
	for _, g := range gs {
		for i, s := range g.S {
			h.Xor(g.Save.Offset(i*h.Bytes), s, s)
		}
	}
}

func (h *hash) rounds(gs []*frame.Group, lo, hi int, t operand.Mem) {
	for j := lo; j < hi; j++ {
		var streams []Code
		for _, g := range gs {
			streams = append(streams, h.round(g, j, t.Offset(4*j)))
		}
		Alternate(streams)
	}
}

// round is round j of a group. It needs words j and j+4; from round 12 on it makes the latter.
func (h *hash) round(g *frame.Group, j int, constant operand.Mem) (c Code) {
	s, t := g.S, g.T
	a, b, cc, d, e, f, gg, hh := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	word := func(i int) operand.Op { return g.Words[i&15] }
	op := func(f func()) { c.Add(f) }

	// t[0] = A<<<12, later SS2; t[1] = SS1. E comes last: the chain from one E to the next is the longest.
	op(func() { h.Rol(12, a, t[0], t[4]) })
	op(func() { h.AddBroadcastTo(constant, t[0], t[1]) })
	op(func() { h.Add(e, t[1], t[1]) })
	h.rolInPlace(&c, 7, t[1], t)
	op(func() { h.Xor(t[1], t[0], t[0]) })

	w, ok := word(j).(reg.VecPhysical)
	if !ok {
		w = t[2]
		op(func() { h.Move(word(j), w) })
	}
	w4 := word(j + 4)
	if j >= 12 {
		w4 = h.schedule(&c, g, j+4)
	}
	op(func() { h.Add(w, hh, hh) })
	op(func() { h.Xor(w4, w, t[3]) })
	op(func() { h.Add(t[3], d, d) })

	h.boolean(&c, j < 16, true, a, b, cc, t)
	op(func() { h.Add(t[3], d, d) })
	op(func() { h.Add(t[0], d, d) }) // TT1
	h.boolean(&c, j < 16, false, e, f, gg, t)
	op(func() { h.Add(t[3], hh, hh) })
	op(func() { h.Add(t[1], hh, hh) }) // TT2

	h.rolInPlace(&c, 9, b, t)
	h.rolInPlace(&c, 19, f, t)
	h.diffuse(&c, 9, 17, hh, t)
	g.S = []reg.VecPhysical{d, a, b, cc, hh, e, f, gg}
	return c
}

// schedule makes word i, 16 <= i < 68, in its register, or in t[5] and in memory, and returns the register.
func (h *hash) schedule(c *Code, g *frame.Group, i int) reg.VecPhysical {
	t := g.T
	word := func(i int) operand.Op { return g.Words[i&15] }
	dst := t[5]
	if r, ok := word(i).(reg.VecPhysical); ok {
		dst = r // it holds word i-16
	} else {
		c.Add(func() { h.Move(word(i-16), dst) })
	}
	source := func(i int) operand.Op {
		if !g.InMemory() {
			return word(i)
		}
		c.Add(func() { h.Move(word(i), t[3]) })
		return t[3]
	}
	xor := func(i, n, with int) { // dst ^= word i, turned by n, ^ word with
		w := source(i)
		if h.Wide() {
			c.Add(func() { h.Rol(n, w, t[3], nil) })
			c.Add(func() { h.Ternary(TernaryXor, word(with), t[3], dst) })
			return
		}
		c.Add(func() { h.Shl(n, w, t[4]) })
		c.Add(func() { h.Shr(32-n, w, t[3]) })
		c.Add(func() { h.Xor(t[4], dst, dst) })
		c.Add(func() { h.Xor(t[3], dst, dst) })
		c.Add(func() { h.Xor(word(with), dst, dst) })
	}
	xor(i-3, 15, i-9)
	h.diffuse(c, 15, 23, dst, t)
	xor(i-13, 7, i-6)
	if g.InMemory() {
		c.Add(func() { h.Move(dst, word(i)) })
	}
	return dst
}

// diffuse is P0 and P1, section 4.4: x ^= x<<<m ^ x<<<n. t[3], t[4] and, with AVX2, t[6] are used.
func (h *hash) diffuse(c *Code, m, n int, x reg.VecPhysical, t []reg.VecPhysical) {
	if h.Wide() {
		c.Add(func() { h.Rol(m, x, t[3], nil) })
		c.Add(func() { h.Rol(n, x, t[4], nil) })
		c.Add(func() { h.Ternary(TernaryXor, t[3], t[4], x) })
		return
	}
	c.Add(func() { h.Shl(m, x, t[3]) })
	c.Add(func() { h.Shr(32-m, x, t[4]) })
	c.Add(func() { h.Shl(n, x, t[6]) })
	c.Add(func() { h.Xor(t[4], t[3], t[3]) })
	c.Add(func() { h.Shr(32-n, x, t[4]) })
	c.Add(func() { h.Xor(t[6], x, x) })
	c.Add(func() { h.Xor(t[4], t[3], t[3]) })
	c.Add(func() { h.Xor(t[3], x, x) })
}

func (h *hash) rolInPlace(c *Code, n int, x reg.VecPhysical, t []reg.VecPhysical) {
	if h.Wide() {
		c.Add(func() { h.Rol(n, x, x, nil) })
		return
	}
	c.Add(func() { h.Shr(32-n, x, t[4]) })
	c.Add(func() { h.Shl(n, x, x) })
	c.Add(func() { VPOR(t[4], x, x) })
}

// boolean sets t[3] to FF (of A, B, C) or GG (of E, F, G), section 4.3. With AVX2, t[4] is used.
func (h *hash) boolean(c *Code, early, ff bool, x, y, z reg.VecPhysical, t []reg.VecPhysical) {
	dst := t[3]
	if h.Wide() {
		f := TernaryXor
		switch {
		case early:
		case ff:
			f = TernaryMajority
		default:
			f = TernaryChoose
		}
		c.Add(func() { h.Move(x, dst) })
		c.Add(func() { h.Ternary(f, z, y, dst) })
		return
	}
	switch {
	case early:
		c.Add(func() { VPXOR(x, y, dst) })
		c.Add(func() { VPXOR(z, dst, dst) })
	case ff:
		c.Add(func() { VPXOR(x, y, dst) })
		c.Add(func() { VPXOR(y, z, t[4]) })
		c.Add(func() { VPAND(t[4], dst, dst) })
		c.Add(func() { VPXOR(y, dst, dst) })
	default:
		c.Add(func() { VPXOR(y, z, dst) })
		c.Add(func() { VPAND(x, dst, dst) })
		c.Add(func() { VPXOR(z, dst, dst) })
	}
}
