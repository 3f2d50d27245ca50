//go:build amd64 && !purego

package ed25519

import (
	"fmt"
	"os"
	"reflect"
	"runtime/debug"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

// needLanes skips tests of code that this processor cannot run. Tests of Kernel.Run do not need it.
func needLanes(t testing.TB) {
	if cpu.Get() < cpu.AVX2 {
		t.Skipf("this process runs without AVX2: %s found, %s=%q", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// TestPath fails if Run is not the code that the processor and SLUICE_CPU ask for.
func TestPath(t *testing.T) {
	want := runPortable
	if os.Getenv(cpu.Variable) != "generic" && cpu.Found() >= cpu.AVX2 {
		want = run // which of its two kinds of lanes, is for the test of package edwards8 to say
	}
	if reflect.ValueOf(Kernel.Run).Pointer() != reflect.ValueOf(want).Pointer() {
		t.Errorf("found %v, %s=%q: Run is not the code for that", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// TestLanePositions has each awkward job in every lane of both groups, each decided for itself.
func TestLanePositions(t *testing.T) {
	needLanes(t)
	w := newWorkspace()
	for _, rule := range Kernel.Rules {
		for shift := range perTurn {
			if testing.Short() && shift%5 != 0 {
				continue
			}
			jobs := nasty(rule, shift)
			b := batchOf(t, rule, jobs)
			w.decideEach(b, 0, b.Len())
			compare(t, b, jobs, 0)
		}
	}
	t.Logf("%d cases", len(nasty(kernels.ZIP215, 0)))
}

// TestCombine decides by one equation, of all the valid awkward jobs under ZIP215 and of batches with one that is not valid.
func TestCombine(t *testing.T) {
	needLanes(t)
	w, c, keys := newWorkspace(), combinations.Get().(*combination), newKeyCache[edwards8.Row]()
	var valid, invalid []job
	for _, j := range nasty(kernels.ZIP215, 0) {
		if j.valid {
			valid = append(valid, j)
		} else {
			invalid = append(invalid, j)
		}
	}
	for i := 0; i < len(valid); i += maxCombined {
		jobs := valid[i:min(i+maxCombined, len(valid))]
		b := batchOf(t, kernels.ZIP215, jobs)
		for range 3 { // the third time the keys are known
			b.Unset(0, b.Len())
			if !c.combine(w, keys, b, 0, b.Len()) {
				t.Fatalf("%d valid jobs from %d on: the equation does not hold", len(jobs), i)
			}
			compare(t, b, jobs, 0)
		}
	}
	for n := 1; n <= 40; n++ {
		b := batchOf(t, kernels.ZIP215, valid[:n])
		if !c.combine(w, keys, b, 0, n) {
			t.Fatalf("%d valid jobs: the equation does not hold", n)
		}
		compare(t, b, valid[:n], 0)
	}
	oneBad(t, valid[:33], invalid, func(b *kernels.Batch) bool { return c.combine(w, keys, b, 0, b.Len()) })
}

// TestNoAllocs: Run allocates nothing once its memory is there.
func TestNoAllocs(t *testing.T) {
	needLanes(t)
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool forgets at random")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // and at a collection it forgets all
	for _, rule := range Kernel.Rules {
		for _, n := range []int{1, 2, 8, 9, 16, 48, 100, 1024} {
			for _, spoilt := range []bool{false, true} { // under ZIP215, an equation that does not hold, and then the lanes
				b := signed(t, rule, n, 100)
				if spoilt {
					b.Row(n / 2)[KeySize+40] ^= 1
				}
				Kernel.Run(b, 0, n)
				if allocs := testing.AllocsPerRun(10, func() { Kernel.Run(b, 0, n) }); allocs >= 1 {
					t.Errorf("%v, %d jobs, spoilt %v: %v allocations", rule, n, spoilt, allocs)
				}
			}
		}
	}
}

// BenchmarkCombine times one equation, with keys remembered (warm) or not (cold).
func BenchmarkCombine(b *testing.B) {
	needLanes(b)
	for _, n := range []int{16, 24, 32, 64, 256, 1024} {
		for _, cold := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/cold=%v", n, cold), func(b *testing.B) {
				batch := distinct(b, kernels.ZIP215, n)
				w, c, keys := newWorkspace(), combinations.Get().(*combination), newKeyCache[edwards8.Row]()
				best := time.Hour
				for b.Loop() {
					if cold {
						keys = newKeyCache[edwards8.Row]()
					}
					start := time.Now()
					if !c.combine(w, keys, batch, 0, n) {
						b.Fatal("the equation does not hold")
					}
					best = min(best, time.Since(start))
				}
				b.ReportMetric(float64(best.Nanoseconds())/1000/float64(n), "µs/job")
			})
		}
	}
}

// TestEncode has batches around the sizes at which encodings are compared and at which their memory is full, with jobs whose key is
// no point in the same lanes as valid ones.
func TestEncode(t *testing.T) {
	needLanes(t)
	var good, none job
	for _, j := range nasty(kernels.Strict, 0) { // what Strict takes, RFC8032 takes
		if j.valid {
			good = j
			break
		}
	}
	// y = 2 is not on the curve.
	none = good
	none.valid = false
	none.key = append([]byte{2}, make([]byte, KeySize-1)...)
	for _, rule := range []kernels.Flags{kernels.RFC8032, kernels.Strict} {
		for _, n := range []int{47, 48, 49, 57, 64, 255, 256, 257, 264, 265, 272, 513, 600} {
			jobs := make([]job, n)
			for i := range jobs {
				jobs[i] = good
				if i%3 == 0 {
					jobs[i] = none
				}
			}
			b := batchOf(t, rule, jobs)
			Kernel.Run(b, 0, n)
			compare(t, b, jobs, 0)
		}
	}
}

// FuzzCombine expects one equation over copies of a job, among valid ones, to hold if Ref finds the job valid under ZIP215.
func FuzzCombine(f *testing.F) {
	needLanes(f)
	for i, c := range nasty25519.Cases() {
		if i%16 == 0 {
			f.Add(c.Key, c.Message, c.Signature, uint8(i))
		}
	}
	w, keys := newWorkspace(), newKeyCache[edwards8.Row]()
	f.Fuzz(func(t *testing.T, key, message, signature []byte, copies uint8) {
		if len(key) != KeySize || len(signature) != SignatureSize {
			t.Skip("wrong length")
		}
		n := 1 + int(copies)%40
		b := kernels.New(Kernel, kernels.ZIP215, n+20, (n+20)*(len(message)+64))
		honest := distinct(t, kernels.ZIP215, 20)
		for i := range n + 20 {
			k, m, s := key, message, signature
			if i >= n {
				row := honest.Row(i - n)
				k, m, s = row[:KeySize], honest.Message(i-n), row[KeySize:]
			}
			if err := Append(b, k, m, s); err != nil {
				t.Fatal(err)
			}
		}
		Kernel.Ref(b, 0, 1)
		want := b.Verdict(0)
		b.Unset(0, b.Len())
		c := combinations.Get().(*combination)
		defer combinations.Put(c)
		held := c.combine(w, keys, b, 0, b.Len())
		for i := range b.Len() {
			expect := kernels.Valid
			if i < n {
				expect = want
			}
			if v := b.Verdict(i); held && v != expect || !held && v == kernels.Valid {
				t.Errorf("job %d of %d copies: %v, Ref says %v; the equation holds: %v", i, n, v, want, held)
			}
		}
		if !held && want == kernels.Valid {
			t.Error("the equation does not hold, though all are valid")
		}
	})
}
