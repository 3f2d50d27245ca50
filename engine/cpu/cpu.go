package cpu

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// Config of a Backend. The zero value is usable.
type Config struct {
	Workers int               // cores to use; 0 means GOMAXPROCS
	Kernels []*kernels.Kernel // what it runs; nil means all
}

// Backend runs batches on the cores of this machine. It implements backend.Backend.
type Backend struct {
	info    backend.Info
	costs   map[kernels.ID]*cost
	workers int

	cores chan struct{} // one token for each core; whoever computes holds one
	help  chan *task    // batches that want more hands; only a worker at rest receives

	close   sync.Once
	closed  chan struct{}
	mu      sync.RWMutex // Run holds it for reading, so that Close can wait
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
		cores:   make(chan struct{}, c.Workers),
		help:    make(chan *task),
		closed:  make(chan struct{}),
	}
	for _, k := range c.Kernels {
		b.costs[k.ID] = new(cost)
	}
	for range c.Workers {
		b.cores <- struct{}{}
	}
	for range c.Workers - 1 {
		b.helpers.Add(1)
		go b.helper()
	}
	return b
}

// Info implements backend.Backend.
func (b *Backend) Info() backend.Info { return b.info }

// Close implements backend.Backend.
func (b *Backend) Close() error {
	b.close.Do(func() { close(b.closed) })
	b.mu.Lock() // every Run has returned
	defer b.mu.Unlock()
	b.helpers.Wait()
	return nil
}

// Run implements backend.Backend. A panic of the kernel is a *backend.Fault.
func (b *Backend) Run(ctx context.Context, batch *kernels.Batch, lo, hi int) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	select {
	case <-b.closed:
		return backend.ErrClosed
	default:
	}
	k := batch.Kernel()
	c := b.costs[k.ID]
	if c == nil {
		return fmt.Errorf("%w: %s", backend.ErrUnsupported, k.Name)
	}
	if lo >= hi {
		return nil
	}

	t := tasks.Get().(*task)
	defer tasks.Put(t)
	t.begin(ctx, batch, lo, hi, c, b.workers)
	b.call(t)
	b.work(t)
	t.left.Wait()
	return t.end(&b.info)
}

// call gives the task to workers at rest, as many as pay.
func (b *Backend) call(t *task) {
	for range t.hands() {
		t.left.Add(1)
		select {
		case b.help <- t:
		default:
			t.left.Done()
			return
		}
	}
}

// helper takes part in the batches of others.
func (b *Backend) helper() {
	defer b.helpers.Done()
	for {
		select {
		case t := <-b.help:
			b.work(t)
			t.left.Done()
		case <-b.closed:
			return
		}
	}
}

// work claims spans of a task and decides them until none is left.
func (b *Backend) work(t *task) {
	for {
		<-b.cores
		more := t.step(b.closed)
		b.cores <- struct{}{}
		if !more {
			return
		}
	}
}

var tasks = sync.Pool{New: func() any { return new(task) }}

// task is one call of Run.
type task struct {
	ctx     context.Context
	batch   *kernels.Batch
	cost    *cost
	hi      int
	workers int
	next    atomic.Int64 // first job that nobody has claimed
	stop    atomic.Bool
	fault   atomic.Pointer[any] // what a kernel panicked with
	failed  struct {
		sync.Mutex
		lo, hi int // the span in which it did
	}
	left sync.WaitGroup // helpers
}

func (t *task) begin(ctx context.Context, batch *kernels.Batch, lo, hi int, c *cost, workers int) {
	t.ctx, t.batch, t.cost, t.hi, t.workers = ctx, batch, c, hi, workers
	t.next.Store(int64(lo))
	t.stop.Store(false)
	t.fault.Store(nil)
	t.failed.lo, t.failed.hi = 0, 0
}

// hands is how many helpers pay.
func (t *task) hands() int {
	n := t.hi - int(t.next.Load())
	return min(t.workers, t.cost.parts(n)) - 1
}

// step claims one span and decides it; false when there is nothing left to do.
func (t *task) step(closed <-chan struct{}) bool {
	if t.stop.Load() {
		return false
	}
	select {
	case <-t.ctx.Done():
		t.stop.Store(true)
		return false
	case <-closed:
		t.stop.Store(true)
		return false
	default:
	}
	var lo, hi int
	for {
		from := t.next.Load()
		lo = int(from)
		if lo >= t.hi {
			return false
		}
		hi = lo + t.cost.span(t.hi-lo, t.workers)
		if t.next.CompareAndSwap(from, int64(hi)) {
			break
		}
	}
	defer func() {
		if p := recover(); p != nil {
			t.panicked(p, lo, hi)
		}
	}()
	start := now()
	t.batch.Kernel().Run(t.batch, lo, hi)
	t.cost.learn(hi-lo, now()-start)
	return true
}

// panicked stops the task: the kernel panicked in this span.
func (t *task) panicked(p any, lo, hi int) {
	t.fault.CompareAndSwap(nil, &p)
	t.stop.Store(true)
	t.failed.Lock()
	defer t.failed.Unlock()
	if t.failed.hi == 0 {
		t.failed.lo, t.failed.hi = lo, hi
		return
	}
	t.failed.lo, t.failed.hi = min(lo, t.failed.lo), max(hi, t.failed.hi)
}

// end leaves unset what was not decided, and says why.
func (t *task) end(info *backend.Info) (err error) {
	undecided := min(int(t.next.Load()), t.hi)
	if p := t.fault.Load(); p != nil {
		t.batch.Unset(t.failed.lo, t.failed.hi)
		err = &backend.Fault{Backend: info.Name, Err: fmt.Errorf("kernel %s panicked: %v", t.batch.Kernel().Name, *p)}
	} else if undecided < t.hi {
		if err = t.ctx.Err(); err == nil {
			err = backend.ErrClosed
		}
	}
	t.batch.Unset(undecided, t.hi)
	t.ctx, t.batch = nil, nil
	return err
}
