//go:build amd64 && !purego

package ed25519

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// soakPaths are the parts of Run, whatever sizes and histories it takes them for.
func soakPaths() []soakPath {
	if cpu.Get() < cpu.IFMA {
		return nil
	}
	w, c, keys := newWorkspace(), combinations.Get().(*combination), newKeyCache[edwards8.Row]()
	equation := func(b *kernels.Batch, lo, hi int) {
		if b.Flags() != kernels.ZIP215 || !c.combine(w, keys, b, lo, hi) {
			w.decideEach(b, lo, hi)
		}
	}
	single := func(b *kernels.Batch, lo, hi int) {
		for ; lo < hi; lo++ {
			w.decideEach(b, lo, lo+1)
		}
	}
	return []soakPath{{"lanes", 1, w.decideEach}, {"equation", 1, equation}, {"single", 4, single}}
}
