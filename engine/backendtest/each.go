package backendtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

// Known: the backend reproduces the known answers, also in the batch itself rather than a shadow, and again.
func (c *Case) Known() error {
	known := c.Kernel.Known(c.Rule)
	n := known.Len()
	if n == 0 {
		return fmt.Errorf("there are no known answers of %s", c.Kernel.Name)
	}
	if err := c.right(known, 0, n); err != nil {
		return err
	}
	b := c.Kernel.Known(c.Rule)
	b.Unset(0, n)
	for range 2 {
		if err := c.Backend.Run(context.Background(), b, 0, n); err != nil {
			return fmt.Errorf("Run: %w", err)
		}
		if err := c.compare(b, known, 0, n, false); err != nil {
			return err
		}
		for _, s := range [][2][]byte{{b.Rows(), known.Rows()}, {b.Ends(), known.Ends()}, {b.Messages(), known.Messages()},
			{b.Region()[:kernels.HeaderSize], known.Region()[:kernels.HeaderSize]}} {
			if !bytes.Equal(s[0], s[1]) {
				return errors.New("the backend changed the jobs")
			}
		}
		b.Unset(0, n)
	}
	return nil
}

// Pool: the backend answers like Ref for every job of the pool, in one batch.
func (c *Case) Pool() error {
	b, err := c.pick(c.pool.Len(), 1)
	if err != nil {
		return err
	}
	return c.right(b, 0, b.Len())
}

// Spans: whatever the bounds of a span, the backend decides it wholly and writes nothing beside it; an empty one
// succeeds.
func (c *Case) Spans() error {
	n := min(c.pool.Len(), 150)
	b, err := c.pick(n, 2)
	if err != nil {
		return err
	}
	spans := [][2]int{{0, 0}, {n, n}, {n / 2, n / 2}, {0, 1}, {n - 1, n}, {0, n}, {1, n - 1}, {n / 3, n/3 + 1}}
	r := rand.New(rand.NewPCG(3, 4))
	end := time.Now().Add(c.Options.Effort)
	for i := 0; i < 40 && (i < len(spans) || time.Now().Before(end)); i++ {
		var s [2]int
		if i < len(spans) {
			s = spans[i]
		} else {
			s[0] = r.IntN(n)
			s[1] = s[0] + 1 + r.IntN(n-s[0])
		}
		if err := c.right(b, s[0], s[1]); err != nil {
			return err
		}
	}
	return nil
}

// Huge: a batch with many more jobs than any buffer of the backend.
func (c *Case) Huge() error {
	n, err := c.jobsFor(c.Options.Effort, 1<<17)
	if err != nil {
		return err
	}
	b, err := c.pick(n, 5)
	if err != nil {
		return err
	}
	return c.right(b, 0, n)
}

// jobsFor is how many jobs of the pool the backend decides in about that time: at least 64, at most most, and not more
// than 64 MiB of messages.
func (c *Case) jobsFor(d time.Duration, most int) (int, error) {
	b, err := c.pick(64, 6)
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if run, err := c.attempt(context.Background(), b, 0, 64, false); run != nil || err != nil {
		return 0, errors.Join(run, err)
	}
	n := min(most, 1+int(d/(time.Since(start)/64+1)))
	if perJob := c.pool.MessageBytes()/c.pool.Len() + 1; n > 64<<20/perJob {
		n = 64 << 20 / perJob
	}
	return max(64, n), nil
}

// Cancel: with a context that is done before or ends meanwhile, Run returns soon, with the context's error or everything
// decided; what is decided is right, and nothing is written after it returned.
func (c *Case) Cancel() error {
	n, err := c.jobsFor(2*c.Options.Effort, 1<<16)
	if err != nil {
		return err
	}
	b, err := c.pick(n, 7)
	if err != nil {
		return err
	}
	for _, after := range []time.Duration{-1, 0, c.Options.Effort / 50, c.Options.Effort / 5} {
		ctx, cancel := context.WithCancel(context.Background())
		var stopped time.Time
		var mu sync.Mutex
		stop := func() {
			mu.Lock()
			defer mu.Unlock()
			cancel()
			stopped = time.Now()
		}
		if after < 0 {
			stop()
		} else {
			time.AfterFunc(after, stop)
		}
		got := b.Shadow()
		run := c.Backend.Run(ctx, got, 0, n)
		returned := time.Now()
		before, beforeOut := bytes.Clone(got.Verdicts()), bytes.Clone(got.Outs())
		for ctx.Err() == nil { // it was faster
			time.Sleep(time.Millisecond)
		}
		mu.Lock()
		late := returned.Sub(stopped)
		mu.Unlock()
		switch {
		case late > c.Options.Patience:
			return fmt.Errorf("Run returned %v after its context was done", late)
		case run != nil && !errors.Is(run, context.Canceled):
			return fmt.Errorf("Run with a context that is done: %w", run)
		}
		if err := c.compare(got, b, 0, n, run != nil); err != nil {
			return err
		}
		time.Sleep(min(20*time.Millisecond, c.Options.Effort/4))
		if !bytes.Equal(before, got.Verdicts()) || !bytes.Equal(beforeOut, got.Outs()) {
			return errors.New("the backend wrote verdicts or outputs after Run had returned")
		}
	}
	return nil
}

// Concurrent: many goroutines use one backend at once, for spans of one batch and for batches of their own.
func (c *Case) Concurrent() error {
	const goroutines = 8
	n, err := c.jobsFor(c.Options.Effort/4, 4096)
	if err != nil {
		return err
	}
	shared, err := c.pick(n, 8)
	if err != nil {
		return err
	}
	got := shared.Shadow()
	errs := make([]error, 2*goroutines)
	var wg sync.WaitGroup
	for g := range goroutines {
		wg.Go(func() {
			if run := c.Backend.Run(context.Background(), got, g*n/goroutines, (g+1)*n/goroutines); run != nil {
				errs[g] = fmt.Errorf("Run: %w", run)
			}
		})
		wg.Go(func() {
			own, err := c.pick(1+n/goroutines, uint64(100+g))
			if err == nil {
				err = c.right(own, g%2, own.Len())
			}
			errs[goroutines+g] = err
		})
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return c.compare(got, shared, 0, n, false)
}
