//go:build linux

package fake

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
)

// bus is the memory that the chip reaches. Access holds the lock for reading; a change of the mappings or a reset takes
// it whole, and so waits for DMA in flight.
type bus struct {
	mu    sync.RWMutex
	maps  []mapping
	epoch uint64 // of DMA that is allowed; see port
}

type mapping struct {
	lo, hi uint64
	bytes  []byte
}

var (
	errUnmapped = errors.New("address is not mapped")
	errOver     = errors.New("the work was ended by a reset")
)

func (b *bus) add(m driver.Memory, iova uint64) error {
	if err := driver.CheckMap(m, iova); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	hi := iova + uint64(len(m.Bytes))
	for _, o := range b.maps {
		if iova < o.hi && o.lo < hi {
			return fmt.Errorf("%w: [%#x,%#x) and [%#x,%#x)", driver.ErrOverlap, iova, hi, o.lo, o.hi)
		}
	}
	b.maps = append(b.maps, mapping{iova, hi, m.Bytes})
	return nil
}

func (b *bus) remove(iova, size uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	i := slices.IndexFunc(b.maps, func(m mapping) bool { return m.lo == iova && m.hi-m.lo == size })
	if i < 0 {
		return fmt.Errorf("%w: %#x bytes at %#x", driver.ErrNotMapped, size, iova)
	}
	b.maps = slices.Delete(b.maps, i, i+1)
	return nil
}

// end forbids all DMA that ports opened before still want, and drops the mappings if asked to.
func (b *bus) end(drop bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.epoch++
	if drop {
		b.maps = nil
	}
}

// port is the right to DMA until the next reset.
type port struct {
	bus   *bus
	epoch uint64
}

func (b *bus) port() port {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return port{b, b.epoch}
}

// walk calls f with the parts of the mappings that make up n bytes at the address, if all are mapped.
func (p port) walk(addr uint64, n int, f func(part []byte)) error {
	p.bus.mu.RLock()
	defer p.bus.mu.RUnlock()
	if p.epoch != p.bus.epoch {
		return errOver
	}
	var parts [][]byte
	for n > 0 {
		i := slices.IndexFunc(p.bus.maps, func(m mapping) bool { return m.lo <= addr && addr < m.hi })
		if i < 0 {
			return fmt.Errorf("%w: %#x", errUnmapped, addr)
		}
		m := p.bus.maps[i]
		part := m.bytes[addr-m.lo:]
		part = part[:min(n, len(part))]
		parts = append(parts, part)
		n -= len(part)
		addr += uint64(len(part))
	}
	for _, part := range parts {
		f(part)
	}
	return nil
}

// read copies n bytes; nothing is allocated if they are not all mapped.
func (p port) read(addr uint64, n int) ([]byte, error) {
	var all []byte
	err := p.walk(addr, n, func(part []byte) {
		if all == nil {
			all = make([]byte, 0, n)
		}
		all = append(all, part...)
	})
	return all, err
}

func (p port) write(addr uint64, b []byte) error {
	return p.walk(addr, len(b), func(part []byte) { b = b[copy(part, b):] })
}

// publish writes b, whose last word only becomes visible after all else.
func (p port) publish(addr uint64, b []byte) error {
	last := len(b) - 4
	if err := p.write(addr, b[:last]); err != nil {
		return err
	}
	return p.walk(addr+uint64(last), 4, func(part []byte) {
		atomic.StoreUint32((*uint32)(unsafe.Pointer(&part[0])), binary.LittleEndian.Uint32(b[last:]))
	})
}
