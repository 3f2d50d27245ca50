//go:build amd64 && !purego

package edwards8

import "unsafe"

// Point is a point of the curve in each lane: x = X/Z, y = Y/Z, xy = T/Z.
type Point struct{ X, Y, Z, T Element }

// Cached is a point in the form in which it is added.
type Cached struct{ YPlusX, YMinusX, Z2, T2d Element }

// Affine is a point with Z = 1 in the form in which it is added. It has the layout of [Cached].
type Affine struct {
	YPlusX, YMinusX Element
	third           Element // not read
	T2d             Element
}

func (p *Point) ptr() *byte  { return (*byte)(unsafe.Pointer(p)) }
func (q *Cached) ptr() *byte { return (*byte)(unsafe.Pointer(q)) }
func (q *Affine) ptr() *byte { return (*byte)(unsafe.Pointer(q)) }

// SetIdentity sets p to the neutral point in every lane.
func (p *Point) SetIdentity() { *p = Point{Y: one, Z: one} }

// SetAffine sets p = (x, y).
func (p *Point) SetAffine(x, y *Element) {
	p.X, p.Y, p.Z = *x, *y, one
	p.T.Mul(x, y)
}

// Set gives q the form of the point p, with Z = 1.
func (q *Affine) Set(p *Point) {
	q.YPlusX.Add(&p.Y, &p.X)
	q.YMinusX.Sub(&p.Y, &p.X)
	q.T2d.Mul(&p.T, &d2)
}

// Double sets p = 2^n p, n > 0. T need not be set before and is after.
func (p *Point) Double(n int) { doDouble(p.ptr(), 1, n) }

// DoubleOne sets lane 0 of p = 2^n p, n > 0, in half of the time of Double. The other lanes are not defined.
func (p *Point) DoubleOne(n int) {
	if ifma {
		doubleOne(p.ptr(), n)
		return
	}
	p.Double(n)
}

// Add sets p = p + q. The formulas are complete: every pair of points of the curve will do.
func (p *Point) Add(q *Cached) { doAddPoints(p.ptr(), q.ptr(), 1, 0, 1) }

// AddNoT is Add; T is undefined then, so that a doubling or an end must follow.
func (p *Point) AddNoT(q *Cached) { doAddPoints(p.ptr(), q.ptr(), 1, 0, 0) }

// AddAffine is [Point.Add] of an affine point.
func (p *Point) AddAffine(q *Affine) { doAddPoints(p.ptr(), q.ptr(), 1, 1, 1) }

// AddAffineNoT is [Point.AddNoT] of an affine point.
func (p *Point) AddAffineNoT(q *Affine) { doAddPoints(p.ptr(), q.ptr(), 1, 1, 0) }

// Points is two points in a row. The methods do what those of Point do with the first n of them, one or two, and take less time
// for two than for one after the other.
type Points [2]Point

func (p *Points) Double(n, doublings int)          { doDouble(p[0].ptr(), n, doublings) }
func (p *Points) Add(n int, q *[2]Cached)          { doAddPoints(p[0].ptr(), q[0].ptr(), n, 0, 1) }
func (p *Points) AddNoT(n int, q *[2]Cached)       { doAddPoints(p[0].ptr(), q[0].ptr(), n, 0, 0) }
func (p *Points) AddAffineNoT(n int, q *[2]Affine) { doAddPoints(p[0].ptr(), q[0].ptr(), n, 1, 0) }

// Identity tells in which lanes p is the neutral point. T is not looked at.
func (p *Point) Identity() uint8 { return p.X.Zero() & p.Y.Equal(&p.Z) }

// Is tells in which lanes p = (x, y). T is not looked at.
func (p *Point) Is(x, y *Element) uint8 {
	var t Element
	t.Mul(x, &p.Z)
	is := t.Equal(&p.X)
	t.Mul(y, &p.Z)
	return is & t.Equal(&p.Y)
}

// SetNeutral sets (x, y) to the neutral point in the lanes of the mask.
func SetNeutral(x, y *Element, mask uint8) {
	x.Select(x, &zero, mask)
	y.Select(y, &one, mask)
}

// One is 1 in every lane.
func One() Element { return one }
