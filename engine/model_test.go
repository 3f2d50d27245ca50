package engine

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// near tells whether a is within the part tolerance of b.
func near(a, b, tolerance float64) bool { return math.Abs(a-b) <= tolerance*math.Abs(b) }

// TestModel: from a poor start, the model finds setup time and rate from spans of different sizes with 10 % of noise.
func TestModel(t *testing.T) {
	for _, truth := range []line{{a: 1e-3, c: 1e-6}, {a: 50e-6, c: 50e-9}, {a: 20e-3, c: 5e-3}, {a: 0, c: 30e-6}} {
		r := rand.New(rand.NewPCG(1, 2))
		var m model
		m.seed(1, truth.c*100, 1, truth.c*100) // a hundred times too slow
		now := time.Now()
		for range 200 {
			n := float64(1 + r.IntN(4000))
			m.observe(n, truth.at(n)*(0.95+0.1*r.Float64()), now)
		}
		l, ok := m.predict(now)
		if !ok {
			t.Fatal("nothing learnt")
		}
		for _, n := range []float64{100, 1000, 4000} {
			if !near(l.at(n), truth.at(n), 0.15) {
				t.Errorf("%+v: %v jobs are predicted to take %.3g s, not %.3g", truth, n, l.at(n), truth.at(n))
			}
		}
	}
}

// TestModelOneSize: spans of one size cannot tell setup from rate, but their own time they tell.
func TestModelOneSize(t *testing.T) {
	var m model
	m.seed(16, 1.016e-3, 1016, 2.016e-3) // 1 ms and 1 µs
	now := time.Now()
	l, _ := m.predict(now)
	if !near(l.a, 1e-3, 1e-9) || !near(l.c, 1e-6, 1e-9) {
		t.Fatalf("seeded with %+v", l)
	}
	for range 50 {
		m.observe(1000, 4e-3, now)
	}
	if l, _ = m.predict(now); !near(l.at(1000), 4e-3, 0.01) || !near(l.a/l.c, 1000, 0.01) {
		t.Errorf("%+v: 1000 jobs take %v, want 4 ms of which half is setup", l, l.at(1000))
	}
}

// TestModelHiccup: one span that takes a thousand times as long changes little; a lasting change is followed, both ways.
func TestModelHiccup(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	now := time.Now()
	var m model
	spans := func(count int, c float64) {
		for range count {
			n := float64(100 + r.IntN(1000))
			m.observe(n, 1e-4+c*n, now)
		}
	}
	spans(100, 1e-6)
	m.observe(500, 0.6, now)
	if l, _ := m.predict(now); l.at(500) > 3*6e-4 {
		t.Errorf("after a hiccup 500 jobs are predicted to take %v s, before it 0.6 ms", l.at(500))
	}
	spans(30, 1e-6)
	if l, _ := m.predict(now); !near(l.at(500), 6e-4, 0.1) {
		t.Errorf("thirty spans later it is %v s", l.at(500))
	}
	spans(40, 1e-4)
	if l, _ := m.predict(now); !near(l.at(500), 50.1e-3, 0.2) {
		t.Errorf("a hundred times slower: 500 jobs take %v s, want 50 ms", l.at(500))
	}
	spans(40, 1e-6)
	if l, _ := m.predict(now); !near(l.at(500), 6e-4, 0.2) {
		t.Errorf("fast again: 500 jobs take %v s, want 0.6 ms", l.at(500))
	}
}

// TestModelForgets: without news, the model returns to what admission measured.
func TestModelForgets(t *testing.T) {
	now := time.Now()
	var m model
	m.seed(1000, 1e-3, 1000, 1e-3) // 1 µs a job
	for range 100 {
		m.observe(1000, 0.1, now)
	}
	at := func(later time.Duration) float64 {
		l, _ := m.predict(now.Add(later))
		return l.at(1000)
	}
	if !near(at(0), 0.1, 0.01) || !near(at(staleness), 0.01, 0.01) || !near(at(20*staleness), 1e-3, 0.01) {
		t.Errorf("1000 jobs: %v now, %v after a half-life, %v after twenty", at(0), at(staleness), at(20*staleness))
	}
	m.observe(1000, 0.1, now.Add(20*staleness)) // the estimate that is forgotten is not taken up again
	if l, _ := m.predict(now.Add(20 * staleness)); l.at(1000) > 0.05 {
		t.Errorf("one span later: %v", l.at(1000))
	}
}

// TestModelGarbage: times that cannot be never spoil the model.
func TestModelGarbage(t *testing.T) {
	var m model
	now := time.Now()
	if _, ok := m.predict(now); ok {
		t.Error("a model without spans predicts")
	}
	r := rand.New(rand.NewPCG(5, 6))
	values := []float64{0, -1, math.NaN(), math.Inf(1), 1e-300, 1e300, 1, 1e-9, 4e9}
	for range 20000 {
		m.observe(values[r.IntN(len(values))], values[r.IntN(len(values))], now)
		l, _ := m.predict(now)
		if l.a < 0 || math.IsNaN(l.a+l.c) || math.IsInf(l.a+l.c, 0) {
			t.Fatalf("%+v", l)
		}
	}
}

// TestSplit: all parts end together, as far as whole jobs allow, and nobody gets less than pays.
func TestSplit(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 20000 {
		n := 1 + r.IntN(100000)
		offers := make([]offer, 1+r.IntN(5))
		for i := range offers {
			offers[i] = offer{line: line{c: math.Pow(10, -8+5*r.Float64())}, smallest: 1 + r.IntN(2)*r.IntN(5000)}
			if r.IntN(2) == 0 {
				offers[i].a = math.Pow(10, -6+4*r.Float64())
				offers[i].ready = math.Pow(10, -6+4*r.Float64())
			}
		}
		parts := split(n, offers)
		sum, used := 0, 0
		first, last := math.Inf(1), 0.
		slowest := 0.
		for i, p := range parts {
			sum += p
			if p == 0 {
				continue
			}
			used++
			end := offers[i].ready + offers[i].at(float64(p))
			first, last, slowest = min(first, end), max(last, end), max(slowest, offers[i].c)
			if p < offers[i].smallest-1 && n >= offers[i].smallest {
				t.Fatalf("%d jobs over %+v: %v has fewer than the smallest", n, offers, parts)
			}
		}
		if sum != n {
			t.Fatalf("%d jobs over %+v: %v", n, offers, parts)
		}
		// Rounding moves at most one job of each part to the last one.
		if used > 1 && last-first > float64(used)*slowest+1e-9 {
			t.Fatalf("%d jobs over %+v: %v end between %v and %v", n, offers, parts, first, last)
		}
		// Nobody alone would be faster.
		for _, o := range offers {
			if alone := o.ready + o.at(float64(n)); n >= o.smallest && used > 1 && alone < last-float64(used)*slowest-1e-9 {
				t.Fatalf("%d jobs over %+v: %v ends at %v, one alone at %v", n, offers, parts, last, alone)
			}
		}
	}
}

// TestSplitSmall: batches that are too small for a device stay on the CPU; large ones use both.
func TestSplitSmall(t *testing.T) {
	cpu := offer{line: line{a: 1e-6, c: 30e-6}, smallest: 1}
	gpu := offer{line: line{a: 1e-3, c: 0.1e-6}, smallest: 256}
	for n, want := range map[int][2]int{1: {1, 0}, 20: {20, 0}, 200: {200, 0}, 10000: {66, 9934}} {
		parts := split(n, []offer{cpu, gpu})
		if parts[0] != want[0] || parts[1] != want[1] {
			t.Errorf("%d jobs: %v, want %v", n, parts, want)
		}
	}
	if parts := split(10, []offer{gpu}); parts[0] != 10 {
		t.Errorf("only a device: %v", parts)
	}
	gpu2 := gpu
	gpu2.smallest, gpu2.a = 5, 1
	if parts := split(10, []offer{gpu, gpu2}); parts[1] != 10 {
		t.Errorf("two devices, one for which 10 jobs are enough: %v", parts)
	}
}

// TestClock: calls that share a backend share its time.
func TestClock(t *testing.T) {
	var c clock
	start := time.Now()
	at := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	a := c.begin(1, at(0))
	b := c.begin(2, at(20)) // both run for 40 ms, a had 20 alone
	if q := c.queued(); q != 3 {
		t.Errorf("backlog %v, want 3", q)
	}
	tookB := c.end(b, 2, at(60))
	tookA := c.end(a, 1, at(65))
	if !near(tookA, 45e-3, 1e-9) || !near(tookB, 20e-3, 1e-9) {
		t.Errorf("charged %v and %v, want 45 ms and 20 ms", tookA, tookB)
	}
	if q := c.queued(); q != 0 {
		t.Errorf("backlog %v of nothing", q)
	}
	d := c.begin(0, at(1000)) // nobody pays for the rest
	if took := c.end(d, 0, at(1001)); !near(took, 1e-3, 1e-9) {
		t.Errorf("charged %v, want 1 ms", took)
	}
}
