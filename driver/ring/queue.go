//go:build linux

package ring

import (
	"encoding/binary"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/event"
	"github.com/sluice-engine/sluice/driver/regs"
)

// queue is a pair of rings. Its rings have depth entries; at most depth-1 commands are in flight, each with a tag, so
// neither ring overflows whatever the order of completions.
type queue struct {
	host   *Host
	index  uint32
	depth  uint32
	memory []byte // both rings
	sq, cq []byte
	event  *event.Event
	free   chan uint16 // tags

	stopped atomic.Bool
	flying  atomic.Int32 // commands in flight

	mu    sync.Mutex
	slots []slot // by tag
	tail  uint32 // where the next submission goes
	head  uint32 // where the next completion comes
	phase uint32 // that it will have
}

type slot struct {
	generation uint16
	flying     bool
	jobs       uint32
	told       chan outcome // holds one; its reader frees the tag
}

// outcome is what a caller is told, once.
type outcome struct {
	done regs.Completion
	err  error
}

func newQueue(h *Host, index, depth uint32) (*queue, error) {
	memory, err := h.pool.Alloc(int(depth) * (regs.SubmissionSize + regs.CompletionSize))
	if err != nil {
		return nil, err
	}
	q := &queue{host: h, index: index, depth: depth, memory: memory, slots: make([]slot, depth-1), free: make(chan uint16, depth-1)}
	q.sq, q.cq = memory[:depth*regs.SubmissionSize], memory[depth*regs.SubmissionSize:]
	for tag := range q.slots {
		q.slots[tag].told = make(chan outcome, 1)
		q.free <- uint16(tag)
	}
	if q.event, err = event.New(); err != nil {
		h.pool.Free(memory)
		return nil, err
	}
	return q, nil
}

// start tells a chip out of reset about the queue. Nothing is in flight.
func (q *queue) start() error {
	q.mu.Lock()
	defer q.mu.Unlock()
	clear(q.memory) // phases of an earlier life
	q.tail, q.head, q.phase = 0, 0, 1
	d, i := q.host.device, q.index
	base, ok := q.host.pool.Address(q.memory)
	if !ok {
		return driver.ErrNotMapped
	}
	for _, w := range []struct {
		offset uint32
		value  uint64
	}{{regs.QueueSQBase(i), base}, {regs.QueueCQBase(i), base + uint64(len(q.sq))}} {
		if err := driver.Write64(d, w.offset, w.value); err != nil {
			return err
		}
	}
	return q.host.write(
		regs.QueueDepth(i), q.depth,
		regs.QueueVector(i), i%uint32(q.host.vectors),
		regs.QueueControl(i), regs.QueueControlEnableMask)
}

// submit publishes a command in the slot of the tag. The host's state is held for reading.
func (q *queue) submit(tag uint16, c *Command) error {
	e := c.submission()
	q.mu.Lock()
	defer q.mu.Unlock()
	s := &q.slots[tag]
	s.generation++
	e.Tag, e.Generation = tag, s.generation
	s.jobs, s.flying = c.jobs(), true

	var b [regs.SubmissionSize]byte
	e.Put(&b)
	const last = regs.SubmissionSize - 4
	entry := q.sq[q.tail*regs.SubmissionSize:][:regs.SubmissionSize]
	copy(entry, b[:last])
	// The chip reads the entry only after the doorbell. The atomic store orders all stores above, those of the batch
	// included, before the doorbell's: for the compiler, and for the processor.
	atomic.StoreUint32(word(entry[last:]), binary.LittleEndian.Uint32(b[last:]))
	q.tail = (q.tail + 1) & (q.depth - 1)
	if o := q.host.observer; o != nil {
		o.Submitted(q.index, b)
	}
	if err := q.host.device.Write32(regs.DoorbellSQTail(q.index), q.tail); err != nil {
		s.flying = false // its caller is told by this error; the queue starts over before it is used again
		return err
	}
	q.host.stats.Submissions.Add(1)
	if q.flying.Add(1) == 1 {
		q.event.Signal() // the reaper sleeps without end when nothing is in flight
	}
	return nil
}

func word(b []byte) *uint32 { return (*uint32)(unsafe.Pointer(&b[0])) }

// reap tells callers what has completed, until stop. While commands come back it polls; then it waits for the interrupt,
// and looks from time to time in case one got lost.
func (q *queue) reap() {
	o := &q.host.options
	last := time.Now()
	for !q.stopped.Load() {
		if q.drain() > 0 {
			last = time.Now()
			continue
		}
		wait := time.Duration(0)
		if q.flying.Load() > 0 {
			if time.Since(last) < o.Poll {
				runtime.Gosched()
				continue
			}
			wait = o.Tick
		}
		signalled, err := q.event.Wait(wait)
		if err != nil {
			return
		}
		if signalled {
			last = time.Now()
			continue
		}
		if q.drain() > 0 {
			q.host.stats.LostInterrupts.Add(1)
		} else if errors.Is(driver.Present(q.host.device, regs.GlobalID), driver.ErrGone) {
			q.host.restart(q.host.epoch.Load())
		}
	}
}

// drain takes what completions there are and gives their number.
func (q *queue) drain() (n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for ; n < int(q.depth); n++ {
		entry := q.cq[q.head*regs.CompletionSize:][:regs.CompletionSize]
		const last = regs.CompletionSize - 4
		// Loading the phase atomically orders the copy after it. The copy is taken once and then judged: the chip could
		// change the original at any time.
		w := atomic.LoadUint32(word(entry[last:]))
		if w&1 != q.phase {
			break
		}
		var b [regs.CompletionSize]byte
		copy(b[:last], entry)
		binary.LittleEndian.PutUint32(b[last:], w)
		if q.head = (q.head + 1) & (q.depth - 1); q.head == 0 {
			q.phase ^= 1
		}
		q.judge(&b)
	}
	if n > 0 {
		// An error shows again at the next submission or tick.
		q.host.device.Write32(regs.DoorbellCQHead(q.index), q.head)
	}
	return n
}

// judge tells the caller of the command that a completion names, if there is one.
func (q *queue) judge(b *[regs.CompletionSize]byte) {
	var e regs.Completion
	clean := e.Get(b)
	j := q.judgement(&e, clean)
	if o := q.host.observer; o != nil {
		o.Completed(q.index, *b, j)
	}
	stats := &q.host.stats
	switch j {
	case Believed:
		stats.Completions.Add(1)
		q.tell(&q.slots[e.ID&0xffff], outcome{done: e})
	case Garbage:
		stats.Garbage.Add(1)
	case Unknown:
		stats.Unknown.Add(1)
	case Stale:
		stats.Stale.Add(1)
	case Duplicate:
		stats.Duplicate.Add(1)
	}
}

func (q *queue) judgement(e *regs.Completion, clean bool) Judgement {
	tag, generation := e.ID&0xffff, uint16(e.ID>>16)
	switch {
	case !clean || uint32(e.Queue) != q.index || regs.StatusName(e.Status) == "" || uint32(e.SQHead) >= q.depth:
		return Garbage
	case int(tag) >= len(q.slots):
		return Unknown
	case q.slots[tag].generation != generation:
		return Stale
	case !q.slots[tag].flying:
		return Duplicate
	case e.Decided > q.slots[tag].jobs:
		return Garbage
	}
	return Believed
}

// tell ends a flight. The lock is held; the channel has room, as it is told once a flight.
func (q *queue) tell(s *slot, o outcome) {
	s.flying = false
	q.flying.Add(-1)
	s.told <- o
}

// abort asks the chip to give back what is in flight.
func (q *queue) abort() {
	q.host.stats.Aborts.Add(1)
	q.host.write(regs.QueueControl(q.index), regs.QueueControlEnableMask|regs.QueueControlAbortMask)
}

// forsake tells all callers the error.
func (q *queue) forsake(err error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for i := range q.slots {
		if s := &q.slots[i]; s.flying {
			q.tell(s, outcome{err: err})
		}
	}
}

// stop ends the reaper, now or when it next looks.
func (q *queue) stop() {
	q.stopped.Store(true)
	q.event.Signal()
}
