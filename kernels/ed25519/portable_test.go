package ed25519

import (
	"crypto/sha512"
	"runtime/debug"
	"slices"
	"testing"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards1"
)

// TestPortable has the awkward jobs decided in Go, one by one and many at a time, whatever the processor has.
func TestPortable(t *testing.T) {
	for _, rule := range Kernel.Rules {
		jobs := nasty(rule, 3)
		b := batchOf(t, rule, jobs)
		for i := range jobs {
			runPortable(b, i, i+1)
		}
		compare(t, b, jobs, 0)
		for _, size := range []int{2, 3, 4, 5, 17, 100, len(jobs)} {
			b.Unset(0, b.Len())
			for lo := 0; lo < len(jobs); lo += size {
				runPortable(b, lo, min(lo+size, len(jobs)))
			}
			compare(t, b, jobs, 0)
		}
	}
}

// TestPortableHalved decides signatures until some challenge could not be halved and some could.
func TestPortableHalved(t *testing.T) {
	halved, whole := 0, 0
	w := portables.Get().(*portable)
	for i := 0; whole < 3 && i < 10000; i += 100 {
		b := distinctFrom(t, kernels.RFC8032, i, 100)
		w.decideEach(b, 0, b.Len())
		for j := range b.Len() {
			if b.Verdict(j) != kernels.Valid {
				t.Fatalf("job %d: %v", i+j, b.Verdict(j))
			}
			w.challenge(b.Row(j)[KeySize:][:32], b.Row(j)[:KeySize], b.Message(j))
			if _, _, _, ok := w.k.Halve(); ok {
				halved++
			} else {
				whole++
			}
		}
		// The same with the lowest bit of each message flipped.
		for j := range b.Len() {
			b.Message(j)[0] ^= 1
		}
		w.decideEach(b, 0, b.Len())
		for j := range b.Len() {
			if b.Verdict(j) != kernels.Invalid {
				t.Fatalf("job %d with another message: %v", i+j, b.Verdict(j))
			}
		}
	}
	t.Logf("%d challenges halved, %d not", halved, whole)
	if halved == 0 || whole < 3 {
		t.Error("the jobs test one way only")
	}
}

// TestPortableSum decides by one equation, of the valid awkward jobs under ZIP215 and of batches with one that is not valid.
func TestPortableSum(t *testing.T) {
	w, c, keys := portables.Get().(*portable), newPortableSum(), newKeyCache[edwards1.Affine]()
	var valid, invalid []job
	for _, j := range nasty(kernels.ZIP215, 0) {
		if j.valid {
			valid = append(valid, j)
		} else {
			invalid = append(invalid, j)
		}
	}
	for _, n := range []int{1, 2, 3, 17, minBuckets - 1, minBuckets, min(len(valid), maxPortable)} {
		b := batchOf(t, kernels.ZIP215, valid[:n])
		for range 2 { // the second time the keys are known
			b.Unset(0, n)
			if !c.combine(w, keys, b, 0, n) {
				t.Fatalf("%d valid jobs: the equation does not hold", n)
			}
			compare(t, b, valid[:n], 0)
		}
	}
	hits, misses := keys.stats()
	if hits == 0 || misses == 0 {
		t.Errorf("%d keys were known, %d were not", hits, misses)
	}
	oneBad(t, valid[:9], invalid, func(b *kernels.Batch) bool { return c.combine(w, keys, b, 0, b.Len()) })
}

// TestPortableNoKey has a signature for a verifier that takes a key that is no point for B.
func TestPortableNoKey(t *testing.T) {
	valid := distinct(t, kernels.ZIP215, 9)
	key := append([]byte{2}, make([]byte, KeySize-1)...) // y = 2 is not on the curve
	message := []byte("no key")
	var r, k, s edwards25519.Scalar
	if _, err := r.SetCanonicalBytes(append([]byte{7}, make([]byte, 31)...)); err != nil {
		t.Fatal(err)
	}
	encodedR := new(edwards25519.Point).ScalarBaseMult(&r).Bytes()
	digest := sha512.Sum512(slices.Concat(encodedR, key, message))
	if _, err := k.SetUniformBytes(digest[:]); err != nil {
		t.Fatal(err)
	}
	signature := slices.Concat(encodedR, s.Add(&r, &k).Bytes())
	b := kernels.New(Kernel, kernels.ZIP215, 10, 10*64)
	for i := range 9 {
		if err := Append(b, valid.Row(i)[:KeySize], valid.Message(i), valid.Row(i)[KeySize:]); err != nil {
			t.Fatal(err)
		}
	}
	if err := Append(b, key, message, signature); err != nil {
		t.Fatal(err)
	}
	decide := map[string]func(*kernels.Batch, int, int){
		"Ref": Kernel.Ref, "Run": Kernel.Run, "portable": runPortable,
		"sum": func(b *kernels.Batch, lo, hi int) {
			newPortableSum().combine(portables.Get().(*portable), newKeyCache[edwards1.Affine](), b, lo, hi)
		},
	}
	for name, decide := range decide {
		b.Unset(0, b.Len())
		decide(b, 0, b.Len())
		for i := range b.Len() {
			if want := kernels.Of(i < 9); b.Verdict(i) != want {
				t.Errorf("%s: job %d: %v, want %v", name, i, b.Verdict(i), want)
			}
		}
	}
}

// TestPortableAllocs: nothing is allocated once the memory is there.
func TestPortableAllocs(t *testing.T) {
	if raceEnabled {
		t.Skip("under the race detector a sync.Pool forgets at random")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // and at a collection it forgets all
	for _, rule := range Kernel.Rules {
		for _, n := range []int{1, 40, 200} {
			b := signed(t, rule, n, 100)
			runPortable(b, 0, n)
			if allocs := testing.AllocsPerRun(20, func() { runPortable(b, 0, n) }); allocs >= 1 {
				t.Errorf("%v, %d jobs: %v allocations", rule, n, allocs)
			}
		}
	}
}
