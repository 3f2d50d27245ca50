//go:build linux

package chip

import (
	"errors"
	"fmt"
	"sync"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
)

// memory is what the chip reaches: batches of the engine's users, and the backend's own rings and copies. It outlives
// devices: the next one is given the same mappings.
type memory struct {
	*port
	batches, own *dma.Pool
}

// split is where the bus addresses of batches end and the backend's own begin.
const split = 1 << 38

func newMemory(limit int64) *memory {
	p := &port{maps: map[uint64]driver.Memory{}}
	return &memory{port: p, batches: dma.NewPool(p, dma.Config{Limit: limit, Top: split}), own: dma.NewPool(p, dma.Config{Base: split})}
}

// port is the device as the pools know it: a place to map memory, whether a device is there at the moment or not.
type port struct {
	driver.Device // nil: pools only map and unmap

	mu      sync.Mutex
	present driver.Device // nil if there is none
	maps    map[uint64]driver.Memory
}

// attach gives a new device all mappings that there are.
func (p *port) attach(d driver.Device) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for iova, m := range p.maps {
		if err := d.Map(m, iova); err != nil {
			return fmt.Errorf("chip: map %#x bytes for the device: %w", len(m.Bytes), err)
		}
	}
	p.present = d
	return nil
}

// detach forgets the device, which was closed or is to be.
func (p *port) detach() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.present = nil
}

// Map implements driver.Device. A device that is gone is no error: the next one will be told.
func (p *port) Map(m driver.Memory, iova uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.present != nil {
		if err := p.present.Map(m, iova); err != nil && !away(err) {
			return err
		}
	}
	p.maps[iova] = m
	return nil
}

// Unmap implements driver.Device.
func (p *port) Unmap(iova, size uint64) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.present != nil {
		if err := p.present.Unmap(iova, size); err != nil && !away(err) {
			return err
		}
	}
	delete(p.maps, iova)
	return nil
}

// away tells whether an error says that the device is not there: then it has no mappings either.
func away(err error) bool { return errors.Is(err, driver.ErrGone) || errors.Is(err, driver.ErrClosed) }

// allocator gives memory for batches. It implements kernels.Allocator.
type allocator struct {
	limit int64

	mu      sync.Mutex
	current *memory
	lost    bool // an earlier memory was left to a chip that could not be stopped
	closed  bool
}

// Alloc implements kernels.Allocator.
func (a *allocator) Alloc(size int) ([]byte, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return nil, driver.ErrClosed
	}
	return a.current.batches.Alloc(size)
}

// Free implements kernels.Allocator. Memory that a lost chip may still use stays as it is.
func (a *allocator) Free(p []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.current.batches.Address(p); !ok && (a.lost || a.closed) {
		return
	}
	a.current.batches.Free(p)
	a.drop()
}

// replace leaves the memory to a lost chip.
func (a *allocator) replace() *memory {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.lost = true
	a.current = newMemory(a.limit)
	return a.current
}

// close ends allocation. Batches that are still in use keep their memory until they are released.
func (a *allocator) close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	return errors.Join(a.current.own.Close(), a.drop())
}

// drop gives the memory of batches back to the machine once nobody needs it. a.mu is held.
func (a *allocator) drop() error {
	if !a.closed || a.current.batches.InUse() > 0 {
		return nil
	}
	return a.current.batches.Close()
}
