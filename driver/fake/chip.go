//go:build linux

package fake

import (
	"fmt"
	"sync"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/event"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/kernels"
	"golang.org/x/sys/unix"
)

// Config of a Chip. Zero values but Kernels are usable.
type Config struct {
	Kernels  []*kernels.Kernel // what it runs, one unit each
	Queues   int               // queue pairs; 0 means 4
	LogDepth int               // log2 of the largest queue; 0 means 10
	Vectors  int               // 0 means as many as queues
}

// Chip is a chip in memory. It implements driver.Device.
type Chip struct {
	config Config
	bus    bus

	mu     sync.Mutex
	wake   *sync.Cond // for worker, at any change
	done   sync.WaitGroup
	closed bool
	gone   bool
	hung   bool
	faults []Fault

	registers
	queues []queue
	turn   int // of the queue that is served next
	events []int
	cycle  uint64
	live   map[uint32]uint64 // counters by their offset
	shown  map[uint32]uint64
}

// registers are those that hold what was written, and errors.
type registers struct {
	control, scratch, errors, errorQueue, pending, enabled uint32
	errorAddress                                           uint64
}

type queue struct {
	sqBase, cqBase         uint64
	depth, vector, control uint32
	enabled, busy, abort   bool
	sqHead, sqTail         uint32
	cqHead, cqTail         uint32
	phase                  uint8
}

// New starts a chip.
func New(c Config) *Chip {
	if c.Queues <= 0 {
		c.Queues = 4
	}
	if c.LogDepth <= 0 {
		c.LogDepth = 10
	}
	if c.Vectors <= 0 {
		c.Vectors = c.Queues
	}
	chip := &Chip{config: c, live: map[uint32]uint64{}, shown: map[uint32]uint64{}}
	chip.wake = sync.NewCond(&chip.mu)
	chip.queues = make([]queue, c.Queues)
	for range c.Vectors {
		chip.events = append(chip.events, -1)
	}
	chip.done.Go(chip.work)
	return chip
}

// Info implements driver.Device.
func (c *Chip) Info() driver.Info {
	return driver.Info{Name: "memory", Transport: "fake", Vendor: regs.Vendor, Device: regs.Device, BARSize: regs.BARSize, Vectors: c.config.Vectors}
}

// Map implements driver.Device.
func (c *Chip) Map(m driver.Memory, iova uint64) error {
	if err := c.alive(); err != nil {
		return err
	}
	return c.bus.add(m, iova)
}

// Unmap implements driver.Device.
func (c *Chip) Unmap(iova, size uint64) error {
	if err := c.alive(); err != nil {
		return err
	}
	return c.bus.remove(iova, size)
}

func (c *Chip) alive() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.aliveLocked()
}

func (c *Chip) aliveLocked() error {
	switch {
	case c.closed:
		return driver.ErrClosed
	case c.gone:
		return driver.ErrGone
	}
	return nil
}

// Interrupt implements driver.Device.
func (c *Chip) Interrupt(vector, fd int) error {
	if vector < 0 || vector >= c.config.Vectors {
		return fmt.Errorf("%w: vector %d of %d", driver.ErrRange, vector, c.config.Vectors)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.aliveLocked(); err != nil {
		return err
	}
	if fd >= 0 {
		own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
		if err != nil {
			return fmt.Errorf("fake: interrupt: %w", err)
		}
		fd = own
	} else {
		fd = -1
	}
	c.drop(vector)
	c.events[vector] = fd
	return nil
}

func (c *Chip) drop(vector int) {
	if fd := c.events[vector]; fd >= 0 {
		unix.Close(fd)
		c.events[vector] = -1
	}
}

// raise fires a vector, or notes it.
func (c *Chip) raise(vector uint32) {
	if int(vector) >= c.config.Vectors || vector >= 32 {
		return
	}
	if c.enabled>>vector&1 == 0 {
		c.pending |= 1 << vector
		return
	}
	if fd := c.events[vector]; fd >= 0 {
		event.Signal(fd) // the owner's descriptor is full or closed: nobody to tell
	}
}

// fail notes an error.
func (c *Chip) fail(bits, queue uint32, address uint64) {
	if c.errors == 0 {
		c.errorQueue, c.errorAddress = queue, address
	}
	c.errors |= bits
}

// Reset implements driver.Device.
func (c *Chip) Reset() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.aliveLocked(); err != nil {
		return err
	}
	c.reset()
	return nil
}

func (c *Chip) reset() {
	c.bus.end(false)
	c.hung = false
	c.registers = registers{}
	clear(c.queues)
	c.wake.Broadcast()
}

// Close implements driver.Device.
func (c *Chip) Close() error {
	c.mu.Lock()
	c.closed = true
	c.bus.end(true)
	for v := range c.events {
		c.drop(v)
	}
	c.wake.Broadcast()
	c.mu.Unlock()
	c.done.Wait()
	return nil
}
