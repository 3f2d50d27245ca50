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
// so that x = x0 + z0 - y0 - c z1, which is above -2L and below 2L.
func (s *Scalar) reduce(x *[8]uint64) {
	var y [7]uint64
	x1 := [5]uint64{x[3]>>60 | x[4]<<4, x[4]>>60 | x[5]<<4, x[5]>>60 | x[6]<<4, x[6]>>60 | x[7]<<4, x[7] >> 60}
	y[0], y[1], y[2] = timesC(x1[0], 0, 0)
	y[1], y[2], y[3] = timesC(x1[1], y[1], y[2])
	y[2], y[3], y[4] = timesC(x1[2], y[2], y[3])
	y[3], y[4], y[5] = timesC(x1[3], y[3], y[4])
	y[4], y[5], y[6] = timesC(x1[4], y[4], y[5])
	var z [5]uint64
	z[0], z[1], z[2] = timesC(y[3]>>60|y[4]<<4, 0, 0)
	z[1], z[2], z[3] = timesC(y[4]>>60|y[5]<<4, z[1], z[2])
	z[2], z[3], z[4] = timesC(y[5]>>60|y[6]<<4, z[2], z[3])
	z1 := z[3]>>60 | z[4]<<4
	w0, w1, w2 := timesC(z1, 0, 0)

	// Nothing is negative with 2L added; the result is below 4L then.
	const low = top - 1
	r0, b := bits.Add64(x[0], z[0], 0)
	r1, b := bits.Add64(x[1], z[1], b)
	r2, b := bits.Add64(x[2], z[2], b)
	r3 := x[3]&low + z[3]&low + b
	r0, b = bits.Add64(r0, 2*c0%(1<<64), 0)
	r1, b = bits.Add64(r1, 2*c1|2*c0>>64, b)
	r2, b = bits.Add64(r2, 0, b)
	r3 += 2*top + b
	r0, b = bits.Sub64(r0, y[0], 0)
	r1, b = bits.Sub64(r1, y[1], b)
	r2, b = bits.Sub64(r2, y[2], b)
	r3 -= y[3]&low + b
	r0, b = bits.Sub64(r0, w0, 0)
	r1, b = bits.Sub64(r1, w1, b)
	r2, b = bits.Sub64(r2, w2, b)
	r3 -= b
	// q = floor(r / 2^252) is the quotient by L, or one more.
	q := r3 >> 60
	h0, l0 := bits.Mul64(q, c0)
	l1 := q * c1
	l1, b = bits.Add64(l1, h0, 0)
	l2 := b
	r0, b = bits.Sub64(r0, l0, 0)
	r1, b = bits.Sub64(r1, l1, b)
	r2, b = bits.Sub64(r2, l2, b)
	r3, b = bits.Sub64(r3&low, 0, b)
	// Below zero: add L.
	m := -b
	r0, b = bits.Add64(r0, m&c0, 0)
	r1, b = bits.Add64(r1, m&c1, b)
	r2, b = bits.Add64(r2, 0, b)
	r3 += m&top + b
	*s = Scalar{r0, r1, r2, r3}
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
	x[0], x[1], x[2], x[3], x[4] = times(a[0], b)
	for i := 1; i < 4; i++ {
		r0, r1, r2, r3, r4 := times(a[i], b)
		var c uint64
		x[i], c = bits.Add64(x[i], r0, 0)
		x[i+1], c = bits.Add64(x[i+1], r1, c)
		x[i+2], c = bits.Add64(x[i+2], r2, c)
		x[i+3], c = bits.Add64(x[i+3], r3, c)
		x[(i+4)&7] = r4 + c
	}
	s.reduce(&x)
}

// times gives v b in five words.
func times(v uint64, b *Scalar) (r0, r1, r2, r3, r4 uint64) {
	h0, r0 := bits.Mul64(v, b[0])
	h1, r1 := bits.Mul64(v, b[1])
	h2, r2 := bits.Mul64(v, b[2])
	h3, r3 := bits.Mul64(v, b[3])
	r1, c := bits.Add64(r1, h0, 0)
	r2, c = bits.Add64(r2, h1, c)
	r3, c = bits.Add64(r3, h2, c)
	return r0, r1, r2, r3, h3 + c
}

// accumulator is a sum that is not reduced.
type accumulator [8]uint64

// addShifted adds x 2^n, below 2^512 - 2^128.
func (a *accumulator) addShifted(x uint64, n uint) {
	i, n := n/64, n%64
	var c uint64
	a[i], c = bits.Add64(a[i], x<<n, 0)
	a[i+1], c = bits.Add64(a[i+1], x>>(64-n), c)
	for i += 2; c != 0; i++ {
		a[i], c = bits.Add64(a[i], 0, c)
	}
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
