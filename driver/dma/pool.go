//go:build linux

package dma

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
)

// ErrMemory: the pool's limit is reached.
var ErrMemory = errors.New("dma: out of memory")

// Config of a Pool. Zero values are usable.
type Config struct {
	Slab  int    // bytes of a region that small allocations share; 0 means 4 MiB
	Limit int64  // bytes in all; 0 means 1 GiB
	Base  uint64 // first bus address; 0 means 4 GiB, so that no address fits 32 bits
	Top   uint64 // end of the bus addresses; 0 means 2^39, which every IOMMU has
}

// align is that of every allocation, in bytes: what a batch wants.
const align = 64

// Pool is memory that one device reaches. It maps few large regions and cuts allocations from them. It implements
// kernels.Allocator, and is safe for concurrent use.
type Pool struct {
	device driver.Device
	config Config

	mu     sync.Mutex
	bus    *space
	slabs  []*slab // in order of their memory
	bytes  int64
	closed bool
}

type slab struct {
	*Region
	iova uint64
	room *space
	used map[uint64]uint64 // offset to size of each allocation
}

func (s *slab) size() uint64 { return uint64(len(s.Bytes)) }

func (s *slab) start() uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(s.Bytes))) }

// NewPool makes an empty pool for the device.
func NewPool(d driver.Device, c Config) *Pool {
	if c.Slab <= 0 {
		c.Slab = 4 << 20
	}
	if c.Limit <= 0 {
		c.Limit = 1 << 30
	}
	if c.Base == 0 {
		c.Base = 4 << 30
	}
	if c.Top == 0 {
		c.Top = 1 << 39
	}
	return &Pool{device: d, config: c, bus: newSpace(c.Base, c.Top, driver.PageSize)}
}

// Alloc gives zeroed memory that begins on a multiple of 64, here and on the bus. Errors: ErrMemory, driver.ErrClosed,
// those of the device.
func (p *Pool) Alloc(size int) ([]byte, error) {
	if size < 0 {
		return nil, fmt.Errorf("%w: %d bytes", driver.ErrRange, size)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, driver.ErrClosed
	}
	n := max(uint64(size), 1)
	for _, s := range p.slabs {
		if at, ok := s.room.take(n, align); ok {
			s.used[at] = n
			b := s.Bytes[at : at+uint64(size) : at+uint64(size)]
			clear(b)
			return b, nil
		}
	}
	s, err := p.grow(max(size, p.config.Slab))
	if err != nil {
		return nil, err
	}
	at, _ := s.room.take(n, align)
	s.used[at] = n
	return s.Bytes[:size:size], nil
}

func (p *Pool) grow(size int) (*slab, error) {
	if int64(size) > p.config.Limit-p.bytes {
		return nil, fmt.Errorf("%w: %d bytes more than the %d in use would exceed the limit of %d", ErrMemory, size, p.bytes, p.config.Limit)
	}
	r, err := NewRegion(size)
	if err != nil {
		return nil, err
	}
	n := uint64(len(r.Bytes))
	grain := uint64(driver.PageSize)
	if r.Huge {
		grain = huge
	}
	iova, ok := p.bus.take(n, grain)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%w: no bus addresses for %d bytes", ErrMemory, n), r.Close())
	}
	if err := p.device.Map(r.Memory, iova); err != nil {
		p.bus.give(iova, n)
		return nil, errors.Join(err, r.Close())
	}
	s := &slab{Region: r, iova: iova, room: newSpace(0, n, align), used: map[uint64]uint64{}}
	at, _ := slices.BinarySearchFunc(p.slabs, s.start(), func(s *slab, start uintptr) int {
		if s.start() < start {
			return -1
		}
		return 1
	})
	p.slabs = slices.Insert(p.slabs, at, s)
	p.bytes += int64(n)
	return s, nil
}

// find is the slab that holds the bytes.
func (p *Pool) find(b []byte) (s *slab, offset uint64, ok bool) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	for _, s := range p.slabs {
		if start >= s.start() && start < s.start()+uintptr(s.size()) {
			offset = uint64(start - s.start())
			return s, offset, uint64(cap(b)) <= s.size()-offset
		}
	}
	return nil, 0, false
}

// Free gives memory back that Alloc gave. A region larger than a slab goes back to the machine. It panics for other
// memory: using it on would corrupt a batch. After Close it does nothing.
func (p *Pool) Free(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return
	}
	s, at, ok := p.find(b)
	n := uint64(0)
	if ok {
		n = s.used[at]
	}
	if n == 0 {
		panic("dma: Free of memory that the pool did not give")
	}
	delete(s.used, at)
	s.room.give(at, n)
	if len(s.Bytes) > p.config.Slab && s.room.whole(0, s.size()) {
		p.drop(s) // an error leaves it mapped, as a slab
	}
}

func (p *Pool) drop(s *slab) {
	if p.device.Unmap(s.iova, s.size()) != nil {
		return
	}
	p.bytes -= int64(s.size())
	p.bus.give(s.iova, s.size())
	p.slabs = slices.DeleteFunc(p.slabs, func(other *slab) bool { return other == s })
	s.Region.Close()
}

// Address is where the device sees b, which must lie in one allocation of the pool; false if it does not.
func (p *Pool) Address(b []byte) (uint64, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s, at, ok := p.find(b)
	if !ok {
		return 0, false
	}
	return s.iova + at, true
}

// InUse is the bytes that Alloc gave and Free did not take back.
func (p *Pool) InUse() (n uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, s := range p.slabs {
		for _, size := range s.used {
			n += size
		}
	}
	return n
}

// Close unmaps everything; memory that Alloc gave must not be used afterwards. A device that is gone or closed has no
// mappings left, which is no error. Where the device refuses to unmap, the memory is leaked rather than pulled away.
func (p *Pool) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	var bad []error
	for _, s := range p.slabs {
		err := p.device.Unmap(s.iova, s.size())
		if err != nil && !errors.Is(err, driver.ErrGone) && !errors.Is(err, driver.ErrClosed) {
			bad = append(bad, err)
			continue
		}
		bad = append(bad, s.Region.Close())
	}
	p.slabs = nil
	return errors.Join(bad...)
}
