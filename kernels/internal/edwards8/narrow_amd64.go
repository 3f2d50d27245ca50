//go:build amd64 && !purego

package edwards8

import (
	"runtime"
	"unsafe"

	"github.com/sluice-engine/sluice/kernels/internal/edwards4"
)

// What the longer routines of IFMA do, put together for AVX2 from those of package edwards4. The memory is the same.

// offsets is where the rows of the lanes begin, in bytes.
type offsets [Lanes]uint64

func (o *offsets) ptr() *byte { return (*byte)(unsafe.Pointer(o)) }

// Rows have words in blocks of four, which vectors are loaded from and stored to. Sizes are in bytes.
const (
	cachedRow, cachedBlocks = 192, 5 // and one block that is not used
	affineRow, affineBlocks = 128, 4
	tableSize               = 9 * cachedRow
	bucketsSize             = 129 * cachedRow
)

// setNarrow is [Cached.Set].
func (q *Cached) setNarrow(p *Point) {
	q.YPlusX.Add(&p.Y, &p.X)
	q.YMinusX.Sub(&p.Y, &p.X)
	q.Z2.Add(&p.Z, &p.Z)
	q.T2d.Mul(&p.T, &d2)
}

// setNarrow makes p, with T, a multiple of the table.
func (t *Table) setNarrow(p *Point, multiple int) {
	var q Cached
	q.setNarrow(p)
	var at offsets
	for l := range at {
		at[l] = uint64(l*tableSize + multiple*cachedRow)
	}
	edwards4.ToRows((*byte)(unsafe.Pointer(t)), q.ptr(), at.ptr(), cachedBlocks)
}

// pickNarrow is [Table.Pick].
func (t *Table) pickNarrow(q *Cached, w *Window) {
	var at offsets
	for l := range at {
		at[l] = uint64(w.at[l])
	}
	edwards4.FromRows(q.ptr(), (*byte)(unsafe.Pointer(t)), at.ptr(), cachedBlocks)
	edwards4.Negate(q.ptr(), uint64(w.negative))
}

// pickNarrow is [Multiples.Pick].
func (m *Multiples) pickNarrow(q *Affine, w *Window) {
	var at offsets
	for l := range at {
		at[l] = uint64(w.at[l]) * affineRow
	}
	edwards4.FromRows(q.ptr(), (*byte)(unsafe.Pointer(m)), at.ptr(), affineBlocks)
	q.T2d = q.third // where the rows have it
	edwards4.Negate(q.ptr(), uint64(w.negative))
}

// rowsNarrow is [Affine.Rows].
func (q *Affine) rowsNarrow(rows *[Lanes]Row) {
	for l := range rows {
		for i := range 5 {
			rows[l][i], rows[l][5+i], rows[l][10+i] = q.YPlusX[i][l], q.YMinusX[i][l], q.T2d[i][l]
		}
		rows[l][15] = 0
	}
}

// cutNarrow sets lane l of w to the window of n bits at a bit of x, less half of a window.
func (w *Window) cutNarrow(l int, x *Scalars, bit, n uint) uint16 {
	word, shift := bit/64, bit%64
	v := x[word][l] >> shift
	if shift+n > 64 {
		v |= x[word+1][l] << (64 - shift)
	}
	return w.signNarrow(l, v, 1<<n-1, 1<<(n-1))
}

// signNarrow gives |(v & mask) - half|, and notes in lane l whether it was negative.
func (w *Window) signNarrow(l int, v, mask, half uint64) uint16 {
	v &= mask
	w.negative &^= 1 << l
	if v < half {
		w.negative |= 1 << l
		return uint16(half - v)
	}
	return uint16(v - half)
}

// setNarrow is [Windows4.Set].
func (w *Windows4) setNarrow(s *Scalars) {
	for i := range w {
		for l := range Lanes {
			w[i].at[l] = w[i].cutNarrow(l, s, 4*uint(i), 4)*cachedRow + uint16(l*tableSize)
		}
	}
}

// setNarrow is [Windows12.Set].
func (w *Windows12) setNarrow(s *Scalars) {
	for i := range w {
		for l := range Lanes {
			w[i].at[l] = w[i].cutNarrow(l, s, 12*uint(i), 12)
		}
	}
}

// setDigestsNarrow is [Residues.SetDigests].
func (k *Residues) setDigestsNarrow(p *[Lanes][64]byte) {
	for l := range p {
		var x Scalar
		x.SetDigest(&p[l])
		x.addLimbs(k[:], l, false)
	}
}

// addLimbs puts the five limbs of 52 bits of x into lane l, or adds them to it.
func (x *Scalar) addLimbs(to [][Lanes]uint64, l int, add bool) {
	limbs := [5]uint64{
		x[0] & mask52, (x[0]>>52 | x[1]<<12) & mask52, (x[1]>>40 | x[2]<<24) & mask52, (x[2]>>28 | x[3]<<36) & mask52, x[3] >> 16,
	}
	for i, v := range limbs {
		if add {
			v += to[i][l]
		}
		to[i][l] = v
	}
}

// addNarrow is [Weigher.Add].
func (w *Weigher) addNarrow(k *Residues) {
	offset := Scalar{w.offset[0] | w.offset[1]<<52, w.offset[1]>>12 | w.offset[2]<<40, w.offset[2] >> 24}
	var minus Scalar
	minus.Neg(&offset)
	for l := range Lanes {
		z := Scalar{w.Random[0][l], w.Random[1][l]}
		z.Add(&z, &minus)
		x, s := k.Lane(l), w.S.Lane(l)
		x.Mul(&z, &x)
		w.ZK.SetLane(l, &x)
		s.Mul(&z, &s)
		s.addLimbs(w.sums[:], l, true)
	}
}

// runNarrow is [Program.Run], from the neutral point.
func (s Program) runNarrow(p *Point, q *Cached) {
	for i := range s {
		step := &s[i]
		if step.affine == 1 {
			(*Multiples)(step.table).pickNarrow((*Affine)(unsafe.Pointer(q)), step.window)
		} else {
			(*Table)(step.table).pickNarrow(q, step.window)
		}
		if step.doublings > 0 {
			p.Double(step.doublings)
		}
		doAddPoints(p.ptr(), q.ptr(), 1, step.affine, step.keepT)
	}
}

// addNarrow is Sum.add.
func (s *Sum) addNarrow(t *Terms, g, n, count int) {
	var cuts [2]cut
	for i := range n {
		cuts[i] = s.cut(g+i, count)
	}
	for j := range t.Rows {
		var at [2]offsets
		for i := range n {
			var w Window
			c := &cuts[i]
			for l := range Lanes {
				x := &t.Scalars[j]
				v := x[c[0][l]]>>c[2][l] | x[c[1][l]%Lanes]<<c[3][l]
				at[i][l] = uint64(l)*bucketsSize + uint64(w.signNarrow(l, v, c[4][l], c[5][l]))*cachedRow
			}
			edwards4.FromRows(s.p[i].ptr(), s.rows(i), at[i].ptr(), cachedBlocks)
			edwards4.SpreadRow(s.q[i].ptr(), (*byte)(unsafe.Pointer(&t.Rows[j])))
			edwards4.Negate(s.q[i].ptr(), uint64(w.negative))
		}
		doAddPoints(s.p[0].ptr(), s.q[0].ptr(), n, 1, 1)
		for i := range n {
			edwards4.ToRows(s.rows(i), s.p[i].ptr(), at[i].ptr(), cachedBlocks)
		}
	}
	runtime.KeepAlive(s)
}

// rows is where the buckets of group i begin.
func (s *Sum) rows(i int) *byte { return (*byte)(unsafe.Pointer(&s.buckets[i])) }

// neutralNarrow is the neutral point in a bucket: X, Y, Z, T. The buckets of IFMA have another form.
var neutralNarrow = [24]uint64{5: 1, 10: 1}

// bucket sets q to the bucket with the number in each lane of group g.
func (s *Sum) bucket(q *Cached, g, number int) {
	if ifma {
		bucket(q.ptr(), s.rows(g), number)
		return
	}
	var p Point
	var at offsets
	for l := range at {
		at[l] = uint64(l*bucketsSize + number*cachedRow)
	}
	edwards4.FromRows(p.ptr(), s.rows(g), at.ptr(), cachedBlocks)
	q.setNarrow(&p)
}
