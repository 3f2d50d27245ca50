// Package sha2 writes SHA-256 and SHA-512 (FIPS 180-4) in vector lanes: one word of as many independent hashes in each
// register.
//
// The eight working variables stay in registers and rotate by renaming. With AVX-512 a round is 17 vector operations (6
// rotates, 4 ternary logics, 7 additions), a schedule step 11 (4 rotates, 2 shifts, 2 ternary logics, 3 additions). One
// group of lanes keeps the sixteen live words of the message schedule in Z16-Z31; two groups, whose instructions
// alternate, and three, which take turns, keep them in memory. AVX2 has neither rotates nor ternary logic: a round is 36
// operations, a schedule step 21.
//
// One group is bound by latency: on Zen 5 a turn of Merkle nodes takes 1,300 cycles for one group, 1,680 for two and 2,220
// for three, of which the operations alone, four in a cycle, would take 690 a group. Code of three groups is long, see
// loops.go.
//
// Words of the message that are the same in all lanes (padding, the fixed part of a block header) cost nothing in
// the schedule: their share of each later word is one constant, see [Block].
package sha2

import (
	"fmt"
	"slices"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Hash is SHA-256 or SHA-512 on one machine.
type Hash struct {
	frame.Hash
	*function
	*tables
}

// function is what tells SHA-256 from SHA-512.
type function struct {
	iv, k          []uint64
	big0, big1     [3]int // rotations
	small0, small1 [3]int // two rotations and a shift
}

// tables is the constants in memory, for all machines.
type tables struct{ K, IV operand.Mem }

// New256 gives SHA-256 on AVX-512 and on AVX2; New512 gives SHA-512.
func New256() (wide, narrow *Hash) { return both(4, &sha256) }

func New512() (wide, narrow *Hash) { return both(8, &sha512) }

func both(word int, f *function) (wide, narrow *Hash) {
	t := &tables{f.words("k", f.k, word), f.words("iv", f.iv, word)}
	return f.on(Machine{Bytes: 64, Word: word}, t), f.on(Machine{Bytes: 32, Word: word}, t)
}

func (f *function) words(name string, w []uint64, word int) operand.Mem {
	if word == 8 {
		return Words64(name, w)
	}
	short := make([]uint32, len(w))
	for i, x := range w {
		short[i] = uint32(x)
	}
	return Words32(name, short)
}

func (f *function) on(m Machine, t *tables) *Hash {
	h := &Hash{function: f, tables: t, Hash: frame.Hash{
		Machine:    m,
		Block:      16 * m.Word,
		State:      8,
		Digest:     8,
		BigEndian:  true,
		Strengthen: true,
		Regs:       func(_, g int) []reg.VecPhysical { return m.Regs(8*g, 8*g+8) },
		Temps: func(n, g int) []reg.VecPhysical {
			switch n {
			case 1:
				return m.Regs(8, 16)
			case 2:
				return m.Regs(16+6*g, 22+6*g)
			}
			t := m.Regs(24, 32) // the groups share them
			return append(t[3*g:], t[:3*g]...)
		},
	}}
	h.Init = func(g *frame.Group) {
		for i, s := range g.S {
			h.Broadcast(h.IVWord(i), s)
		}
	}
	h.Compress = func(gs []*frame.Group, name string) {
		h.MessageRounds(gs, name)
		h.AddState(gs)
	}
	h.Data()
	return h
}

// KWord is the round constant i in memory, IVWord the word i of the initial state.
func (h *Hash) KWord(i int) operand.Mem  { return h.K.Offset(i * h.Word) }
func (h *Hash) IVWord(i int) operand.Mem { return h.IV.Offset(i * h.Word) }

// InitialState is the words of IV, of SHA-256.
func (h *Hash) InitialState() (s [8]uint32) {
	for i, x := range h.iv {
		s[i] = uint32(x)
	}
	return s
}

// LoadIV sets the states of all groups to the initial one.
func (h *Hash) LoadIV(gs []*frame.Group) {
	for _, g := range gs {
		h.Init(g)
	}
}

// AddIV adds the initial state, AddState the saved one: the end of a block.
func (h *Hash) AddIV(gs []*frame.Group) {
	for _, g := range gs {
		for i, s := range g.S {
			h.AddBroadcast(h.IVWord(i), s, g.T[0])
		}
	}
}

func (h *Hash) AddState(gs []*frame.Group) {
	for _, g := range gs {
		for i, s := range g.S {
			h.Add(g.Save.Offset(i*h.Bytes), s, s)
		}
	}
}

// MessageRounds does all rounds of a block that differs in every word, sixteen in each turn of a loop, or eight if words are
// in memory: unrolled, it would not fit the cache of instructions. RAX, RBX, R12 and R13 are used.
func (h *Hash) MessageRounds(gs []*frame.Group, name string) {
	k, left := operand.Mem{Base: reg.R12}, reg.R13
	unroll, turn, restore := 16, func() {}, func() {}
	if gs[0].InMemory() {
		unroll = 8
		turn, restore = halves(gs)
	}
	loop := func(label string, first, rounds int) {
		if rounds > unroll {
			MOVQ(operand.U32(rounds/unroll), left)
			Label(label)
		}
		c := k.Offset(-first * h.Word)
		h.Rounds(gs, first, first+unroll, Message, &Constants{K: c, KW: c, Share: c}, Always)
		ADDQ(operand.I32(unroll*h.Word), reg.R12)
		turn()
		if rounds > unroll {
			DECQ(left)
			JNZ(operand.LabelRef(label))
		}
	}
	LEAQ(h.K, reg.R12)
	loop(name+"_words", 0, 16)
	loop(name+"_rounds", 16, len(h.k)-16)
	restore()
}

// halves has groups find the words of their messages by RAX, the half that eight rounds replace, and RBX, the other. The
// code of turn changes them over; restore ends it.
func halves(gs []*frame.Group) (turn, restore func()) {
	half := [2]reg.Register{reg.RAX, reg.RBX}
	var origin [2]int
	for j, r := range half {
		m := gs[0].Words[8*j].(operand.Mem)
		origin[j] = m.Disp
		LEAQ(m, r)
	}
	var words [][16]operand.Op
	for _, g := range gs {
		words = append(words, g.Words)
		for i, w := range g.Words {
			g.Words[i] = operand.Mem{Base: half[i/8], Disp: w.(operand.Mem).Disp - origin[i/8]}
		}
	}
	turn = func() { XCHGQ(half[0], half[1]) }
	restore = func() {
		for i, g := range gs {
			g.Words = words[i]
		}
	}
	return turn, restore
}

// Constants is where the constants of a block are: K, the round constants; Share, the constant shares of the schedule;
// KW, their sums. Sum, if set, says where the vectors of K and all of a word together are, for each group.
type Constants struct {
	K, Share, KW operand.Mem
	Sum          func(group, i int) operand.Mem
}

// Always is for [Hash.Rounds]: every round makes a new a.
func Always(int) bool { return true }

// Rounds does the rounds [lo,hi) of all groups. withA(i) false leaves out the new a of round i, when nothing needs it.
//
// The instructions of two groups alternate. Three groups leave too few registers for that: they take turns step by step,
// and the processor, which looks far enough ahead, does the rest.
func (h *Hash) Rounds(gs []*frame.Group, lo, hi int, b Block, c *Constants, withA func(i int) bool) {
	for i := lo; i < hi; i++ {
		var steps [3][]Code
		for _, g := range gs {
			for j, s := range h.round(g, i, b, c, withA(i)) {
				steps[j] = append(steps[j], s)
			}
			Turn(g)
		}
		if len(gs) > 2 {
			for _, s := range steps {
				for _, c := range s {
					Alternate([]Code{c})
				}
			}
			continue
		}
		var streams []Code
		for j := range gs {
			streams = append(streams, slices.Concat(steps[0][j], steps[1][j], steps[2][j]))
		}
		Alternate(streams)
	}
}

// Turn renames the variables after a round: the new a is in the register of h, the new e in that of d.
func Turn(g *frame.Group) {
	s := g.S
	g.S = []reg.VecPhysical{s[7], s[0], s[1], s[2], s[3], s[4], s[5], s[6]}
}

// round is round i of a group before it turns, in three steps: the word and the constant, the new e, the new a. T[0] to T[2]
// are scratch of sums, T[3] of choose, T[4] of majority, T[5] holds a new word of the schedule; AVX2 also uses T[6] and
// T[7].
func (h *Hash) round(g *frame.Group, i int, b Block, k *Constants, withA bool) (steps [3]Code) {
	s, t := g.S, g.T
	va, vb, vc, vd, ve, vf, vg, vh := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	c := &steps[0]
	if k.Sum != nil {
		c.Add(func() { h.Add(k.Sum(g.Index, i), vh, vh) })
	} else if h.varies(b)[i] {
		word := g.Words[i&15]
		c.Add(func() { h.AddBroadcast(k.K.Offset(h.Word*i), vh, t[0]) })
		if i >= 16 {
			h.schedule(c, g, i, b, k.Share)
			if g.InMemory() {
				word = t[5]
			}
		}
		c.Add(func() { h.Add(word, vh, vh) })
	} else {
		c.Add(func() { h.AddBroadcast(k.KW.Offset(h.Word*i), vh, t[0]) })
	}
	c = &steps[1]
	h.choose(c, ve, vf, vg, t[3])
	h.sigma(c, ve, h.big1, false, t)
	c.Add(func() { h.Add(t[3], vh, vh) })
	c.Add(func() { h.Add(t[0], vh, vh) })
	c.Add(func() { h.Add(vh, vd, vd) })
	if withA {
		c = &steps[2]
		h.majority(c, va, vb, vc, t)
		h.sigma(c, va, h.big0, false, t)
		c.Add(func() { h.Add(t[4], vh, vh) })
		c.Add(func() { h.Add(t[0], vh, vh) })
	}
	return steps
}

// schedule makes word i, i >= 16, in its register or in T[5] and memory.
func (h *Hash) schedule(c *Code, g *frame.Group, i int, b Block, shares operand.Mem) {
	v := h.varies(b)
	t := g.T
	word := func(j int) operand.Op { return g.Words[j&15] }
	dst := t[5]
	started := false
	if r, ok := word(i).(reg.VecPhysical); ok {
		dst = r
		started = v[i-16] // it holds word i-16
	}
	add := func(x operand.Op) {
		if started {
			c.Add(func() { h.Add(x, dst, dst) })
		} else {
			c.Add(func() { h.Move(x, dst) })
			started = true
		}
	}
	if g.InMemory() && v[i-16] {
		add(word(i - 16))
	}
	if h.share(b, i) {
		m := shares.Offset(h.Word * i)
		if started {
			c.Add(func() { h.AddBroadcast(m, dst, t[0]) })
		} else {
			c.Add(func() { h.Broadcast(m, dst) })
			started = true
		}
	}
	if v[i-7] {
		add(word(i - 7))
	}
	source := func(j int) operand.Op {
		if !g.InMemory() {
			return word(j)
		}
		c.Add(func() { h.Move(word(j), t[3]) })
		return t[3]
	}
	if v[i-15] {
		h.sigma(c, source(i-15), h.small0, true, t)
		add(t[0])
	}
	if v[i-2] {
		h.sigma(c, source(i-2), h.small1, true, t)
		add(t[0])
	}
	if g.InMemory() {
		c.Add(func() { h.Move(dst, word(i)) })
	}
}

// sigma sets t[0] to the xor of two rotations of x and a third, or a shift.
func (h *Hash) sigma(c *Code, x operand.Op, r [3]int, shift bool, t []reg.VecPhysical) {
	if !h.Wide() {
		h.sigma2(c, x, r, shift, t)
		return
	}
	c.Add(func() { h.Ror(r[0], x, t[0], nil) })
	c.Add(func() { h.Ror(r[1], x, t[1], nil) })
	if shift {
		c.Add(func() { h.Shr(r[2], x, t[2]) })
	} else {
		c.Add(func() { h.Ror(r[2], x, t[2], nil) })
	}
	c.Add(func() { h.Ternary(TernaryXor, t[1], t[2], t[0]) })
}

// sigma2 is sigma by shifts: as no two of them overlap, a rotation need not be put together first.
func (h *Hash) sigma2(c *Code, x operand.Op, r [3]int, shift bool, t []reg.VecPhysical) {
	sum := []reg.VecPhysical{t[0], t[1]} // two chains
	n := 0
	xor := func(shift func(int, operand.Op, operand.Op), by int) {
		acc, to := sum[n%2], t[2]
		if n >= 2 {
			if n%2 == 1 {
				to = t[6]
			}
			c.Add(func() { shift(by, x, to) })
			c.Add(func() { h.Xor(to, acc, acc) })
		} else {
			c.Add(func() { shift(by, x, acc) })
		}
		n++
	}
	for j, by := range r {
		xor(h.Shr, by)
		if j < 2 || !shift {
			xor(h.Shl, 8*h.Word-by)
		}
	}
	c.Add(func() { h.Xor(t[1], t[0], t[0]) })
}

// choose sets dst = e ? f : g.
func (h *Hash) choose(c *Code, e, f, g, dst reg.VecPhysical) {
	if h.Wide() {
		c.Add(func() { h.Move(e, dst) })
		c.Add(func() { h.Ternary(TernaryChoose, g, f, dst) })
		return
	}
	c.Add(func() { VPXOR(f, g, dst) })
	c.Add(func() { VPAND(e, dst, dst) })
	c.Add(func() { VPXOR(g, dst, dst) })
}

// majority sets t[4] to the majority of a, b and c.
func (h *Hash) majority(code *Code, a, b, c reg.VecPhysical, t []reg.VecPhysical) {
	dst := t[4]
	if h.Wide() {
		code.Add(func() { h.Move(a, dst) })
		code.Add(func() { h.Ternary(TernaryMajority, c, b, dst) })
		return
	}
	code.Add(func() { VPXOR(a, b, dst) })
	code.Add(func() { VPXOR(b, c, t[7]) })
	code.Add(func() { VPAND(t[7], dst, dst) })
	code.Add(func() { VPXOR(b, dst, dst) })
}

// String names a hash in panics.
func (h *Hash) String() string { return fmt.Sprintf("SHA-%d, %d lanes", 64*h.Word, h.Lanes()) }
