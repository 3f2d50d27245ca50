package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/sync/semaphore"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/cpu"
	"github.com/sluice-engine/sluice/kernels"
)

// Engine decides batches. All methods may be called from many goroutines at once.
type Engine struct {
	config  Config
	log     *slog.Logger
	cpu     *cpu.Backend
	members []*member // the CPU first
	served  map[kernels.ID]*served
	dice    *dice
	metrics *metrics

	queue             *semaphore.Weighted // of jobs
	inFlight, waiting atomic.Int64        // jobs

	ctx     context.Context // of the wardens; done when the engine closes
	cancel  context.CancelFunc
	wardens sync.WaitGroup

	closing  sync.Once
	closed   atomic.Bool
	closeErr error
	running  sync.RWMutex // Run holds it for reading, so that Close can wait

	mu      sync.Mutex
	streams map[*Stream]struct{}
}

// served is a kernel that the engine serves.
type served struct {
	kernel               *kernels.Kernel
	cpu                  *service
	batchJobs, batchTime prometheus.Observer
}

// Open starts an engine. It gives every backend the known answers of its kernels, which takes some tens of milliseconds
// with the CPU alone.
//
// Errors: ErrConfig; ErrBackend; ErrKnownAnswer if the CPU itself misses one; the registerer's.
func Open(c Config) (*Engine, error) {
	start := time.Now()
	if err := c.complete(); err != nil {
		return nil, err
	}
	if err := checkNames(c.Backends); err != nil {
		return nil, err
	}
	e := &Engine{
		config:  c,
		log:     c.Logger,
		served:  make(map[kernels.ID]*served, len(c.Kernels)),
		dice:    newDice(),
		queue:   semaphore.NewWeighted(int64(c.QueueJobs)),
		streams: make(map[*Stream]struct{}),
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.metrics = newMetrics(e)
	if err := e.open(); err != nil {
		e.cancel()
		for _, m := range e.members {
			if !m.custom {
				m.be.Close()
			}
		}
		return nil, err
	}
	for _, m := range e.members {
		if !m.trusted && m.state == Serving {
			e.wardens.Go(func() { m.warden(e.ctx) })
		}
		e.log.Info("backend", "backend", m.info.Name, "device", m.info.Device, "state", m.state, "reason", m.reason)
	}
	e.log.Info("engine open", "kernels", len(c.Kernels), "took", time.Since(start))
	return e, nil
}

// open makes the members and admits them.
func (e *Engine) open() error {
	c := &e.config
	e.cpu = cpu.New(cpu.Config{Workers: c.Workers, Kernels: c.Kernels})
	own := newMember(e, e.cpu, e.cpu.Info())
	own.trusted = true
	e.members = append(e.members, own)
	standby := true
	for _, row := range backends {
		if !slices.Contains(c.Backends, row.name) {
			continue
		}
		if row.open == nil {
			standby = false
			continue
		}
		opened, err := row.open(c)
		if err != nil {
			m := newMember(e, nothing{}, backend.Info{Name: row.name, Kind: row.name})
			m.set(Refused, err.Error())
			e.members = append(e.members, m)
			e.log.Warn("backend could not be opened", "backend", row.name, "error", err)
		}
		for _, be := range opened {
			e.members = append(e.members, newMember(e, be, be.Info()))
		}
	}
	for _, be := range c.Custom {
		m := newMember(e, be, be.Info())
		m.custom = true
		e.members = append(e.members, m)
	}
	names := make(map[string]bool)
	for _, m := range e.members {
		if m.info.Name == "" || names[m.info.Name] {
			return fmt.Errorf("%w: backend name %q is empty or not unique", ErrConfig, m.info.Name)
		}
		names[m.info.Name] = true
	}
	for _, name := range c.Prefer {
		if !slices.ContainsFunc(e.members, func(m *member) bool { return m.info.Name == name || m.info.Kind == name }) {
			return fmt.Errorf("%w: %q is to be preferred, but is not among the backends", ErrBackend, name)
		}
	}
	for _, m := range e.members {
		if m.state != Refused {
			m.admit(e.ctx)
		}
	}
	for _, k := range c.Kernels {
		s := own.services[k.ID]
		if s.refused != "" {
			return fmt.Errorf("%w: this machine's CPU cannot be used: %s", ErrKnownAnswer, s.refused)
		}
		e.served[k.ID] = &served{k, s, e.metrics.batchJobs.WithLabelValues(k.Name), e.metrics.batchTime.WithLabelValues(k.Name)}
	}
	if standby {
		own.set(Standby, "")
	}
	if c.Registerer != nil {
		if err := c.Registerer.Register(e.metrics); err != nil {
			return fmt.Errorf("engine: register metrics: %w", err)
		}
	}
	return nil
}

// Run decides every job of b; old verdicts and outputs are forgotten. When it returns nil, verdicts and outputs are in b.
// Where it returns an error, jobs that are not decided are unset. b must not be changed meanwhile. An empty batch
// succeeds.
//
// Errors: ctx's; ErrClosed; ErrKernel; a *backend.Fault if the kernel panics on the CPU. If a device did not give the
// batch's memory back, b.Reset and b.Release leave it the memory: see kernels.Batch.Lend.
func (e *Engine) Run(ctx context.Context, b *kernels.Batch) error {
	if e.closed.Load() {
		b.Unset(0, b.Len())
		return ErrClosed
	}
	return e.run(ctx, b)
}

// run is Run, also while streams drain before the engine closes.
func (e *Engine) run(ctx context.Context, b *kernels.Batch) error {
	e.running.RLock()
	defer e.running.RUnlock()
	n, start := b.Len(), now()
	k, err := e.enter(ctx, b)
	if err != nil || n == 0 {
		b.Unset(0, n)
		return err
	}
	defer e.leave(n)
	err = e.decide(ctx, k, b)
	k.batchJobs.Observe(float64(n))
	k.batchTime.Observe((now() - start).Seconds())
	return err
}

var epoch = time.Now()

// now is a monotonic reading, cheaper than time.Now.
func now() time.Duration { return time.Since(epoch) }

// enter waits until there is room for the batch's jobs. An empty batch needs none.
func (e *Engine) enter(ctx context.Context, b *kernels.Batch) (*served, error) {
	k := e.served[b.Kernel().ID]
	if k == nil || k.kernel != b.Kernel() {
		return nil, fmt.Errorf("%w: %s", ErrKernel, b.Kernel().Name)
	}
	if e.ctx.Err() != nil {
		return nil, ErrClosed
	}
	n := b.Len()
	if n == 0 {
		return k, nil
	}
	weight := int64(min(n, e.config.QueueJobs))
	if !e.queue.TryAcquire(weight) {
		e.waiting.Add(int64(n))
		err := e.queue.Acquire(ctx, weight)
		e.waiting.Add(-int64(n))
		if err != nil {
			return nil, err
		}
	}
	e.inFlight.Add(int64(n))
	return k, nil
}

// leave makes room for n jobs.
func (e *Engine) leave(n int) {
	e.inFlight.Add(-int64(n))
	e.queue.Release(int64(min(n, e.config.QueueJobs)))
}

// decide chooses who decides the batch.
func (e *Engine) decide(ctx context.Context, k *served, b *kernels.Batch) error {
	if len(e.members) > 1 {
		var devices []*service
		for _, m := range e.members[1:] {
			if s := m.offers(b.Kernel().ID, b.Flags()); s != nil {
				devices = append(devices, s)
			}
		}
		if len(devices) > 0 {
			b.Unset(0, b.Len())
			return e.dispatch(ctx, k.cpu, devices, b)
		}
	}
	return e.alone(ctx, k.cpu, b)
}

// alone has the CPU decide the whole batch. It writes, or forgets, every verdict and output.
func (e *Engine) alone(ctx context.Context, s *service, b *kernels.Batch) error {
	err := e.timed(ctx, s, b, 0, b.Len())
	s.counts.decided(b, 0, b.Len())
	return err
}

// timed has the CPU decide jobs [lo,hi), and learns from it where there is a choice.
func (e *Engine) timed(ctx context.Context, s *service, b *kernels.Batch, lo, hi int) error {
	var mark, n, predicted float64
	clock := &s.member.clock
	choice := len(e.members) > 1
	if choice {
		n = work(b, lo, hi)
		at := time.Now()
		l, _ := s.model.predict(at)
		predicted = l.c * n
		mark = clock.begin(predicted, at)
	}
	start := now()
	err := e.cpu.Run(ctx, b, lo, hi)
	took := now() - start
	if choice {
		at := time.Now()
		if charged := clock.end(mark, predicted, at); err == nil {
			s.model.observe(n, charged, at)
		}
	}
	s.counts.busy.Add(int64(took))
	s.counts.spans.Add(1)
	s.latency.Observe(took.Seconds())
	if err != nil && ctx.Err() == nil {
		s.counts.faults.Add(1)
	}
	return err
}

// Close waits for running calls of Run and drains streams; further calls give ErrClosed. Then it closes the backends.
// A second Close does nothing and gives the same error.
//
// Errors: the backends', and one for each that did not close within Config.Hang and Grace (it is left behind).
func (e *Engine) Close() error {
	e.closing.Do(func() { e.closeErr = e.close() })
	return e.closeErr
}

func (e *Engine) close() error {
	e.closed.Store(true)
	e.mu.Lock()
	open := make([]*Stream, 0, len(e.streams))
	for s := range e.streams {
		open = append(open, s)
	}
	e.mu.Unlock()
	for _, s := range open {
		s.Close()
	}
	e.running.Lock()
	defer e.running.Unlock()
	e.cancel()
	e.wardens.Wait()
	if e.config.Registerer != nil {
		e.config.Registerer.Unregister(e.metrics)
	}
	var errs []error
	for _, m := range e.members[1:] {
		errs = append(errs, m.close())
	}
	return errors.Join(append(errs, e.cpu.Close())...)
}

// close closes the backend; one that does not return is left behind.
func (m *member) close() error {
	done := make(chan error, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- fmt.Errorf("engine: close backend %s: %w", m.info.Name, &panicked{p})
			}
		}()
		err := m.be.Close()
		if err != nil {
			err = fmt.Errorf("engine: close backend %s: %w", m.info.Name, err)
		}
		done <- err
	}()
	patience := m.engine.config.Hang + m.engine.config.Grace
	if m.hangs() {
		patience = m.engine.config.Grace
	}
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		return fmt.Errorf("engine: backend %s did not close within %v", m.info.Name, patience)
	}
}

// nothing stands for a backend that could not be opened.
type nothing struct{}

func (nothing) Info() backend.Info                                  { return backend.Info{} }
func (nothing) Run(context.Context, *kernels.Batch, int, int) error { return backend.ErrClosed }
func (nothing) Close() error                                        { return nil }
