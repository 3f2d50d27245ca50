package ecvrf

import (
	"crypto/sha512"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// longMessage is where the lanes begin to hash piece by piece.
const longMessage = 512

// pool gives jobs of all kinds under a rule, with what Ref says of each: known answers, honest proofs with alphas of many lengths,
// those of dishonest provers, awkward encodings, other forms of s, flipped bits.
func pool(t testing.TB, rule kernels.Flags) []job {
	pools.Lock()
	defer pools.Unlock()
	if jobs, ok := pools.of[rule]; ok {
		return jobs
	}
	var jobs []job
	add := func(name string, key, alpha, proof []byte) {
		jobs = append(jobs, job{name: name, key: slices.Clone(key), alpha: slices.Clone(alpha), proof: slices.Clone(proof)})
	}
	known := Kernel.Known(rule)
	for i := range known.Len() {
		add("known", known.Row(i)[:KeySize], known.Message(i), known.Row(i)[KeySize:])
	}
	sizes := []int{longMessage / 2, longMessage/2 + 1, longMessage - 34, longMessage, longMessage + 1, 2000}
	for n := 0; n < 150; n += 7 {
		sizes = append(sizes, n)
	}
	for i, n := range sizes {
		alpha := make([]byte, n)
		for k := range alpha {
			alpha[k] = byte(k * i)
		}
		key, proof := vrfprove.Prove(rule, [32]byte{byte(i)}, alpha)
		add(fmt.Sprintf("%d bytes", n), key[:], alpha, proof[:])
		proof[40] ^= 4
		add(fmt.Sprintf("%d bytes, spoilt", n), key[:], alpha, proof[:])
	}
	d := newDishonest(t)
	for i := range 8 {
		for j := range 8 {
			valid := false
			for n := 0; n < 3 || !valid && n < 64; n++ {
				alpha := fmt.Appendf(nil, "alpha %d", n)
				key, proof, ok := d.prove(rule, alpha, i, j, (8-i)%8, (8-j)%8)
				valid = valid || ok
				if ok || n < 3 {
					add(fmt.Sprintf("Y + %dT, Gamma + %dT", i, j), key, alpha, proof)
				}
			}
		}
	}
	alpha := []byte("pool")
	key, proof := vrfprove.Prove(rule, [32]byte{9}, alpha)
	points := nasty25519.SmallOrder()
	for i, c := range nasty25519.Cases() {
		if i%11 == 0 {
			points = append(points, c.Key, c.Signature[:32])
		}
	}
	slices.SortFunc(points, slices.Compare)
	points = slices.CompactFunc(points, slices.Equal)
	for _, p := range points {
		add("key", p, alpha, proof[:])
		add("Gamma", key[:], alpha, slices.Concat(p, proof[32:]))
		add("Gamma, s = c = 0", key[:], alpha, slices.Concat(p, make([]byte, 48)))
	}
	for _, s := range [][]byte{
		make([]byte, 32), slices.Repeat([]byte{0xff}, 32),
		bin(t, "edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), // L
		bin(t, "ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010"), // L - 1
	} {
		add("s", key[:], alpha, slices.Concat(proof[:48], s))
		add("c and s", key[:], alpha, slices.Concat(proof[:32], slices.Repeat([]byte{0xff}, 16), s))
	}
	for bit := 0; bit < 8*rowSize; bit += 13 {
		row := slices.Concat(key[:], proof[:])
		row[bit/8] ^= 1 << (bit % 8)
		add(fmt.Sprintf("bit %d", bit), row[:KeySize], alpha, row[KeySize:])
	}
	// Proofs for a verifier that goes on with neutral points, s = 0 and c = 0 after a check has failed.
	forge := func(name string, key, gamma, s []byte) {
		add(name, key, alpha, slices.Concat(gamma, forgedChallenge(rule, key, alpha, gamma), s))
	}
	for _, p := range points {
		forge("forged key", p, proof[:32], make([]byte, 32))
		forge("forged Gamma", key[:], p, make([]byte, 32))
	}
	forge("forged s", key[:], proof[:32], slices.Repeat([]byte{0xff}, 32))
	// Valid and invalid ones are to be neighbours.
	r := rand.New(rand.NewPCG(1, uint64(rule)))
	r.Shuffle(len(jobs), func(i, k int) { jobs[i], jobs[k] = jobs[k], jobs[i] })
	b := batchOf(t, rule, jobs)
	Kernel.Ref(b, 0, b.Len())
	valid := 0
	for i := range jobs {
		if b.Verdict(i) == kernels.Valid {
			jobs[i].beta = slices.Clone(b.Out(i))
			valid++
		}
	}
	t.Logf("%v: %d jobs, %d valid", rule, len(jobs), valid)
	if valid < 50 || valid > len(jobs)-50 {
		t.Fatalf("%v: a pool of %d jobs, %d valid", rule, len(jobs), valid)
	}
	pools.of[rule] = jobs
	return jobs
}

// forgedChallenge is the challenge for neutral U and V, of Gamma as it is encoded.
func forgedChallenge(rule kernels.Flags, key, alpha, gamma []byte) []byte {
	var h edwards25519.Point
	vrfsuite.New(rule).Encode(&h, key, alpha)
	neutral := edwards25519.NewIdentityPoint().Bytes()
	message := []byte{vrfsuite.ID(rule), vrfsuite.ChallengeFront}
	if rule != kernels.Draft03 {
		message = append(message, key...)
	}
	message = slices.Concat(message, h.Bytes(), gamma, neutral, neutral)
	if rule != kernels.Draft03 {
		message = append(message, 0)
	}
	digest := sha512.Sum512(message)
	return digest[:16]
}

var pools = struct {
	sync.Mutex
	of map[kernels.Flags][]job
}{of: map[kernels.Flags][]job{}}

// batchOf appends jobs that fit rows.
func batchOf(t testing.TB, rule kernels.Flags, jobs []job) *kernels.Batch {
	size := 0
	for _, j := range jobs {
		size += len(j.alpha)
	}
	b := kernels.New(Kernel, rule, len(jobs), size)
	for _, j := range jobs {
		if err := Append(b, j.key, j.alpha, j.proof); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// compare expects what the jobs say from job first of the batch on.
func compare(t *testing.T, b *kernels.Batch, jobs []job, first int) {
	t.Helper()
	for i, j := range jobs {
		want := j.beta
		if want == nil {
			want = make([]byte, OutputSize)
		}
		if b.Verdict(first+i) != kernels.Of(j.beta != nil) || !slices.Equal(b.Out(first+i), want) {
			t.Fatalf("%v, %d jobs, job %d, %s: %v %x, want %v %x (key %x, alpha %x, proof %x)", b.Flags(), len(jobs), i, j.name,
				b.Verdict(first+i), b.Out(first+i), kernels.Of(j.beta != nil), want, j.key, j.alpha, j.proof)
		}
	}
}

// TestSizes decides spans of all sizes up to 40, and around multiples of what is decided together, of jobs of the pool at random, and
// expects the jobs beside the span to stay as they were.
func TestSizes(t *testing.T) {
	sizes := []int{63, 64, 65, 71, 72, 73, 127, 128, 129, 200}
	for n := range 41 {
		sizes = append(sizes, n)
	}
	for _, rule := range Kernel.Rules {
		all := pool(t, rule)
		r := rand.New(rand.NewPCG(2, uint64(rule)))
		for _, n := range sizes {
			jobs := make([]job, n+2)
			for i := range jobs {
				jobs[i] = all[r.IntN(len(all))]
			}
			b := batchOf(t, rule, jobs)
			for i := range b.Outs() { // what was there before must not stay
				b.Outs()[i] = 0xaa
			}
			Kernel.Run(b, 1, n+1)
			compare(t, b, jobs[1:n+1], 1)
			for _, i := range []int{0, n + 1} {
				if b.Verdict(i) != kernels.Unset || b.Out(i)[0] != 0xaa {
					t.Fatalf("%v: %d jobs: Run touched job %d, outside of its span", rule, n, i)
				}
			}
		}
	}
}

// TestConcurrent runs spans of one batch at once.
func TestConcurrent(t *testing.T) {
	for _, rule := range Kernel.Rules {
		jobs := pool(t, rule)[:150]
		b := batchOf(t, rule, jobs)
		var wg sync.WaitGroup
		for lo := 0; lo < len(jobs); lo += 30 {
			wg.Go(func() { Kernel.Run(b, lo, lo+30) })
		}
		wg.Wait()
		compare(t, b, jobs, 0)
	}
}

// FuzzBatch flips bits of jobs of the pool in a batch of any size and compares Run and Ref.
func FuzzBatch(f *testing.F) {
	f.Add(uint8(0), uint8(9), uint16(0), uint16(0), uint8(0), uint8(0))
	f.Add(uint8(1), uint8(70), uint16(100), uint16(300), uint8(1), uint8(5))
	f.Add(uint8(2), uint8(1), uint16(7), uint16(40*8), uint8(0x80), uint8(0))
	f.Fuzz(func(t *testing.T, which, n uint8, from, at uint16, mask, lane uint8) {
		rule := Kernel.Rules[int(which)%len(Kernel.Rules)]
		all := pool(t, rule)
		var jobs []job
		for i := range max(1, int(n)%80) {
			jobs = append(jobs, all[(int(from)+i)%len(all)])
		}
		b := batchOf(t, rule, jobs)
		b.Row(int(lane) % len(jobs))[int(at)%rowSize] ^= mask
		Kernel.Run(b, 0, len(jobs))
		verdicts, outs := slices.Clone(b.Verdicts()), slices.Clone(b.Outs())
		Kernel.Ref(b, 0, len(jobs))
		if !slices.Equal(verdicts, b.Verdicts()) || !slices.Equal(outs, b.Outs()) {
			t.Errorf("%v: Run says %x, Ref %x (rows %x)", rule, verdicts, b.Verdicts(), b.Rows())
		}
	})
}
