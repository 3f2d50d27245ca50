package edwards1

import (
	"math/bits"

	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// Term is a product of many: a scalar below 2^253, and a point.
type Term struct {
	Scalar edwards8.Scalar
	Point  Affine
}

// Buckets adds up products of many points and scalars (Pippenger), with signed windows of one width. It is meant to be used again.
type Buckets struct {
	buckets [1 << (maxWidth - 1)]Point
	offset  [5]uint64 // half of a window in each
	half    uint64
	width   uint
}

// maxWidth is the widest that windows are, in bits.
const maxWidth = 10

// widthFor is the width of windows that is fastest for n jobs of two terms, in bits: a wider one has fewer windows, but buckets cost as
// much as 2.5 additions each.
func widthFor(n int) uint {
	return uint(min(max(bits.Len(uint(n))-1, 4), maxWidth))
}

// Compute sets p to the sum of both lists, those in short with scalars below 2^128. T of p is not set.
func (b *Buckets) Compute(p *Point, long, short []Term) {
	b.width = widthFor(len(long) + len(short)/2)
	b.half = 1 << (b.width - 1)
	// Two bits more than scalars have: one for the offset, and one for what that carries.
	windows := (255 + int(b.width) - 1) / int(b.width)
	shortWindows := (130 + int(b.width) - 1) / int(b.width)
	b.offset = [5]uint64{}
	for i := range uint(windows) {
		at := i*b.width + b.width - 1
		b.offset[at/64] |= 1 << (at % 64)
	}
	p.SetIdentity()
	for i := windows - 1; i >= 0; i-- {
		if i < windows-1 {
			p.Double(p, int(b.width))
		}
		used := b.buckets[:b.half]
		for j := range used {
			used[j].SetIdentity()
		}
		b.fill(long, uint(i))
		if i < shortWindows {
			b.fill(short, uint(i))
		}
		var sum Point
		b.collect(&sum)
		var q Cached
		q.Set(&sum)
		p.Add(&q)
	}
}

// fill adds the points to the buckets that the windows with the number i say.
func (b *Buckets) fill(terms []Term, i uint) {
	at := i * b.width
	word, shift := at/64, at%64
	var c completed
	for j := range terms {
		t := &terms[j]
		var x [6]uint64
		carry := uint64(0)
		for k := range t.Scalar {
			x[k], carry = bits.Add64(t.Scalar[k], b.offset[k], carry)
		}
		x[4] = b.offset[4] + carry
		window := (x[word]>>shift | x[word+1]<<1<<(63-shift)) & (2*b.half - 1)
		if window == b.half {
			continue
		}
		negative := window < b.half
		at := window - b.half
		if negative {
			at = b.half - window
		}
		bucket := &b.buckets[at-1]
		c.addAffine(bucket, &t.Point, negative)
		c.extend(bucket)
	}
}

// collect sets p to the sum of the buckets, each times its number, with T.
func (b *Buckets) collect(p *Point) {
	var running Point
	p.SetIdentity()
	running.SetIdentity()
	var q Cached
	for j := int(b.half) - 1; j >= 0; j-- {
		q.Set(&b.buckets[j])
		running.Add(&q)
		q.Set(&running)
		p.Add(&q)
	}
}
