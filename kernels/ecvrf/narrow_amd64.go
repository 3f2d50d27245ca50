//go:build amd64 && !purego

package ecvrf

import "github.com/sluice-engine/sluice/kernels"

// mostAlone is how many jobs of a rest take less time one after the other than a group of AVX2 lanes that is mostly empty.
const mostAlone = 3

// runNarrow decides jobs [lo,hi) in the lanes of AVX2, but for a small rest.
func runNarrow(b *kernels.Batch, lo, hi int) {
	rest := (hi - lo) % lanes
	if rest > mostAlone {
		rest = 0
	}
	run(b, lo, hi-rest)
	runPortable(b, hi-rest, hi)
}
