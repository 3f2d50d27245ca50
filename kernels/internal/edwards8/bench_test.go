//go:build amd64 && !purego

package edwards8

import (
	"slices"
	"testing"
	"time"
)

// BenchmarkSteps times the steps of a verification, which take turns, and reports the shortest turn of each in ns for one group of
// lanes. The time per operation means nothing.
func BenchmarkSteps(b *testing.B) {
	base := Base()
	points, forms := new(Points), new([2]Cached)
	tables, windows := new([2]Table), new([2]Windows4)
	scalars := new(Scalars)
	r, x, y, ok := new(Room), new(Six), new(Six), make([]uint8, 6)
	for g := range 2 {
		for l := range Lanes {
			k := Scalar{uint64(l+g) * 0x9e3779b97f4a7c15, 0x123456789abcdef * uint64(l+1), 88888888888888888, uint64(l+7) << 55}
			scalars.SetLane4(l, &k)
		}
		windows[g].Set(scalars)
		tables[g].Fill(&one, &one)
	}
	var p Point
	var c Cached
	var halves Halves
	var residues Residues
	var digests [Lanes][64]byte
	for l := range digests {
		for i := range digests[l] {
			digests[l][i] = byte(37*i*i + 101*l)
		}
	}
	residues.SetDigests(&digests)
	s := new(Sum)
	s.SetWidth(8, 32)
	s.empty(2)
	terms := Terms{make([]Row, 32, 33), make([][Lanes]uint64, 32)}
	for i := range terms.Rows {
		terms.Rows[i] = base[i+1]
		for w := range 4 {
			terms.Scalars[i][w] = uint64(i*4+w+1) * 0x9e3779b97f4a7c15
		}
	}
	steps := []struct {
		name  string
		count int // groups in a turn
		f     func()
	}{
		{"mul", 1, func() { p.X.Mul(&p.X, &p.Y) }},
		{"square1", 256, func() { squareMany(x[:1], x[:1], 256) }},
		{"square2", 512, func() { squareMany(x[:2], x[:2], 256) }},
		{"square3", 1536, func() { squareMany(x[:], x[:], 256) }},
		{"mul2", 512, func() {
			for range 256 {
				mulMany(x[:2], x[:2], y[:2])
			}
		}},
		{"double", 64, func() { p.Double(64) }},
		{"doubleOne", 64, func() { p.DoubleOne(64) }},
		{"double2", 128, func() { points.Double(2, 64) }},
		{"add2", 2, func() { points.Add(2, forms) }},
		{"addNoT2", 2, func() { points.AddNoT(2, forms) }},
		{"pick", 2, func() { tables[0].Pick(&c, &windows[0][1]); tables[1].Pick(&c, &windows[1][1]) }},
		{"fill", 2, func() { tables[0].Fill(&one, &one); tables[1].Fill(&one, &one) }},
		{"decompress2", 2, func() { r.Decompress(x[:2], y[:2], ok[:2], ok[:2]) }},
		{"decompress6", 6, func() { r.Decompress(x[:], y[:], ok, ok) }},
		{"halve", 1, func() { halves.Set(&residues) }},
		{"bucket", 64, func() { s.add(&terms, 0, 2, s.long) }},
		{"collect", 256, func() { s.collect(2) }},
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
	if slices.Contains(best, 0) {
		b.Error("a step took no time")
	}
}
