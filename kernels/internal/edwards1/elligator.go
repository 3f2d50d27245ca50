package edwards1

// Constants of Curve25519, v^2 = u^3 + J u^2 + u: J = 486662 and -J; -J times the even square root of -J - 2; 2^((p+3)/8), a square root of
// 2 or of -2.
var (
	curveJ     = Element{486662}
	minusJ     = Element{0x7fffffff892e7, 0x7ffffffffffff, 0x7ffffffffffff, 0x7ffffffffffff, 0x7ffffffffffff}
	minusJRoot = Element{0x21a66fb7bca31, 0x107a6831c4798, 0x71705d2b12f6e, 0x6ceb82a009fa6, 0x1016bac16a3f1}
	rootOfTwo  = Element{0x61b274a0ea0b1, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}
)

// SetWide sets e to a little-endian number modulo the prime; len(p) == 48.
func (e *Element) SetWide(p []byte) {
	var upper [32]byte
	copy(upper[:], p[32:48])
	var h Element
	h.SetBytes(upper[:])
	e.SetBytes(p[:32])
	e[0] += 19 * uint64(p[31]>>7)
	h.Mul(&h, &Element{38}) // 2^256
	e.Add(e, &h)
	e.tighten()
}

// Elligator2 sets p to the point of edwards25519 for a tight r; evenX says that its x is even, otherwise its sign is that of RFC 9380. It is
// the map of package edwards8, one point at a time: see there for the formulas. T of p is not set.
func (p *Point) Elligator2(r *Element, evenX bool) {
	var tv1, xd, xd2, gxd, gxd3, gxd7, gx1, a, e, t, square, y Element
	t.Square(r)
	tv1.Add(&t, &t)
	xd.Add(&tv1, &one)
	tv1.tighten()
	xd.tighten()
	xd2.Square(&xd)
	gxd.Mul(&xd2, &xd)
	gx1.Mul(&curveJ, &tv1)
	gx1.Mul(&gx1, &minusJ)
	gx1.Add(&gx1, &xd2)
	gx1.Mul(&gx1, &minusJ)
	t.Square(&gxd)
	gxd3.Mul(&t, &gxd)
	t.Square(&t)
	gxd7.Mul(&t, &gxd3)
	a.Mul(&gx1, &gxd7)
	e.root(&a)

	y.Mul(&e, &gx1)
	y.Mul(&y, &gxd3)
	t.Square(&y)
	square.Mul(&t, &gxd) // gx1 times a fourth root of 1
	same := square.Equal(&gx1)
	t.Add(&square, &gx1)
	first := same || t.Zero() // x1/xd is of a point
	turn := !same
	if !first {
		// The root for the second candidate, gx2 = gx1 tv1.
		y.Mul(&y, r)
		y.Mul(&y, &rootOfTwo)
		var gx2 Element
		gx2.Mul(&gx1, &tv1)
		t.Square(&y)
		t.Mul(&t, &gxd)
		turn = !t.Equal(&gx2)
	}
	if turn {
		y.Mul(&y, &sqrtM1)
	}
	if !evenX && y.Odd() != first {
		y.Neg(&y)
	}

	// 1/gx1 = gxd^7 / a, and 1/a = e^8 a^3.
	var inverse, x Element
	inverse.Square(&a)
	inverse.Mul(&inverse, &a)
	inverse.Mul(&inverse, &gxd7)
	e.squares(&e, 3)
	inverse.Mul(&inverse, &e)
	x.Mul(&minusJRoot, &y)
	x.Mul(&x, &xd2)
	x.Mul(&x, &inverse)
	if evenX && x.Odd() {
		x.Neg(&x)
	}

	// y of edwards25519 is (u-1)/(u+1).
	u := minusJ
	if !first {
		u.Mul(&minusJ, &tv1)
	}
	p.Y.Sub(&u, &xd)
	p.Y.tighten()
	p.Z.Add(&u, &xd)
	p.Z.tighten()
	p.X.Mul(&x, &p.Z)
}
