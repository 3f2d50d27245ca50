// Command sha256 writes the 16-lane AVX-512 assembly of kernels/sha256.
//
// Each 512-bit register holds one 32-bit word of 16 independent hashes. The eight working variables stay in
// Z0-Z7 and rotate by renaming, Z8-Z15 are scratch, Z16-Z31 hold the sixteen live words of the message schedule.
// A round is 17 vector operations (6 rotates, 4 ternary logics, 7 additions), a schedule step 11 (4 rotates, 2
// shifts, 2 ternary logics, 3 additions).
//
// Words of the message that are the same in all lanes (padding, the fixed part of a block header) cost nothing in
// the schedule: their share of each later word is one constant, see [block].
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

func main() {
	ConstraintExpr("amd64,!purego")
	data()
	sum(1)
	sum(2)
	node16()
	nodes()
	chain(1)
	chain(2)
	pow(1)
	pow(2)
	Generate()
}

var (
	kMem, ivMem, swapMem, padMem operand.Mem
	digestC, digestKW            operand.Mem // of a block that is a 32-byte digest and its padding
	nodeKW                       operand.Mem // of the padding block of a 64-byte message
	pairLow, pairHigh            operand.Mem // VPERMI2Q controls
	laneIndex                    operand.Mem // 0 to 15
)

func data() {
	kMem = Words32("k256", k[:])
	ivMem = Words32("iv256", iv[:])
	swapMem = Swap32("swap32")
	// A window of 64 bytes that begins at 128-r has 0x80 at place r, for r in [0,64), else nothing.
	pad := make([]byte, 264)
	pad[128] = 0x80
	padMem = Bytes("pad80", pad)
	c, kw := digestBlock.constants([16]uint32{8: 0x80000000, 15: 256})
	digestC, digestKW = Words32("digestC", c[:]), Words32("digestKW", kw[:])
	_, kw = block{}.constants([16]uint32{0: 0x80000000, 15: 512})
	nodeKW = Words32("nodeKW", kw[:])
	pairLow = Words64("pairLow", []uint64{0, 1, 8, 9, 2, 3, 10, 11})
	pairHigh = Words64("pairHigh", []uint64{4, 5, 12, 13, 6, 7, 14, 15})
	lanes := make([]uint32, 16)
	for i := range lanes {
		lanes[i] = uint32(i)
	}
	laneIndex = Words32("laneIndex", lanes)
}

// block tells which of the sixteen message words differ between lanes.
type block [16]bool

var (
	messageBlock = block{true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true}
	digestBlock  = block{true, true, true, true, true, true, true, true}
	headerBlock  = block{3: true} // the last 16 bytes of a Bitcoin header: only the nonce differs
)

// varies extends a block to all 64 words of the schedule.
func (b block) varies() (v [64]bool) {
	copy(v[:], b[:])
	for i := 16; i < 64; i++ {
		v[i] = v[i-2] || v[i-7] || v[i-15] || v[i-16]
	}
	return v
}

// constants gives, for the words w that all lanes share, c: the constant share of each word of the schedule, and kw: the
// sum of that share and the round constant. The Go side of a proof-of-work search computes the same.
func (b block) constants(w [16]uint32) (c, kw [64]uint32) {
	v := b.varies()
	for i := range 64 {
		if i < 16 {
			if !v[i] {
				c[i] = w[i]
			}
		} else {
			share := func(j int, f func(uint32) uint32) {
				if !v[j] {
					c[i] += f(c[j])
				}
			}
			same := func(x uint32) uint32 { return x }
			share(i-2, sigma1)
			share(i-7, same)
			share(i-15, sigma0)
			share(i-16, same)
		}
		kw[i] = k[i] + c[i]
	}
	return c, kw
}

// share tells whether word i of the schedule has a constant share that is not zero whatever the words are.
func (b block) share(i int) bool {
	w := [16]uint32{0x01234567, 0x89abcdef, 0xfedcba98, 4: 0x80000000, 15: 640}
	if b == digestBlock {
		w = [16]uint32{8: 0x80000000, 15: 256}
	}
	c, _ := b.constants(w)
	return c[i] != 0
}

func ror(x uint32, n int) uint32          { return x>>n | x<<(32-n) }
func sigma0(x uint32) uint32              { return ror(x, 7) ^ ror(x, 18) ^ x>>3 }
func sigma1(x uint32) uint32              { return ror(x, 17) ^ ror(x, 19) ^ x>>10 }
func at(m operand.Mem, i int) operand.Mem { return m.Offset(i) }

// group is 16 lanes: where their words and variables live.
type group struct {
	s    [8]reg.VecPhysical // working variables a to h
	t    []reg.VecPhysical  // scratch, six registers
	reg  [16]reg.VecPhysical
	mem  operand.Mem // words of the schedule, if they are not in registers
	save operand.Mem // eight vectors for the state before a block
}

// one is a single group with the schedule in registers.
func one(save operand.Mem) []*group {
	g := &group{t: Z[8:14], save: save}
	copy(g.s[:], Z[:8])
	for i := range 16 {
		g.reg[i] = Z[Columns32[i]]
	}
	return []*group{g}
}

// two is two groups whose instructions alternate, because one alone waits for its own results: vector operations of
// Zen 5 take two cycles. Their schedules are in memory.
func two(save, words operand.Mem) []*group {
	var gs []*group
	for i := range 2 {
		g := &group{t: Z[16+6*i : 22+6*i], save: save.Offset(512 * i), mem: words.Offset(1024 * i)}
		copy(g.s[:], Z[8*i:8*i+8])
		gs = append(gs, g)
	}
	return gs
}

func (g *group) inMemory() bool { return g.reg[0] == nil }

// word is word i of the schedule.
func (g *group) word(i int) operand.Op {
	if g.inMemory() {
		return g.mem.Offset(64 * (i & 15))
	}
	return g.reg[i&15]
}

// setWord stores x as word i of the first sixteen; x may be any register but those of words.
func (g *group) setWord(i int, x reg.VecPhysical) { VMOVDQU32(x, g.word(i)) }

// start gives the working variables in the order of a fresh block.
func (g *group) start() { *g = *g.home() }

func (g *group) home() *group {
	h := *g
	first := 0
	if g.inMemory() && g.t[0] == Z[22] {
		first = 8
	}
	copy(h.s[:], Z[first:first+8])
	return &h
}

// turn renames the variables after a round: the new a is in the register of h, the new e in that of d.
func (g *group) turn() {
	s := g.s
	g.s = [8]reg.VecPhysical{s[7], s[0], s[1], s[2], s[3], s[4], s[5], s[6]}
}

const xor3, choose, majority = operand.U8(0x96), operand.U8(0xca), operand.U8(0xe8)

type code []func()

func (c *code) add(f func()) { *c = append(*c, f) }

// alternate emits the instructions of several groups in turn.
func alternate(parts []code) {
	for i := 0; ; i++ {
		done := true
		for _, p := range parts {
			if i < len(p) {
				p[i]()
				done = false
			}
		}
		if done {
			return
		}
	}
}

// sigma sets t[0] to the xor of two rotations of x and a third, or a shift; t[1] and t[2] are scratch.
func (c *code) sigma(x operand.Op, r1, r2, r3 uint64, shift bool, t []reg.VecPhysical) {
	c.add(func() { VPRORD(operand.U8(r1), x, t[0]) })
	c.add(func() { VPRORD(operand.U8(r2), x, t[1]) })
	if shift {
		c.add(func() { VPSRLD(operand.U8(r3), x, t[2]) })
	} else {
		c.add(func() { VPRORD(operand.U8(r3), x, t[2]) })
	}
	c.add(func() { VPTERNLOGD(xor3, t[1], t[2], t[0]) })
}

// schedule makes word i, i >= 16, in its register or in t[5] and memory.
func (g *group) schedule(c *code, i int, b block, shares operand.Mem) {
	v := b.varies()
	t := g.t
	dst := t[5]
	started := false
	if !g.inMemory() {
		dst = g.reg[i&15]
		started = v[i-16] // it holds word i-16
	}
	add := func(x operand.Op) {
		if started {
			c.add(func() { VPADDD(x, dst, dst) })
		} else {
			c.add(func() { VMOVDQU32(x, dst) })
			started = true
		}
	}
	if g.inMemory() && v[i-16] {
		add(g.word(i - 16))
	}
	if b.share(i) {
		m := at(shares, 4*i)
		if started {
			c.add(func() { VPADDD_BCST(m, dst, dst) })
		} else {
			c.add(func() { VPBROADCASTD(m, dst) })
			started = true
		}
	}
	if v[i-7] {
		add(g.word(i - 7))
	}
	source := func(j int) operand.Op {
		if !g.inMemory() {
			return g.word(j)
		}
		c.add(func() { VMOVDQU32(g.word(j), t[3]) })
		return t[3]
	}
	if v[i-15] {
		c.sigma(source(i-15), 7, 18, 3, true, t)
		add(t[0])
	}
	if v[i-2] {
		c.sigma(source(i-2), 17, 19, 10, true, t)
		add(t[0])
	}
	if g.inMemory() {
		c.add(func() { VMOVDQU32(dst, g.word(i)) })
	}
}

// rounds does the rounds [lo,hi) of all groups. kw holds k[i] plus the constant share of word i where the word is the same
// in all lanes, shares the constant shares. withA(i) false leaves out the new a of round i, when nothing needs it.
func rounds(gs []*group, lo, hi int, b block, shares, k, kw operand.Mem, withA func(i int) bool) {
	for i := lo; i < hi; i++ {
		var parts []code
		for _, g := range gs {
			parts = append(parts, g.round(i, b, shares, k, kw, withA(i)))
			g.turn()
		}
		alternate(parts)
	}
}

func (g *group) round(i int, b block, shares, k, kw operand.Mem, withA bool) (c code) {
	s, t := g.s, g.t
	a, bb, cc, d, e, f, gg, h := s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7]
	if b.varies()[i] {
		word := g.word(i)
		c.add(func() { VPADDD_BCST(at(k, 4*i), h, h) })
		if i >= 16 {
			g.schedule(&c, i, b, shares)
			if g.inMemory() {
				word = t[5]
			}
		}
		c.add(func() { VPADDD(word, h, h) })
	} else {
		c.add(func() { VPADDD_BCST(at(kw, 4*i), h, h) })
	}
	c.add(func() { VMOVDQA32(e, t[3]) })
	c.add(func() { VPTERNLOGD(choose, gg, f, t[3]) })
	c.sigma(e, 6, 11, 25, false, t)
	c.add(func() { VPADDD(t[3], h, h) })
	c.add(func() { VPADDD(t[0], h, h) })
	c.add(func() { VPADDD(h, d, d) })
	if withA {
		c.add(func() { VMOVDQA32(a, t[4]) })
		c.add(func() { VPTERNLOGD(majority, cc, bb, t[4]) })
		c.sigma(a, 2, 13, 22, false, t)
		c.add(func() { VPADDD(t[4], h, h) })
		c.add(func() { VPADDD(t[0], h, h) })
	}
	return c
}

func always(int) bool { return true }

func loadIV(gs []*group) {
	for _, g := range gs {
		g.start()
		for i := range 8 {
			VPBROADCASTD(at(ivMem, 4*i), g.s[i])
		}
	}
}

func addIV(gs []*group) {
	for _, g := range gs {
		for i := range 8 {
			VPADDD_BCST(at(ivMem, 4*i), g.s[i], g.s[i])
		}
	}
}

// digestRounds hashes the digests in the first eight words: a block of 32 bytes and padding, from the initial state, which
// is not yet added in the end.
func digestRounds(gs []*group) {
	loadIV(gs)
	rounds(gs, 0, 64, digestBlock, digestC, kMem, digestKW, always)
}

// messageRounds does the 64 rounds of a block that differs in every word, in a loop: unrolled, two groups would not fit the
// cache of decoded instructions. R12 and R13 are used.
func messageRounds(gs []*group, name string) {
	k, left := operand.Mem{Base: reg.R12}, reg.R13
	LEAQ(kMem, reg.R12)
	rounds(gs, 0, 16, messageBlock, k, k, k, always)
	MOVQ(operand.U32(3), left)
	Label(name + "_rounds")
	rounds(gs, 16, 32, messageBlock, k, k, k, always)
	ADDQ(operand.U8(64), reg.R12)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_rounds"))
}

// constantRounds does the 64 rounds of a block that is the same in all lanes; kw is k plus its schedule.
func constantRounds(gs []*group, name string, table operand.Mem) {
	kw, left := operand.Mem{Base: reg.R12}, reg.R13
	LEAQ(table, reg.R12)
	MOVQ(operand.U32(4), left)
	Label(name + "_constant")
	rounds(gs, 0, 16, block{}, kw, kw, kw, always)
	ADDQ(operand.U8(64), reg.R12)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_constant"))
}

// loadWords transposes the 16 rows in Z0-Z15 into the big-endian words of a group. All registers are destroyed.
func loadWords(g *group) {
	Transpose32()
	VMOVDQU32(swapMem, Z[8])
	for i := range 16 {
		x := Z[Columns32[i]]
		VPSHUFB(Z[8], x, x)
		if g.inMemory() {
			g.setWord(i, x)
		}
	}
}

// toRows turns the words in s, one after the other in registers, into 16 digests: store is called with a register and the half
// of it that holds the digest of a lane. Z24-Z31 and s are destroyed.
func toRows(s [8]reg.VecPhysical, store func(z reg.VecPhysical, high bool, lane int)) {
	t := Z[24:32]
	VMOVDQU32(swapMem, t[0])
	for i := range 8 {
		VPSHUFB(t[0], s[i], s[i])
	}
	for i := 0; i < 8; i += 2 {
		VPUNPCKLDQ(s[i+1], s[i], t[i])
		VPUNPCKHDQ(s[i+1], s[i], t[i+1])
	}
	for i := 0; i < 8; i += 4 { // s[i+c], lane L: four words of row 4L+c
		VPUNPCKLQDQ(t[i+2], t[i], s[i])
		VPUNPCKHQDQ(t[i+2], t[i], s[i+1])
		VPUNPCKLQDQ(t[i+3], t[i+1], s[i+2])
		VPUNPCKHQDQ(t[i+3], t[i+1], s[i+3])
	}
	for c := range 4 {
		low, high := t[2*c], t[2*c+1]
		VMOVDQU64(pairLow, low)
		VPERMI2Q(s[4+c], s[c], low)
		VMOVDQU64(pairHigh, high)
		VPERMI2Q(s[4+c], s[c], high)
		store(low, false, c)
		store(low, true, 4+c)
		store(high, false, 8+c)
		store(high, true, 12+c)
	}
}

func storeHalf(z reg.VecPhysical, high bool, to operand.Mem) {
	if high {
		VEXTRACTI64X4(operand.U8(1), z, to)
	} else {
		VMOVDQU64(z.AsY(), to)
	}
}
