package lanestest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

// SoakVariable asks for more jobs than a test has time for: make soak wants ten million.
const SoakVariable = "SLUICE_SOAK"

// SoakJobs is how many jobs a soak has: as many as [SoakVariable] says, or few.
func SoakJobs(t *testing.T) int {
	t.Helper()
	v := os.Getenv(SoakVariable)
	if v == "" {
		return 20_000
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatalf("%s: %v", SoakVariable, err)
	}
	return n
}

// Progress gives a function that tells how many of the jobs of a soak are done, every 10 s.
func Progress(t *testing.T, jobs int) func(done int) {
	start := time.Now()
	told := start
	return func(done int) {
		if time.Since(told) > 10*time.Second {
			told = time.Now()
			t.Logf("%d of %d jobs, %v", done, jobs, told.Sub(start).Round(time.Second))
		}
	}
}

// Soak compares run with the reference on batches that make gives, of kinds that it draws at random, in spans drawn at
// random, on every level, until so many jobs were decided on each.
func Soak(t *testing.T, run Run, make func(r *rand.Rand) *kernels.Batch) {
	t.Helper()
	jobs := SoakJobs(t)
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 2))
	tell := Progress(t, jobs)
	for done := 0; done < jobs; {
		b := make(r)
		lo, hi := 0, b.Len()
		if r.IntN(2) == 0 {
			lo = r.IntN(hi + 1)
			hi = lo + r.IntN(hi-lo+1)
		}
		for _, level := range Levels() {
			if err := Same(b, func(b *kernels.Batch, lo, hi int) { run(b, lo, hi, level) }, lo, hi); err != nil {
				t.Fatalf("seed %d, after %d jobs, %v: %v", seed, done, level, err)
			}
		}
		done += hi - lo
		tell(done)
	}
	t.Logf("%d jobs on each of %v, seed %d; %s sets their number", jobs, Levels(), seed, SoakVariable)
}

// SoakMessages is Soak for a kernel of messages: batches of 1 to 300 with up to 1100 bytes, of one length, of a few blocks
// or of all; a few messages are much longer.
func SoakMessages(t *testing.T, k *kernels.Kernel, run Run) {
	t.Helper()
	pool := Random(rand.New(rand.NewPCG(9, 9)), nil, 1<<20)
	Soak(t, run, func(r *rand.Rand) *kernels.Batch {
		sizes := make([]int, 1+r.IntN(300))
		if r.IntN(3) == 0 {
			sizes = sizes[:1+r.IntN(min(len(sizes), 20))]
		}
		around, spread, long := r.IntN(1101), []int{1, 140, 1101}[r.IntN(3)], r.IntN(20) == 0
		sum := 0
		for i := range sizes {
			sizes[i] = (around + r.IntN(spread)) % 1101
			if long && r.IntN(50) == 0 {
				sizes[i] = r.IntN(40_000)
			}
			sum += sizes[i]
		}
		b, err := kernels.NewIn(kernels.Heap, k, 0, len(sizes), sum)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range sizes {
			at := r.IntN(len(pool) - n)
			if _, err := b.Add(pool[at : at+n]); err != nil {
				t.Fatal(err)
			}
		}
		return b
	})
}
