package engine

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
)

// queue admits batches as long as at most limit jobs are in flight; a larger batch enters alone. When batches wait, they
// enter in the order in which they came. Without waiters it costs two atomic operations a batch.
type queue struct {
	limit  int64
	room   atomic.Int64 // jobs that may still enter
	beyond atomic.Int64 // jobs in flight above the limit, of a larger batch
	asked  atomic.Int64 // jobs of batches that wait

	mu      sync.Mutex
	waiters []*waiter
	closed  bool
}

// waiter is a batch that waits.
type waiter struct {
	weight int64
	ready  chan struct{} // closed when it has entered or been refused
	err    error         // why it was refused
}

func newQueue(limit int) *queue {
	q := &queue{limit: int64(limit)}
	q.room.Store(q.limit)
	return q
}

// inFlight is the jobs that are in, waiting those that want to be.
func (q *queue) inFlight() int64 { return q.limit - q.room.Load() + q.beyond.Load() }
func (q *queue) waiting() int64  { return q.asked.Load() }

// tryEnter enters with n jobs, n > 0, if there is room and nobody waits.
func (q *queue) tryEnter(n int) bool {
	weight := min(int64(n), q.limit)
	if q.asked.Load() != 0 || !q.take(weight) {
		return false
	}
	if more := int64(n) - weight; more > 0 {
		q.beyond.Add(more)
	}
	return true
}

// enter waits until there is room for n jobs, n > 0. Errors: ctx's, ErrClosed.
func (q *queue) enter(ctx context.Context, n int) error {
	weight := min(int64(n), q.limit)
	q.asked.Add(int64(n)) // before it looks, so that whoever leaves after that sees this waiter
	err := q.wait(ctx, weight)
	q.asked.Add(-int64(n))
	if more := int64(n) - weight; more > 0 && err == nil {
		q.beyond.Add(more)
	}
	return err
}

// leave makes room for n jobs.
func (q *queue) leave(n int) {
	weight := min(int64(n), q.limit)
	if more := int64(n) - weight; more > 0 {
		q.beyond.Add(-more)
	}
	q.room.Add(weight)
	if q.asked.Load() != 0 {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.admit()
	}
}

// close refuses all that come from now on and waits until nothing is in flight.
func (q *queue) close() {
	q.asked.Add(1) // so that whoever leaves looks who waits
	defer q.asked.Add(-1)
	_ = q.wait(context.Background(), q.limit) // ErrClosed only the second time
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	for _, w := range q.waiters {
		w.err = ErrClosed
		close(w.ready)
	}
	q.waiters = nil
}

// take enters if there is room.
func (q *queue) take(weight int64) bool {
	for {
		room := q.room.Load()
		if room < weight {
			return false
		}
		if q.room.CompareAndSwap(room, room-weight) {
			return true
		}
	}
}

// admit lets those in who wait and for whom there is room. q.mu is held.
func (q *queue) admit() {
	for len(q.waiters) > 0 && q.take(q.waiters[0].weight) {
		close(q.waiters[0].ready)
		q.waiters = q.waiters[1:]
	}
}

func (q *queue) wait(ctx context.Context, weight int64) error {
	w := &waiter{weight: weight, ready: make(chan struct{})}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return ErrClosed
	}
	q.waiters = append(q.waiters, w)
	q.admit()
	q.mu.Unlock()
	select {
	case <-w.ready:
		return w.err
	case <-ctx.Done():
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if i := slices.Index(q.waiters, w); i >= 0 {
		q.waiters = slices.Delete(q.waiters, i, i+1)
	} else if w.err == nil { // it entered meanwhile
		q.room.Add(weight)
	}
	q.admit()
	return ctx.Err()
}
