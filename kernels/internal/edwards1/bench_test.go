package edwards1

import (
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// BenchmarkSteps times the steps of a verification, which take turns, and reports the shortest turn of each in ns. The time per operation
// means nothing.
func BenchmarkSteps(b *testing.B) {
	var x, y Element
	var s Sum
	var c completed
	p := Base()
	q := p
	var cached Cached
	cached.Set(&p)
	x, y = p.X, p.Y
	encoded := p.Append(nil)
	half := edwards8.Scalar{0x0123456789abcdef, 0xfedcba9876543210, 1}
	k := edwards8.Scalar{0x0123456789abcdef, 0xfedcba9876543210, 0x0123456789abcdef, 0x0edcba987654321}
	steps := []struct {
		name  string
		count int
		f     func()
	}{
		{"mul", 100, func() {
			for range 100 {
				x.Mul(&x, &y)
			}
		}},
		{"square", 100, func() { x.squares(&x, 100) }},
		{"double", 100, func() {
			for range 100 {
				c.double(&q)
				c.into(&q)
			}
		}},
		{"add", 100, func() {
			for range 100 {
				c.add(&q, &cached, false)
				c.extend(&q)
			}
		}},
		{"decompress", 1, func() { q.Decompress(encoded) }},
		{"halve", 1, func() { k.Halve() }},
		{"term", 1, func() { s.Reset(); s.Add(&half, &p, false) }},
		{"sum", 1, func() {
			s.Reset()
			s.AddBase(&k)
			s.Add(&half, &p, true)
			s.Add(&half, &p, false)
			s.Compute(&q)
		}},
	}
	best := make([]time.Duration, len(steps))
	for b.Loop() {
		for i, step := range steps {
			start := time.Now()
			step.f()
			if d := time.Since(start); best[i] == 0 || d < best[i] {
				best[i] = d
			}
		}
	}
	for i, step := range steps {
		b.ReportMetric(float64(best[i].Nanoseconds())/float64(step.count), step.name+"-ns")
	}
}
