//go:build amd64 && !purego

package ecvrf

import "github.com/sluice-engine/sluice/kernels"

// mostAlone is how many jobs of a rest take less time one after the other than a group of AVX2 lanes that is mostly empty.
const mostAlone = 3

// alone is how many of n jobs, the last, are decided so.
func alone(n int) int {
	if rest := n % lanes; rest <= mostAlone {
		return rest
	}
	return 0
}

// runNarrow decides jobs [lo,hi) in the lanes of AVX2, but for a small rest.
func runNarrow(b *kernels.Batch, lo, hi int) {
	end := hi - alone(hi-lo)
	run(b, lo, end)
	runPortable(b, end, hi)
}
