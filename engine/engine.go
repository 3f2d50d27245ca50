package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

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

	queue *queue

	ctx     context.Context // of the wardens; done when the engine closes
	cancel  context.CancelFunc
	wardens sync.WaitGroup

	closing  sync.Once
	closed   atomic.Bool
	closeErr error

	mu      sync.Mutex
	streams map[*Stream]struct{}
}

// served is a kernel that the engine serves.
type served struct {
	kernel  *kernels.Kernel
	cpu     *service
	batches batches // guarded by cpu.counts
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
		queue:   newQueue(c.QueueJobs),
		streams: make(map[*Stream]struct{}),
	}
	e.ctx, e.cancel = context.WithCancel(context.Background())
	e.metrics = &metrics{e}
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
			return fmt.Errorf("%w: this machine's CPU cannot be used: %s", ErrKnownAnswer, strings.TrimPrefix(s.refused, ErrKnownAnswer.Error()+": "))
		}
		e.served[k.ID] = &served{kernel: k, cpu: s}
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
	n := b.Len()
	k := e.served[b.Kernel().ID]
	if k == nil || k.kernel != b.Kernel() {
		b.Unset(0, n)
		return fmt.Errorf("%w: %s", ErrKernel, b.Kernel().Name)
	}
	if n == 0 {
		return nil
	}
	var start time.Duration
	waited := !e.queue.tryEnter(n)
	if waited {
		start = now()
		if err := e.queue.enter(ctx, n); err != nil {
			b.Unset(0, n)
			return err
		}
	}
	defer e.queue.leave(n)
	counts := &k.cpu.counts
	if len(e.members) > 1 {
		if !waited {
			start = now()
		}
		err := e.decide(ctx, k, b)
		counts.batch(&k.batches, n, now()-start)
		return err
	}
	took, err := e.cpu.Timed(ctx, b, 0, n)
	all := took
	if waited {
		all = now() - start
	}
	counts.whole(&k.batches, b, took, all)
	if err != nil && ctx.Err() == nil {
		counts.faults.Add(1)
	}
	return err
}

var epoch = time.Now()

// now is a monotonic reading, cheaper than time.Now.
func now() time.Duration { return time.Since(epoch) }

// decide chooses who decides the batch, where there is a choice.
func (e *Engine) decide(ctx context.Context, k *served, b *kernels.Batch) error {
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
	return e.alone(ctx, k.cpu, b)
}

// alone has the CPU decide the whole batch. It writes, or forgets, every verdict and output.
func (e *Engine) alone(ctx context.Context, s *service, b *kernels.Batch) error {
	err := e.timed(ctx, s, b, 0, b.Len())
	s.counts.decided(b, 0, b.Len())
	return err
}

// timed has the CPU decide jobs [lo,hi) where devices could too, and learns from it.
func (e *Engine) timed(ctx context.Context, s *service, b *kernels.Batch, lo, hi int) error {
	clock := &s.member.clock
	n := work(b, lo, hi)
	at := time.Now()
	l, _ := s.model.predict(at)
	predicted := l.c * n
	mark := clock.begin(predicted, at)
	start := now()
	err := e.cpu.Run(ctx, b, lo, hi)
	took := max(1, now()-start)
	at = time.Now()
	if charged := clock.end(mark, predicted, at); err == nil {
		s.model.observe(n, charged, at)
	}
	s.counts.call(took)
	s.counts.useful()
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
	e.queue.close()
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
