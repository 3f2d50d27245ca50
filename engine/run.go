package engine

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

const (
	cpuTurn  = 10 * time.Millisecond  // that the CPU works on a span before it looks around
	pieceFor = 100 * time.Millisecond // that a device is given work for at once
	lateFor  = 10 * time.Millisecond  // beyond three times the predicted time: a call is late
)

// run is one batch that several backends decide together. Every job is at each moment in exactly one place: in the
// untouched rest of a part, among the orphans, in the span of a call, with the CPU, or decided.
type run struct {
	engine *Engine
	ctx    context.Context
	batch  *kernels.Batch
	unit   float64       // work in an average job
	shares bool          // the CPU takes jobs of its own accord
	wake   chan struct{} // has room for one: something changed
	over   chan struct{} // closed when devices are to get no more

	mu        sync.Mutex
	ended     bool    // over is closed
	cpu       *part   // the engine's own
	devices   []*part // the others
	orphans   []span  // jobs that a device failed to decide
	calls     map[*call]struct{}
	live      int // goroutines in serve that are not abandoned
	undecided int
	credits   []credit
	lend      bool  // a device may still read the batch
	err       error // of the CPU
}

type span struct{ lo, hi int }

// part is what a backend was given of a batch; [lo,hi) of it nobody has begun.
type part struct {
	service *service
	offer
	lo, hi int
	piece  int            // jobs to take at once
	shadow *kernels.Batch // where a device writes; made for its first span
	live   int            // goroutines in serve
	out    bool           // failed in this batch
}

// credit says which backend decided a span.
type credit struct {
	service *service
	span
	lies uint64 // of the backend, when it was asked
}

// dispatch decides the batch by the CPU and the services of devices, or by the CPU alone where that is better.
func (e *Engine) dispatch(ctx context.Context, cpu *service, devices []*service, b *kernels.Batch) error {
	n := b.Len()
	unit := work(b, 0, n) / float64(n)
	now := time.Now()
	var parts []*part
	offers := make([]offer, 0, len(devices)+1)
	add := func(s *service) {
		l, _ := s.model.predict(now)
		l.c = max(l.c, tiniest) * unit
		o := offer{ready: s.member.clock.queued(), line: l, smallest: s.support.Smallest}
		parts, offers = append(parts, &part{service: s, offer: o}), append(offers, o)
	}
	shares := cpu.member.serving.Load()
	preferred := func(s *service) bool { return s.member.preferred }
	if preferred(cpu) || slices.ContainsFunc(devices, preferred) {
		shares = shares && preferred(cpu)
		devices = slices.DeleteFunc(devices, func(s *service) bool { return !preferred(s) })
	}
	for _, s := range devices {
		add(s)
	}
	if shares {
		add(cpu)
	}
	r := &run{
		engine: e, ctx: ctx, batch: b, unit: unit, shares: shares, undecided: n,
		wake: make(chan struct{}, 1), over: make(chan struct{}), calls: make(map[*call]struct{}),
	}
	at, wanted := 0, false
	for i, jobs := range split(n, offers) {
		p := parts[i]
		p.lo, p.hi = at, at+jobs
		at = p.hi
		if p.service == cpu {
			r.cpu = p
			continue
		}
		p.piece = jobsFor(pieceFor, p.c)
		if slots := cap(p.service.member.slots); jobs > 0 {
			p.piece = min(p.piece, (jobs+slots-1)/slots)
			wanted = true
		}
		p.piece = max(p.piece, p.smallest)
		r.devices = append(r.devices, p)
	}
	if !wanted {
		return e.alone(ctx, cpu, b)
	}
	if r.cpu == nil {
		l, _ := cpu.model.predict(now)
		r.cpu = &part{service: cpu, offer: offer{line: line{l.a, max(l.c, tiniest) * unit}}}
	}
	return r.decide()
}

// jobsFor is how many jobs take that long, at least 1.
func jobsFor(d time.Duration, perJob float64) int {
	return int(min(max(1, d.Seconds()/perJob), kernels.MaxJobs))
}

// decide runs the batch. The calling goroutine feeds the CPU and watches the devices.
func (r *run) decide() error {
	for _, p := range r.devices {
		m := p.service.member
		m.join(r)
		defer m.quit(r)
	}
	r.mu.Lock()
	for _, p := range r.devices {
		if p.lo < p.hi { // the others may take over what these fail to decide
			r.engage(p)
		}
	}
	r.mu.Unlock()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	done := r.ctx.Done()
	for {
		r.watch()
		if lo, hi := r.forCPU(); lo < hi {
			r.onCPU(lo, hi)
			continue
		}
		next, finished := r.next()
		if finished && r.recall() {
			break
		}
		if finished {
			continue
		}
		timer.Reset(time.Until(next))
		select {
		case <-r.wake:
		case <-timer.C:
		case <-done:
			done = nil // once is enough
		}
	}
	return r.result()
}

// engage starts goroutines that feed a device, as many as pay. r.mu is held.
func (r *run) engage(p *part) {
	for want := cap(p.service.member.slots); p.live < want && p.live*p.piece < max(1, r.undecided); {
		p.live++
		r.live++
		go r.serve(p)
	}
}

// leave is the end of a goroutine of serve.
func (r *run) leave(p *part) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p.live--
	r.live--
	r.poke()
}

// poke wakes the goroutine in decide.
func (r *run) poke() {
	select {
	case r.wake <- struct{}{}:
	default:
	}
}

// end gives devices no more. r.mu is held.
func (r *run) end() {
	if !r.ended {
		r.ended = true
		close(r.over)
	}
}

// credit notes who decided a span. r.mu is held.
func (r *run) credit(s *service, lo, hi int, lies uint64) {
	if lo < hi {
		r.credits = append(r.credits, credit{s, span{lo, hi}, lies})
		if r.undecided -= hi - lo; r.undecided == 0 {
			r.end()
		}
	}
}

// orphan puts a span up for whoever has time. r.mu is held.
func (r *run) orphan(lo, hi int) {
	if lo == hi {
		return
	}
	r.orphans = append(r.orphans, span{lo, hi})
	for _, p := range r.devices {
		if !r.ended && r.able(p) {
			r.engage(p)
		}
	}
	r.poke()
}

// able tells whether a device can be given more of this batch.
func (r *run) able(p *part) bool { return !p.out && p.service.member.serving.Load() }

// watch draws the consequences of time: it ends devices' work when the context is done, takes spans from calls that were
// stopped or hang, and abandons those that do not come back.
func (r *run) watch() {
	now := time.Now()
	var hung, gone []*call
	r.mu.Lock()
	cancelled := r.ctx.Err() != nil
	if cancelled {
		r.end()
	}
	for c := range r.calls {
		if cancelled {
			c.stop()
		} else if c.stopped.Load() == 0 && now.After(c.hung) {
			hung = append(hung, c)
		}
		if at, stopped := c.overdue(); stopped {
			r.orphan(c.lo, c.hi)
			c.hi = c.lo
			if now.After(at) {
				c.abandoned, r.lend = true, true
				c.part.live--
				r.live--
				delete(r.calls, c)
				gone = append(gone, c)
			}
		}
	}
	for _, p := range r.devices { // what a device that left had not begun
		switch {
		case p.lo == p.hi:
		case !r.able(p):
			lo, hi := p.lo, p.hi
			p.lo = hi
			r.orphan(lo, hi)
		case p.live == 0 && !r.ended: // it left, and serves again already
			r.engage(p)
		}
	}
	r.mu.Unlock()
	for _, c := range hung {
		s := c.part.service
		s.counts.faults.Add(1)
		s.member.quarantine(s, false, "a call of "+s.kernel.Name+" took longer than "+c.hung.Sub(c.started).Round(time.Millisecond).String())
		c.stop()
	}
	for _, c := range gone {
		c.part.service.member.abandon(c.part.service)
	}
}

// next is when watch has something to do again, at the latest; finished is true when every job is decided, or will not
// be, and no device is at work.
func (r *run) next() (at time.Time, finished bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.live == 0 && (r.undecided == 0 || r.ctx.Err() != nil) {
		return at, true
	}
	at = time.Now().Add(time.Hour)
	earlier := func(t time.Time) {
		if t.Before(at) {
			at = t
		}
	}
	for c := range r.calls {
		if t, stopped := c.overdue(); stopped {
			earlier(t)
			continue
		}
		earlier(c.hung)
		if r.shares {
			earlier(c.late)
		}
	}
	return at, false
}

// recall takes back what backends decided that have since been found wrong. It returns false if there is something to
// decide again.
func (r *run) recall() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	kept := r.credits[:0]
	clean := true
	for _, c := range r.credits {
		if c.lies == c.service.member.lies.Load() {
			kept = append(kept, c)
			continue
		}
		clean = false
		r.batch.Unset(c.lo, c.hi)
		r.undecided += c.hi - c.lo
		r.orphan(c.lo, c.hi)
	}
	r.credits = kept
	return clean || r.ctx.Err() != nil
}

// onCPU decides a span of the batch itself.
func (r *run) onCPU(lo, hi int) {
	s := r.cpu.service
	err := r.engine.timed(r.ctx, s, r.batch, lo, hi)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.credit(s, lo, hi, 0)
		return
	}
	if r.ctx.Err() != nil {
		return
	}
	// A kernel that panics on the CPU cannot be decided by anybody else either: nobody could check it.
	if r.err == nil {
		r.err = err
	}
	r.credit(s, lo, hi, 0)
}

// result counts who decided what, and is what Run returns.
func (r *run) result() error {
	if r.lend {
		r.batch.Lend()
	}
	for _, c := range r.credits {
		c.service.counts.decided(r.batch, c.lo, c.hi)
	}
	if err := r.ctx.Err(); err != nil && r.undecided > 0 {
		return err
	}
	return r.err
}
