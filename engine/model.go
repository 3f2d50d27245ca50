package engine

import (
	"sync"
	"time"
)

// model is what a backend's spans of one kernel cost, t(n) = a + n/r, learnt by least squares over the spans seen, older
// ones weighing less.
type model struct {
	mu              sync.Mutex
	w, n, t, nn, nt float64 // weighted sums: 1, n, t, n², nt
	fixed, perJob   float64 // ns; a and 1/r
	known           bool
}

const fade = 0.9 // weight of what was known before, at each new span

// learn takes in a span of n jobs that took d.
func (m *model) learn(n int, d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	x, y := float64(n), float64(d)
	m.w, m.n, m.t = m.w*fade+1, m.n*fade+x, m.t*fade+y
	m.nn, m.nt = m.nn*fade+x*x, m.nt*fade+x*y
	m.known = true
	m.perJob = m.t / m.n // if all cost is per job
	m.fixed = 0
	// The slope is trusted where sizes differ, and then only between nothing and all of the cost.
	if spread := m.nn - m.n*m.n/m.w; spread > 0.01*m.nn {
		slope := (m.nt - m.n*m.t/m.w) / spread
		if slope > m.perJob/1000 && slope < m.perJob {
			m.fixed = (m.t - slope*m.n) / m.w
			m.perJob = slope
		}
	}
}

// cost gives a and 1/r in ns, and whether anything is known.
func (m *model) cost() (fixed, perJob float64, known bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.fixed, m.perJob, m.known
}

// predict is the time for n jobs; 0 if nothing is known.
func (m *model) predict(n int) time.Duration {
	fixed, perJob, _ := m.cost()
	return time.Duration(fixed + perJob*float64(n))
}

// split divides n jobs between backends with these costs so that all end together; one that would not be worth its fixed
// cost or its smallest span gets none. At least one entry of smallest is at most n.
func split(n int, fixed, perJob []float64, smallest []int) []int {
	shares := make([]int, len(fixed))
	out := make([]bool, len(fixed))
	for {
		// The time T at which the sum of (T - a) r over those that take part is n.
		low, high := 0.0, 0.0
		for i := range fixed {
			if !out[i] {
				high = max(high, fixed[i]+perJob[i]*float64(n))
			}
		}
		jobs := func(t float64) (sum float64) {
			for i := range fixed {
				if !out[i] && t > fixed[i] {
					sum += (t - fixed[i]) / perJob[i]
				}
			}
			return sum
		}
		for range 60 {
			if t := (low + high) / 2; jobs(t) < float64(n) {
				low = t
			} else {
				high = t
			}
		}
		left, fastest, again := n, -1, false
		for i := range fixed {
			shares[i] = 0
			if out[i] {
				continue
			}
			if high > fixed[i] {
				shares[i] = min(left, int((high-fixed[i])/perJob[i]))
			}
			left -= shares[i]
			if fastest < 0 || perJob[i] < perJob[fastest] {
				fastest = i
			}
			if shares[i] < smallest[i] && countIn(out) > 1 {
				out[i], again = true, true
				break
			}
		}
		if !again {
			shares[fastest] += left // what rounding left over
			return shares
		}
	}
}

func countIn(out []bool) (n int) {
	for _, o := range out {
		if !o {
			n++
		}
	}
	return n
}
