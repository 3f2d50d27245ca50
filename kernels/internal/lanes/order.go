package lanes

import (
	"slices"
	"sync"
)

// window is how many jobs are ordered at a time.
const window = 1024

// order is the jobs of a window, those with the most blocks first. Jobs of equal counts keep their order.
type order struct {
	jobs   [window]uint16 // place in the window
	blocks [window]uint32 // of the job at that place of the window (not of this order)
	keys   [window]uint64
}

// orders keeps the memory of past calls for later ones.
var orders = sync.Pool{New: func() any { return new(order) }}

// spread is up to which difference of block counts jobs are ordered by counting.
const spread = 256

// sort orders the n jobs by their blocks, the fewest of which are lo and the most hi.
func (o *order) sort(n int, lo, hi uint32) {
	blocks := o.blocks[:n]
	if hi-lo >= spread {
		keys := o.keys[:n]
		for i, c := range blocks {
			keys[i] = uint64(^c)<<32 | uint64(i)
		}
		slices.Sort(keys)
		for i, k := range keys {
			o.jobs[i] = uint16(k)
		}
		return
	}
	var first [spread + 1]uint16 // where the jobs of hi-i blocks begin
	for _, c := range blocks {
		first[hi-c+1]++
	}
	for i := 1; i < len(first); i++ {
		first[i] += first[i-1]
	}
	for i, c := range blocks {
		o.jobs[first[hi-c]] = uint16(i)
		first[hi-c]++
	}
}
