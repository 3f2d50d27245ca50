package ed25519

import (
	"bytes"
	stded25519 "crypto/ed25519"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

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
		var v int
		for n := range 2 {
			if found, again := c.get(c.hash(key(i)), key(i), &v); found || again != (n == 1) {
				t.Fatalf("key %d comes for the first time, but is there: %v, has come before: %v, n = %d", i, found, again, n)
			}
		}
		c.put(c.hash(key(i)), key(i), &i)
		if found, _ := c.get(c.hash(key(i)), key(i), &v); !found || v != i {
			t.Fatalf("key %d is not there", i)
		}
	}
	found := 0
	for i := range 3 * size {
		var v int
		if there, _ := c.get(c.hash(key(i)), key(i), &v); there {
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

// TestKeyStats decides a batch of new keys again and again: at first they are not remembered, later they are, each time.
func TestKeyStats(t *testing.T) {
	const n = 64
	b := kernels.New(Kernel, kernels.ZIP215, n, 0)
	for range n {
		public, private, err := stded25519.GenerateKey(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := Append(b, public, nil, stded25519.Sign(private, nil)); err != nil {
			t.Fatal(err)
		}
	}
	turn := func() (hits, misses uint64) {
		h0, m0 := Kernel.Memory()
		Kernel.Run(b, 0, n)
		h1, m1 := Kernel.Memory()
		return h1 - h0, m1 - m0
	}
	left := 2 * maxSkip // tests before may have made Run leave some turns to the lanes
	for hits, misses := turn(); hits != 0 || misses != n; hits, misses = turn() {
		if left--; left == 0 || hits+misses != 0 {
			t.Fatalf("the first time: %d hits, %d misses, want 0 and %d", hits, misses, n)
		}
	}
	if hits, misses := turn(); hits != 0 || misses != n {
		t.Errorf("the second time: %d hits, %d misses, want 0 and %d", hits, misses, n)
	}
	// A set of the memory has few places, so some keys may have pushed out others.
	if hits, misses := turn(); hits+misses != n || hits < n*9/10 {
		t.Errorf("the third time: %d hits, %d misses of %d", hits, misses, n)
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

// oneBad decides by one equation batches of valid jobs, one of which each invalid job takes the place of: combine, which reports
// whether the equation held, must call none valid then, unless the invalid job was refused before.
func oneBad(t *testing.T, valid, invalid []job, combine func(b *kernels.Batch) bool) {
	t.Helper()
	held, failed := 0, 0
	for i, bad := range invalid {
		jobs := slices.Clone(valid)
		jobs[i%len(jobs)] = bad
		b := batchOf(t, kernels.ZIP215, jobs)
		if combine(b) {
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
	t.Logf("%d invalid jobs refused before the equation, %d by it", held, failed)
	if held == 0 || failed == 0 {
		t.Error("the invalid cases test one way only")
	}
}
