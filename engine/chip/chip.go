//go:build linux

package chip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// Backend drives one chip. It implements backend.Backend and backend.Memory.
type Backend struct {
	config Config
	info   backend.Info
	alloc  *allocator
	slots  chan struct{} // a token for each submission in flight: they bound the memory for copies

	running sync.RWMutex // Run holds it for reading, so that Close can wait
	dials   sync.WaitGroup

	mu       sync.Mutex
	closed   bool
	link     *link     // nil or dead if the device was lost
	dialling *dialling // nil unless somebody opens the device again
}

// newBackend opens the device.
func newBackend(name string, c Config) (*Backend, error) {
	b := &Backend{config: c, alloc: &allocator{limit: c.Memory, current: newMemory(c.Memory)}}
	l, err := connect(&b.config, b.alloc.current)
	if err != nil {
		return nil, errors.Join(err, b.alloc.close())
	}
	b.link = l
	caps := l.host.Caps()
	b.info = describe(name, l.device.Info(), caps, c.Inexact)
	b.slots = make(chan struct{}, perQueue*caps.Queues)
	return b, nil
}

// Info implements backend.Backend.
func (b *Backend) Info() backend.Info { return b.info }

// Allocator implements backend.Memory: what lies there, the chip reads where it is. Batches stay usable after Close.
func (b *Backend) Allocator() kernels.Allocator { return b.alloc }

// Close implements backend.Backend. Running calls end with ErrClosed.
func (b *Backend) Close() error {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return nil
	}
	b.closed = true
	l := b.link
	b.mu.Unlock()
	b.dials.Wait()
	var err error
	if l != nil {
		err = l.close()
	}
	b.running.Lock()
	defer b.running.Unlock()
	return errors.Join(err, b.alloc.close())
}

// Run implements backend.Backend.
func (b *Backend) Run(ctx context.Context, batch *kernels.Batch, lo, hi int) error {
	b.running.RLock()
	defer b.running.RUnlock()
	if b.isClosed() {
		return backend.ErrClosed
	}
	support, err := b.check(batch)
	if err != nil || lo >= hi {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	l, err := b.acquire(ctx)
	if err != nil {
		return b.fault(ctx, err)
	}
	t := &task{backend: b, link: l, batch: batch, hi: hi, next: lo, inexact: !support.ValidExact}
	if err := t.run(ctx); err != nil {
		return b.fault(ctx, err)
	}
	return nil
}

func (b *Backend) isClosed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.closed
}

// check returns ErrUnsupported unless the chip runs the kernel under the rule, in the form that it knows.
func (b *Backend) check(batch *kernels.Batch) (backend.Support, error) {
	k := batch.Kernel()
	s, ok := b.info.Supports(k.ID)
	if !ok {
		return s, fmt.Errorf("%w: %s", backend.ErrUnsupported, k.Name)
	}
	known := lookup(uint16(k.ID))
	if known.In != k.In || known.Out != k.Out || known.Message != k.Message {
		return s, fmt.Errorf("%w: %s has rows of %d and %d bytes, message %t; the chip's have %d and %d, %t", backend.ErrUnsupported,
			k.Name, k.In, k.Out, k.Message, known.In, known.Out, known.Message)
	}
	if !slices.Contains(known.Rules, uint32(batch.Flags())) {
		return s, fmt.Errorf("%w: rule %q of %s", backend.ErrUnsupported, batch.Flags(), k.Name)
	}
	return s, nil
}

// fault says whose fault an error is: the context's, the closing backend's, or the device's.
func (b *Backend) fault(ctx context.Context, err error) error {
	var refused *ring.Failure
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case b.isClosed() && (errors.Is(err, ring.ErrClosed) || errors.Is(err, backend.ErrClosed)):
		return backend.ErrClosed
	case errors.Is(err, ring.ErrClosed):
		err = fmt.Errorf("chip: the device was lost, and is being opened again: %w", err)
	case errors.As(err, &refused) && refused.Status == regs.StatusBadRules:
		return fmt.Errorf("%w: %w", backend.ErrUnsupported, err)
	}
	return &backend.Fault{Backend: b.info.Name, Err: err}
}
