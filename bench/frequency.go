package bench

import (
	"runtime"
	"time"
)

// frequency is the clock that a core runs at, in GHz, as far as one can see: additions and exclusive-ors that wait for each
// other take a cycle each on every processor of today. The best of several short tries, so that an interruption does not
// count; a core that is shared with others shows less.
func frequency() float64 {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	const links, tries = 1 << 20, 12
	best := time.Duration(1<<63 - 1)
	for range tries {
		start := time.Now()
		runtime.KeepAlive(chain(links))
		best = min(best, time.Since(start))
	}
	return float64(links) / float64(best.Nanoseconds())
}

// chain computes n operations, each of which needs the one before; n is a multiple of 16.
//
//go:noinline
func chain(n int) uint64 {
	x, a, b := uint64(n), uint64(n)|0x9e3779b97f4a7c15, uint64(n)|0xbf58476d1ce4e5b9
	for ; n > 0; n -= 16 {
		x += a
		x ^= b
		x += a
		x ^= b
		x += a
		x ^= b
		x += a
		x ^= b
		x += a
		x ^= b
		x += a
		x ^= b
		x += a
		x ^= b
		x += a
		x ^= b
	}
	return x
}
