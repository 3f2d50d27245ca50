//go:build amd64 && !purego

package ecvrf

import (
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"
	"unsafe"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// The pool of jobs has messages around the size that matters.
var _ = [1]struct{}{}[bufferSize-longMessage]

// needLanes skips tests of code that this processor cannot run. Tests of Kernel.Run do not need it.
func needLanes(t testing.TB) {
	if cpu.Get() < cpu.AVX2 {
		t.Skipf("this process runs without AVX2: %s found, %s=%q", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// TestPath fails if Run is not the code that the processor and SLUICE_CPU ask for.
func TestPath(t *testing.T) {
	want := runPortable
	switch v, found := os.Getenv(cpu.Variable), cpu.Found(); {
	case v == "generic" || found < cpu.AVX2:
	case v == "avx2" || found < cpu.IFMA:
		want = runNarrow
	default:
		want = run
	}
	if reflect.ValueOf(Kernel.Run).Pointer() != reflect.ValueOf(want).Pointer() {
		t.Errorf("found %v, %s=%q: Run is not the code for that", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// TestPositions has each job of the pool in each lane of two groups, with others beside it.
func TestPositions(t *testing.T) {
	needLanes(t)
	for _, rule := range Kernel.Rules {
		all := pool(t, rule)
		for shift := range 2 * lanes {
			jobs := slices.Concat(all[len(all)-shift:], all)
			b := batchOf(t, rule, jobs)
			Kernel.Run(b, 0, b.Len())
			compare(t, b, jobs, 0)
		}
	}
}

// TestDecode compares which rows pass the checks of their bytes and points, and the challenges of those that do, with Ref's. Nobody
// can make proofs that are valid or not by those checks alone.
func TestDecode(t *testing.T) {
	needLanes(t)
	w := newWorkspace()
	for _, rule := range Kernel.Rules {
		fine, signed := 0, 0
		for _, j := range pool(t, rule) {
			w.batch, w.rule = batchOf(t, rule, []job{j}), rule
			v := verifier{rule: rule, suite: vrfsuite.New(rule)}
			want := v.decode(&v.y, j.key) && !vrfsuite.SmallOrder(&v.y) && v.decodeProof(j.proof)
			w.lo, w.n = 0, 1
			if w.decode(0); w.isFine(0) != want || w.fine[0] != 0 && w.fine[0] != edwards8.All {
				t.Fatalf("%v, %s: fine %08b, want %v (key %x, proof %x)", rule, j.name, w.fine[0], want, j.key, j.proof)
			}
			if !want {
				var p edwards8.Point
				for i := range 2 {
					p.SetAffine(&w.groups[0].x[i], &w.groups[0].y[i])
					if p.Identity() != edwards8.All {
						t.Fatalf("%v, %s: the lanes of a job that is refused are not neutral", rule, j.name)
					}
				}
				continue
			}
			fine++
			if w.decide(0, 1); w.batch.Verdict(0) == kernels.Valid {
				continue // the digest is that of the output then
			}
			v.verify(j.key, j.alpha, j.proof)
			c := v.suite.Challenge(j.key, &v.h, &v.gamma, &v.u, &v.v)
			if !slices.Equal(w.digests[0][:16], c[:]) {
				t.Fatalf("%v, %s: challenge %x, want %x", rule, j.name, w.digests[0][:16], c)
			}
			if e := edwards8.EncodingOf(j.proof); e.ZeroX() && e.Signed() {
				signed++
			}
		}
		if fine < 100 || (signed > 0) != (rule == kernels.Draft03) {
			t.Errorf("%v: %d jobs pass the checks, %d of them with the sign of x = 0", rule, fine, signed)
		}
	}
}

// TestTries has proofs under TAI whose alphas need from one try to ten or more until a hash is a point, with limits on the number of
// tries: nobody can make an alpha that needs all 256. Some alphas are long, which do not share tries.
func TestTries(t *testing.T) {
	needLanes(t)
	var jobs []job
	var needs []int
	count := map[int]int{}
	for i := uint64(0); i < 3000; i++ {
		alpha := binary.LittleEndian.AppendUint64(nil, i)
		if i%3 == 0 {
			alpha = append(alpha, make([]byte, bufferSize)...)
		}
		key := proved(t, kernels.TAI, 1, 4).Row(0)[:KeySize] // of the seed below
		need := tries(key, alpha)
		if count[need]++; count[need] > 3 {
			continue
		}
		same, proof := vrfprove.Prove(kernels.TAI, [32]byte{}, alpha)
		if string(same[:]) != string(key) {
			t.Fatal("another key")
		}
		beta, err := ProofToHash(kernels.TAI, proof[:])
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, job{fmt.Sprintf("%d tries", need), key, alpha, proof[:], beta[:]})
		needs = append(needs, need)
	}
	t.Logf("jobs by tries: %v", count)
	if count[10] == 0 {
		t.Fatal("too few tries")
	}
	w := newWorkspace()
	for _, w.tries = range []int{1, 2, 3, 5, 9, 10, 11, maxTries} {
		for _, n := range []int{1, 2, 7, 9, 17, len(jobs)} {
			for lo := 0; lo < len(jobs); lo += n {
				some := append([]job(nil), jobs[lo:min(lo+n, len(jobs))]...)
				for i := range some {
					if needs[lo+i] > w.tries {
						some[i].beta = nil
					}
				}
				b := batchOf(t, kernels.TAI, some)
				w.batch, w.rule = b, kernels.TAI
				w.decide(0, len(some))
				compare(t, b, some, 0)
			}
		}
	}
}

// TestNoPoint has a proof for a verifier that goes on with a neutral H when no hash is a point.
func TestNoPoint(t *testing.T) {
	needLanes(t)
	d := newDishonest(t)
	var y edwards25519.Point
	key := y.ScalarBaseMult(d.x).Bytes()
	alpha := []byte{0}
	for tries(key, alpha) == 1 {
		alpha[0]++
	}
	neutral := edwards25519.NewIdentityPoint()
	c := vrfsuite.New(kernels.TAI).Challenge(key, neutral, neutral, new(edwards25519.Point).ScalarBaseMult(d.k), neutral)
	var s edwards25519.Scalar
	setWide(&s, c[:])
	s.MultiplyAdd(&s, d.x, d.k)
	w := newWorkspace()
	w.tries = 1
	w.batch, w.rule = kernels.New(Kernel, kernels.TAI, 1, 1), kernels.TAI
	if err := Append(w.batch, key, alpha, slices.Concat(neutral.Bytes(), c[:], s.Bytes())); err != nil {
		t.Fatal(err)
	}
	w.decide(0, 1)
	if !slices.Equal(w.digests[0][:16], c[:]) {
		t.Error("the proof does not do what it is made for")
	}
	if w.batch.Verdict(0) != kernels.Invalid {
		t.Error("a proof without a point H is valid")
	}
}

// tries counts the hashes until one is a point.
func tries(key, alpha []byte) int {
	var p edwards25519.Point
	for ctr := range maxTries {
		message := append(append([]byte{3, 1}, key...), alpha...)
		digest := sha512.Sum512(append(message, byte(ctr), 0))
		if vrfsuite.Decode(&p, digest[:32]) && !vrfsuite.SmallOrder(&p) {
			return ctr + 1
		}
	}
	return maxTries + 1
}

// TestNoAllocs: turns allocate nothing.
func TestNoAllocs(t *testing.T) {
	needLanes(t)
	w := newWorkspace()
	for _, rule := range Kernel.Rules {
		for _, size := range []int{64, 1000} {
			for _, n := range []int{1, 9, perTurn} {
				w.batch, w.rule = proved(t, rule, n, size), rule
				if allocs := testing.AllocsPerRun(20, func() { w.decide(0, n) }); allocs != 0 {
					t.Errorf("%v, %d jobs of %d bytes: %v allocations", rule, n, size, allocs)
				}
			}
		}
	}
}

// TestAligned expects the vectors of a workspace to lie on cache lines, half as fast otherwise.
func TestAligned(t *testing.T) {
	w := newWorkspace()
	for name, p := range map[string]unsafe.Pointer{
		"groups": unsafe.Pointer(&w.groups), "tables": unsafe.Pointer(&w.products), "windows": unsafe.Pointer(&w.products.sB),
		"curve": unsafe.Pointer(&w.curve), "room": unsafe.Pointer(&w.room), "second group": unsafe.Pointer(&w.groups[1]),
	} {
		if uintptr(p)%64 != 0 {
			t.Errorf("%s: at %d modulo 64", name, uintptr(p)%64)
		}
	}
}

// BenchmarkLanes times Run and Ref by turns, jobs with alphas of 64 bytes, on one core, and reports the best µs per job of each.
func BenchmarkLanes(b *testing.B) {
	for _, rule := range Kernel.Rules {
		for _, n := range []int{1, 8, 16, 64, 256} {
			b.Run(fmt.Sprintf("%v/%d", rule, n), func(b *testing.B) {
				batch := proved(b, rule, n, 64)
				fast, slow := time.Hour, time.Hour
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					Kernel.Run(batch, 0, n)
					fast = min(fast, time.Since(start))
					if i%8 == 0 { // Ref takes 30 times as long
						start = time.Now()
						Kernel.Ref(batch, 0, n)
						slow = min(slow, time.Since(start))
					}
				}
				per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(n) }
				b.ReportMetric(per(fast), "µs/job")
				b.ReportMetric(per(slow), "Ref-µs/job")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
