package edwards1

import "encoding/binary"

// Point is a point of the curve: x = X/Z, y = Y/Z, xy = T/Z, all tight.
type Point struct{ X, Y, Z, T Element }

// Cached is a point in the form in which it is added; Affine one with Z = 1.
type (
	Cached struct{ YPlusX, YMinusX, Z2, T2d Element }
	Affine struct{ YPlusX, YMinusX, T2d Element }
)

// SetIdentity sets p to the neutral point.
func (p *Point) SetIdentity() { *p = Point{Y: one, Z: one} }

// Decompress sets p to the point with these 32 bytes, with Z = 1, and tells whether there is one: RFC 8032, section 5.1.3, but that y is
// taken modulo the prime, and x = 0 may have the sign.
func (p *Point) Decompress(encoded []byte) bool {
	var u, v, v3, t, r Element
	y := &p.Y
	y.SetBytes(encoded)
	t.Square(y)
	u.Sub(&t, &one)
	u.tighten()
	v.Mul(&t, &d)
	v.Add(&v, &one)
	v3.Square(&v)
	v3.Mul(&v3, &v)
	t.Square(&v3)
	t.Mul(&t, &v)
	t.Mul(&t, &u) // u v^7
	t.root(&t)
	t.Mul(&t, &v3)
	p.X.Mul(&t, &u) // u v^3 (u v^7)^((p-5)/8)

	// v x^2 is u, or -u, where the root of -1 is missing, or there is no point.
	t.Square(&p.X)
	t.Mul(&t, &v)
	if !t.Equal(&u) {
		r.Add(&t, &u)
		if !r.Zero() {
			return false
		}
		p.X.Mul(&p.X, &sqrtM1)
	}
	p.X.Canonical(&p.X)
	if p.X.Odd() != (encoded[31]>>7 == 1) {
		p.X.Neg(&p.X)
		p.X.tighten()
	}
	p.Z = one
	p.T.Mul(&p.X, y)
	return true
}

// tighten carries a loose element.
func (e *Element) tighten() { e.carry(e[0], e[1], e[2], e[3], e[4]) }

// Neg sets p = -q.
func (p *Point) Neg(q *Point) {
	*p = *q
	p.X.Neg(&p.X)
	p.X.tighten()
	p.T.Neg(&p.T)
	p.T.tighten()
}

// Identity tells whether p is the neutral point. T is not looked at.
func (p *Point) Identity() bool { return p.X.Zero() && p.Y.Equal(&p.Z) }

// Set gives q the form of p.
func (q *Cached) Set(p *Point) {
	q.YPlusX.Add(&p.Y, &p.X)
	q.YMinusX.Sub(&p.Y, &p.X)
	q.Z2.Add(&p.Z, &p.Z)
	q.T2d.Mul(&p.T, &d2)
}

// Set gives q the form of p, with Z = 1.
func (q *Affine) Set(p *Point) {
	q.YPlusX.Add(&p.Y, &p.X)
	q.YMinusX.Sub(&p.Y, &p.X)
	q.T2d.Mul(&p.T, &d2)
}

// completed is a point as the formulas leave it: x = E/G, y = H/F, loose. (X : Z), (Y : T) in the literature.
type completed struct{ e, f, g, h Element }

// into sets p, but for T.
func (c *completed) into(p *Point) {
	p.X.Mul(&c.e, &c.f)
	p.Y.Mul(&c.g, &c.h)
	p.Z.Mul(&c.f, &c.g)
}

// extend sets p with T.
func (c *completed) extend(p *Point) {
	c.into(p)
	p.T.Mul(&c.e, &c.h)
}

// double sets c = 2p (Hisil, Wong, Carter and Dawson 2008, section 3.3, a = -1, F and H with the other sign). T is not read.
func (c *completed) double(p *Point) {
	var a, b, s Element
	a.Square(&p.X)
	b.Square(&p.Y)
	c.f.Square(&p.Z)
	s.Add(&p.X, &p.Y)
	s.Square(&s)
	c.h.Add(&a, &b)
	c.g.Sub(&b, &a)
	c.e.Sub(&s, &a)
	c.e.Sub(&c.e, &b)
	c.f.Add(&c.f, &c.f)
	c.f.Add(&c.f, &a)
	c.f.Sub(&c.f, &b)
}

// add sets c = p + q, or p - q if it says so (same paper, section 3.1). Complete: every pair of points will do.
func (c *completed) add(p *Point, q *Cached, negative bool) {
	var z Element
	z.Mul(&p.Z, &q.Z2)
	c.finish(p, &q.YPlusX, &q.YMinusX, &q.T2d, &z, negative)
}

// addAffine is add of an affine point.
func (c *completed) addAffine(p *Point, q *Affine, negative bool) {
	var z Element
	z.Add(&p.Z, &p.Z)
	c.finish(p, &q.YPlusX, &q.YMinusX, &q.T2d, &z, negative)
}

func (c *completed) finish(p *Point, plus, minus, t2d, z *Element, negative bool) {
	var a, b, t Element
	if negative {
		plus, minus = minus, plus
	}
	a.Sub(&p.Y, &p.X)
	a.Mul(&a, minus)
	b.Add(&p.Y, &p.X)
	b.Mul(&b, plus)
	t.Mul(&p.T, t2d)
	c.e.Sub(&b, &a)
	c.h.Add(&b, &a)
	if negative {
		c.f.Add(z, &t)
		c.g.Sub(z, &t)
	} else {
		c.f.Sub(z, &t)
		c.g.Add(z, &t)
	}
}

// Double sets p = 2^n q, with T; n > 0.
func (p *Point) Double(q *Point, n int) {
	var c completed
	*p = *q
	for ; n > 1; n-- {
		c.double(p)
		c.into(p)
	}
	c.double(p)
	c.extend(p)
}

// Add sets p = p + q, with T.
func (p *Point) Add(q *Cached) {
	var c completed
	c.add(p, q, false)
	c.extend(p)
}

// Normalise makes the points affine, with Z = 1 and canonical X and Y, by one inversion for all (Montgomery's trick). T is not set. No Z may
// be zero, which points of the curve have none of. len(room) >= len(points).
func Normalise(points []*Point, room []Element) {
	product := one
	for i, p := range points {
		room[i] = product
		product.Mul(&product, &p.Z)
	}
	product.Invert(&product)
	for i := len(points) - 1; i >= 0; i-- {
		p := points[i]
		var z Element
		z.Mul(&product, &room[i])
		product.Mul(&product, &p.Z)
		p.X.Mul(&p.X, &z)
		p.Y.Mul(&p.Y, &z)
		p.X.Canonical(&p.X)
		p.Y.Canonical(&p.Y)
		p.Z = one
	}
}

// Append appends the encoding of a point that [Normalise] has made affine: RFC 8032, section 5.1.2.
func (p *Point) Append(b []byte) []byte {
	y := &p.Y
	b = binary.LittleEndian.AppendUint64(b, y[0]|y[1]<<51)
	b = binary.LittleEndian.AppendUint64(b, y[1]>>13|y[2]<<38)
	b = binary.LittleEndian.AppendUint64(b, y[2]>>26|y[3]<<25)
	return binary.LittleEndian.AppendUint64(b, y[3]>>39|y[4]<<12|p.X[0]<<63)
}
