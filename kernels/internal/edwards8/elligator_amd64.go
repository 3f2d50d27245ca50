//go:build amd64 && !purego

package edwards8

import (
	"encoding/binary"
	"math/bits"
)

// Constants of Curve25519, v^2 = u^3 + J u^2 + u, in every lane: J = 486662 and -J; -J times the even square root of -J - 2;
// 2^((p+3)/8), a square root of 2 or of -2.
var (
	curveJ     = splat([5]uint64{486662})
	minusJ     = splat([5]uint64{0x7fffffff892e7, 0x7ffffffffffff, 0x7ffffffffffff, 0x7ffffffffffff, 0x7ffffffffffff})
	minusJRoot = splat([5]uint64{0x21a66fb7bca31, 0x107a6831c4798, 0x71705d2b12f6e, 0x6ceb82a009fa6, 0x1016bac16a3f1})
	rootOfTwo  = splat([5]uint64{0x61b274a0ea0b1, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d})
)

// Sign says which of a point and its negative a map gives.
type Sign bool

const (
	SignRFC9380 Sign = false // on Curve25519, v is odd for the first candidate, even for the second
	SignEvenX   Sign = true  // on edwards25519, x is even
)

// Elligator is the memory of maps from field elements to the curve. It lies best on a multiple of 64 bytes.
type Elligator struct {
	Room
	tv1, xd, xd2, gxd, gxd3, gxd7, gx1, a, e, e8 Pair
}

// Map sets each p to the point of edwards25519 for r: map_to_curve_elligator2_curve25519 of RFC 9380, section 6.7.1, with
// Z = 2, and the birational map of RFC 7748, section 4.1. Where that has a denominator of zero, which RFC 9380 says is the
// neutral point, it gives the point of order 2: 8p is the same. T of p is undefined.
//
// All takes one exponentiation, as appendix G.2.2 of RFC 9380 has it: for candidates x1/xd and x2/xd, with g(x1/xd) = gx1/gxd,
//
//	A = gx1 gxd^7    E = A^((p-5)/8)    E gx1 gxd^3 is a root of gx1/gxd, up to a fourth root of 1, or is near one of gx2/gxd.
//
// gx1 is never zero, as J^2 - 4 is no square, so 1/A = E^8 A^3 comes for free, and with it the affine x of edwards25519: for
// both candidates, with y the root,
//
//	x = sqrt(-J-2) u / v = -J sqrt(-J-2) y xd^2 / gx1    1/gx1 = gxd^7 / A
func (m *Elligator) Map(p *Points, r *Pair, sign Sign) {
	tv1, xd, xd2, gxd, gxd3, gxd7, gx1, a, e, e8 := &m.tv1, &m.xd, &m.xd2, &m.gxd, &m.gxd3, &m.gxd7, &m.gx1, &m.a, &m.e, &m.e8
	for i := range r {
		var t Element
		t.Mul(&r[i], &r[i])
		tv1[i].Add(&t, &t)
		xd[i].Add(&tv1[i], &one) // not zero, as -1/2 is no square
		xd2[i].Mul(&xd[i], &xd[i])
		gxd[i].Mul(&xd2[i], &xd[i])
		gx1[i].Mul(&curveJ, &tv1[i])
		gx1[i].Mul(&gx1[i], &minusJ)
		gx1[i].Add(&gx1[i], &xd2[i])
		gx1[i].Mul(&gx1[i], &minusJ)
		t.Mul(&gxd[i], &gxd[i])
		gxd3[i].Mul(&t, &gxd[i])
		t.Mul(&t, &t)
		gxd7[i].Mul(&t, &gxd3[i])
		a[i].Mul(&gx1[i], &gxd7[i])
	}
	m.root(e[:], a[:])
	squareMany(e8[:], e[:], 3)
	for i := range r {
		var y, y2, t, square Element
		y.Mul(&e[i], &gx1[i])
		y.Mul(&y, &gxd3[i])
		t.Mul(&y, &y)
		square.Mul(&t, &gxd[i]) // gx1 times a fourth root of 1
		same := square.Equal(&gx1[i])
		t.Add(&square, &gx1[i])
		opposite := t.Zero()
		first := same | opposite // x1/xd is of a point
		// The root for the second candidate, gx2 = gx1 tv1.
		y2.Mul(&y, &r[i])
		y2.Mul(&y2, &rootOfTwo)
		var gx2 Element
		gx2.Mul(&gx1[i], &tv1[i])
		t.Mul(&y2, &y2)
		t.Mul(&t, &gxd[i])
		turn := opposite&^same | ^(first | t.Equal(&gx2))
		y.Select(&y2, &y, first)
		t.Mul(&y, &sqrtM1)
		y.Select(&y, &t, turn)
		if sign == SignRFC9380 {
			_, odd := t.Canonical(&y)
			y.Neg(&y, odd^first)
		}

		var x Element
		t.Mul(&a[i], &a[i])
		t.Mul(&t, &a[i])
		t.Mul(&t, &gxd7[i])
		t.Mul(&t, &e8[i]) // 1/gx1
		x.Mul(&minusJRoot, &y)
		x.Mul(&x, &xd2[i])
		x.Mul(&x, &t)
		if sign == SignEvenX {
			_, odd := t.Canonical(&x)
			x.Neg(&x, odd)
		}

		// y of edwards25519 is (u-1)/(u+1).
		var u Element
		t.Mul(&minusJ, &tv1[i])
		u.Select(&t, &minusJ, first)
		p[i].Y.Sub(&u, &xd[i])
		p[i].Z.Add(&u, &xd[i]) // not zero, as J - 2 is no square
		p[i].X.Mul(&x, &p[i].Z)
	}
}

// SetWideLane sets lane l to the little-endian number p modulo the prime; len(p) == 48.
func (e *Element) SetWideLane(l int, p []byte) {
	var w [6]uint64
	for i := range w {
		w[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	// 2^255 = 19. The upper 129 bits times 19 are below 2^134.
	up := [3]uint64{w[3]>>63 | w[4]<<1, w[4]>>63 | w[5]<<1, w[5] >> 63}
	h0, l0 := bits.Mul64(up[0], 19)
	h1, l1 := bits.Mul64(up[1], 19)
	l1, c := bits.Add64(l1, h0, 0)
	l2 := up[2]*19 + h1 + c
	w[3] &^= 1 << 63
	w[0], c = bits.Add64(w[0], l0, 0)
	w[1], c = bits.Add64(w[1], l1, c)
	w[2], c = bits.Add64(w[2], l2, c)
	w[3] += c
	if w[3]>>63 == 1 { // then what is below 2^255 is below 2^134
		w[0], c = bits.Add64(w[0], 19, 0)
		w[1], c = bits.Add64(w[1], 0, c)
		w[2] += c
	}
	var q [32]byte
	for i := range 4 {
		binary.LittleEndian.PutUint64(q[8*i:], w[i])
	}
	e.SetLane(l, q[:]) // without bit 255
}
