package engine

import (
	"math"
	"sync"
	"time"
)

// model learns how long a backend takes for a span of n units of work of one kernel: t(n) = a + c*n seconds, c = 1/r.
//
// It is a least-squares fit of relative errors in which each span weighs 4/5 of the next one, so that it follows a
// device that changes. A span that took much more or less than predicted counts as at most four times so: one hiccup
// does not spoil the model, a lasting change moves it within some ten spans. Without news it returns to what admission
// measured, so that a backend that once was slow is tried again.
type model struct {
	mu     sync.Mutex
	prior  line
	now    line
	sums   sums
	at     time.Time // of the last span
	seeded bool
}

// line is t(n) = a + c*n; a in seconds, c in seconds per unit.
type line struct{ a, c float64 }

func (l line) at(n float64) float64 { return l.a + l.c*n }

// sums of the weighted fit.
type sums struct{ w, n, nn, t, nt float64 }

const (
	memory    = 4. / 5                 // what a span weighs beside the next
	clip      = 4.                     // by how much a span may differ from the prediction
	staleness = 30 * time.Second       // half-life of what was learnt, without news
	tiniest   = float64(1e-12)         // seconds per unit: above any device
	instant   = float64(1e-9)          // seconds
	spread    = float64(1.) / (1 << 6) // relative variance of n below which a and c cannot be told apart
)

// seed sets the model to what admission measured: spans of n0 and n1 units took t0 and t1 seconds.
func (m *model) seed(n0, t0, n1, t1 float64) {
	l := line{c: max(t1/n1, tiniest)}
	if n1 > n0 && t1 > t0 {
		l.c = max((t1-t0)/(n1-n0), tiniest)
		l.a = max(0, t0-l.c*n0)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.prior, m.now, m.sums, m.seeded = l, l, sums{}, true
}

// observe takes in a span of n units that took t seconds.
func (m *model) observe(n, t float64, at time.Time) {
	if !(n > 0 && n < 1e12 && t > 0 && t < 1e9) {
		return
	}
	n, t = max(n, 1), max(t, instant)
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.seeded {
		m.prior = line{c: t / n}
		m.now, m.seeded = m.prior, true
	}
	fade := memory * m.keep(at)
	m.now = m.fresh(at)
	m.at = at
	want := max(m.now.at(n), instant)
	t = min(max(t, want/clip), want*clip)

	// Spans are weighed for relative errors: by 1/(a/c+n)^2, in units of the usual span, so that old and new spans
	// compare when the device has become faster or slower since.
	s := &m.sums
	usual, setup := n, min(m.now.a/m.now.c, 1e9)
	if s.w > 0 {
		usual = s.n / s.w
	}
	w := (setup + usual) / (setup + n)
	w *= w
	for _, sum := range []*float64{&s.w, &s.n, &s.nn, &s.t, &s.nt} {
		*sum *= fade
	}
	s.w += w
	s.n += w * n
	s.nn += w * n * n
	s.t += w * t
	s.nt += w * n * t

	m.now = s.fit(m.now)
}

// fit is the line through the spans; where they do not determine one, it is the old line, scaled to them.
func (s *sums) fit(old line) line {
	if det := s.w*s.nn - s.n*s.n; det > spread*s.w*s.nn {
		c := (s.w*s.nt - s.n*s.t) / det
		a := (s.t - c*s.n) / s.w
		if c > tiniest && a >= 0 {
			return line{a, c}
		}
		if a < 0 {
			return line{0, max(s.nt/s.nn, tiniest)}
		}
	}
	scale := s.t / (s.w*old.a + s.n*old.c)
	return line{old.a * scale, max(old.c*scale, tiniest)}
}

// keep is how much of what was learnt still counts, between 0 and 1.
func (m *model) keep(at time.Time) float64 {
	return math.Exp2(-max(0, at.Sub(m.at).Seconds()) / staleness.Seconds())
}

// fresh is what the model says at a time: the longer ago the last span, the nearer to what admission measured.
func (m *model) fresh(at time.Time) line {
	if m.at.IsZero() {
		return m.now
	}
	keep := m.keep(at)
	return line{between(m.prior.a, m.now.a, keep), between(m.prior.c, m.now.c, keep)}
}

// between is the weighted geometric mean of two times.
func between(prior, now, keep float64) float64 {
	if prior < instant*instant && now < instant*instant {
		return 0
	}
	const floor = 1e-15 // zero has no logarithm
	return max(prior, floor) * math.Pow(max(now, floor)/max(prior, floor), keep)
}

// predict gives the line at a time; false if nothing is known.
func (m *model) predict(at time.Time) (line, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fresh(at), m.seeded
}
