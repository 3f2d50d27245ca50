package sha2

import "math/bits"

// Block tells which of the sixteen message words differ between lanes.
type Block [16]bool

// Message differs in every word.
var Message = Block{true, true, true, true, true, true, true, true, true, true, true, true, true, true, true, true}

// varies extends a block to all words of the schedule.
func (f *function) varies(b Block) []bool {
	v := make([]bool, len(f.k))
	copy(v, b[:])
	for i := 16; i < len(v); i++ {
		v[i] = v[i-2] || v[i-7] || v[i-15] || v[i-16]
	}
	return v
}

// Constants256 gives, for the words w that all lanes share, c: the constant share of each word of the schedule, and kw:
// the sum of that share and the round constant. The Go side of a proof-of-work search computes the same. SHA-256 only.
func (h *Hash) Constants256(b Block, w [16]uint32) (c, kw []uint32) {
	v := h.varies(b)
	c, kw = make([]uint32, len(h.k)), make([]uint32, len(h.k))
	for i := range c {
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
			share(i-2, small(h.small1))
			share(i-7, same)
			share(i-15, small(h.small0))
			share(i-16, same)
		}
		kw[i] = uint32(h.k[i]) + c[i]
	}
	return c, kw
}

// share tells whether word i of the schedule has a constant share that is not zero whatever the words are.
func (h *Hash) share(b Block, i int) bool {
	if b == Message {
		return false
	}
	w := [16]uint32{0x01234567, 0x89abcdef, 0xfedcba98, 4: 0x80000000, 15: 640}
	if b == Digest256 {
		w = Digest256Words
	}
	c, _ := h.Constants256(b, w)
	return c[i] != 0
}

// Digest256 is a block that is a 32-byte digest and its padding, Digest256Words the latter.
var (
	Digest256      = Block{true, true, true, true, true, true, true, true}
	Digest256Words = [16]uint32{8: 0x80000000, 15: 256}
)

func small(r [3]int) func(uint32) uint32 {
	return func(x uint32) uint32 {
		return bits.RotateLeft32(x, -r[0]) ^ bits.RotateLeft32(x, -r[1]) ^ x>>r[2]
	}
}
