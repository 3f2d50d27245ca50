package engine

import (
	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// Allocator gives memory for batches: that which a device reads in place, of the first one that serves and has such, else the
// Go heap. A batch in other memory is decided, too; it is copied to the device. Batches stay usable while the engine is
// open; who is done with one releases it (kernels.Batch.Release), as such memory is bounded.
func (e *Engine) Allocator() kernels.Allocator {
	for _, m := range e.members {
		if own, ok := m.be.(backend.Memory); ok && m.serving.Load() {
			return own.Allocator()
		}
	}
	return kernels.Heap
}
