package edwards8

import (
	"encoding/binary"
	"math/bits"
)

// The order of the group is L = 2^252 + c, c = c1 2^64 + c0.
const (
	c0, c1 = 0x5812631a5cf5d3ed, 0x14def9dea2f79cd6
	top    = 1 << 60 // 2^252 in word 3
)

// Scalar is a number of four 64-bit words, the lowest first.
type Scalar [4]uint64

// SetBytes sets s to 32 little-endian bytes and tells whether that is below L.
func (s *Scalar) SetBytes(p []byte) bool {
	for i := range s {
		s[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	return s.less()
}

// less tells whether s < L.
func (s *Scalar) less() bool {
	_, b := bits.Sub64(s[0], c0, 0)
	_, b = bits.Sub64(s[1], c1, b)
	_, b = bits.Sub64(s[2], 0, b)
	_, b = bits.Sub64(s[3], top, b)
	return b == 1
}

// SetDigest sets s to 64 little-endian bytes mod L.
func (s *Scalar) SetDigest(p *[64]byte) {
	var x [8]uint64
	for i := range x {
		x[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	s.reduce(&x)
}

// reduce sets s = x mod L, folding at 2^252 = -c three times: x = x0 + 2^252 x1 and so on,
//
//	x = x0 - c x1, c x1 = y0 + 2^252 y1 (y1 < 2^133), x = x0 - y0 + c y1, c y1 = z0 + 2^252 z1 (z1 < 2^6),
//
// so that x = x0 + z0 - y0 - c z1, which is above -L - 2^131 and below 2L.
func (s *Scalar) reduce(x *[8]uint64) {
	var y [7]uint64
	x1 := [5]uint64{x[3]>>60 | x[4]<<4, x[4]>>60 | x[5]<<4, x[5]>>60 | x[6]<<4, x[6]>>60 | x[7]<<4, x[7] >> 60}
	for i, v := range x1 {
		y[i], y[i+1], y[i+2] = timesC(v, y[i], y[i+1])
	}
	var z [5]uint64
	for i, v := range [3]uint64{y[3]>>60 | y[4]<<4, y[4]>>60 | y[5]<<4, y[5]>>60 | y[6]<<4} {
		z[i], z[i+1], z[i+2] = timesC(v, z[i], z[i+1])
	}
	z1 := z[3]>>60 | z[4]<<4
	w0, w1, w2 := timesC(z1, 0, 0)

	const low = top - 1
	r := Scalar{x[0], x[1], x[2], x[3] & low}
	r.plus(&Scalar{z[0], z[1], z[2], z[3] & low})
	r.plus(&Scalar{2 * c0, 2*c1 | c0>>63, 0, 2 * top}) // 2L, so that nothing is negative
	r.minus(&Scalar{y[0], y[1], y[2], y[3] & low})
	r.minus(&Scalar{w0, w1, w2, 0})
	for !r.less() { // at most three times
		r.minus(&Scalar{c0, c1, 0, top})
	}
	*s = r
}

// timesC gives v c + a + 2^64 b in three words.
func timesC(v, a, b uint64) (uint64, uint64, uint64) {
	h0, l0 := bits.Mul64(v, c0)
	h1, l1 := bits.Mul64(v, c1)
	l0, c := bits.Add64(l0, a, 0)
	l1, d := bits.Add64(l1, h0, c) // below 2^128 in all: c < 2^125
	h1 += d
	l1, d = bits.Add64(l1, b, 0)
	return l0, l1, h1 + d
}

func (s *Scalar) plus(x *Scalar) {
	var c uint64
	for i := range s {
		s[i], c = bits.Add64(s[i], x[i], c)
	}
}

func (s *Scalar) minus(x *Scalar) {
	var b uint64
	for i := range s {
		s[i], b = bits.Sub64(s[i], x[i], b)
	}
}

// Mul sets s = ab mod L, of a and b below 2^256.
func (s *Scalar) Mul(a, b *Scalar) {
	var x [8]uint64
	for i, v := range a {
		var carry uint64
		for j, w := range b {
			h, l := bits.Mul64(v, w)
			var c uint64
			l, c = bits.Add64(l, x[i+j], 0)
			h += c
			l, c = bits.Add64(l, carry, 0)
			carry = h + c
			x[i+j] = l
		}
		x[i+4] = carry
	}
	s.reduce(&x)
}

// Add sets s = a + b mod L, of a and b below L.
func (s *Scalar) Add(a, b *Scalar) {
	r := *a
	r.plus(b)
	if !r.less() {
		r.minus(&order)
	}
	*s = r
}

// Neg sets s = -a mod L, of a below L.
func (s *Scalar) Neg(a *Scalar) {
	if *a == (Scalar{}) {
		*s = Scalar{}
		return
	}
	r := order
	r.minus(a)
	*s = r
}

// order is L.
var order = Scalar{c0, c1, 0, top}

// Reduce sets s = x mod L, of eight words.
func (s *Scalar) Reduce(x *[8]uint64) { s.reduce(x) }
