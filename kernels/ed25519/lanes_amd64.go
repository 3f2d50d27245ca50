//go:build amd64 && !purego

package ed25519

import (
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

//go:generate make -C ../.. gen

// run decides jobs [lo,hi), each for itself, in lanes.
func run(b *kernels.Batch, lo, hi int) {
	if lo == hi {
		return
	}
	if cpu.Get() < cpu.IFMA {
		ref(b, lo, hi)
		return
	}
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	w.base = edwards8.Base()
	for ; lo < hi; lo += perTurn {
		w.decide(b, lo, min(hi, lo+perTurn))
	}
}

// perTurn is how many jobs are decided together: two groups of lanes, whose chains of instructions fill each other's waiting.
const perTurn = 2 * edwards8.Lanes

// workspaces keeps the memory of past calls for later ones.
var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// workspace is what one turn computes. It is larger than 32 KiB, so that the heap aligns it to pages, and the vectors in it
// lie on cache lines.
type workspace struct {
	y, x   [2]edwards8.Pair // of A and R: [group][A, R], or [A, R][group] for two groups
	p      [2]edwards8.Point
	cached edwards8.Cached
	affine edwards8.Affine
	k, s   [2]edwards8.Scalars
	tables [2]edwards8.Table

	base *edwards8.Multiples
	challenges
}

// decide decides jobs [lo,hi), one to [perTurn] of them. Lanes without a job repeat the last one.
func (w *workspace) decide(b *kernels.Batch, lo, hi int) {
	groups := 1
	if hi-lo > edwards8.Lanes {
		groups = 2
	}
	w.challenges.compute(b, lo, hi)
	rule := b.Flags()

	// With one group, A and R are a pair to decompress; with two, the keys of both groups, then the R.
	place := func(g, point int) (pair, half int) {
		if groups == 1 {
			return 0, point
		}
		return point, g
	}
	var fine [2]uint8   // lanes whose job no check of bytes refuses
	var odd [2][2]uint8 // [pair][half]: the sign bits
	var ok [2][2]uint8  // [pair][half]: there is a point
	for i := range groups * edwards8.Lanes {
		g, l := i/edwards8.Lanes, i%edwards8.Lanes
		j := min(i, hi-lo-1)
		row := b.Row(lo + j)
		key, r, s := row[:KeySize], row[KeySize:KeySize+32], row[KeySize+32:]
		var scalar edwards8.Scalar
		if scalar.SetBytes(s) && allowed(rule, key, r) {
			fine[g] |= 1 << l
			w.s[g].SetLane12(l, &scalar)
			w.k[g].SetLane4(l, &w.k1[j])
		} else { // any scalars in range
			w.s[g].SetLane12(l, new(edwards8.Scalar))
			w.k[g].SetLane4(l, new(edwards8.Scalar))
		}
		for point, encoded := range [2][]byte{key, r} {
			pair, half := place(g, point)
			w.y[pair][half].SetLane(l, encoded)
			odd[pair][half] |= encoded[31] >> 7 << l
		}
	}
	for pair := range groups {
		// The equation wants -A: the other sign. For R see below.
		ok[pair] = w.x[pair].Decompress(&w.y[pair], odd[pair])
	}
	for g := range groups {
		pa, ha := place(g, 0)
		pr, hr := place(g, 1)
		fine[g] &= ok[pa][ha] & ok[pr][hr]
		w.x[pa][ha].Neg(&w.x[pa][ha], edwards8.All)
		w.tables[g].Fill(&w.x[pa][ha], &w.y[pa][ha])
	}
	w.multiply(groups)
	for g := range groups {
		pair, half := place(g, 1)
		x, y, p := &w.x[pair][half], &w.y[pair][half], &w.p[g]
		if rule == kernels.ZIP215 {
			// 8(sB - kA - R) = 0, as SetAffine is complete for every R.
			fine[g] &= w.cofactored(p, x, y)
		} else {
			fine[g] &= p.Is(x, y)
		}
	}
	for i := range hi - lo {
		b.SetVerdict(lo+i, kernels.Of(fine[i/edwards8.Lanes]>>(i%edwards8.Lanes)&1 == 1))
	}
}

// multiply sets p = sB - kA, with the doublings shared by both products (Straus): a window of 4 bits of k after every four
// doublings, one of 12 bits of s after every twelve. T of p is undefined.
func (w *workspace) multiply(groups int) {
	for g := range groups {
		w.p[g].SetIdentity()
	}
	for i := edwards8.Windows4 - 1; i >= 0; i-- {
		switch {
		case i == edwards8.Windows4-1:
		case groups == 2:
			edwards8.DoublePair(&w.p, 4)
		default:
			w.p[0].Double(4)
		}
		for g := range groups {
			w.tables[g].Pick(&w.cached, &w.k[g], i)
			if i%3 != 0 {
				w.p[g].AddNoT(&w.cached)
				continue
			}
			w.p[g].Add(&w.cached)
			w.base.Pick(&w.affine, &w.s[g], i/3)
			w.p[g].AddAffineNoT(&w.affine)
		}
	}
}

// cofactored tells in which lanes 8(p - (x, y)) = 0. x is turned around.
func (w *workspace) cofactored(p *edwards8.Point, x, y *edwards8.Element) uint8 {
	var r edwards8.Point
	x.Neg(x, edwards8.All)
	r.SetAffine(x, y)
	w.affine.Set(&r)
	p.T.Mul(&p.X, &p.Y)
	p.X.Mul(&p.X, &p.Z)
	p.Y.Mul(&p.Y, &p.Z)
	p.Z.Mul(&p.Z, &p.Z)
	p.AddAffineNoT(&w.affine)
	p.Double(3)
	return p.Identity()
}
