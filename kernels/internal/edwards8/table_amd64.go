//go:build amd64 && !purego

package edwards8

import (
	"math/bits"
	"sync"
	"unsafe"
)

// Table has the multiples 0 to 8 of a point in each lane, in the order of lanes: [lane][multiple][Y+X, Y-X, 2Z, 2dT]. It begins
// best on a multiple of 64.
type Table struct {
	rows [Lanes][9][24]uint64
	p    Point // room to fill it
	q    Cached
}

// FillProjective sets the table for the point p, with T, of each lane.
func (t *Table) FillProjective(p *Point) {
	t.p.SetIdentity()
	doToCached(t, &t.p, 0)
	t.p = *p
	t.q.Set(p)
	for i := 1; ; i++ {
		doToCached(t, &t.p, i)
		if i == 8 {
			return
		}
		t.p.Add(&t.q)
	}
}

// Fill sets the table for the point (x, y) of each lane.
func (t *Table) Fill(x, y *Element) {
	a := (*Affine)(unsafe.Pointer(&t.q)) // of the same layout
	t.p.SetIdentity()
	doToCached(t, &t.p, 0)
	t.p.SetAffine(x, y)
	a.Set(&t.p)
	for i := 1; ; i++ {
		doToCached(t, &t.p, i)
		if i == 8 {
			return
		}
		t.p.AddAffine(a)
	}
}

// Scalars has a number below 2^253 in each lane, in 64-bit words, each with an offset that makes all windows of one width
// signed: that of [Windows4] or [Windows12].
type Scalars [5][Lanes]uint64

// The offsets: half of a window in each.
const eights = 0x8888888888888888

var halves12 = [5]uint64{0x0800800800800800, 0x0080080080080080, 0x8008008008008008, 0x0800800800800800, 0x80}

// SetLane4 sets lane l for windows of 4 bits.
func (s *Scalars) SetLane4(l int, x *Scalar) {
	s.set(l, x, &[5]uint64{eights, eights, eights, eights, 0})
}

// SetLane12 sets lane l for windows of 12 bits.
func (s *Scalars) SetLane12(l int, x *Scalar) { s.set(l, x, &halves12) }

// Window says which multiple each lane takes: where it is, and in which lanes it is negative.
type Window struct {
	at       [Lanes]uint16
	negative uint8
	_        [15]uint8
}

// Windows4 is the windows of 4 bits, the lowest first.
type Windows4 [64]Window

// Set sets w to the windows of scalars made by SetLane4.
func (w *Windows4) Set(s *Scalars) {
	if !ifma {
		w.setNarrow(s)
		return
	}
	windows4((*byte)(unsafe.Pointer(w)), (*byte)(unsafe.Pointer(s)))
}

// Windows12 is the windows of 12 bits, the lowest first.
type Windows12 [22]Window

// Set sets w to the windows of scalars made by SetLane12.
func (w *Windows12) Set(s *Scalars) {
	if !ifma {
		w.setNarrow(s)
		return
	}
	windows12((*byte)(unsafe.Pointer(w)), (*byte)(unsafe.Pointer(s)))
}

// Pick sets q to the multiple that the window, of Windows4, says.
func (t *Table) Pick(q *Cached, w *Window) {
	if !ifma {
		t.pickNarrow(q, w)
		return
	}
	pickCached(q.ptr(), (*byte)(unsafe.Pointer(t)), (*byte)(unsafe.Pointer(w)))
}

// Multiples has the multiples 0 to 2048 of one point: y+x, y-x, 2dxy.
type Multiples [2049][16]uint64

// Pick sets q to the multiple that the window, of Windows12, says.
func (m *Multiples) Pick(q *Affine, w *Window) {
	if !ifma {
		m.pickNarrow(q, w)
		return
	}
	pickAffine(q.ptr(), (*byte)(unsafe.Pointer(m)), (*byte)(unsafe.Pointer(w)))
}

// Base is the table of the generator B of RFC 8032, section 5.1. It is made at the first call.
var Base = sync.OnceValue(makeBase)

func makeBase() *Multiples { return multiplesOf(&baseX, &baseY) }

// HighBit says which multiple of B [HighBase] is of: a multiple of the windows' width, so that the 11 upper windows of a scalar
// are those of a number below 2^132 again.
const HighBit = 132

// HighBase is the table of 2^132 B. It is made at the first call.
var HighBase = sync.OnceValue(func() *Multiples {
	var p Point
	p.SetAffine(&baseX, &baseY)
	p.Double(HighBit)
	new(Room).Normalise([]*Point{&p}, make([]Element, 2))
	return multiplesOf(&p.X, &p.Y)
})

// B in every lane.
var (
	baseX = splat([5]uint64{0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5})
	baseY = splat([5]uint64{0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666})
)

// multiplesOf makes the table of the point (x, y), the same in all lanes.
func multiplesOf(x, y *Element) *Multiples {
	var b Affine
	var p Point
	p.SetAffine(x, y)
	b.Set(&p)

	// l+1 times it in lane l: lanes drop out one by one.
	still := b
	neutral := Affine{YPlusX: one, YMinusX: one}
	for l := range Lanes - 1 {
		still.YPlusX.Select(&still.YPlusX, &neutral.YPlusX, 1<<l)
		still.YMinusX.Select(&still.YMinusX, &neutral.YMinusX, 1<<l)
		still.T2d.Select(&still.T2d, &neutral.T2d, 1<<l)
		p.AddAffine(&still)
	}

	const groups = 2048 / Lanes
	points := make([]Point, groups)
	points[0] = p
	affine := affines(points[:1])
	eight := Affine{ // 8 times it in every lane
		YPlusX:  splatLane(&affine[0].YPlusX, 7),
		YMinusX: splatLane(&affine[0].YMinusX, 7),
		T2d:     splatLane(&affine[0].T2d, 7),
	}
	for i := range points[1:] {
		p.AddAffine(&eight)
		points[i+1] = p
	}

	m := new(Multiples)
	m[0][0], m[0][5] = 1, 1
	for g, a := range affines(points) {
		for l := range Lanes {
			for i := range 5 {
				e := &m[1+8*g+l]
				e[i], e[5+i], e[10+i] = a.YPlusX[i][l], a.YMinusX[i][l], a.T2d[i][l]
			}
		}
	}
	return m
}

// affines gives the points in affine form, with one inversion for all.
func affines(points []Point) []Affine {
	product := make([]Element, len(points)+1) // of the first i Z
	product[0] = one
	for i := range points {
		product[i+1].Mul(&product[i], &points[i].Z)
	}
	inverse := [1]Element{product[len(points)]}
	new(Room).Invert(inverse[:])
	out := make([]Affine, len(points))
	for i := len(points) - 1; i >= 0; i-- {
		var z Element
		z.Mul(&inverse[0], &product[i])
		inverse[0].Mul(&inverse[0], &points[i].Z)
		var x, y Element
		x.Mul(&points[i].X, &z)
		y.Mul(&points[i].Y, &z)
		var p Point
		p.SetAffine(&x, &y)
		out[i].Set(&p)
	}
	return out
}

// splatLane gives lane l of e in every lane.
func splatLane(e *Element, l int) Element {
	return splat([5]uint64{e[0][l], e[1][l], e[2][l], e[3][l], e[4][l]})
}

// set sets lane l to x + offset.
func (s *Scalars) set(l int, x *Scalar, offset *[5]uint64) {
	var c uint64
	l &= Lanes - 1
	for i := range x {
		s[i][l], c = bits.Add64(x[i], offset[i], c)
	}
	s[4][l] = offset[4] + c
}
