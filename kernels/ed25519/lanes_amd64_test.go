//go:build amd64 && !purego

package ed25519

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

// needLanes skips tests of code that this processor cannot run. Tests of Kernel.Run do not need it.
func needLanes(t testing.TB) {
	if cpu.Get() < cpu.IFMA {
		t.Skipf("this process runs without AVX-512 IFMA: %s found, %s=%q", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// TestPath fails if Run is not the code that the processor and SLUICE_CPU ask for.
func TestPath(t *testing.T) {
	want := ref
	if v := os.Getenv(cpu.Variable); cpu.Found() >= cpu.IFMA && v != "avx2" && v != "generic" {
		want = run
	}
	if reflect.ValueOf(Kernel.Run).Pointer() != reflect.ValueOf(want).Pointer() {
		t.Errorf("found %v, %s=%q: Run is not the code for that", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// nasty gives the awkward jobs with the rule's verdicts, behind so many valid ones.
func nasty(rule kernels.Flags, shift int) []job {
	var jobs []job
	cases := nasty25519.Cases()
	for _, c := range cases {
		if c.RFC8032 && c.ZIP215 && c.Strict && len(jobs) < shift {
			jobs = append(jobs, job{c.Name, c.Key, c.Message, c.Signature, true})
		}
	}
	for _, c := range cases {
		valid := map[kernels.Flags]bool{kernels.RFC8032: c.RFC8032, kernels.ZIP215: c.ZIP215, kernels.Strict: c.Strict}[rule]
		jobs = append(jobs, job{c.Name, c.Key, c.Message, c.Signature, valid})
	}
	return jobs
}

// batchOf appends jobs that fit rows.
func batchOf(t testing.TB, rule kernels.Flags, jobs []job) *kernels.Batch {
	size := 0
	for _, j := range jobs {
		size += len(j.message)
	}
	b := kernels.New(Kernel, rule, len(jobs), size)
	for _, j := range jobs {
		if err := Append(b, j.key, j.message, j.signature); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// compare expects the verdicts of the jobs from first on.
func compare(t *testing.T, b *kernels.Batch, jobs []job, first int) {
	t.Helper()
	for i, j := range jobs {
		if want := kernels.Of(j.valid); b.Verdict(first+i) != want {
			t.Fatalf("%v, %d jobs, job %d, %s: %v, want %v", b.Flags(), len(jobs), i, j.name, b.Verdict(first+i), want)
		}
	}
}

// TestLanePositions has each awkward job in every lane of both groups, each decided for itself.
func TestLanePositions(t *testing.T) {
	needLanes(t)
	w := new(workspace)
	w.base = edwards8.Base()
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

// TestFew has each awkward job alone and in the second place, where scalars are halved.
func TestFew(t *testing.T) {
	for _, rule := range Kernel.Rules {
		jobs := nasty(rule, 1)
		b := batchOf(t, rule, jobs)
		for i := range jobs {
			Kernel.Run(b, i, i+1)
		}
		compare(t, b, jobs, 0)
		for first := range 2 {
			b.Unset(0, b.Len())
			for i := first; i < len(jobs); i += 2 {
				Kernel.Run(b, i, min(i+2, len(jobs)))
			}
			compare(t, b, jobs[first:], first)
		}
	}
}

// TestSizes decides spans of 1 to 70 jobs, valid and not, and expects the others to stay as they were.
func TestSizes(t *testing.T) {
	for _, rule := range Kernel.Rules {
		all := nasty(rule, 0)
		r := rand.New(rand.NewPCG(1, uint64(rule)))
		for n := 1; n <= 70; n++ {
			jobs := make([]job, n+2)
			for i := range jobs {
				jobs[i] = all[r.IntN(len(all))]
			}
			b := batchOf(t, rule, jobs)
			Kernel.Run(b, 1, n+1)
			compare(t, b, jobs[1:n+1], 1)
			if b.Verdict(0) != kernels.Unset || b.Verdict(n+1) != kernels.Unset {
				t.Fatalf("%v: %d jobs: Run decided jobs outside of its span", rule, n)
			}
		}
	}
}

// TestFlips has a valid job with each bit of key, signature and message flipped.
func TestFlips(t *testing.T) {
	for _, rule := range Kernel.Rules {
		valid := signed(t, rule, 1, 9)
		original := slices.Concat(valid.Row(0), valid.Message(0))
		bits := 8 * len(original)
		b := kernels.New(Kernel, rule, bits, 9*bits)
		for i := range bits {
			p := bytes.Clone(original)
			p[i/8] ^= 1 << (i % 8)
			if err := Append(b, p[:KeySize], p[rowSize:], p[KeySize:rowSize]); err != nil {
				t.Fatal(err)
			}
		}
		for name, decide := range map[string]func(*kernels.Batch, int, int){"Run": Kernel.Run, "Ref": Kernel.Ref} {
			b.Unset(0, bits)
			decide(b, 0, bits)
			for i := range bits {
				if b.Verdict(i) != kernels.Invalid {
					t.Errorf("%s, %v: with bit %d flipped: %v", name, rule, i, b.Verdict(i))
				}
			}
		}
	}
}

// TestCombine decides by one equation, of all the valid awkward jobs under ZIP215 and of batches with one that is not valid.
func TestCombine(t *testing.T) {
	needLanes(t)
	w, c, keys := new(workspace), combinations.Get().(*combination), newKeyCache[edwards8.Row]()
	w.base = edwards8.Base()
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
		for range 2 { // the second time the keys are known
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
	held, failed := 0, 0
	for i, bad := range invalid {
		jobs := slices.Clone(valid[:33])
		jobs[i%33] = bad
		b := batchOf(t, kernels.ZIP215, jobs)
		if c.combine(w, keys, b, 0, b.Len()) {
			held++ // because the bad one was refused before
			compare(t, b, jobs, 0)
			continue
		}
		failed++
		for k := range jobs {
			if b.Verdict(k) == kernels.Valid {
				t.Fatalf("%s: the equation does not hold, but job %d is valid", bad.name, k)
			}
		}
	}
	t.Logf("%d valid; %d invalid ones refused before the equation, %d by it", len(valid), held, failed)
	if held == 0 || failed == 0 {
		t.Error("the invalid cases test one way only")
	}
}

// TestNoAllocs: Run allocates nothing once its memory is there.
func TestNoAllocs(t *testing.T) {
	needLanes(t)
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool forgets at random")
	}
	for _, rule := range Kernel.Rules {
		for _, n := range []int{1, 9, 100} {
			b := signed(t, rule, n, 100)
			Kernel.Run(b, 0, n)
			// The pools lose their memory to the collector, now and then.
			if allocs := testing.AllocsPerRun(20, func() { Kernel.Run(b, 0, n) }); allocs >= 1 {
				t.Errorf("%v, %d jobs: %v allocations", rule, n, allocs)
			}
		}
	}
}

func TestHistory(t *testing.T) {
	var h history
	fail := func(skipped int) {
		t.Helper()
		if !h.combine() {
			t.Fatal("combining is off")
		}
		h.learn(false)
		for i := range skipped {
			if h.combine() {
				t.Fatalf("combining is on after %d of %d turns", i, skipped)
			}
		}
	}
	for _, n := range []int{2, 4, 8, 16, 32, 64, 64, 64} {
		fail(n)
	}
	if !h.combine() {
		t.Fatal("combining is off for good")
	}
	h.learn(true)
	fail(2)
}

// TestKeyCache fills a cache beyond its size and asks for what was used last.
func TestKeyCache(t *testing.T) {
	c := newKeyCache[int]()
	const size = cacheShards * cacheSets * cacheWays
	key := func(i int) *[KeySize]byte { return &[KeySize]byte{byte(i), byte(i >> 8), byte(i >> 16)} }
	for i := range 3 * size {
		c.put(c.hash(key(i)), key(i), &i)
		var v int
		if !c.get(c.hash(key(i)), key(i), &v) || v != i {
			t.Fatalf("key %d is not there", i)
		}
	}
	found := 0
	for i := range 3 * size {
		var v int
		if c.get(c.hash(key(i)), key(i), &v) {
			found++
			if v != i {
				t.Fatalf("key %d has the value of %d", i, v)
			}
		}
	}
	if found > size || found < size/2 {
		t.Errorf("%d keys of %d are left, room is for %d", found, 3*size, size)
	}
}

// TestHostile expects batches with a bad job to be decided rightly whatever the history says, and combining to come back.
func TestHostile(t *testing.T) {
	b := distinct(t, kernels.ZIP215, 64)
	for range 20 {
		b.Row(5)[KeySize+33] ^= 1
		b.Unset(0, 64)
		Kernel.Run(b, 0, 64)
		for i := range 64 {
			if b.Verdict(i) != kernels.Of(i != 5) {
				t.Fatalf("job %d: %v", i, b.Verdict(i))
			}
		}
		b.Row(5)[KeySize+33] ^= 1
		b.Unset(0, 64)
		Kernel.Run(b, 0, 64)
		for i := range 64 {
			if b.Verdict(i) != kernels.Valid {
				t.Fatalf("job %d: %v", i, b.Verdict(i))
			}
		}
	}
}

// TestConcurrent runs spans of one batch and several batches at once.
func TestConcurrent(t *testing.T) {
	b := distinct(t, kernels.ZIP215, 200)
	b.Row(150)[KeySize] ^= 1
	var wg sync.WaitGroup
	for lo := 0; lo < 200; lo += 50 {
		wg.Go(func() { Kernel.Run(b, lo, lo+50) })
	}
	wg.Wait()
	for i := range 200 {
		if b.Verdict(i) != kernels.Of(i != 150) {
			t.Errorf("job %d: %v", i, b.Verdict(i))
		}
	}
}

// soakVariable asks for TestSoak with so many jobs; make soak wants ten million.
const soakVariable = "SLUICE_SOAK"

// TestSoak compares Run and Ref on spoilt and honest jobs at random.
func TestSoak(t *testing.T) {
	jobs := 20000
	if v := os.Getenv(soakVariable); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil {
			t.Fatalf("%s: %v", soakVariable, err)
		}
		jobs = n
	} else if testing.Short() {
		jobs = 2000
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("%d jobs, seed %d; %s sets their number", jobs, seed, soakVariable)
	r := rand.New(rand.NewPCG(seed, 2))
	all := nasty(kernels.ZIP215, 0)
	for done := 0; done < jobs; {
		rule := Kernel.Rules[r.IntN(3)]
		n := 1 + r.IntN(300)
		if r.IntN(2) == 0 {
			n = 1 + r.IntN(20)
		}
		spoilt := r.IntN(4) // a quarter of the batches is all from the valid cases
		list := make([]job, n)
		for i := range list {
			j := all[r.IntN(len(all))]
			for spoilt == 0 && !j.valid {
				j = all[r.IntN(len(all))]
			}
			if spoilt > 1 && r.IntN(8*spoilt) == 0 {
				j.key, j.signature = bytes.Clone(j.key), bytes.Clone(j.signature)
				if bit := r.IntN(8 * rowSize); bit < 8*KeySize {
					j.key[bit/8] ^= 1 << (bit % 8)
				} else {
					j.signature[bit/8-KeySize] ^= 1 << (bit % 8)
				}
			}
			list[i] = j
		}
		b := batchOf(t, rule, list)
		Kernel.Run(b, 0, n)
		got := bytes.Clone(b.Verdicts())
		Kernel.Ref(b, 0, n)
		if !bytes.Equal(got, b.Verdicts()) {
			for i := range n {
				if got[i] != b.Verdicts()[i] {
					t.Fatalf("%v, seed %d, batch of %d, job %d, %s: Run %d, Ref %d (key %x, message %x, signature %x)",
						rule, seed, n, i, list[i].name, got[i], b.Verdicts()[i], list[i].key, list[i].message, list[i].signature)
				}
			}
		}
		done += n
	}
}

// BenchmarkCombine times one equation, with keys remembered (warm) or not (cold).
func BenchmarkCombine(b *testing.B) {
	needLanes(b)
	for _, n := range []int{16, 24, 32, 64, 256, 1024} {
		for _, cold := range []bool{false, true} {
			b.Run(fmt.Sprintf("%d/cold=%v", n, cold), func(b *testing.B) {
				batch := distinct(b, kernels.ZIP215, n)
				w, c, keys := new(workspace), combinations.Get().(*combination), newKeyCache[edwards8.Row]()
				w.base = edwards8.Base()
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
	w, keys := new(workspace), newKeyCache[edwards8.Row]()
	w.base = edwards8.Base()
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
