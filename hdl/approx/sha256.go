package approx

import (
	"encoding/binary"
	"math/bits"
)

// state is that of SHA-256, a first.
type state [8]uint32

// compress is one block with approximate additions, in the order of hdl/rtl/pow_stage.sv: FIPS 180-4, section 6.2.2.
func (k Adder) compress(before *state, block *[16]uint32) state {
	w := *block // the last 16 words of the schedule; word t is w[t%16]
	s := *before
	for t := range 64 {
		kw := k.Add(constants[t], w[t%16])
		w[t%16] = k.Add(
			k.Add(sigma1(w[(t+14)%16]), w[(t+9)%16]),
			k.Add(sigma0(w[(t+1)%16]), w[t%16]))
		t1 := k.Add(k.Add(k.Add(s[7], sum1(s[4])), choose(s[4], s[5], s[6])), kw)
		t2 := k.Add(sum0(s[0]), majority(s[0], s[1], s[2]))
		s = state{k.Add(t1, t2), s[0], s[1], s[2], k.Add(s[3], t1), s[4], s[5], s[6]}
	}
	for i := range s {
		s[i] = k.Add(before[i], s[i])
	}
	return s
}

// Work is the part of a search that its nonces share. The midstate is exact: see hdl/rtl/pow_engine.sv.
type Work struct {
	first    [16]uint32 // block
	midstate state
	tail     [3]uint32 // of the header, before the nonce
}

// NewWork is the work over a block header, whose nonce does not count.
func NewWork(header *[80]byte) *Work {
	w := new(Work)
	for i := range w.first {
		w.first[i] = binary.BigEndian.Uint32(header[4*i:])
	}
	w.midstate = Exact.compress(&initial, &w.first)
	for i := range w.tail {
		w.tail[i] = binary.BigEndian.Uint32(header[64+4*i:])
	}
	return w
}

// MidstateRight tells whether the adder k would give the right midstate.
func (w *Work) MidstateRight(k Adder) bool { return k.compress(&initial, &w.first) == w.midstate }

// block is the second block of the header, FIPS 180-4 section 5.1.1.
func (w *Work) block(nonce uint32) *[16]uint32 {
	return &[16]uint32{w.tail[0], w.tail[1], w.tail[2], bits.ReverseBytes32(nonce), 1 << 31, 15: 640}
}

// digestBlock is the block of the second hash.
func digestBlock(d *state) *[16]uint32 {
	return &[16]uint32{d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7], 1 << 31, 15: 256}
}

// Hash is what a unit with the adder k takes for the SHA-256d of the header with a nonce, as Bitcoin stores it.
func (w *Work) Hash(nonce uint32, k Adder) [32]byte {
	d := k.compress(&w.midstate, w.block(nonce))
	d = k.compress(&initial, digestBlock(&d))
	var out [32]byte
	for i, x := range d {
		binary.BigEndian.PutUint32(out[4*i:], x)
	}
	return out
}

// Search is what a unit whose adders look back bits bits, 0 to 32, answers to a row of sha256d.pow: nonce and hash
// of what it takes for the first hit, or zeros and false.
func Search(row *[120]byte, k Adder) (out [36]byte, valid bool) {
	work := NewWork((*[80]byte)(row[:]))
	target := (*[32]byte)(row[80:])
	first, count := binary.LittleEndian.Uint32(row[112:]), binary.LittleEndian.Uint32(row[116:])
	for n := range count {
		if hash := work.Hash(first+n, k); Meets(&hash, target) {
			binary.LittleEndian.PutUint32(out[:], first+n)
			copy(out[4:], hash[:])
			return out, true
		}
	}
	return out, false
}

// Meets tells whether a hash is not above a target, both little-endian.
func Meets(hash, target *[32]byte) bool {
	for i := 31; i >= 0; i-- {
		if hash[i] != target[i] {
			return hash[i] < target[i]
		}
	}
	return true
}

// FIPS 180-4, section 4.1.2.

func choose(x, y, z uint32) uint32   { return x&y ^ ^x&z }
func majority(x, y, z uint32) uint32 { return x&y ^ x&z ^ y&z }
func turn(x uint32, n int) uint32    { return bits.RotateLeft32(x, -n) }
func sum0(x uint32) uint32           { return turn(x, 2) ^ turn(x, 13) ^ turn(x, 22) }
func sum1(x uint32) uint32           { return turn(x, 6) ^ turn(x, 11) ^ turn(x, 25) }
func sigma0(x uint32) uint32         { return turn(x, 7) ^ turn(x, 18) ^ x>>3 }
func sigma1(x uint32) uint32         { return turn(x, 17) ^ turn(x, 19) ^ x>>10 }

// initial is FIPS 180-4, section 5.3.3.
var initial = state{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

// constants are FIPS 180-4, section 4.2.2.
var constants = [64]uint32{
	0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
	0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
	0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
	0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
	0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
	0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
}
