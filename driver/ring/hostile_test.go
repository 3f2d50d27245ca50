//go:build linux

package ring_test

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/event"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
)

// hostile is a chip with one queue that does what a script says, then behaves.
type hostile struct {
	mu        sync.Mutex
	script    []byte
	registers map[uint32]uint32
	maps      map[uint64][]byte
	fd        int
	head      uint32 // of submissions
	tail      uint32 // of completions
	phase     uint8
	seen      map[uint32]bool // ids of submissions
}

func newHostile(script []byte) *hostile {
	h := &hostile{script: script, maps: map[uint64][]byte{}, fd: -1, seen: map[uint32]bool{}, registers: map[uint32]uint32{
		regs.GlobalID:      regs.ID,
		regs.GlobalVersion: regs.Version,
		regs.GlobalLimits: 1<<regs.GlobalLimitsQueuesShift | 4<<regs.GlobalLimitsDepthShift |
			uint32(bits.TrailingZeros(regs.PageSize))<<regs.GlobalLimitsPageShift | 1<<regs.GlobalLimitsVectorsShift,
		regs.GlobalMaxJobs:  regs.MaxJobs,
		regs.QueueStatus(0): regs.QueueStatusEnabledMask,
	}}
	h.restart()
	return h
}

func (h *hostile) restart() { h.head, h.tail, h.phase = 0, 0, 1 }

// next takes n bytes of the script; zeros when it is over.
func (h *hostile) next(n int) []byte {
	b := make([]byte, n)
	h.script = h.script[copy(b, h.script):]
	return b
}

func (h *hostile) Info() driver.Info {
	return driver.Info{Name: "hostile", Transport: "test", BARSize: regs.BARSize, Vectors: 1}
}

func (h *hostile) Read32(offset uint32) (uint32, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.registers[offset], nil
}

func (h *hostile) Write32(offset, value uint32) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch offset {
	case regs.DoorbellSQTail(0):
		return h.doorbell(value)
	case regs.QueueControl(0):
		if value&regs.QueueControlAbortMask != 0 && h.next(1)[0]&1 != 0 {
			h.complete(h.next(regs.CompletionSize))
		}
	case regs.GlobalID, regs.GlobalVersion, regs.GlobalLimits, regs.GlobalMaxJobs, regs.QueueStatus(0):
	default:
		h.registers[offset] = value
	}
	return nil
}

// doorbell answers each submission, or does what the script has.
func (h *hostile) doorbell(tail uint32) error {
	depth := h.registers[regs.QueueDepth(0)]
	for h.head != tail {
		var s regs.Submission
		s.Get((*[regs.SubmissionSize]byte)(h.memory(h.sq(), h.head, regs.SubmissionSize)))
		h.head = (h.head + 1) % depth
		h.seen[uint32(s.Generation)<<16|uint32(s.Tag)] = true
		done := regs.Completion{ID: uint32(s.Generation)<<16 | uint32(s.Tag), Status: regs.StatusOk, SQHead: uint16(h.head), Phase: h.phase}
		var b [regs.CompletionSize]byte
		done.Put(&b)
		switch op := h.next(1)[0]; op % 8 {
		case 1: // nothing
			continue
		case 2: // anything
			copy(b[:], h.next(len(b)))
		case 3: // anything that looks new
			copy(b[:], h.next(len(b)))
			b[len(b)-4] = b[len(b)-4]&^1 | h.phase
		case 4: // a changed byte
			b[op/8] ^= h.next(1)[0]
		case 5: // twice
			h.complete(b[:])
			done.Phase = h.phase
			done.Put(&b)
		case 6: // refused, the entry is there all the same
			h.complete(b[:])
			return errors.New("hostile: refused")
		case 7: // many
			for range op / 8 {
				h.complete(h.next(len(b)))
			}
		}
		h.complete(b[:])
	}
	return nil
}

func (h *hostile) sq() uint64 {
	return uint64(h.registers[regs.QueueSQBase(0)+4])<<32 | uint64(h.registers[regs.QueueSQBase(0)])
}

func (h *hostile) cq() uint64 {
	return uint64(h.registers[regs.QueueCQBase(0)+4])<<32 | uint64(h.registers[regs.QueueCQBase(0)])
}

// memory is entry i of a ring.
func (h *hostile) memory(base uint64, i uint32, size int) []byte {
	for iova, m := range h.maps {
		if base >= iova && base < iova+uint64(len(m)) {
			return m[base-iova:][int(i)*size:][:size]
		}
	}
	panic(fmt.Sprintf("no memory at %#x", base))
}

// complete writes an entry, its last word last.
func (h *hostile) complete(b []byte) {
	const last = regs.CompletionSize - 4
	m := h.memory(h.cq(), h.tail, regs.CompletionSize)
	copy(m, b[:last])
	atomic.StoreUint32((*uint32)(unsafe.Pointer(&m[last])), binary.LittleEndian.Uint32(b[last:]))
	if h.tail = (h.tail + 1) % h.registers[regs.QueueDepth(0)]; h.tail == 0 {
		h.phase ^= 1
	}
	if h.fd >= 0 {
		event.Signal(h.fd)
	}
}

func (h *hostile) Map(m driver.Memory, iova uint64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.maps[iova] = m.Bytes
	return nil
}

func (h *hostile) Unmap(iova, _ uint64) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.maps, iova)
	return nil
}

func (h *hostile) Interrupt(_, fd int) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fd = fd // which stays open until it is taken away
	return nil
}

func (h *hostile) Reset() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.restart()
	if h.next(1)[0] == 0xff {
		return errors.New("hostile: no reset")
	}
	return nil
}

func (h *hostile) Close() error { return nil }

// FuzzCompletions: whatever a chip writes into the completion ring, and whatever it refuses, each caller is told once and soon,
// only a completion of its own is a success, and the queue works as soon as the chip behaves.
func FuzzCompletions(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 1, 0, 5, 5, 0, 6, 0})
	f.Add(append([]byte{0, 2}, make([]byte, 64)...))
	f.Add([]byte{3, 0xff, 0xff, 0xff, 0xff, 1, 0, 0xff, 0xff, 0xff})
	f.Add([]byte{0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
	f.Add([]byte{5, 5, 5, 5, 5, 5, 5, 5})                         // all twice
	f.Add([]byte{4 + 8*1, 0x7f, 4 + 8*1, 0xff, 4 + 8*3, 1, 0, 5}) // a tag beyond the ring, another generation
	f.Add([]byte{4 + 8*4, 0x30, 4 + 8*5, 1, 4 + 8*28, 1, 4 + 8*2, 1})
	f.Fuzz(func(t *testing.T, script []byte) {
		d := newHostile(nil)
		pool := dma.NewPool(d, dma.Config{Slab: 1 << 16})
		h, err := ring.Open(d, pool, ring.Options{Depth: 8, Deadline: 4 * time.Millisecond, Grace: time.Millisecond, Tick: time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		d.mu.Lock()
		d.script = script
		d.mu.Unlock()
		var wait sync.WaitGroup
		var succeeded sync.Map // ids
		for range 4 {
			wait.Go(func() {
				for range 4 {
					done, err := h.Do(context.Background(), ring.Command{Nop: true})
					if err != nil {
						continue
					}
					if done.Status != regs.StatusOk || done.Decided != 0 || done.Queue != 0 {
						t.Errorf("%+v is a success", done)
					}
					if _, before := succeeded.LoadOrStore(done.ID, true); before {
						t.Errorf("%+v ended two commands", done)
					}
				}
			})
		}
		wait.Wait()
		d.mu.Lock()
		d.script = nil
		succeeded.Range(func(id, _ any) bool {
			if !d.seen[id.(uint32)] {
				t.Errorf("%#x is a success that was no command", id)
			}
			return true
		})
		d.mu.Unlock()
		for tries := 0; h.Err() == nil; tries++ {
			_, err := h.Do(context.Background(), ring.Command{Nop: true})
			if err == nil {
				break
			}
			if tries == 100 {
				t.Fatalf("the queue does not recover: %v, %+v", err, h.Stats())
			}
		}
		if s := h.Stats(); s.Completions > s.Submissions {
			t.Errorf("%+v", s)
		}
		if dead := h.Err(); dead != nil && !errors.Is(dead, ring.ErrLost) {
			t.Error(dead)
		}
		if err := errors.Join(h.Close(), pool.Close()); err != nil {
			t.Error(err)
		}
	})
}

// FuzzOpen: whatever registers read, a chip is taken or refused with an error.
func FuzzOpen(f *testing.F) {
	f.Add(uint32(regs.ID), uint32(regs.Version), uint32(0x010c0401), uint32(regs.MaxJobs), uint32(1), uint32(0), uint32(0))
	f.Add(uint32(regs.ID), uint32(regs.Version), uint32(0x080c0a08), uint32(1), uint32(1), uint32(2), uint32(0x10001))
	f.Add(^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0))
	f.Fuzz(func(t *testing.T, id, version, limits, jobs, status, bitmap, row uint32) {
		d := newHostile(nil)
		for offset, v := range map[uint32]uint32{regs.GlobalID: id, regs.GlobalVersion: version, regs.GlobalLimits: limits, regs.GlobalMaxJobs: jobs,
			regs.QueueStatus(0): status, regs.GlobalKernels(0): bitmap, regs.UnitRow(0): row} {
			d.registers[offset] = v
		}
		pool := dma.NewPool(d, dma.Config{Slab: 1 << 16})
		h, err := ring.Open(d, pool, ring.Options{Queues: 1})
		if (h == nil) == (err == nil) {
			t.Fatal("neither a host nor an error")
		}
		if h != nil {
			c := h.Caps()
			if c.Queues < 1 || c.Queues > regs.Queues || c.Depth < 2 || c.Vectors < 1 || len(c.Units) > 1 {
				t.Errorf("%+v", c)
			}
			if err := h.Close(); err != nil {
				t.Error(err)
			}
		}
		if n := pool.InUse(); n != 0 {
			t.Errorf("%d bytes in use", n)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	})
}
