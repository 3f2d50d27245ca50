package sha256

import "math/bits"

// The compression function of FIPS 180-4, section 6.2.2, for what is computed once per search. Messages are hashed
// by crypto/sha256 or in lanes.

// initial is H(0), section 5.3.3.
var initial = [8]uint32{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

// round is the constants K, section 4.2.2.
var round = [64]uint32{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}

func sigma0(x uint32) uint32 {
	return bits.RotateLeft32(x, -7) ^ bits.RotateLeft32(x, -18) ^ x>>3
}

func sigma1(x uint32) uint32 {
	return bits.RotateLeft32(x, -17) ^ bits.RotateLeft32(x, -19) ^ x>>10
}

// constants extends a block to the 64 words of the schedule. Words for which varies is true, and the part of later
// words that depends on them, count as zero, so that the rest can be added to that part. varies may be nil.
func constants(block *[16]uint32, varies func(i int) bool) (w [64]uint32) {
	var differs [64]bool
	for i, x := range block {
		if differs[i] = varies != nil && varies(i); !differs[i] {
			w[i] = x
		}
	}
	for i := 16; i < 64; i++ {
		differs[i] = differs[i-2] || differs[i-7] || differs[i-15] || differs[i-16]
		if !differs[i-2] {
			w[i] += sigma1(w[i-2])
		}
		if !differs[i-7] {
			w[i] += w[i-7]
		}
		if !differs[i-15] {
			w[i] += sigma0(w[i-15])
		}
		if !differs[i-16] {
			w[i] += w[i-16]
		}
	}
	return w
}

// rounds does the first len(w) rounds on the working variables a to h.
func rounds(v *[8]uint32, w []uint32) {
	a, b, c, d, e, f, g, h := v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]
	for i, x := range w {
		big1 := bits.RotateLeft32(e, -6) ^ bits.RotateLeft32(e, -11) ^ bits.RotateLeft32(e, -25)
		t1 := h + big1 + (e&f ^ ^e&g) + round[i] + x
		big0 := bits.RotateLeft32(a, -2) ^ bits.RotateLeft32(a, -13) ^ bits.RotateLeft32(a, -22)
		t2 := big0 + (a&b ^ a&c ^ b&c)
		a, b, c, d, e, f, g, h = t1+t2, a, b, c, d+t1, e, f, g
	}
	*v = [8]uint32{a, b, c, d, e, f, g, h}
}
