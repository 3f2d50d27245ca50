package cpu

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

const (
	longest  = 2 * time.Millisecond  // of a span, so that a cancelled context is noticed
	shortest = 40 * time.Microsecond // of a part that is worth waking a worker for
	longJob  = 50 * time.Microsecond // a job that is worth claiming alone
	lanes    = 32                    // spans of shorter jobs are multiples of it: two groups of 16 lanes
	maxBytes = 4 << 20               // of messages in a span
	cautious = 512                   // jobs in the first span of a batch: they may cost more than those before
)

// cost is what a job of one kernel takes on one core, learnt from the spans that were run.
type cost struct {
	kernel *kernels.Kernel
	bits   atomic.Uint64 // float64: ns per job; 0: not known
	spans  atomic.Uint32 // short ones, so far
}

func (c *cost) perJob() float64 { return math.Float64frombits(c.bits.Load()) }

// watches tells whether a span of n jobs is to be timed: of those so short that reading the clock costs more than it
// tells, only some.
func (c *cost) watches(n int) bool {
	per := c.perJob()
	return per == 0 || float64(n)*per > float64(shortest) || c.spans.Add(1)%16 == 0
}

// learn takes a span of n jobs into the average. Concurrent calls may lose one of two.
func (c *cost) learn(n int, d time.Duration) {
	was, seen := c.perJob(), max(float64(d)/float64(n), 0.1)
	if was > 0 {
		seen = was + (seen-was)/8
	}
	c.bits.Store(math.Float64bits(seen))
}

// decide decides jobs [lo,hi). It returns how long they took, or 0 if it did not look, and what the kernel panicked with, or
// nil.
func (c *cost) decide(b *kernels.Batch, lo, hi int) (took time.Duration, panicked any) {
	if !c.watches(hi - lo) {
		return 0, run(b, lo, hi)
	}
	start := now()
	if panicked = run(b, lo, hi); panicked != nil {
		return 0, panicked
	}
	took = max(1, now()-start)
	c.learn(hi-lo, took)
	return took, nil
}

// run decides jobs [lo,hi) and returns what the kernel panicked with, or nil.
func run(b *kernels.Batch, lo, hi int) (panicked any) {
	defer func() { panicked = recover() }()
	b.Kernel().Run(b, lo, hi)
	return nil
}

// once tells whether n jobs are best decided in one span, by the one who brings them.
func (c *cost) once(n, workers, together int) bool {
	most := 2 * float64(shortest) // for less, no helper is woken
	if workers == 1 {
		most = float64(longest)
	}
	per := c.perJob()
	return per > 0 && n <= max(cautious, together) && float64(n)*per < most
}

// span is how many of n jobs to claim at once, after some of the batch were claimed before: a share of what is left, so
// that spans become smaller towards the end and all workers end together.
func (c *cost) span(n, before, workers int) int {
	per := c.perJob()
	share := (n + workers - 1) / workers
	if per == 0 { // unknown: a first taste
		return min(n, share, lanes)
	}
	s := min(share, max(1, int(float64(longest)/per)), max(cautious, 4*before))
	if per < float64(longJob) {
		s = (s + lanes - 1) / lanes * lanes
	}
	return min(n, s)
}

// share is span for a kernel that decides up to so many jobs together, on so many hands: equal parts of the whole batch, as each span is a
// computation of its own, which is the dearer the smaller it is.
func (c *cost) share(n, before, hands, together int) int {
	per := c.perJob()
	if per == 0 {
		return c.span(n, before, hands)
	}
	part := (n + before + hands - 1) / hands
	spans := (part + together - 1) / together
	s := min((part+spans-1)/spans, max(lanes, int(float64(longest)/per)))
	return min(n, (s+lanes-1)/lanes*lanes)
}

// together is how many jobs the batch's kernel decides together, under its rule; 0: each for itself.
func together(b *kernels.Batch) int {
	if f := b.Kernel().Together; f != nil {
		return f(b.Flags())
	}
	return 0
}

// parts is into how many parts n jobs can be cut that are each worth a worker.
func (c *cost) parts(n int) int {
	per := c.perJob()
	if per == 0 {
		return max(1, n)
	}
	return max(1, min(n, int(float64(n)*per/float64(shortest))))
}

var epoch = time.Now()

// now is a monotonic reading, cheaper than time.Now.
func now() time.Duration { return time.Since(epoch) }
