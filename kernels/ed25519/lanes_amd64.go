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
	if cpu.Get() < cpu.AVX2 {
		return runPortable
	}
	return run
}

// run decides jobs [lo,hi) in lanes, of IFMA or AVX2: each for itself, or, under ZIP215, many by one equation.
func run(b *kernels.Batch, lo, hi int) {
	if lo == hi {
		return
	}
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
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
