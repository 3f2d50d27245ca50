package ecvrf

import (
	"bytes"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/lanes/lanestest"
)

// TestSoak decides jobs of the pool at random, some with a bit flipped, in batches of all sizes, by Run and now and then without
// vectors, and compares with Ref: [lanestest.SoakVariable] says how many jobs.
func TestSoak(t *testing.T) {
	jobs := lanestest.SoakJobs(t)
	if testing.Short() {
		jobs = min(jobs, 1000)
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 2))
	valid, done := 0, 0
	tell := lanestest.Progress(t, jobs)
	decided := make(map[string]int)
	for done < jobs {
		rule := Kernel.Rules[r.IntN(len(Kernel.Rules))]
		all := pool(t, rule)
		n := 1 + r.IntN(150)
		if r.IntN(2) == 0 {
			n = 1 + r.IntN(20)
		}
		list := make([]job, n)
		for i := range list {
			list[i] = all[r.IntN(len(all))]
		}
		b := batchOf(t, rule, list)
		if r.IntN(2) == 0 {
			for range 1 + n/8 {
				b.Row(r.IntN(n))[r.IntN(rowSize)] ^= 1 << r.IntN(8)
			}
		}
		Kernel.Ref(b, 0, n)
		verdicts, outs := bytes.Clone(b.Verdicts()), bytes.Clone(b.Outs())
		valid += bytes.Count(verdicts, []byte{byte(kernels.Valid)})
		for _, p := range []struct {
			name   string
			every  int
			decide func(b *kernels.Batch, lo, hi int)
		}{{"Run", 1, Kernel.Run}, {"portable", 8, runPortable}} {
			if r.IntN(p.every) != 0 {
				continue
			}
			b.Unset(0, n)
			for i := range b.Outs() { // what was there before must not stay
				b.Outs()[i] = 0xaa
			}
			p.decide(b, 0, n)
			decided[p.name] += n
			for i, j := range list {
				want, out := kernels.Verdict(verdicts[i]), outs[i*OutputSize:][:OutputSize]
				if b.Verdict(i) != want || !bytes.Equal(b.Out(i), out) {
					t.Fatalf("%s, %v, seed %d, batch of %d, job %d, %s: %v %x, Ref says %v %x (row %x, alpha %x)", p.name, rule, seed, n, i, j.name,
						b.Verdict(i), b.Out(i), want, out, b.Row(i), b.Message(i))
				}
			}
		}
		done += n
		tell(done)
	}
	t.Logf("%d jobs, %d valid, decided by %v and Ref, seed %d; %s sets their number", done, valid, decided, seed, lanestest.SoakVariable)
	if valid == 0 || valid == done {
		t.Error("the jobs test one verdict only")
	}
}
