package engine

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// board is one batch that several backends decide. It is cut into pieces; each is planned for a backend and goes
//
//	waiting -> running -> checking (devices only) -> done
//
// and back to waiting when its device fails. Whoever has nothing left takes pieces from those who will be late; the
// processor, which is last to leave, also takes over pieces that run.
//
// Devices write into a shadow of the batch. A piece is copied from there under the lock, and only if it is still the
// device's: its turn has not changed since. The processor writes into the batch itself.
type board struct {
	engine *Engine
	batch  *kernels.Batch
	judge  *service

	mu      sync.Mutex
	changed sync.Cond
	pieces  []*piece
	left    int // pieces that are not done
	err     error
	out     map[*member]bool // devices that failed here
	calls   map[*call]bool   // calls of devices that have not returned
}

type piece struct {
	lo, hi  int
	owner   *member // for whom it is planned; nil: for the processor
	by      *member // who runs it or ran it
	state   pieceState
	turn    int // counts who was given it
	started time.Time
	expect  time.Duration
	cancel  context.CancelFunc
}

type pieceState int

const (
	waiting pieceState = iota
	running
	checking
	done
)

// call is one Run of a device.
type call struct {
	m      *member
	cancel context.CancelFunc
	lost   bool // the board has gone without it
}

func newBoard(e *Engine, b *kernels.Batch, devices []*member) *board {
	x := &board{engine: e, batch: b, judge: e.judge.kernels[b.Kernel().ID], out: map[*member]bool{}, calls: map[*call]bool{}}
	x.changed.L = &x.mu
	x.plan(devices)
	return x
}

// plan cuts the batch so that all backends end together.
func (x *board) plan(devices []*member) {
	members := devices
	if x.engine.shares {
		members = append([]*member{x.engine.judge}, devices...)
	}
	id, n := x.batch.Kernel().ID, x.batch.Len()
	var able []*member
	var services []*service
	var fixed, perJob []float64
	var smallest []int
	for _, m := range members {
		s := m.serves(id)
		if s == nil {
			continue // put in quarantine just now
		}
		f, p, _ := s.model.cost()
		able, services = append(able, m), append(services, s)
		fixed, perJob, smallest = append(fixed, f), append(perJob, max(p, 0.1)), append(smallest, s.Smallest)
	}
	if len(able) == 0 {
		x.cut(nil, 0, n, 1)
		return
	}
	lo := 0
	for i, share := range split(n, fixed, perJob, smallest) {
		parts := 2 * max(able[i].info.InFlight, 1)
		if able[i].judge {
			parts = int(services[i].model.predict(share)/judgePiece) + 1
		}
		x.cut(able[i], lo, lo+share, min(parts, share/services[i].Smallest, mostPieces))
		lo += share
	}
}

const (
	judgePiece = 2 * time.Millisecond // of the processor's share, so that devices can steal the rest
	mostPieces = 32                   // of one backend
)

// cut adds the span [lo,hi) in parts for a backend.
func (x *board) cut(m *member, lo, hi, parts int) {
	for parts = max(parts, 1); lo < hi; parts-- {
		next := lo + (hi-lo+parts-1)/parts
		x.pieces = append(x.pieces, &piece{lo: lo, hi: next, owner: m})
		x.left++
		lo = next
	}
}

// run decides the batch.
func (x *board) run(ctx context.Context) error {
	defer context.AfterFunc(ctx, func() { x.wake() })()
	owners := map[*member]bool{}
	for _, p := range x.pieces {
		if p.owner != nil && !p.owner.judge && !owners[p.owner] {
			owners[p.owner] = true
			shadow := x.batch.Shadow()
			for range max(p.owner.info.InFlight, 1) {
				go x.device(ctx, p.owner, shadow)
			}
		}
	}
	for {
		p := x.next(ctx)
		if p == nil {
			break
		}
		x.decide(ctx, p)
	}
	x.leave()
	if x.err != nil {
		for _, p := range x.pieces {
			if p.state != done {
				x.batch.Unset(p.lo, p.hi)
			}
		}
		return x.err
	}
	id := x.batch.Kernel().ID
	for _, p := range x.pieces {
		s := x.judge
		if !p.by.judge {
			p.by.mu.Lock()
			if s = p.by.kernels[id]; s == nil {
				s = x.judge // refused since; it was re-admitted for other kernels only
			}
			p.by.mu.Unlock()
		}
		s.metrics.add(p.hi - p.lo)
	}
	return nil
}

func (x *board) wake() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.changed.Broadcast()
}

// start gives a piece to a backend. The lock is held.
func (x *board) start(p *piece, m *member) {
	p.by, p.state, p.started = m, running, time.Now()
	p.turn++
	p.cancel = nil
	p.expect = 0
	if s := x.service(m); s != nil {
		p.expect = s.model.predict(p.hi - p.lo)
		if p.owner != nil && p.owner != m {
			s.metrics.stolen.Inc()
		}
	}
}

func (x *board) service(m *member) *service {
	if m.judge {
		return x.judge
	}
	return m.serves(x.batch.Kernel().ID)
}

// take gives a device its next piece: one of its own, or one that it will have done before the owner would come to it.
// nil: it is not needed any more.
func (x *board) take(m *member) *piece {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.out[m] || x.err != nil {
		return nil
	}
	p := x.find(func(p *piece) bool { return p.owner == m })
	if p == nil {
		s := x.service(m)
		p = x.find(func(p *piece) bool {
			return s != nil && p.hi-p.lo >= s.Smallest && p.owner != nil && s.model.predict(p.hi-p.lo) < x.backlog(p.owner)
		})
	}
	if p != nil {
		x.start(p, m)
	}
	return p
}

// find is the last waiting piece that fits: the first ones are those that their owner takes next.
func (x *board) find(fits func(p *piece) bool) *piece {
	for i := len(x.pieces) - 1; i >= 0; i-- {
		if p := x.pieces[i]; p.state == waiting && fits(p) {
			return p
		}
	}
	return nil
}

// backlog is how long a backend will need for the pieces that it has.
func (x *board) backlog(m *member) (d time.Duration) {
	s := x.service(m)
	for _, p := range x.pieces {
		switch {
		case p.state == running && p.by == m:
			d += x.remaining(p)
		case p.state == waiting && p.owner == m && s != nil:
			d += s.model.predict(p.hi - p.lo)
		}
	}
	return d / time.Duration(max(m.info.InFlight, 1))
}

// remaining is how much longer a running piece will take. What is late is thought to be half done.
func (x *board) remaining(p *piece) time.Duration {
	elapsed := time.Since(p.started)
	return max(p.expect-elapsed, elapsed-p.expect)
}

// next waits for work for the processor: pieces of its own or of failed devices, then those of backends that it will be
// faster than, even if they run. nil: everything is done, or cannot be.
func (x *board) next(ctx context.Context) *piece {
	x.mu.Lock()
	defer x.mu.Unlock()
	for {
		if x.left == 0 || x.err != nil {
			return nil
		}
		if err := ctx.Err(); err != nil {
			x.err = err
			return nil
		}
		p := x.find(func(p *piece) bool { return p.owner == nil || p.owner.judge })
		if p == nil && x.engine.shares {
			p = x.find(func(p *piece) bool { return x.judge.model.predict(p.hi-p.lo) < x.backlog(p.owner) })
		}
		if p == nil {
			p = x.overtake()
		}
		if p != nil {
			x.start(p, x.engine.judge)
			return p
		}
		timer := time.AfterFunc(x.patience(), x.wake)
		x.changed.Wait()
		timer.Stop()
	}
}

// overtake takes a running piece from a device that hangs, or that will be later than the processor. The lock is held.
func (x *board) overtake() *piece {
	for _, p := range x.pieces {
		if p.state != running || p.by.judge {
			continue
		}
		late := time.Since(p.started) > x.limit(p)
		slow := x.engine.shares && time.Since(p.started) > p.expect && x.judge.model.predict(p.hi-p.lo) < x.remaining(p)
		if !late && !slow {
			continue
		}
		if late {
			x.fail(p.by, errHang)
		} else if p.cancel != nil {
			p.cancel()
		}
		return p
	}
	return nil
}

// limit is how long a device may run a piece before it counts as hanging.
func (x *board) limit(p *piece) time.Duration { return 4*p.expect + x.engine.config.Hang }

// patience is how long nothing can change by itself.
func (x *board) patience() time.Duration {
	d := x.engine.config.Hang
	for _, p := range x.pieces {
		if p.state == running && !p.by.judge {
			d = min(d, x.limit(p)-time.Since(p.started)+time.Millisecond)
			if x.engine.shares {
				d = min(d, x.judge.model.predict(p.hi-p.lo)+time.Millisecond)
			}
		}
	}
	return max(d, 100*time.Microsecond)
}

// decide has the processor decide a piece.
func (x *board) decide(ctx context.Context, p *piece) {
	x.batch.Unset(p.lo, p.hi)
	err := x.engine.judge.run(ctx, x.batch, p.lo, p.hi)
	x.mu.Lock()
	defer x.mu.Unlock()
	if err != nil {
		x.err = err
		return
	}
	x.judge.model.learn(p.hi-p.lo, time.Since(p.started))
	p.state = done
	x.left--
}

// device runs pieces on a device until it has none left.
func (x *board) device(ctx context.Context, m *member, shadow *kernels.Batch) {
	for {
		p := x.take(m)
		if p == nil {
			return
		}
		x.attempt(ctx, m, p, shadow)
	}
}

// attempt runs one piece on a device and copies what it decided, if it passes.
func (x *board) attempt(ctx context.Context, m *member, p *piece, shadow *kernels.Batch) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	c := &call{m: m, cancel: cancel}
	x.mu.Lock()
	if p.by != m || p.state != running {
		x.mu.Unlock()
		return // taken already
	}
	turn, started := p.turn, p.started
	p.cancel = cancel
	x.calls[c] = true
	s := x.service(m)
	x.mu.Unlock()
	if s == nil {
		s = &service{Support: backend.Support{Smallest: 1}, metrics: x.judge.metrics} // in quarantine since: trust nothing
	}

	shadow.Unset(p.lo, p.hi)
	err := m.run(ctx, shadow, p.lo, p.hi)
	took := time.Since(started)

	x.mu.Lock()
	delete(x.calls, c)
	if c.lost {
		m.count(-1)
	}
	x.changed.Broadcast()
	mine := p.turn == turn && p.state == running
	if mine {
		p.state = checking
	}
	x.mu.Unlock()
	if !mine {
		return
	}
	if err == nil {
		err = x.engine.check(ctx, s, x.batch, shadow, p.lo, p.hi)
	}

	x.mu.Lock()
	defer x.mu.Unlock()
	defer x.changed.Broadcast()
	if p.turn != turn || p.state != checking {
		return
	}
	if err == nil {
		x.batch.Copy(shadow, p.lo, p.hi)
		p.state = done
		x.left--
		s.model.learn(p.hi-p.lo, took)
		return
	}
	p.state, p.owner = waiting, nil
	if judge := (*judgeError)(nil); ctx.Err() == nil && !errors.As(err, &judge) {
		s.metrics.faults.Inc()
		x.fail(m, &backend.Fault{Backend: m.info.Name, Err: err})
	}
}

// fail puts a device in quarantine and gives everything that it had or did here to the processor. The lock is held.
func (x *board) fail(m *member, why error) {
	x.out[m] = true
	for _, p := range x.pieces {
		switch {
		case p.state == waiting && p.owner == m:
			p.owner = nil
		case p.state != waiting && p.by == m:
			if p.state == done {
				x.left++
			}
			if p.cancel != nil {
				p.cancel()
			}
			p.state, p.owner = waiting, nil
			p.turn++
		}
	}
	x.engine.quarantine(m, why)
	x.changed.Broadcast()
}

// leave waits until no device touches the batch any more. Those that take too long are left behind with its memory.
func (x *board) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for c := range x.calls {
		c.cancel()
	}
	over := false
	timer := time.AfterFunc(x.engine.config.Grace, func() {
		x.mu.Lock()
		defer x.mu.Unlock()
		over = true
		x.changed.Broadcast()
	})
	defer timer.Stop()
	for len(x.calls) > 0 && !over {
		x.changed.Wait()
	}
	for c := range x.calls {
		c.lost = true
		c.m.count(+1)
		x.batch.Lend()
		x.engine.quarantine(c.m, errHang)
	}
}
