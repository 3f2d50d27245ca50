//go:build linux

package fake

import (
	"errors"

	"github.com/sluice-engine/sluice/driver/regs"
)

// work serves the queues until Close.
func (c *Chip) work() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.closed {
		if i := c.ready(); i >= 0 {
			c.serve(i)
		} else {
			c.wake.Wait()
		}
	}
}

// room tells whether the completion ring has place for n.
func (q *queue) room(n uint32) bool {
	return (q.cqHead-q.cqTail-1)&(q.depth-1) >= n
}

// ready picks a queue with a submission and room for its completion, each in its turn, or -1.
func (c *Chip) ready() int {
	if c.gone || c.hung || c.control&regs.GlobalControlEnableMask == 0 {
		return -1
	}
	for n := range c.queues {
		i := (c.turn + n) % len(c.queues)
		q := &c.queues[i]
		if !q.enabled {
			continue
		}
		if q.sqHead == q.sqTail {
			q.abort = false // all have completed
			continue
		}
		if q.room(1) {
			c.turn = i + 1
			return i
		}
	}
	return -1
}

// serve fetches one submission, decides it and completes it. The lock is held at its begin and end.
func (c *Chip) serve(i int) {
	q := &c.queues[i]
	p := c.bus.port()
	at := q.sqBase + uint64(q.sqHead)*regs.SubmissionSize
	entry, err := p.read(at, regs.SubmissionSize)
	if err != nil {
		// Without a submission there is no id to complete: the queue stops, and ERROR says why.
		c.fail(regs.GlobalErrorDMAReadMask, uint32(i), at)
		q.enabled = false
		return
	}
	c.live[regs.CounterBytesRead] += regs.SubmissionSize
	q.sqHead = (q.sqHead + 1) & (q.depth - 1)
	var s regs.Submission
	clean := s.Get((*[regs.SubmissionSize]byte)(entry))

	var fault Fault
	if len(c.faults) > 0 && !q.abort {
		fault, c.faults = c.faults[0], c.faults[1:]
	}
	q.busy = true
	defer func() { c.queues[i].busy = false; c.wake.Broadcast() }()
	switch fault {
	case Removal:
		c.remove()
		return
	case Hang:
		c.hung = true
		return
	case LostCompletion:
		return
	case Stall:
		for q.enabled && !q.abort && !c.closed && !c.gone && p.current() {
			c.wake.Wait()
		}
	}

	r := result{status: regs.StatusAborted}
	if !q.abort {
		c.mu.Unlock()
		r = c.decide(p, &s, clean, fault)
		c.mu.Lock()
	}
	if c.closed || c.gone || !p.current() || !q.enabled {
		return
	}
	c.account(&s, r)
	if r.errors != 0 {
		c.fail(r.errors, uint32(i), r.address)
	}
	done := regs.Completion{ID: uint32(s.Generation)<<16 | uint32(s.Tag), Status: r.status, Queue: uint8(i), SQHead: uint16(q.sqHead),
		Decided: r.decided, Detail: r.detail, Stamp: c.cycle, Cycles: r.cycles()}
	c.complete(p, i, done, fault)
}

// complete posts the completion, and what a fault adds to it.
func (c *Chip) complete(p port, i int, done regs.Completion, fault Fault) {
	q := &c.queues[i]
	extra := done
	switch fault {
	case BogusID:
		extra.ID |= 0xffff
	case StaleID:
		extra.ID -= 1 << 16
	case Garbage:
		extra = regs.Completion{ID: 0xdeadbeef, Status: 0xee, Queue: 0xdd, SQHead: 0xffff, Decided: 0xcccccccc, Detail: done.Detail}
	}
	if (fault == BogusID || fault == StaleID || fault == Garbage || fault == DuplicateID) && q.room(2) {
		c.post(p, i, extra)
	}
	c.post(p, i, done)
	if fault != LostInterrupt {
		c.raise(q.vector)
	}
}

func (c *Chip) post(p port, i int, done regs.Completion) {
	q := &c.queues[i]
	done.Phase = q.phase
	var entry [regs.CompletionSize]byte
	done.Put(&entry)
	at := q.cqBase + uint64(q.cqTail)*regs.CompletionSize
	if err := p.publish(at, entry[:]); err != nil {
		if !errors.Is(err, errOver) {
			c.fail(regs.GlobalErrorDMAWriteMask, uint32(i), at)
			q.enabled = false
		}
		return
	}
	c.live[regs.CounterBytesWritten] += regs.CompletionSize
	if q.cqTail = (q.cqTail + 1) & (q.depth - 1); q.cqTail == 0 {
		q.phase ^= 1
	}
}

func (p port) current() bool {
	p.bus.mu.RLock()
	defer p.bus.mu.RUnlock()
	return p.epoch == p.bus.epoch
}
