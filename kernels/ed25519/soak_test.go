package ed25519

import (
	"bytes"
	stded25519 "crypto/ed25519"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/lanes/lanestest"
)

// soakPath is one way to decide jobs.
type soakPath struct {
	name   string
	every  int // it takes part in one of so many batches
	decide func(b *kernels.Batch, lo, hi int)
}

// TestSoak decides honest, awkward and spoilt jobs at random, in batches of all sizes, in every way that this process has, and compares
// with Ref: [lanestest.SoakVariable] says how many jobs.
func TestSoak(t *testing.T) {
	jobs := lanestest.SoakJobs(t)
	if testing.Short() {
		jobs = min(jobs, 2000)
	}
	seed := uint64(time.Now().UnixNano())
	r := rand.New(rand.NewPCG(seed, 2))
	all := append(nasty(kernels.ZIP215, 0), honest(r, 1000)...)
	paths := append(soakPaths(), soakPath{"Run", 1, Kernel.Run}, soakPath{"portable", 8, runPortable})
	decided := make(map[string]int)
	valid, done := 0, 0
	tell := lanestest.Progress(t, jobs)
	for done < jobs {
		rule := Kernel.Rules[r.IntN(len(Kernel.Rules))]
		list := draw(r, all)
		b := batchOf(t, rule, list)
		n := len(list)
		Kernel.Ref(b, 0, n)
		want := bytes.Clone(b.Verdicts())
		valid += bytes.Count(want, []byte{byte(kernels.Valid)})
		for _, p := range paths {
			if r.IntN(p.every) != 0 {
				continue
			}
			b.Unset(0, n)
			p.decide(b, 0, n)
			decided[p.name] += n
			if i := differs(b.Verdicts(), want); i >= 0 {
				t.Fatalf("%s, %v, seed %d, batch of %d, job %d, %s: %v, Ref says %v (key %x, message %x, signature %x)", p.name, rule, seed,
					n, i, list[i].name, b.Verdict(i), kernels.Verdict(want[i]), list[i].key, list[i].message, list[i].signature)
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

// differs gives the first place where two lists of verdicts differ, or -1.
func differs(got, want []byte) int {
	for i := range want {
		if got[i] != want[i] {
			return i
		}
	}
	return -1
}

// draw makes a batch's jobs: all from the valid ones, or as they come, some with a bit flipped. Half of the batches are small.
func draw(r *rand.Rand, all []job) []job {
	n := 1 + r.IntN(300)
	if r.IntN(2) == 0 {
		n = 1 + r.IntN(20)
	}
	spoilt := r.IntN(4)
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
	return list
}

// honest gives jobs of random keys and messages of up to 300 bytes.
func honest(r *rand.Rand, n int) []job {
	var jobs []job
	for range n {
		var seed [stded25519.SeedSize]byte
		message := make([]byte, r.IntN(301))
		for _, p := range [][]byte{seed[:], message} {
			for i := range p {
				p[i] = byte(r.Uint32())
			}
		}
		key := stded25519.NewKeyFromSeed(seed[:])
		jobs = append(jobs, job{"honest", key.Public().(stded25519.PublicKey), message, stded25519.Sign(key, message), true})
	}
	return jobs
}
