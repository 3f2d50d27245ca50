package lanes

import (
	"slices"
	"sync"
)

// window is how many jobs are ordered at a time.
const window = 1024

// order is the jobs of a window, those with the most blocks first. Jobs of equal counts keep their order.
type order struct {
	jobs         [window]uint32 // place in the window
	begins, ends [window]uint32 // of their messages in the arena
	blocks       [window]uint32

	unordered [window]uint32 // blocks of the jobs as they come
	keys      [window]uint64
}

// orders keeps the memory of past calls for later ones.
var orders = sync.Pool{New: func() any { return new(order) }}

// spread is up to which difference of block counts jobs are ordered by counting.
const spread = 256

// sort orders the n jobs by unordered, the least of which is lo and the most hi. It sets jobs.
func (o *order) sort(n int, lo, hi uint32) {
	blocks := o.unordered[:n]
	if hi-lo >= spread {
		keys := o.keys[:n]
		for i, c := range blocks {
			keys[i] = uint64(^c)<<32 | uint64(i)
		}
		slices.Sort(keys)
		for i, k := range keys {
			o.jobs[i] = uint32(k)
		}
		return
	}
	var first [spread + 1]uint32 // where the jobs of hi-i blocks begin
	for _, c := range blocks {
		first[hi-c+1]++
	}
	for i := uint32(1); i <= hi-lo; i++ {
		first[i] += first[i-1]
	}
	for i, c := range blocks {
		o.jobs[first[hi-c]%window] = uint32(i)
		first[hi-c]++
	}
}
