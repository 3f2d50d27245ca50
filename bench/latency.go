package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/kernels"
)

// Latency is how long single jobs through a Stream took, from the moment that each was due to its verdict.
type Latency struct {
	Kernel       string `json:"kernel"`
	Rule         string `json:"rule"`
	MessageBytes int    `json:"message_bytes"`
	Mixed        bool   `json:"mixed,omitempty"`
	Keys         int    `json:"keys,omitempty"` // different ones
	JobSet       int    `json:"job_set"`        // jobs, sent in turn
	Backend      string `json:"backend"`
	Workers      int    `json:"workers"`

	Callers int     `json:"callers,omitempty"` // closed loop: each sends its next job when it has the verdict
	Rate    float64 `json:"rate,omitempty"`    // open loop: jobs due per second, evenly, whatever became of those before

	Jobs          int     `json:"jobs"`
	JobsPerSecond float64 `json:"jobs_per_second"` // decided
	P50us         float64 `json:"p50_us"`
	P99us         float64 `json:"p99_us"`
}

// Loads are what streams are measured under: callers of a closed loop, and rates of an open one, in jobs per second.
var (
	loadCallers = []int{1, 64, 1024}
	loadRates   = []float64{1000, 10000}
)

// latency measures single jobs through a Stream with default settings, at the group's first messages.
func (r *run) latency(ctx context.Context, g *group, set *kernels.Batch, backend string) error {
	x, err := r.engines.get(backend, r.Threads)
	if err != nil {
		return err
	}
	base := Latency{
		Kernel: g.kernel.Name, Rule: g.rule.String(), MessageBytes: set.MessageBytes() / set.Len(), Mixed: g.message == Mixed,
		Keys: g.distinct(set.Len()), JobSet: set.Len(), Backend: backend, Workers: r.Threads,
	}
	for _, callers := range loadCallers {
		l := base
		l.Callers = callers
		if err := r.load(ctx, x, g, set, &l, closedLoop(callers, r.Time)); err != nil {
			return err
		}
	}
	for _, rate := range loadRates {
		l := base
		l.Rate = rate
		if err := r.load(ctx, x, g, set, &l, openLoop(rate, r.Time)); err != nil {
			return err
		}
	}
	return nil
}

// load measures one load with a stream of its own.
func (r *run) load(ctx context.Context, x *engine.Engine, g *group, set *kernels.Batch, l *Latency, loop loop) error {
	s, err := x.Stream(g.kernel, g.rule, engine.StreamConfig{})
	if err != nil {
		return fmt.Errorf("bench: %w", err)
	}
	defer s.Close()
	want := set.Shadow()
	g.kernel.Run(want, 0, want.Len())
	var next atomic.Int64
	start := time.Now()
	times, err := loop(ctx, func() error {
		i := int((next.Add(1) - 1) % int64(set.Len()))
		valid, _, err := s.Do(ctx, len(set.Message(i)), func(b *kernels.Batch) error { return copyJob(b, set, i) })
		if err != nil {
			return fmt.Errorf("bench: stream of %s: %w", g.kernel.Name, err)
		}
		if valid != (want.Verdict(i) == kernels.Valid) {
			return fmt.Errorf("%w: %s: job %d: valid %v through a stream", ErrDisagree, g.kernel.Name, i, valid)
		}
		return nil
	})
	if err != nil {
		return err
	}
	slices.Sort(times)
	l.Jobs = len(times)
	l.JobsPerSecond = float64(len(times)) / time.Since(start).Seconds()
	l.P50us = percentile(times, 0.50).Seconds() * 1e6
	l.P99us = percentile(times, 0.99).Seconds() * 1e6
	r.result.Latency = append(r.result.Latency, *l)
	r.event.Latency = append(r.event.Latency, *l)
	return nil
}

// loop calls do again and again, from several goroutines, and returns how long each job took.
type loop func(ctx context.Context, do func() error) ([]time.Duration, error)

// closedLoop has that many callers, each of which waits for its verdict before it sends its next job.
func closedLoop(callers int, long time.Duration) loop {
	return func(ctx context.Context, do func() error) ([]time.Duration, error) {
		times, errs := make([][]time.Duration, callers), make([]error, callers)
		end := time.Now().Add(long)
		var done sync.WaitGroup
		for i := range callers {
			done.Go(func() {
				for start := time.Now(); (len(times[i]) == 0 || start.Before(end)) && errs[i] == nil; {
					errs[i] = do()
					now := time.Now()
					times[i] = append(times[i], now.Sub(start))
					start = now
				}
			})
		}
		done.Wait()
		for _, err := range errs {
			if err != nil {
				return nil, err
			}
		}
		return slices.Concat(times...), nil
	}
}

// openLoop sends a job whenever one is due. A job that was sent late counts from when it was due.
func openLoop(rate float64, long time.Duration) loop {
	return func(ctx context.Context, do func() error) ([]time.Duration, error) {
		n := max(1, int(rate*long.Seconds()))
		times, errs := make([]time.Duration, n), make([]error, n)
		start := time.Now()
		var done sync.WaitGroup
		for i := range n {
			due := start.Add(time.Duration(float64(i) / rate * float64(time.Second)))
			time.Sleep(time.Until(due))
			if ctx.Err() != nil {
				break
			}
			done.Go(func() {
				errs[i] = do()
				times[i] = time.Since(due)
			})
		}
		done.Wait()
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		for _, err := range errs {
			if err != nil {
				return nil, err
			}
		}
		return times, nil
	}
}
