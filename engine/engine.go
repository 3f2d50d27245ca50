package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/sluice-engine/sluice/engine/cpu"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// Engine decides batches. Its methods may be called from many goroutines at once.
type Engine struct {
	config  Config
	metrics *metrics
	series  map[kernels.ID]*kernelSeries

	judge   *member   // the processor
	devices []*member // other backends
	shares  bool      // the processor takes its share of batches that devices work on

	queue *semaphore.Weighted

	mu      sync.RWMutex // Run and Stream hold it for reading
	closed  bool
	closing chan struct{}
	probes  sync.WaitGroup
}

// Open starts the backends. Those whose known answers are wrong do not serve the kernels concerned, see
// [Engine.Backends]; if that is the processor, Open fails with ErrKnownAnswers. Other errors: ErrBackend, that of a
// backend which cannot start, that of registering metrics.
func Open(c Config) (_ *Engine, err error) {
	c = c.withDefaults()
	e := &Engine{
		config:  c,
		metrics: newMetrics(),
		series:  map[kernels.ID]*kernelSeries{},
		queue:   semaphore.NewWeighted(int64(c.QueueJobs)),
		closing: make(chan struct{}),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, e.closeBackends())
		}
	}()
	for _, k := range all.Kernels {
		e.series[k.ID] = e.metrics.kernel(k.Name)
	}
	e.judge = newMember(cpu.New(cpu.Config{Workers: c.Workers}), true)
	for _, name := range c.Backends {
		if name == e.judge.info.Name {
			e.shares = true
			continue
		}
		b, err := openBackend(name, c)
		if err != nil {
			return nil, fmt.Errorf("engine: open %s: %w", name, err)
		}
		e.devices = append(e.devices, newMember(b, false))
	}
	for _, b := range c.Custom {
		e.devices = append(e.devices, newMember(b, false))
	}
	if err := e.admitAll(); err != nil {
		return nil, err
	}
	if c.Registerer != nil {
		for _, collector := range e.metrics.collectors() {
			if err := c.Registerer.Register(collector); err != nil {
				return nil, fmt.Errorf("engine: register metrics: %w", err)
			}
		}
	}
	return e, nil
}

// Close waits for running calls and closes the backends. A second Close does nothing.
func (e *Engine) Close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	close(e.closing)
	e.mu.Unlock() // whoever held it for reading is done
	e.probes.Wait()
	if e.config.Registerer != nil {
		for _, c := range e.metrics.collectors() {
			e.config.Registerer.Unregister(c)
		}
	}
	return e.closeBackends()
}

func (e *Engine) closeBackends() error {
	var errs []error
	for _, m := range e.members() {
		if m.hopeless() {
			go m.Close() // it may wait for ever for calls that do not return
			errs = append(errs, fmt.Errorf("engine: backend %s hangs; left behind", m.info.Name))
			continue
		}
		if err := m.Close(); err != nil {
			errs = append(errs, fmt.Errorf("engine: close %s: %w", m.info.Name, err))
		}
	}
	return errors.Join(errs...)
}

// members are all backends, the processor first.
func (e *Engine) members() []*member {
	if e.judge == nil {
		return nil
	}
	return append([]*member{e.judge}, e.devices...)
}

// Backends tells what there is and how it does, the processor first.
func (e *Engine) Backends() []Status {
	var s []Status
	for _, m := range e.members() {
		s = append(s, m.status(all.ByID))
	}
	return s
}

// Run decides all jobs of the batch; what verdicts and outputs it held is forgotten. It sets every verdict, or
// returns an error and leaves undecided jobs unset: ctx's error, ErrClosed, or what kept even the processor from
// deciding. The batch must not be changed while Run works on it. An empty batch succeeds.
//
// Calls beyond Config.QueueJobs wait for others to end, or for ctx.
func (e *Engine) Run(ctx context.Context, b *kernels.Batch) error {
	n := b.Len()
	if n == 0 {
		return nil
	}
	start := time.Now()
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return ErrClosed
	}
	k := b.Kernel()
	judge := e.judge.kernels[k.ID]
	if judge == nil {
		return fmt.Errorf("engine: %w: %s", kernels.ErrKernel, k.Name)
	}
	b.Unset(0, n)
	e.metrics.queue.Add(float64(n))
	defer e.metrics.queue.Sub(float64(n))
	weight := int64(min(n, e.config.QueueJobs))
	if err := e.queue.Acquire(ctx, weight); err != nil {
		return err
	}
	defer e.queue.Release(weight)

	if err := e.decide(ctx, b, judge); err != nil {
		return fmt.Errorf("engine: %s: %w", k.Name, err)
	}
	verdicts := b.Verdicts()
	valid := bytes.Count(verdicts, []byte{byte(kernels.Valid)})
	if valid+bytes.Count(verdicts, []byte{byte(kernels.Invalid)}) != n {
		return fmt.Errorf("engine: %s: %w", k.Name, ErrUndecided)
	}
	e.series[k.ID].run(n, valid, time.Since(start))
	return nil
}

// decide lets the processor decide alone where no device would help.
func (e *Engine) decide(ctx context.Context, b *kernels.Batch, judge *service) error {
	n := b.Len()
	var able []*member
	for _, m := range e.devices {
		if s := m.serves(b.Kernel().ID); s != nil && s.Smallest <= n {
			able = append(able, m)
		}
	}
	if len(able) > 0 {
		return newBoard(e, b, able).run(ctx)
	}
	if err := e.judge.run(ctx, b, 0, n); err != nil {
		return err
	}
	judge.metrics.add(n)
	return nil
}
