package engine

import (
	"testing"
	"time"
)

// TestHistogram: a value is in the first bucket whose bound it does not exceed.
func TestHistogram(t *testing.T) {
	for _, unit := range []int64{1, timeUnit} {
		var h, want histogram
		add := func(v int64) {
			h.add(v, unit)
			i := 0
			for bound := unit; v > bound && i < steps; bound *= 4 {
				i++
			}
			want.buckets[i]++
			want.sum += v
			if h != want {
				t.Fatalf("unit %d: after %d: %v, want %v", unit, v, h, want)
			}
		}
		add(0)
		for v := int64(1); v < 1<<50; v *= 2 {
			for _, d := range []int64{-1, 0, 1} {
				add(v + d)
				add(v*unit + d)
			}
		}
	}
}

// TestTimed: what nobody timed counts like the last that was.
func TestTimed(t *testing.T) {
	var h timed
	for _, took := range []time.Duration{time.Microsecond, 0, time.Second, 0, 0} {
		h.add(took)
	}
	if want := int64(2*time.Microsecond + 3*time.Second); h.sum != want || h.buckets[0] != 2 {
		t.Errorf("sum %d, %d in the first bucket; want %d and 2", h.sum, h.buckets[0], want)
	}
}
