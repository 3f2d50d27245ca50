package engine

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
)

// call is one span of a batch at a device.
type call struct {
	run    *run
	part   *part
	ctx    context.Context
	cancel context.CancelFunc

	// [lo,hi) is what the call still answers for: less than it was given, once others took over its end.
	// Guarded by run.mu.
	lo, hi    int
	given     int // jobs
	abandoned bool

	lies    uint64 // of the member, when the call began
	started time.Time
	late    time.Time // from here on others take over
	hung    time.Time // from here on the backend is to blame

	stopped atomic.Int64 // unix ns; when it was told to give up
}

// stop tells the backend to give up. What the call answered for is to be decided elsewhere.
func (c *call) stop() {
	if c.stopped.CompareAndSwap(0, time.Now().UnixNano()) {
		c.cancel()
		c.run.poke()
	}
}

// overdue is when the call is to be abandoned; false as long as it was not told to give up.
func (c *call) overdue() (time.Time, bool) {
	ns := c.stopped.Load()
	return time.Unix(0, ns).Add(c.run.engine.config.Grace), ns != 0
}

// serve is the goroutine that feeds a device with spans of a batch, until there are none left for it.
func (r *run) serve(p *part) {
	m := p.service.member
	for {
		select {
		case m.slots <- struct{}{}:
		case <-r.over:
			r.leave(p)
			return
		}
		c := r.claim(p)
		if c == nil {
			<-m.slots
			r.leave(p)
			return
		}
		predicted := p.c * float64(c.given)
		mark := m.clock.begin(predicted, time.Now())
		err := m.guarded(c.ctx, p.shadow, c.lo, c.lo+c.given)
		charged := m.clock.end(mark, predicted, time.Now())
		c.cancel()
		m.forget(c)
		<-m.slots
		if !r.settle(c, err, charged) {
			return // abandoned: the batch may not even exist any more
		}
	}
}

func (m *member) remember(c *call) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state != Serving {
		return false
	}
	m.calls[c] = struct{}{}
	c.lies = m.lies.Load()
	return true
}

func (m *member) forget(c *call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.calls, c)
}

// settle takes in the answer of a device. It returns false if the call had been abandoned.
func (r *run) settle(c *call, err error, charged float64) bool {
	s := c.part.service
	m := s.member
	r.mu.Lock()
	if c.abandoned {
		r.mu.Unlock()
		m.returned()
		return false
	}
	delete(r.calls, c)
	lo, hi := c.lo, c.hi // nobody takes over any more
	c.hi = lo
	r.mu.Unlock()

	stopped := c.stopped.Load() != 0
	took := time.Since(c.started)
	s.counts.call(took)
	if err == nil || stopped {
		s.model.observe(work(r.batch, lo, lo+c.given), charged, time.Now())
	}
	good := false
	switch {
	case stopped || r.ctx.Err() != nil:
		// Cancelled; whatever it says is of no use.
	case err == nil:
		good = r.check(c, lo, hi)
	default:
		r.blame(c, err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if good && c.lies == m.lies.Load() {
		r.credit(s, lo, hi, c.lies)
		s.counts.useful()
	} else {
		r.batch.Unset(lo, hi)
		r.orphan(lo, hi)
		c.part.out = true
	}
	r.poke()
	return true
}

// blame draws the consequences of a call that ended with an error.
func (r *run) blame(c *call, err error) {
	s := c.part.service
	m := s.member
	var p *panicked
	switch {
	case errors.Is(err, backend.ErrUnsupported):
		s.refuse(err.Error(), r.batch.Flags())
		m.engine.log.Warn("backend refuses a kernel that it offers", "backend", m.info.Name, "kernel", s.kernel.Name, "error", err)
	case errors.Is(err, backend.ErrClosed):
		s.counts.faults.Add(1)
		m.quarantine(s, false, err.Error())
	case errors.As(err, &p):
		r.mu.Lock()
		r.lend = true // nobody knows what it still does
		r.mu.Unlock()
		s.counts.faults.Add(1)
		m.quarantine(s, false, err.Error())
	default:
		m.failed(s, err)
	}
}
