// Package lanes orders the jobs of a span for kernels that hash one message in each vector lane.
package lanes

import (
	"slices"

	"github.com/sluice-engine/sluice/kernels"
)

// Window is how many jobs are ordered at a time.
const Window = 1024

// Order is the jobs of a window, those with the most blocks first. Its zero value is ready; it is meant to live
// on the stack or in a pool.
type Order struct {
	Jobs   [Window]int32  // index in the batch
	Blocks [Window]uint32 // blocks of Jobs[i]
	N      int

	keys [Window]uint64
}

// Fill orders the jobs [lo,hi) of b, at most Window of them, by blocks(message bytes). Jobs of equal counts keep
// their order. Messages are not touched.
func (o *Order) Fill(b *kernels.Batch, lo, hi int, blocks func(bytes int) int) {
	o.N = hi - lo
	begin := 0
	if lo > 0 {
		begin = b.MessageEnd(lo - 1)
	}
	sorted := true
	for i := range o.N {
		end := b.MessageEnd(lo + i)
		n := blocks(end - begin)
		begin = end
		// Descending by count, then ascending by index.
		o.keys[i] = uint64(^uint32(n))<<32 | uint64(uint32(lo+i))
		if i > 0 && o.keys[i] < o.keys[i-1] {
			sorted = false
		}
	}
	keys := o.keys[:o.N]
	if !sorted {
		slices.Sort(keys)
	}
	for i, k := range keys {
		o.Jobs[i] = int32(uint32(k))
		o.Blocks[i] = ^uint32(k >> 32)
	}
}
