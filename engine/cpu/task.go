package cpu

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// task is one call of Run.
type task struct {
	ctx     context.Context
	done    <-chan struct{} // of ctx
	batch   *kernels.Batch
	cost    *cost
	lo, hi  int
	workers int

	next atomic.Int64 // first job that nobody has claimed
	stop atomic.Bool
	left sync.WaitGroup // helpers at work

	together int          // jobs that the kernel decides together; 0: each for itself
	helpers  atomic.Int32 // that have joined

	mu    sync.Mutex
	fault error // the first panic
}

var tasks = sync.Pool{New: func() any { return new(task) }}

func (t *task) begin(ctx context.Context, batch *kernels.Batch, lo, hi int, c *cost, workers int) {
	t.ctx, t.batch, t.cost, t.lo, t.hi, t.workers = ctx, batch, c, lo, hi, workers
	t.done = ctx.Done()
	t.together = together(batch)
	t.helpers.Store(0)
	t.next.Store(int64(lo))
	t.stop.Store(false)
}

// end leaves unset what nobody claimed, and says why.
func (t *task) end(name string) (err error) {
	if from := int(t.next.Load()); from < t.hi {
		t.batch.Unset(from, t.hi)
		if err = t.ctx.Err(); err == nil {
			err = backend.ErrClosed
		}
	}
	if t.fault != nil {
		err = errors.Join(err, &backend.Fault{Backend: name, Err: t.fault})
	}
	t.ctx, t.done, t.batch, t.cost, t.fault = nil, nil, nil, nil, nil
	return err
}

// hands is how many helpers the jobs that are left are worth.
func (t *task) hands() int {
	if t.workers == 1 {
		return 0
	}
	return min(t.workers, t.cost.parts(t.hi-int(t.next.Load()))) - 1
}

// step claims one span and decides it; false when there is nothing left to do.
func (t *task) step(closed <-chan struct{}) bool {
	if t.stop.Load() || done(t.done) || done(closed) {
		t.stop.Store(true)
		return false
	}
	lo, hi := t.claim()
	if lo == hi {
		return false
	}
	if _, p := t.cost.decide(t.batch, lo, hi); p != nil {
		t.isolate(lo, hi, p)
	}
	return true
}

// done tells whether a channel is closed. (Two of these cost much less than a select over both.)
func done(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// claim takes the next span; an empty one when all are taken.
func (t *task) claim() (lo, hi int) {
	for {
		from := t.next.Load()
		lo = int(from)
		if lo >= t.hi {
			return lo, lo
		}
		hi = shorten(t.batch, lo, lo+t.size(t.hi-lo, lo-t.lo))
		if t.next.CompareAndSwap(from, int64(hi)) {
			return lo, hi
		}
	}
}

// size is how many of n jobs to claim, after some were claimed before.
func (t *task) size(n, before int) int {
	if t.together > 0 {
		return t.cost.share(n, before, 1+int(t.helpers.Load()), t.together)
	}
	return t.cost.span(n, before, t.workers)
}

// shorten cuts a span of at least one job behind maxBytes of messages.
func shorten(b *kernels.Batch, lo, hi int) int {
	if !b.Kernel().Message {
		return hi
	}
	limit := maxBytes
	if lo > 0 {
		limit += b.MessageEnd(lo - 1)
	}
	if b.MessageEnd(hi-1) <= limit {
		return hi
	}
	for lo++; lo < hi; { // binary search for the first job that ends behind the limit
		mid := int(uint(lo+hi) / 2)
		if b.MessageEnd(mid-1) > limit {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	return lo
}

// isolate decides one by one the jobs of a span in which the kernel panicked, so that a job that makes it panic
// harms no other. Those that do so stay unset.
func (t *task) isolate(lo, hi int, panicked any) {
	first, n := lo, 0
	for i := lo; i < hi; i++ {
		if p := run(t.batch, i, i+1); p != nil {
			t.batch.Unset(i, i+1)
			if n++; n == 1 {
				first, panicked = i, p
			}
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.fault == nil {
		t.fault = fmt.Errorf("kernel %s panicked in jobs [%d,%d), alone in %d of them, first job %d: %v",
			t.batch.Kernel().Name, lo, hi, n, first, panicked)
	}
}
