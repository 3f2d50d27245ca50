//go:build amd64 && !purego

package ed25519

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// waiting has points of some groups of lanes, to be compared with the encodings R. One inversion serves all (Montgomery's trick).
type waiting struct {
	groups [32]struct {
		x, y, z edwards8.Element // sB - kA
		r       edwards8.Element // y of R
		product edwards8.Element // of z of the groups before with the same parity
		odd     uint8            // the sign bits of R
		fine    uint8            // lanes whose job is not refused yet
		lo, hi  int              // jobs
		_       [5]uint64        // so that the next is on a multiple of 64 too
	}
	n int
}

// full tells whether another turn would not fit.
func (w *waiting) full() bool { return w.n+2 > len(w.groups) }

// add adds a group. p is a point of the curve in every lane, so that its Z is not zero.
func (w *waiting) add(p *edwards8.Point, r *edwards8.Element, odd, fine uint8, lo, hi int) {
	g := &w.groups[w.n]
	w.n++
	g.x, g.y, g.z, g.r = p.X, p.Y, p.Z, *r
	g.odd, g.fine, g.lo, g.hi = odd, fine, lo, hi
}

// finish decides the jobs of all groups and forgets them. R is the encoding of a point if y is the same modulo p and the sign bit is
// the oddness of x, as allowed has refused other encodings.
func (w *waiting) finish(b *kernels.Batch, room *edwards8.Room) {
	if w.n == 0 {
		return
	}
	products := edwards8.Pair{edwards8.One(), edwards8.One()}
	for i := range w.groups[:w.n] {
		g := &w.groups[i]
		g.product = products[i%2]
		products[i%2].Mul(&products[i%2], &g.z)
	}
	room.Invert(products[:])
	for i := w.n - 1; i >= 0; i-- {
		g := &w.groups[i]
		inverse := &products[i%2]
		g.product.Mul(&g.product, inverse) // 1/z
		inverse.Mul(inverse, &g.z)
		g.x.Mul(&g.x, &g.product)
		g.y.Mul(&g.y, &g.product)
		_, odd := g.x.Canonical(&g.x)
		fine := g.fine & g.y.Equal(&g.r) &^ (odd ^ g.odd)
		for l := range g.hi - g.lo {
			b.SetVerdict(g.lo+l, kernels.Of(fine>>l&1 == 1))
		}
	}
	w.n = 0
}
