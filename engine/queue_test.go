package engine

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// TestQueueBound: many batches of all sizes, some of which give up, are never more at once than the limit allows; at the
// end the queue is empty.
func TestQueueBound(t *testing.T) {
	const limit = 100
	q := newQueue(limit)
	var in, large atomic.Int64
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(g)))
			for range 3000 {
				n := 1 + r.IntN(120)
				if !q.tryEnter(n) {
					ctx, cancel := context.Background(), func() {}
					if r.IntN(3) == 0 {
						ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(50))*time.Microsecond)
					}
					err := q.enter(ctx, n)
					cancel()
					if err != nil {
						if !errors.Is(err, context.DeadlineExceeded) {
							t.Errorf("enter: %v", err)
						}
						continue
					}
				}
				now := in.Add(int64(n))
				if n > limit {
					if large.Add(1); now != int64(n) {
						t.Errorf("a batch of %d jobs is in with %d others", n, now-int64(n))
					}
				} else if now > limit {
					t.Errorf("%d jobs are in, the limit is %d", now, limit)
				}
				if q.inFlight() < int64(n) {
					t.Errorf("%d jobs in flight with a batch of %d in", q.inFlight(), n)
				}
				in.Add(-int64(n))
				q.leave(n)
			}
		})
	}
	wg.Wait()
	if q.inFlight() != 0 || q.waiting() != 0 || len(q.waiters) != 0 || large.Load() == 0 {
		t.Errorf("%d in flight, %d waiting, %d waiters, %d large batches", q.inFlight(), q.waiting(), len(q.waiters), large.Load())
	}
}

// TestQueueOrder: those who wait enter in the order in which they came, though a later one would fit at once.
func TestQueueOrder(t *testing.T) {
	q := newQueue(10)
	if !q.tryEnter(8) {
		t.Fatal("an empty queue refuses")
	}
	order := make(chan int, 2)
	for _, n := range []int{10, 1} {
		go func() {
			if err := q.enter(context.Background(), n); err != nil {
				t.Error(err)
			}
			order <- n
		}()
		eventually(t, "it waits", func() bool { return q.waiting() >= int64(n) && (n == 10 || q.waiting() == 11) })
	}
	if q.tryEnter(1) {
		t.Error("a third one enters before those who wait")
	}
	q.leave(8)
	if n := <-order; n != 10 {
		t.Errorf("the batch of %d entered first", n)
	}
	q.leave(10)
	if n := <-order; n != 1 {
		t.Errorf("the batch of %d entered second", n)
	}
}

// TestQueueClose: close waits for what is in, lets in who waits already, and refuses all that come later.
func TestQueueClose(t *testing.T) {
	q := newQueue(10)
	if !q.tryEnter(10) {
		t.Fatal("an empty queue refuses")
	}
	entered := make(chan error)
	go func() { entered <- q.enter(context.Background(), 3) }()
	eventually(t, "it waits", func() bool { return q.waiting() == 3 })
	closed := make(chan struct{})
	go func() {
		q.close()
		close(closed)
	}()
	eventually(t, "close waits", func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return len(q.waiters) == 2
	})
	late := make(chan error)
	go func() { late <- q.enter(context.Background(), 2) }()
	eventually(t, "another waits behind", func() bool {
		q.mu.Lock()
		defer q.mu.Unlock()
		return len(q.waiters) == 3
	})
	q.leave(10)
	if err := <-entered; err != nil {
		t.Errorf("the one that waited before: %v", err)
	}
	select {
	case <-closed:
		t.Error("close did not wait")
	case <-time.After(5 * time.Millisecond):
	}
	q.leave(3)
	<-closed
	if err := <-late; !errors.Is(err, ErrClosed) {
		t.Errorf("the one that came after close: %v", err)
	}
	if q.tryEnter(1) {
		t.Error("a closed queue lets in")
	}
	if err := q.enter(context.Background(), 1); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed queue: %v", err)
	}
}
