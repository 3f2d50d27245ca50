//go:build linux

package ring

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/regs"
)

// Options of a Host. Zero values are usable.
type Options struct {
	Queues   int           // queue pairs to use; 0 means all that the chip has
	Depth    int           // entries of each ring, a power of two; 0 means 64, or less where the chip has less
	Deadline time.Duration // of a command, from Do to its end; 0 means 10 s
	Grace    time.Duration // for the chip to give a command back after an abort; 0 means 500 ms
	Poll     time.Duration // how long to poll after the last completion before waiting for the interrupt; 0 means 20 µs, less than 0 not
	Tick     time.Duration // how often to look for completions whose interrupt got lost, and whether the chip is there; 0 means 50 ms
}

// Host owns a chip: its registers, queues and interrupts. All methods may be called from many goroutines at once.
type Host struct {
	device  driver.Device
	pool    *dma.Pool
	options Options
	caps    Caps
	vectors int
	queues  []*queue
	next    atomic.Uint32 // queue
	epoch   atomic.Uint64 // lives of the chip, a reset begins the next
	stats   counts
	// observer is the device, if it wants to know of entries, or nil.
	observer Observer
	reapers  sync.WaitGroup
	closing  chan struct{} // closed by Close

	counting sync.Mutex // of counters

	// Whoever submits holds state for reading; whoever resets the chip holds it whole.
	state sync.RWMutex
	dead  error // why nothing can be submitted any more
}

// Open resets the chip and starts its queues. The pool is the device's; both stay the caller's, who closes them after the
// Host. Errors: ErrChip, driver.ErrGone, those of the device.
func Open(d driver.Device, pool *dma.Pool, o Options) (*Host, error) {
	o.Deadline = or(o.Deadline, 10*time.Second)
	o.Grace = or(o.Grace, 500*time.Millisecond)
	o.Poll = or(o.Poll, 20*time.Microsecond)
	o.Tick = or(o.Tick, 50*time.Millisecond)
	h := &Host{device: d, pool: pool, options: o, closing: make(chan struct{})}
	h.observer, _ = d.(Observer)
	if err := h.open(); err != nil {
		if len(h.queues) > 0 { // it may know of them
			d.Reset()
		}
		h.free()
		return nil, err
	}
	for _, q := range h.queues {
		h.reapers.Go(q.reap)
	}
	return h, nil
}

func or(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}

func (h *Host) open() error {
	var err error
	if err := identify(h.device); err != nil {
		return err
	}
	if err := h.device.Reset(); err != nil {
		return fmt.Errorf("ring: reset: %w", err)
	}
	if h.caps, err = readCaps(h.device); err != nil {
		return err
	}
	n, depth := h.options.Queues, h.options.Depth
	if n == 0 {
		n = h.caps.Queues
	}
	if depth == 0 {
		depth = min(64, h.caps.Depth)
	}
	if n < 1 || n > h.caps.Queues || depth < 2 || depth > h.caps.Depth || depth&(depth-1) != 0 {
		return fmt.Errorf("%w: %d queues of %d entries; the chip has %d of up to %d, a power of two", driver.ErrRange, n, depth, h.caps.Queues, h.caps.Depth)
	}
	h.vectors = min(h.caps.Vectors, h.device.Info().Vectors)
	if h.vectors < n {
		return fmt.Errorf("%w: %d interrupts for %d queues", driver.ErrRange, h.vectors, n)
	}
	for i := range n {
		q, err := newQueue(h, uint32(i), uint32(depth))
		if err != nil {
			return err
		}
		h.queues = append(h.queues, q)
		if err := h.device.Interrupt(i, q.event.FD()); err != nil {
			return fmt.Errorf("ring: interrupt %d: %w", i, err)
		}
	}
	return h.start()
}

// identify makes sure that the device is there and a chip that we know.
func identify(d driver.Device) error {
	if err := driver.Present(d, regs.GlobalID); err != nil {
		return err
	}
	id, err := d.Read32(regs.GlobalID)
	if err != nil {
		return err
	}
	version, err := d.Read32(regs.GlobalVersion)
	if err != nil {
		return err
	}
	if id != regs.ID || version>>regs.GlobalVersionMajorShift != regs.VersionMajor {
		return fmt.Errorf("%w: id %#x (want %#x), version %#x (want %d.x)", ErrChip, id, uint32(regs.ID), version, regs.VersionMajor)
	}
	return nil
}

// start sets up a chip that comes out of reset.
func (h *Host) start() error {
	if err := identify(h.device); err != nil {
		return err
	}
	for _, q := range h.queues {
		if err := q.start(); err != nil {
			return fmt.Errorf("ring: queue %d: %w", q.index, err)
		}
		status, err := h.device.Read32(regs.QueueStatus(q.index))
		if err != nil {
			return err
		}
		if status&regs.QueueStatusEnabledMask == 0 {
			return fmt.Errorf("%w: queue %d was refused", ErrChip, q.index)
		}
	}
	return h.write(
		regs.GlobalIntrEnable, uint32(1)<<len(h.queues)-1,
		regs.GlobalControl, regs.GlobalControlEnableMask)
}

// write writes registers: offset, value, offset, value …
func (h *Host) write(pairs ...uint32) error {
	for i := 0; i < len(pairs); i += 2 {
		if err := h.device.Write32(pairs[i], pairs[i+1]); err != nil {
			return fmt.Errorf("ring: register %#x: %w", pairs[i], err)
		}
	}
	return nil
}

// restart resets the chip and tells all callers, unless somebody did so since the epoch. Commands that completed before
// the reset have their own outcome; the others learn of ErrReset, or ErrLost when the chip cannot be stopped, or
// driver.ErrGone when it is no longer there.
func (h *Host) restart(epoch uint64) {
	h.state.Lock()
	defer h.state.Unlock()
	if h.epoch.Load() != epoch || h.dead != nil {
		return
	}
	h.stats.Resets.Add(1)
	told := ErrReset
	err := h.device.Reset()
	if present := driver.Present(h.device, regs.GlobalID); err == nil || errors.Is(present, driver.ErrGone) {
		err = present // what is not there does no DMA, even if it refused the reset
	}
	switch {
	case errors.Is(err, driver.ErrGone):
		told = err
		h.dead = err
	case err != nil:
		told = fmt.Errorf("%w: %w", ErrLost, err)
		h.dead = told
	}
	for _, q := range h.queues {
		if h.dead == nil {
			for q.drain() > 0 {
			}
		}
		q.forsake(told)
	}
	h.epoch.Add(1)
	if h.dead == nil {
		if err := h.start(); err != nil {
			h.dead = fmt.Errorf("ring: chip does not come back after a reset: %w", err)
		}
	}
}

// Caps is what the chip can do.
func (h *Host) Caps() Caps { return h.caps }

// Err is why nothing can be submitted any more, or nil.
func (h *Host) Err() error {
	h.state.RLock()
	defer h.state.RUnlock()
	return h.dead
}

// Close ends running commands with ErrClosed, stops the chip and frees the queues. A second Close does nothing.
func (h *Host) Close() error {
	h.state.Lock()
	if errors.Is(h.dead, ErrClosed) {
		h.state.Unlock()
		return nil
	}
	gone := errors.Is(h.dead, driver.ErrGone)
	h.dead = ErrClosed
	close(h.closing)
	err := h.device.Reset()
	if errors.Is(err, driver.ErrGone) || errors.Is(err, driver.ErrClosed) || gone {
		err = nil
	}
	told := ErrClosed
	if err != nil {
		told = fmt.Errorf("%w: %w", ErrLost, err)
	}
	for _, q := range h.queues {
		q.forsake(told)
		q.stop()
	}
	h.epoch.Add(1)
	h.state.Unlock()
	h.reapers.Wait()
	if err != nil {
		// The chip may still use the rings: they stay where they are until the pool is closed.
		return fmt.Errorf("ring: reset: %w", err)
	}
	h.free()
	return nil
}

func (h *Host) free() {
	for _, q := range h.queues {
		h.device.Interrupt(int(q.index), -1) // a device that is gone has none
		q.event.Close()
		h.pool.Free(q.memory)
	}
}
