//go:build amd64 && !purego

package edwards8

import "sync"

// Halved decides the equation sB - kA - R = 0 for one or two jobs in one group of lanes, with half of the doublings: multiplied by the v
// of [Scalar.Halve] it is
//
//	w0 B + w1 2^128 B + u (-A) + |v| (-R or R) = 0,  vs = w0 + 2^128 w1 modulo L
//
// with all scalars below 2^130, in four lanes for each job. It is meant to be used again.
type Halved struct {
	x, y    Element
	table   Table
	scalars Scalars
	windows Windows4
	p       Point

	negative uint64 // lanes that want -(x, y)
	program  Program
	_        [4]uint64
}

// halvedWindows is how many windows of 4 bits numbers below 2^130 have, with the offset.
const halvedWindows = 33

// MaxHalved is how many jobs a Halved takes.
const MaxHalved = 2

// shiftedBase is 2^128 B in every lane.
var shiftedBase = sync.OnceValue(func() (xy [2]Element) {
	var p Point
	p.SetAffine(&baseX, &baseY)
	p.Double(128)
	z := [1]Element{p.Z}
	new(Room).Invert(z[:])
	xy[0].Mul(&p.X, &z[0])
	xy[1].Mul(&p.Y, &z[0])
	return xy
})

// Set places job i: lane i of (ax, ay) is A, of (rx, ry) R, both on the curve. false: this k cannot be halved.
func (h *Halved) Set(i int, s, k *Scalar, ax, ay, rx, ry *Element) bool {
	u, v, negative, ok := k.Halve()
	if !ok {
		return false
	}
	var w Scalar
	w.Mul(s, &v)
	if negative {
		w.Neg(&w)
	}
	base := shiftedBase()
	l := 4 * i
	h.put(l, &Scalar{w[0], w[1]}, &baseX, &baseY, 0, false)
	h.put(l+1, &Scalar{w[2], w[3]}, &base[0], &base[1], 0, false)
	h.put(l+2, &u, ax, ay, i, true)
	h.put(l+3, &v, rx, ry, i, !negative)
	return true
}

// put sets lane l to a scalar and lane from of a point, or its negative.
func (h *Halved) put(l int, s *Scalar, x, y *Element, from int, negative bool) {
	h.scalars.SetLane4(l, s)
	for j := range h.x {
		h.x[j][l], h.y[j][l] = x[j][from], y[j][from]
	}
	h.negative &^= 1 << l
	if negative {
		h.negative |= 1 << l
	}
}

// Compute does the jobs that Set placed, for lanes without one too, and gives for job i in lane 4i the left side of the equation. T is
// set.
func (h *Halved) Compute() *Point {
	if h.program == nil {
		for i := halvedWindows - 1; i >= 0; i-- {
			h.program.AddCached(4, &h.table, &h.windows[i])
		}
	}
	h.x.Neg(&h.x, uint8(h.negative))
	h.table.Fill(&h.x, &h.y)
	h.windows.Set(&h.scalars)
	h.program.Run(&h.p)
	p := &h.p
	p.extend()
	for _, by := range []int{1, 2} {
		var r Point
		var q Cached
		r.rotate(p, by)
		q.Set(&r)
		p.Add(&q)
	}
	return p
}

// extend sets T, by multiplying all coordinates by Z.
func (p *Point) extend() {
	p.T.Mul(&p.X, &p.Y)
	p.X.Mul(&p.X, &p.Z)
	p.Y.Mul(&p.Y, &p.Z)
	p.Z.Mul(&p.Z, &p.Z)
}
