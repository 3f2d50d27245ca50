package ecvrf

import (
	"bytes"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// TestPortable has the pool decided in Go, one by one and all together, whatever the processor has.
func TestPortable(t *testing.T) {
	for _, rule := range Kernel.Rules {
		jobs := pool(t, rule)
		b := batchOf(t, rule, jobs)
		for i := range jobs {
			runPortable(b, i, i+1)
		}
		compare(t, b, jobs, 0)
		b.Unset(0, b.Len())
		runPortable(b, 0, b.Len())
		compare(t, b, jobs, 0)
	}
}

// TestPortableChallenge compares which rows pass the checks of their bytes and points, and the challenges of those that do, with Ref's. Nobody
// can make proofs that are valid or not by those checks alone.
func TestPortableChallenge(t *testing.T) {
	w := new(portable)
	for _, w.rule = range Kernel.Rules {
		fine, signed := 0, 0
		for _, j := range pool(t, w.rule) {
			v := verifier{rule: w.rule, suite: vrfsuite.New(w.rule)}
			passes := v.decode(&v.y, j.key) && !vrfsuite.SmallOrder(&v.y) && v.decodeProof(j.proof)
			clear(w.challenge[:])
			w.verify(j.key, j.alpha, j.proof)
			if (w.challenge != [len(w.challenge)]byte{}) != passes {
				t.Fatalf("%v, %s: passes the checks: %v, want %v (key %x, proof %x)", w.rule, j.name, !passes, passes, j.key, j.proof)
			}
			if !passes {
				continue
			}
			fine++
			v.verify(j.key, j.alpha, j.proof)
			if c := v.suite.Challenge(j.key, &v.h, &v.gamma, &v.u, &v.v); !bytes.Equal(w.challenge[:len(c)], c[:]) {
				t.Fatalf("%v, %s: challenge %x, want %x", w.rule, j.name, w.challenge[:len(c)], c)
			}
			if e := edwards8.EncodingOf(j.proof); e.ZeroX() && e.Signed() {
				signed++
			}
		}
		if fine < 100 || (signed > 0) != (w.rule == kernels.Draft03) {
			t.Errorf("%v: %d jobs pass the checks, %d of them with the sign of x = 0", w.rule, fine, signed)
		}
	}
}

// TestPortableAllocs: nothing is allocated once the memory is there.
func TestPortableAllocs(t *testing.T) {
	w := new(portable)
	for _, rule := range Kernel.Rules {
		for _, size := range []int{64, 1000} {
			b := proved(t, rule, 1, size)
			w.rule = rule
			if allocs := testing.AllocsPerRun(20, func() {
				if !w.verify(b.Row(0)[:KeySize], b.Message(0), b.Row(0)[KeySize:]) {
					t.Error("invalid")
				}
				w.output()
			}); allocs != 0 {
				t.Errorf("%v, %d bytes: %v allocations", rule, size, allocs)
			}
		}
	}
}
