//go:build amd64 && !purego

package edwards8

import (
	"math/bits"
	"unsafe"
)

// Row is an affine point of one lane: y+x, y-x, 2dxy, and a word that is not used.
type Row [16]uint64

// Rows stores the points of the lanes in 8 rows.
func (q *Affine) Rows(rows *[Lanes]Row) {
	if !ifma {
		q.rowsNarrow(rows)
		return
	}
	affineRows((*byte)(unsafe.Pointer(rows)), q.ptr())
}

// Row is the point whose multiples these are.
func (m *Multiples) Row() Row { return m[1] }

// Terms is a list of points, each with a scalar. Rows has capacity for one point more. The scalars are below 2^253 and come with the offset of the sum's windows: see
// [Sum.Long] and [Sum.Short].
type Terms struct {
	Rows    []Row
	Scalars [][Lanes]uint64
}

// Sum adds up products of many points and scalars (Pippenger's method), with windows of a width that suits their number. The 8
// lanes are 8 windows of the same scalar. A Sum is some 400 KiB: it is meant to be used again.
type Sum struct {
	buckets [2][Lanes][129][24]uint64
	p       Points
	q       [2]Cached
	running Points
	sums    [maxGroups]Point
	byLane  [Lanes]Point

	width       int
	long, short int      // windows of scalars below 2^253, and of those of 128 bits
	windows     []Window // of the terms, for two groups, each with one of zeros before and room for one behind
}

// maxGroups is how many groups of windows a scalar has, at most: with windows of MinWidth.
const maxGroups = Lanes

// Widths of windows that [Sum.SetWidth] takes, in bits.
const (
	MinWidth = 4
	MaxWidth = 8
)

// SetWidth makes the sum ready for lists of at most n terms.
func (s *Sum) SetWidth(width, n int) {
	s.width = width
	s.long = (254 + width - 1) / width
	s.short = (128 + width - 1) / width
	if len(s.windows) < 2*(n+2) {
		s.windows = make([]Window, 2*(n+2))
	}
}

// offset is half a window in each of n windows.
func (s *Sum) offset(n int) (o [Lanes]uint64) {
	for i := range n {
		bit := i*s.width + s.width - 1
		o[bit/64] |= 1 << (bit % 64)
	}
	return o
}

// Long is what to add to scalars below L of the long list.
func (s *Sum) Long() [Lanes]uint64 { return s.offset(s.long) }

// Short is the same for the short list: a scalar there is any 128 bits less this offset.
func (s *Sum) Short() [Lanes]uint64 { return s.offset(s.short) }

// cut is how to cut 8 windows out of a scalar: words, shifts, and then mask and half of a window; zeros for no window.
type cut [6][Lanes]uint64

func (s *Sum) cut(group, count int) (c cut) {
	for l := range uint64(Lanes) {
		i := Lanes*uint64(group) + l
		if i >= uint64(count) {
			continue
		}
		bit := i * uint64(s.width)
		c[0][l], c[1][l] = bit/64, bit/64+1
		c[2][l], c[3][l] = bit%64, 64-bit%64
		c[4][l], c[5][l] = 1<<s.width-1, 1<<(s.width-1)
	}
	return c
}

// Compute gives the sum of both lists in lane 0. The other lanes are not defined. The point is that of s, until the next call.
func (s *Sum) Compute(long, short *Terms) *Point {
	groups := (s.long + Lanes - 1) / Lanes
	for g := 0; g < groups; g += 2 {
		n := min(2, groups-g)
		s.empty(n)
		s.add(long, g, n, s.long)
		s.add(short, g, min(n, (s.short+Lanes-1)/Lanes-g), s.short)
		s.collect(n)
		copy(s.sums[g:g+n], s.p[:n])
	}
	return s.join(groups)
}

// join adds up the sums of windows: that of lane l of group g is still to be multiplied by 2^(width (8g + l)). First come the lanes, for all
// groups at once, with the groups in the lanes; then the groups, whose doublings, most of all, are those of a single point.
func (s *Sum) join(groups int) *Point {
	for g := range groups {
		from := &s.sums[g]
		for l := range Lanes {
			to := &s.byLane[l]
			for j := range 5 {
				to.X[j][g], to.Y[j][g], to.Z[j][g], to.T[j][g] = from.X[j][l], from.Y[j][l], from.Z[j][l], from.T[j][l]
			}
		}
	}
	p, r, q := &s.p[0], &s.p[1], &s.q[0]
	*p = s.byLane[Lanes-1]
	for l := Lanes - 2; l >= 0; l-- {
		p.Double(s.width)
		q.Set(&s.byLane[l])
		p.Add(q)
	}
	all := &s.running[0]
	*all = *p
	p.rotate(all, groups-1)
	for g := groups - 2; g >= 0; g-- {
		p.DoubleOne(Lanes * s.width)
		r.rotate(all, g)
		q.Set(r)
		p.Add(q)
	}
	return p
}

// empty puts the neutral point into the buckets of n groups.
func (s *Sum) empty(n int) {
	// Y+X, Y-X, 2Z with the bias of kernels/_asm/edwards8, T.
	const p0, p1 = 1<<51 - 19, 1<<51 - 1
	neutral := [24]uint64{0: 1, 5: 1, 10: p0<<10 + 2, 11: p1 << 10, 12: p1 << 10, 13: p1 << 10, 14: p1 << 10}
	if !ifma {
		neutral = neutralNarrow
	}
	for g := range n {
		for l := range Lanes {
			b := s.buckets[g][l][:1<<(s.width-1)+1]
			for i := range b {
				b[i] = neutral
			}
		}
	}
}

// add puts the terms into the buckets of n groups from group g on, of a scalar with count windows.
func (s *Sum) add(t *Terms, g, n, count int) {
	if n <= 0 || len(t.Rows) == 0 {
		return
	}
	if !ifma {
		s.addNarrow(t, g, n, count)
		return
	}
	half := len(s.windows) / 2
	for i := range n {
		c := s.cut(g+i, count)
		spread((*byte)(unsafe.Pointer(&s.windows[i*half+1:][:len(t.Rows)][0])), (*byte)(unsafe.Pointer(&t.Scalars[0])), (*byte)(unsafe.Pointer(&c)), len(t.Rows))
	}
	rows := t.Rows[:len(t.Rows)+1] // the assembly reads one ahead
	if n == 2 {
		accumulate2((*byte)(unsafe.Pointer(&s.buckets)), (*byte)(unsafe.Pointer(&rows[0])), (*byte)(unsafe.Pointer(&s.windows[1])),
			half*int(unsafe.Sizeof(Window{})), len(t.Rows))
		return
	}
	accumulate((*byte)(unsafe.Pointer(&s.buckets)), (*byte)(unsafe.Pointer(&rows[0])), (*byte)(unsafe.Pointer(&s.windows[1])), len(t.Rows))
}

// collect sets p to the sum of the buckets, each times its number, in n groups.
func (s *Sum) collect(n int) {
	for g := range n {
		s.running[g].SetIdentity()
	}
	top := 1 << (s.width - 1)
	for i := top; i > 0; i-- {
		for g := range n {
			s.bucket(&s.q[g], g, i)
		}
		s.running.Add(n, &s.q)
		if i == top {
			copy(s.p[:n], s.running[:n])
			continue
		}
		for g := range n {
			s.q[g].Set(&s.running[g])
		}
		s.p.Add(n, &s.q)
	}
}

// Set gives q the form of p, with T.
func (q *Cached) Set(p *Point) {
	if !ifma {
		q.setNarrow(p)
		return
	}
	cache(q.ptr(), p.ptr())
}

// rotate sets lane 0 of p to lane l of q, and the other lanes to some other.
func (p *Point) rotate(q *Point, l int) {
	for i := range Lanes {
		from := (i + l) % Lanes
		for j := range 5 {
			p.X[j][i], p.Y[j][i], p.Z[j][i], p.T[j][i] = q.X[j][from], q.Y[j][from], q.Z[j][from], q.T[j][from]
		}
	}
}

// WithOffset gives a row of a list: x + offset.
func (x *Scalar) WithOffset(offset *[Lanes]uint64) (row [Lanes]uint64) {
	var c uint64
	for i := range x {
		row[i], c = bits.Add64(x[i], offset[i], c)
	}
	row[4] = offset[4] + c
	return row
}
