//go:build amd64 && !purego

package ed25519

import (
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

//go:generate make -C ../.. gen

// path is the fastest code for this process.
func path() func(b *kernels.Batch, lo, hi int) {
	switch level := cpu.Get(); {
	case level >= cpu.IFMA:
		return run
	case level >= cpu.AVX2:
		return runNarrow
	}
	return runPortable
}

// run decides jobs [lo,hi) in lanes: each for itself, or, under ZIP215, many by one equation.
func run(b *kernels.Batch, lo, hi int) {
	if lo == hi {
		return
	}
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	w.base = edwards8.Base()
	if b.Flags() != kernels.ZIP215 || hi-lo < minCombined {
		w.decideEach(b, lo, hi)
		return
	}
	turns := (hi - lo + maxCombined - 1) / maxCombined
	size := (hi - lo + turns - 1) / turns
	for ; lo < hi; lo += size {
		w.decideMany(b, lo, min(hi, lo+size))
	}
}

// decideEach decides jobs [lo,hi), each for itself.
func (w *workspace) decideEach(b *kernels.Batch, lo, hi int) {
	if cpu.Get() < cpu.IFMA {
		eachNarrow(b, lo, hi)
		return
	}
	w.encode = b.Flags() != kernels.ZIP215 && hi-lo >= minEncoded
	for ; lo < hi; lo += perTurn {
		w.decide(b, lo, min(hi, lo+perTurn))
		if w.waiting.full() || lo+perTurn >= hi {
			w.waiting.finish(b, &w.room)
		}
	}
}

// minEncoded is from how many jobs on the points are encoded with one inversion for many, to be compared with the bytes of R. Below,
// it is cheaper to decompress R too.
const minEncoded = 3 * perTurn

// What calls remember for later ones: points of keys, and whether combining paid. Both change what a call costs, never a verdict.
var (
	seenKeys = sync.OnceValue(newKeyCache[edwards8.Row])
	recent   history
)

// decideMany decides jobs [lo,hi), at most [maxCombined], by one equation if it holds.
func (w *workspace) decideMany(b *kernels.Batch, lo, hi int) {
	if !recent.combine() {
		w.decideEach(b, lo, hi)
		return
	}
	c := combinations.Get().(*combination)
	held := c.combine(w, seenKeys(), b, lo, hi)
	combinations.Put(c)
	recent.learn(held)
	if !held {
		w.decideEach(b, lo, hi)
	}
}

// KeyStats counts the keys of ZIP215 batches whose point this process remembered (hits) or had to decompress (misses); a key counts once
// for up to 1,024 jobs that are decided together. It is safe for concurrent use.
func KeyStats() (hits, misses uint64) {
	if cpu.Get() < cpu.AVX2 {
		return portableKeys().stats()
	}
	return seenKeys().stats()
}

// perTurn is how many jobs are decided together: two groups of lanes, whose chains of instructions fill each other's waiting.
const perTurn = 2 * edwards8.Lanes

// workspaces keeps the memory of past calls for later ones.
var workspaces = sync.Pool{New: func() any { return new(workspace) }}

// workspace is what one turn computes. It is larger than 32 KiB, so that the heap aligns it to pages, and the vectors in it
// lie on cache lines.
type workspace struct {
	y, x    edwards8.Quad // of A and R; of two groups: A of both, R of both
	room    edwards8.Room
	product edwards8.Product
	halved  edwards8.Halved
	waiting waiting
	challenges
	base   *edwards8.Multiples
	encode bool // compare encodings where there are two groups
}

// decide decides jobs [lo,hi), one to [perTurn] of them. Lanes without a job repeat the last one.
func (w *workspace) decide(b *kernels.Batch, lo, hi int) {
	groups := 1
	if hi-lo > edwards8.Lanes {
		groups = 2
	}
	w.challenges.compute(b, lo, hi)
	rule := b.Flags()

	place := func(g, point int) int { return groups*point + g } // in w.y and w.x
	var fine [2]uint8                                           // lanes whose job no check of bytes refuses
	var odd [4]uint8                                            // the sign bits
	var ok [4]uint8                                             // there is a point
	for i := range groups * edwards8.Lanes {
		g, l := i/edwards8.Lanes, i%edwards8.Lanes
		j := min(i, hi-lo-1)
		row := b.Row(lo + j)
		key, r, s := row[:KeySize], row[KeySize:KeySize+32], row[KeySize+32:]
		var scalar edwards8.Scalar
		if scalar.SetBytes(s) && allowed(rule, key, r) {
			fine[g] |= 1 << l
			w.product.S[g].SetLane12(l, &scalar)
		} else { // anything in range
			w.product.S[g].SetLane12(l, new(edwards8.Scalar))
		}
		for point, encoded := range [2][]byte{key, r} {
			at := place(g, point)
			w.y[at].SetLane(l, encoded)
			odd[at] |= encoded[31] >> 7 << l
		}
	}
	encode := w.encode && groups == 2
	points := 2 * groups
	if encode {
		points = 2
	}
	w.room.Decompress(w.x[:points], w.y[:points], odd[:], ok[:])
	if hi-lo <= edwards8.MaxHalved && w.few(b, lo, hi, fine[0]&ok[0]&ok[1]) {
		return
	}
	for g := range groups {
		at := place(g, 0)
		fine[g] &= ok[at]
		// The equation wants -A. What is no point must not get into the formulas, whose Z might be zero then.
		x, y := &w.x[at], &w.y[at]
		x.Neg(x, edwards8.All)
		edwards8.SetNeutral(x, y, ^ok[at])
		w.product.Tables[g].Fill(x, y)
		w.product.K[g].SetResidues4(&w.k[g])
	}
	w.product.Compute(groups, w.base)
	for g := range groups {
		at := place(g, 1)
		x, y, p := &w.x[at], &w.y[at], &w.product.P[g]
		switch {
		case encode:
			first := lo + g*edwards8.Lanes
			w.waiting.add(p, y, odd[at], fine[g], first, min(hi, first+edwards8.Lanes))
			continue
		case rule == kernels.ZIP215:
			fine[g] &= ok[at] & cofactored(p, x, y)
		default: // allowed has seen to it that R is the one encoding of the point
			fine[g] &= ok[at] & p.Is(x, y)
		}
		for l := range min(edwards8.Lanes, hi-lo-g*edwards8.Lanes) {
			b.SetVerdict(lo+g*edwards8.Lanes+l, kernels.Of(fine[g]>>l&1 == 1))
		}
	}
}

// cofactored tells in which lanes 8(p - (x, y)) = 0. x is turned around.
func cofactored(p *edwards8.Point, x, y *edwards8.Element) uint8 {
	var r edwards8.Point
	var a edwards8.Affine
	x.Neg(x, edwards8.All)
	r.SetAffine(x, y)
	a.Set(&r)
	p.T.Mul(&p.X, &p.Y)
	p.X.Mul(&p.X, &p.Z)
	p.Y.Mul(&p.Y, &p.Z)
	p.Z.Mul(&p.Z, &p.Z)
	p.AddAffineNoT(&a)
	p.Double(3)
	return p.Identity()
}
