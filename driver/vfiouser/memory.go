//go:build linux

package vfiouser

import (
	"fmt"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"golang.org/x/sys/unix"
)

// memory is what the server was told of, by bus address. A client that knows it needs not trust the server's count, and can
// answer a server that asks for memory by message rather than map it.
type memory struct {
	changes sync.Mutex // held by who maps and unmaps

	mu   sync.RWMutex // of maps; an access holds it for reading, so that what it touches stays
	maps map[uint64][]byte
}

func (x *memory) set(iova uint64, b []byte) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if b == nil {
		delete(x.maps, iova)
	} else {
		x.maps[iova] = b
	}
}

// Map lets the device reach memory, as driver.Device.Map.
func (s *Session) Map(m driver.Memory, iova uint64) error {
	if err := driver.CheckMap(m, iova); err != nil {
		return err
	}
	s.memory.changes.Lock()
	defer s.memory.changes.Unlock()
	size := uint64(len(m.Bytes))
	for lo, b := range s.memory.maps {
		if n := uint64(len(b)); iova < lo+n && lo < iova+size {
			return fmt.Errorf("%w: %#x bytes at %#x", driver.ErrOverlap, n, lo)
		}
	}
	s.memory.set(iova, m.Bytes) // the server may use it before its answer is here
	_, err := s.fixed(wire.DMAMap, pack(uint32(32), uint32(wire.DMARead|wire.DMAWrite), uint64(m.Offset), iova, size), 0, m.FD)
	if err != nil {
		s.memory.set(iova, nil)
	}
	return err
}

// Unmap takes a mapping away, as driver.Device.Unmap.
func (s *Session) Unmap(iova, size uint64) error {
	s.memory.changes.Lock()
	defer s.memory.changes.Unlock()
	if b := s.memory.maps[iova]; uint64(len(b)) != size || size == 0 {
		if s.closed() {
			return driver.ErrClosed
		}
		return fmt.Errorf("%w: %#x bytes at %#x", driver.ErrNotMapped, size, iova)
	}
	p, err := s.fixed(wire.DMAUnmap, pack(uint32(24), uint32(0), iova, size), 24)
	if err != nil {
		return err
	}
	if le.Uint64(p[8:]) != iova || le.Uint64(p[16:]) != size {
		return s.broken("unmapped %#x bytes at %#x, want %#x at %#x", le.Uint64(p[16:]), le.Uint64(p[8:]), size, iova)
	}
	s.memory.set(iova, nil)
	return nil
}

// Attend answers a server that asks for memory by message, for some time. It is answered in every call, too; but a server that
// asks while it owes no answer, as a sample of libvfio-user does, may not bear that a call crosses its question. Servers that map
// memory need neither. Other calls wait.
func (s *Session) Attend(d time.Duration) error {
	const turn = 50 * time.Millisecond // then others have theirs
	for end := time.Now().Add(d); ; {
		until := time.Now().Add(turn)
		if until.After(end) {
			until = end
		}
		if err := s.attend(until); err != nil {
			return err
		}
		if !time.Now().Before(end) {
			return nil
		}
	}
}

// access serves DMA_READ and DMA_WRITE: address and count of 64 bits, then the data of a write. What is not mapped is refused
// whole.
func (x *memory) access(m *wire.Message) ([]byte, unix.Errno) {
	p := m.Payload
	if m.Command != wire.MemoryRead && m.Command != wire.MemoryWrite {
		return nil, unix.ENOTSUP
	}
	if len(p) < 16 {
		return nil, unix.EINVAL
	}
	at, n := le.Uint64(p), le.Uint64(p[8:])
	write := m.Command == wire.MemoryWrite
	if n > uint64(wire.MaxData) || at+n < at || write && n != uint64(len(p)-16) || !write && len(p) != 16 {
		return nil, unix.EINVAL
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	var parts [][]byte
	for left := n; left > 0; {
		b := x.find(at)
		if b == nil {
			return nil, unix.EFAULT
		}
		b = b[:min(left, uint64(len(b)))]
		parts = append(parts, b)
		at, left = at+uint64(len(b)), left-uint64(len(b))
	}
	if write {
		data := p[16:]
		for _, b := range parts {
			data = data[copy(b, data):]
		}
		return p[:16], 0
	}
	reply := p[:16:16]
	for _, b := range parts {
		reply = append(reply, b...)
	}
	return reply, 0
}

// find is the memory from an address on, or nil.
func (x *memory) find(at uint64) []byte {
	for lo, b := range x.maps {
		if at >= lo && at-lo < uint64(len(b)) {
			return b[at-lo:]
		}
	}
	return nil
}
