package engine

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

const (
	faultsInRow  = 3    // failed calls in a row that quarantine a backend
	trustAfter   = 4096 // jobs that are all audited after a quarantine
	maxDoublings = 6    // of Probation
)

// member is a backend in an engine.
type member struct {
	engine    *Engine
	be        backend.Backend
	info      backend.Info
	trusted   bool // the engine's own CPU
	custom    bool // opened by the caller
	preferred bool // gets all that it can decide
	services  map[kernels.ID]*service
	slots     chan struct{} // a token for each call in flight; not used for the CPU
	clock     clock

	lies    atomic.Uint64 // times that its answers were found wrong
	suspect atomic.Int64  // jobs that are still to be audited one by one
	serving atomic.Bool   // state == Serving

	mu          sync.Mutex
	state       State
	reason      string
	since       time.Time
	quarantines uint64
	doublings   int
	faults      int // failed calls since the last good one
	abandoned   int // calls that have not come back
	calls       map[*call]struct{}
	runs        map[*run]struct{} // that have, or wait for, calls
	fell        chan struct{}     // has room for one: quarantined, or an abandoned call came back
}

// service is one kernel on one backend.
type service struct {
	member  *member
	kernel  *kernels.Kernel
	support backend.Support
	model   model
	counts  counts

	// Set while the engine opens or by a later refusal, under member.mu.
	rules   []kernels.Flags // admitted
	refused string
}

func newMember(e *Engine, be backend.Backend, info backend.Info) *member {
	m := &member{
		engine:   e,
		be:       be,
		info:     info,
		services: make(map[kernels.ID]*service),
		slots:    make(chan struct{}, max(1, info.InFlight)),
		since:    time.Now(),
		calls:    make(map[*call]struct{}),
		runs:     make(map[*run]struct{}),
		fell:     make(chan struct{}, 1),
	}
	if m.preferred = info.Simulated; e.config.Prefer != nil {
		m.preferred = slices.Contains(e.config.Prefer, info.Name) || slices.Contains(e.config.Prefer, info.Kind)
	}
	for _, k := range e.config.Kernels {
		if s, ok := info.Supports(k.ID); ok {
			s.Smallest = max(1, s.Smallest)
			m.services[k.ID] = &service{member: m, kernel: k, support: s}
		}
	}
	return m
}

// offers gives the service of the kernel if the backend may be given batches under the rule now.
func (m *member) offers(id kernels.ID, rule kernels.Flags) *service {
	s := m.services[id]
	if s == nil || !m.serving.Load() {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range s.rules {
		if r == rule {
			return s
		}
	}
	return nil
}

func (m *member) set(s State, reason string) {
	m.state, m.reason, m.since = s, reason, time.Now()
	m.serving.Store(s == Serving)
}

// quarantine takes the backend out of service and cuts its running calls short. lied: what it has decided in batches
// that are still running must be decided again.
func (m *member) quarantine(s *service, lied bool, reason string) {
	if lied {
		m.lies.Add(1)
	}
	if !m.fall(reason) {
		return
	}
	s.counts.quarantines.Add(1)
	m.engine.log.Error("backend quarantined", "backend", m.info.Name, "kernel", s.kernel.Name, "reason", reason)
}

// fall is the change of state of quarantine; false if the backend was not serving.
func (m *member) fall(reason string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state != Serving {
		return false
	}
	if served := time.Since(m.since); served > (16<<m.doublings)*m.engine.config.Probation {
		m.doublings = 0 // it was good for long
	} else if m.quarantines > 0 {
		m.doublings = min(m.doublings+1, maxDoublings)
	}
	m.set(Quarantined, reason)
	m.quarantines++
	for c := range m.calls {
		c.stop()
	}
	for r := range m.runs {
		r.poke()
	}
	m.wakeWarden()
	return true
}

// join lets a run know when the backend leaves service.
func (m *member) join(r *run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.runs[r] = struct{}{}
}

// quit undoes join.
func (m *member) quit(r *run) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.runs, r)
}

func (m *member) wakeWarden() {
	select {
	case m.fell <- struct{}{}:
	default:
	}
}

// failed counts a call that ended with an error. Several in a row quarantine the backend.
func (m *member) failed(s *service, err error) {
	s.counts.faults.Add(1)
	m.engine.log.Warn("backend failed", "backend", m.info.Name, "kernel", s.kernel.Name, "error", err)
	m.mu.Lock()
	m.faults++
	n := m.faults
	m.mu.Unlock()
	if n >= faultsInRow {
		m.quarantine(s, false, fmt.Sprintf("%d calls failed in a row, the last: %v", n, err))
	}
}

// succeeded counts a call whose n answers stood.
func (m *member) succeeded(n int) {
	if m.suspect.Load() > 0 {
		m.suspect.Add(-int64(n))
	}
	m.mu.Lock()
	m.faults = 0
	m.mu.Unlock()
}

// refuse stops giving the backend jobs of a kernel under a rule, or under all where it gave a wrong known answer.
func (s *service) refuse(reason string, rules ...kernels.Flags) {
	m := s.member
	m.mu.Lock()
	defer m.mu.Unlock()
	if s.refused == "" {
		s.refused = reason
	}
	kept := s.rules[:0:0]
	for _, r := range s.rules {
		if len(rules) > 0 && r != rules[0] {
			kept = append(kept, r)
		}
	}
	s.rules = kept
}

// abandon counts a call that did not come back; the backend gets nothing until it does.
func (m *member) abandon(s *service) {
	reason := fmt.Sprintf("a call of %s did not return within %v of being cancelled", s.kernel.Name, m.engine.config.Grace)
	m.mu.Lock()
	m.abandoned++ // first, so that the warden does not take the quarantine for one that ends by itself
	m.mu.Unlock()
	m.quarantine(s, false, reason)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reason = reason
}

// returned undoes abandon.
func (m *member) returned() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.abandoned--
	m.wakeWarden()
}

// hangs tells whether a call has not come back.
func (m *member) hangs() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.abandoned > 0
}

// probation is how long to wait before the next known-answer test; below 0: for ever.
func (m *member) probation() time.Duration {
	if m.hangs() {
		return -1
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.engine.config.Probation << m.doublings
}

// warden admits the backend again after a quarantine. It is the only goroutine that ends one.
func (m *member) warden(ctx context.Context) {
	for {
		var due <-chan time.Time
		m.mu.Lock()
		quarantined := m.state == Quarantined
		m.mu.Unlock()
		if wait := m.probation(); quarantined && wait >= 0 {
			due = time.After(wait)
		}
		select {
		case <-ctx.Done():
			return
		case <-m.fell:
		case <-due:
			m.retry(ctx)
		}
	}
}

// retry gives a quarantined backend all known answers again.
func (m *member) retry(ctx context.Context) {
	var err error
	for _, k := range m.engine.config.Kernels {
		s := m.services[k.ID]
		if s == nil {
			continue
		}
		for _, rule := range s.admitted() {
			if err == nil {
				_, err = m.answer(ctx, k.Known(rule))
			}
		}
	}
	if ctx.Err() != nil {
		return
	}
	if m.retried(err) {
		m.engine.log.Info("backend serves again", "backend", m.info.Name)
	} else {
		m.engine.log.Warn("backend stays quarantined", "backend", m.info.Name, "error", err)
	}
}

// retried is the change of state after all known answers were given again, or err.
func (m *member) retried(err error) (serves bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.abandoned > 0 {
		return false // a call was given up meanwhile; its return ends the quarantine
	}
	if err != nil {
		m.doublings = min(m.doublings+1, maxDoublings)
		m.set(Quarantined, err.Error())
		return false
	}
	m.faults = 0
	m.suspect.Store(trustAfter)
	m.set(Serving, "")
	return true
}

// admitted is the rules that the backend may be given.
func (s *service) admitted() []kernels.Flags {
	s.member.mu.Lock()
	defer s.member.mu.Unlock()
	return append([]kernels.Flags(nil), s.rules...)
}

func (m *member) status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Status{Info: m.info, State: m.state, Reason: m.reason, Since: m.since, Quarantines: m.quarantines,
		Refused: make(map[string]string), Jobs: make(map[string]int64)}
	for _, k := range m.engine.config.Kernels {
		v := m.services[k.ID]
		if v == nil {
			continue
		}
		out := Service{Kernel: k, Rules: append([]kernels.Flags(nil), v.rules...), Refused: v.refused, Stats: v.counts.stats()}
		if l, ok := v.model.predict(time.Now()); ok {
			out.Setup, out.Rate = time.Duration(l.a*1e9), 1/l.c
		}
		s.Services = append(s.Services, out)
		s.Jobs[k.Name] = int64(out.Jobs)
		if v.refused != "" {
			s.Refused[k.Name] = v.refused
		}
	}
	return s
}

// clock charges the time of a backend to the calls that share it: while k of them run, each is charged 1/k of the
// time. So the cost model learns what a span costs, not how many others there were.
type clock struct {
	mu      sync.Mutex
	running int
	last    time.Time
	shares  float64 // seconds that a call which never ends has been charged
	backlog float64 // seconds of work predicted for the calls that run
}

// begin starts a call that is predicted to take some seconds.
func (c *clock) begin(predicted float64, now time.Time) (mark float64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick(now)
	c.running++
	c.backlog += predicted
	return c.shares
}

// end gives the seconds that the call was charged.
func (c *clock) end(mark, predicted float64, now time.Time) float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tick(now)
	c.backlog -= predicted
	if c.running--; c.running == 0 {
		c.backlog = 0 // no rounding errors
	}
	return c.shares - mark
}

func (c *clock) tick(now time.Time) {
	if c.running > 0 {
		c.shares += max(0, now.Sub(c.last).Seconds()) / float64(c.running)
	}
	c.last = now
}

// queued is the seconds of work that a new call finds.
func (c *clock) queued() float64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.backlog
}
