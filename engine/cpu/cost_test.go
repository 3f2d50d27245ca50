package cpu

import (
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

// TestSpans: spans fit the cost of a job, and become smaller towards the end.
func TestSpans(t *testing.T) {
	for _, test := range []struct {
		name       string
		perJob     time.Duration
		n, workers int
		want       []int
	}{
		{"unknown cost", 0, 100, 1, []int{32, 32, 32, 4}},
		{"unknown cost, fewer than a worker each", 0, 3, 8, []int{1, 1, 1}},
		{"short jobs, one worker", 100, 50000, 1, []int{512, 2048, 10240, 20000, 17200}},
		{"short jobs, two workers", 100, 512, 2, []int{256, 128, 64, 32, 32}},
		{"not beyond the longest span", 20 * time.Microsecond, 256, 1, []int{128, 128}},
		{"jobs that are worth a span each", 3 * time.Millisecond, 4, 2, []int{1, 1, 1, 1}},
		{"long jobs", 500 * time.Microsecond, 9, 1, []int{4, 4, 1}},
	} {
		c := new(cost)
		if test.perJob > 0 {
			c.learn(1, test.perJob)
		}
		n := test.n
		for i, want := range test.want {
			got := c.span(n, test.n-n, test.workers)
			if got != want {
				t.Errorf("%s: span %d is %d jobs, want %d", test.name, i, got, want)
				break
			}
			n -= got
		}
	}
}

// TestShare: jobs that are decided together are cut into equal parts, one for each hand, and as few as there can be.
func TestShare(t *testing.T) {
	for _, test := range []struct {
		name     string
		perJob   time.Duration
		n, hands int
		want     []int
	}{
		{"unknown cost", 0, 100, 1, []int{32, 32, 32, 4}},
		{"one hand", time.Microsecond, 1024, 1, []int{1024}},
		{"two hands", time.Microsecond, 1024, 2, []int{512, 512}},
		{"a little too many", time.Microsecond, 1100, 1, []int{576, 524}},
		{"many", time.Microsecond, 5000, 2, []int{864, 864, 864, 864, 864, 680}},
		{"not beyond the longest span", 4 * time.Microsecond, 1024, 1, []int{512, 512}},
	} {
		c := new(cost)
		if test.perJob > 0 {
			c.learn(1, test.perJob)
		}
		n := test.n
		for i, want := range test.want {
			got := c.share(n, test.n-n, test.hands, 1024)
			if got != want {
				t.Errorf("%s: span %d is %d jobs, want %d", test.name, i, got, want)
				break
			}
			n -= got
		}
	}
}

func TestParts(t *testing.T) {
	c := new(cost)
	c.learn(10, 10*time.Microsecond)
	for n, want := range map[int]int{0: 1, 1: 1, 79: 1, 80: 2, 400: 10} {
		if got := c.parts(n); got != want {
			t.Errorf("%d jobs of 1 µs are worth %d parts, want %d", n, got, want)
		}
	}
}

// TestLearn: the average follows the machine.
func TestLearn(t *testing.T) {
	c := new(cost)
	c.learn(10, 1000)
	if c.perJob() != 100 {
		t.Errorf("first: %v ns", c.perJob())
	}
	for range 50 {
		c.learn(10, 3000)
	}
	if per := c.perJob(); per < 295 || per > 300 {
		t.Errorf("after fifty spans of 300 ns a job: %v ns", per)
	}
}

// TestShorten: a span has not many more message bytes than the limit, but at least one job.
func TestShorten(t *testing.T) {
	k := fake(valid)
	k.Message = true
	const mib = 1 << 20
	sizes := []int{0, 5 * mib, 1, mib, mib, mib, mib - 1, 0, 0, mib, 0}
	b := kernels.New(k, 0, len(sizes), 11*mib)
	for _, n := range sizes {
		if _, err := b.Add(make([]byte, n)); err != nil {
			t.Fatal(err)
		}
	}
	for _, test := range []struct{ lo, hi, want int }{
		{0, 11, 2}, {0, 1, 1}, {1, 11, 2}, {2, 11, 10}, {2, 9, 9}, {2, 10, 10}, {3, 11, 10}, {10, 11, 11}, {1, 2, 2},
	} {
		got := shorten(b, test.lo, test.hi)
		// the definition: the first job that ends behind the limit ends the span
		start, want := b.MessageEnd(test.lo)-sizes[test.lo], test.lo+1
		for want < test.hi && b.MessageEnd(want-1)-start <= maxBytes {
			want++
		}
		if got != want || got != test.want {
			t.Errorf("span from %d to %d is cut at %d, want %d (%d by the definition)", test.lo, test.hi, got, test.want, want)
		}
	}
}
