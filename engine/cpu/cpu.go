package cpu

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// Config of a Backend. The zero value is usable.
type Config struct {
	Workers int               // cores to use; 0 or less means GOMAXPROCS
	Kernels []*kernels.Kernel // what it runs; nil means all
}

// Backend runs batches on the cores of this machine. It implements backend.Backend.
type Backend struct {
	info    backend.Info
	costs   map[kernels.ID]*cost
	workers int

	cores *cores
	help  chan *task // batches that want more hands; only a worker at rest receives

	close   sync.Once
	closed  chan struct{}
	mu      sync.RWMutex // Run holds it for reading or, in once, a core, so that Close can wait
	helpers sync.WaitGroup
}

// New starts the workers.
func New(c Config) *Backend {
	if c.Workers <= 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if c.Kernels == nil {
		c.Kernels = all.Kernels
	}
	b := &Backend{
		info:    describe(c.Workers, c.Kernels),
		costs:   make(map[kernels.ID]*cost, len(c.Kernels)),
		workers: c.Workers,
		cores:   newCores(c.Workers),
		help:    make(chan *task),
		closed:  make(chan struct{}),
	}
	for _, k := range c.Kernels {
		b.costs[k.ID] = &cost{kernel: k}
	}
	for range c.Workers - 1 { // the goroutine that calls Run is the other one
		b.helpers.Add(1)
		go b.helper()
	}
	return b
}

// Info implements backend.Backend.
func (b *Backend) Info() backend.Info { return b.info }

// Close implements backend.Backend. Running calls end with ErrClosed at the next span.
func (b *Backend) Close() error {
	b.close.Do(func() { close(b.closed) })
	b.mu.Lock() // every Run has returned,
	defer b.mu.Unlock()
	for range b.workers { // but those in once
		b.cores.take()
	}
	for range b.workers {
		b.cores.give()
	}
	b.helpers.Wait()
	return nil
}

// Run implements backend.Backend. It allocates nothing. Old verdicts need not be unset before: of jobs that it does not
// decide, it forgets them. A panic of the kernel is a *backend.Fault: the jobs that make
// it panic stay unset, all others are decided.
func (b *Backend) Run(ctx context.Context, batch *kernels.Batch, lo, hi int) error {
	_, err := b.Timed(ctx, batch, lo, hi)
	return err
}

// Timed is Run that tells how long it took. It is 0 if it did not look: of spans so short that reading the clock costs more
// than it tells, it times one in sixteen.
func (b *Backend) Timed(ctx context.Context, batch *kernels.Batch, lo, hi int) (took time.Duration, err error) {
	k := batch.Kernel()
	c := b.costs[k.ID]
	if c != nil && c.kernel == k && lo < hi && c.once(hi-lo, b.workers, together(batch)) && shorten(batch, lo, hi) == hi {
		return b.once(ctx, batch, lo, hi, c)
	}
	b.mu.RLock()
	defer b.mu.RUnlock()
	if done(b.closed) {
		batch.Unset(lo, max(lo, hi))
		return 0, backend.ErrClosed
	}
	if c == nil || c.kernel != k {
		return 0, fmt.Errorf("%w: %s", backend.ErrUnsupported, k.Name)
	}
	if lo >= hi {
		return 0, nil
	}
	start := now()
	t := tasks.Get().(*task)
	defer tasks.Put(t)
	t.begin(ctx, batch, lo, hi, c, b.workers)
	b.work(t, true)
	t.left.Wait()
	err = t.end(b.info.Name)
	return now() - start, err
}

// once decides jobs that are not worth more than one span. The core that it holds keeps the backend open.
func (b *Backend) once(ctx context.Context, batch *kernels.Batch, lo, hi int, c *cost) (took time.Duration, err error) {
	b.cores.take()
	defer b.cores.give()
	if done(b.closed) {
		batch.Unset(lo, hi)
		return 0, backend.ErrClosed
	}
	if done(ctx.Done()) {
		batch.Unset(lo, hi)
		return 0, ctx.Err()
	}
	took, panicked := c.decide(batch, lo, hi)
	if panicked == nil {
		return took, nil
	}
	t := &task{batch: batch}
	t.isolate(lo, hi, panicked)
	return 0, &backend.Fault{Backend: b.info.Name, Err: t.fault}
}

// helper takes part in the batches of others.
func (b *Backend) helper() {
	defer b.helpers.Done()
	for {
		select {
		case t := <-b.help:
			b.work(t, false)
			t.left.Done()
		case <-b.closed:
			return
		}
	}
}

// work claims spans of a task and decides them until none is left. The owner of the task calls workers that have come
// to rest before each span, as many as what is left is worth.
func (b *Backend) work(t *task, owner bool) {
	for more := true; more; {
		if owner {
			b.call(t)
		}
		b.cores.take()
		more = t.step(b.closed)
		b.cores.give()
	}
}

// call calls no more than find a core beside the one that the owner is about to take: others would only wait.
func (b *Backend) call(t *task) {
	for range min(t.hands(), b.cores.idle()-1) {
		t.left.Add(1)
		t.helpers.Add(1)
		select {
		case b.help <- t:
		default:
			t.helpers.Add(-1)
			t.left.Done()
			return
		}
	}
}
