//go:build linux

package chip

import (
	"context"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
)

const (
	perQueue   = 2         // submissions in flight for each queue: while one is worked on, the next is fetched
	pieceJobs  = 4096      // in a submission, at most
	pieceBytes = 256 << 10 // of messages in it, at most, unless a single message is longer
	leastJobs  = 16        // below this, a submission is not worth its completion
)

// task is one call of Run: a span that several goroutines cut pieces from.
type task struct {
	backend *Backend
	link    *link
	batch   *kernels.Batch
	inexact bool

	mu     sync.Mutex
	next   int // first job that nobody has taken
	hi     int
	size   int // jobs of a piece, at most
	failed error
}

// run decides the span. Its error is the first of a piece; other pieces may be decided nevertheless.
func (t *task) run(ctx context.Context) error {
	workers := cap(t.backend.slots)
	n := t.hi - t.next
	t.size = min(max(leastJobs, (n+workers-1)/workers), pieceJobs, int(t.link.host.Caps().MaxJobs))
	var wg sync.WaitGroup
	for range min(workers, (n+t.size-1)/t.size) - 1 {
		wg.Go(func() { t.work(ctx) })
	}
	t.work(ctx)
	wg.Wait()
	return t.failed
}

// work decides pieces until there are none left, or one failed.
func (t *task) work(ctx context.Context) {
	for {
		select {
		case t.backend.slots <- struct{}{}:
		case <-ctx.Done():
			t.fail(ctx.Err())
			return
		}
		lo, hi := t.take()
		if lo < hi {
			if err := t.decide(ctx, lo, hi); err != nil {
				t.fail(err)
			}
		}
		<-t.backend.slots
		if lo == hi {
			return
		}
	}
}

// take cuts the next piece off; an empty one when nothing is left, or something failed.
func (t *task) take() (lo, hi int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if lo = t.next; t.failed != nil || lo == t.hi {
		return lo, lo
	}
	hi = shorten(t.batch, lo, min(t.hi, lo+t.size))
	t.next = hi
	return lo, hi
}

func (t *task) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == nil {
		t.failed = err
	}
}

// shorten cuts a span of at least one job so that its messages have at most pieceBytes, or is one job.
func shorten(b *kernels.Batch, lo, hi int) int {
	if !b.Kernel().Message {
		return hi
	}
	from := begin(b, lo)
	for hi-lo > 1 && b.MessageEnd(hi-1)-from > pieceBytes {
		hi = lo + (hi-lo+1)/2
	}
	return hi
}

// begin is where the message of job i begins in the arena.
func begin(b *kernels.Batch, i int) int {
	if i == 0 || !b.Kernel().Message {
		return 0
	}
	return b.MessageEnd(i - 1)
}
