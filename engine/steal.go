package engine

import (
	"context"
	"time"
)

// claim gives a device its next span, or nil if there is none for it.
func (r *run) claim(p *part) *call {
	r.mu.Lock()
	defer r.mu.Unlock()
	m := p.service.member
	if r.ended || !r.able(p) {
		return nil
	}
	s := r.take(p)
	if s.lo == s.hi {
		return nil
	}
	if p.shadow == nil {
		p.shadow = r.batch.Shadow()
	}
	c := &call{run: r, part: p, lo: s.lo, hi: s.hi, given: s.hi - s.lo, started: time.Now()}
	c.ctx, c.cancel = context.WithCancel(r.ctx)
	if !m.remember(c) { // quarantined this moment
		c.cancel()
		r.orphan(s.lo, s.hi)
		return nil
	}
	// The calls that run at once share the device.
	predicted := time.Duration(min(p.at(float64(c.given))*float64(cap(m.slots))*1e9, float64(1<<60)))
	c.late = c.started.Add(3*predicted + lateFor)
	c.hung = c.started.Add(8*predicted + r.engine.config.Hang)
	r.calls[c] = struct{}{}
	r.poke() // there is a new time to watch for
	return c
}

// take finds jobs for a device: the rest of its own part, then orphans, then what another has not begun. r.mu is held.
func (r *run) take(p *part) span {
	for range 2 {
		n := p.hi - p.lo
		if n > 0 && n < p.smallest && r.shares { // others took the rest
			p.lo = p.hi
			r.orphan(p.hi-n, p.hi)
			n = 0
		}
		if n > 0 {
			if n -= p.piece; n < p.smallest {
				n = 0 // too few would be left
			}
			s := span{p.lo, p.hi - n}
			p.lo = s.hi
			return s
		}
		if s := r.adopt(p.smallest, p.piece); s.lo < s.hi {
			return s
		}
		s := r.steal(p)
		p.lo, p.hi = s.lo, s.hi
	}
	return span{}
}

// adopt takes up to most jobs of the orphans, if there are at least as many as smallest in one span. r.mu is held.
func (r *run) adopt(smallest, most int) span {
	for i, s := range r.orphans {
		n := s.hi - s.lo
		if n < smallest {
			continue
		}
		if n-most >= smallest {
			r.orphans[i].lo += most
			return span{s.lo, s.lo + most}
		}
		r.orphans = append(r.orphans[:i], r.orphans[i+1:]...)
		return s
	}
	return span{}
}

// steal takes jobs that another backend has not begun, from the end, so many that both would end together. The one
// with the most work left is robbed. r.mu is held.
func (r *run) steal(thief *part) span {
	var victim *part
	most := 0.
	for _, p := range append(r.devices[:len(r.devices):len(r.devices)], r.cpu) {
		if left := float64(p.hi-p.lo) * p.c; p != thief && left > most {
			victim, most = p, left
		}
	}
	if victim == nil {
		return span{}
	}
	left := victim.hi - victim.lo
	// The victim still has the span in hand; the thief begins now, but needs its setup time first.
	share := int((float64(left)*victim.c - thief.a) / (victim.c + thief.c))
	if !r.able(victim) {
		share = left
	}
	share = min(left, share)
	if share < max(1, thief.smallest) {
		return span{}
	}
	victim.hi -= share
	thief.service.counts.stolen.Add(uint64(share))
	return span{victim.hi, victim.hi + share}
}

// forCPU finds the next span for the CPU; an empty one if there is none.
func (r *run) forCPU() (lo, hi int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.cpu
	if r.ctx.Err() != nil {
		return 0, 0
	}
	turn := jobsFor(cpuTurn, p.c)
	if r.shares {
		if p.lo == p.hi && len(r.orphans) == 0 {
			s := r.steal(p)
			p.lo, p.hi = s.lo, s.hi
		}
		if p.lo == p.hi && len(r.orphans) == 0 {
			return r.stealLate(turn)
		}
	} else if r.waitsForDevice() {
		return 0, 0
	}
	if p.lo < p.hi {
		s := span{p.lo, min(p.hi, p.lo+turn)}
		p.lo = s.hi
		return s.lo, s.hi
	}
	s := r.adopt(1, turn)
	return s.lo, s.hi
}

// waitsForDevice tells whether a device is there for what nobody has begun. r.mu is held.
func (r *run) waitsForDevice() bool {
	if r.ended {
		return false
	}
	for _, p := range r.devices {
		if r.able(p) && p.live > 0 {
			return true
		}
	}
	return false
}

// stealLate takes over jobs from the end of the call that is late for longest. The device works on, on what is left of its
// span; if that is nothing, it is told to give up. r.mu is held.
func (r *run) stealLate(turn int) (lo, hi int) {
	var victim *call
	now := time.Now()
	for c := range r.calls {
		if c.stopped.Load() == 0 && now.After(c.late) && c.lo < c.hi && (victim == nil || c.late.Before(victim.late)) {
			victim = c
		}
	}
	if victim == nil {
		return 0, 0
	}
	left := victim.hi - victim.lo
	n := min(turn, (left+1)/2)
	victim.hi -= n
	r.cpu.service.counts.stolen.Add(uint64(n))
	lo, hi = victim.hi, victim.hi+n
	if victim.lo == victim.hi {
		victim.part.service.counts.faults.Add(1)
		victim.stop()
	}
	return lo, hi
}
