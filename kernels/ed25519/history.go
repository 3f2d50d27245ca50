package ed25519

import "sync/atomic"

// history says whether combining pays: after equations that did not hold, some turns go to the lanes at once, twice as many after
// each failure, up to [maxSkip]. Hostile signatures so cost at most one equation in that many turns. It is safe for concurrent use;
// calls that race may count a turn more or less.
type history struct {
	failures atomic.Uint32 // in a row
	skip     atomic.Int32  // turns that are still to be left to the lanes
}

const maxSkip = 64

// combine tells whether to try the next turn.
func (h *history) combine() bool {
	if h.skip.Load() <= 0 {
		return true
	}
	h.skip.Add(-1)
	return false
}

// learn takes the result of a turn.
func (h *history) learn(held bool) {
	if held {
		if h.failures.Load() != 0 {
			h.failures.Store(0)
		}
		return
	}
	h.skip.Store(min(int32(1)<<min(h.failures.Add(1), 30), maxSkip))
}
