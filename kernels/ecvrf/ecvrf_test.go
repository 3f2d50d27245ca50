package ecvrf

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

func TestAppend(t *testing.T) {
	key, proof := make([]byte, 32), make([]byte, 80)
	b := kernels.New(Kernel, kernels.ELL2, 2, 5)
	for _, c := range []struct {
		name              string
		b                 *kernels.Batch
		key, alpha, proof []byte
		want              error
	}{
		{"another kernel", kernels.New(sha256.Kernel, 0, 1, 8), key, nil, proof, kernels.ErrKernel},
		{"no key", b, nil, nil, proof, kernels.ErrLength},
		{"short key", b, key[:31], nil, proof, kernels.ErrLength},
		{"long key", b, make([]byte, 33), nil, proof, kernels.ErrLength},
		{"short proof", b, key, nil, proof[:79], kernels.ErrLength},
		{"long proof", b, key, nil, make([]byte, 81), kernels.ErrLength},
		{"long alpha", b, key, []byte("123456"), proof, kernels.ErrFull},
		{"fits", b, key, []byte("12345"), proof, nil},
		{"empty alpha fits", b, key, nil, proof, nil},
		{"full", b, key, nil, proof, kernels.ErrFull},
	} {
		n := c.b.Len()
		err := Append(c.b, c.key, c.alpha, c.proof)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if grown := c.b.Len() - n; grown != 1 && err == nil || grown != 0 && err != nil {
			t.Errorf("%s: the batch grew by %d jobs, error %v", c.name, grown, err)
		}
	}
}

func TestProofToHashErrors(t *testing.T) {
	_, good := vrfprove.Prove(kernels.TAI, [32]byte{}, nil)
	noPoint := slices.Clone(good[:])
	copy(noPoint, make([]byte, 32))
	noPoint[0] = 2 // no point has y = 2
	for _, c := range []struct {
		name  string
		rule  kernels.Flags
		proof []byte
		want  error
	}{
		{"good", kernels.TAI, good[:], nil},
		{"unknown rule", kernels.ZIP215, good[:], kernels.ErrRule},
		{"no rule", 0, good[:], kernels.ErrRule},
		{"short", kernels.TAI, good[:79], kernels.ErrLength},
		{"empty", kernels.TAI, nil, kernels.ErrLength},
		{"no point", kernels.TAI, noPoint, ErrProof},
		{"no point", kernels.Draft03, noPoint, ErrProof},
	} {
		if _, err := ProofToHash(c.rule, c.proof); !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
	}
}

// TestLengths proves and verifies with alphas of many lengths, and with a byte more and less.
func TestLengths(t *testing.T) {
	sizes := []int{0, 1, 31, 32, 33, 64, 1000}
	for n := 76; n <= 96; n++ { // where SHA-512 takes another block
		sizes = append(sizes, n)
	}
	for _, rule := range Kernel.Rules {
		var jobs []job
		for _, n := range sizes {
			alpha := make([]byte, n+1)
			alpha[n] = 1
			key, proof := vrfprove.Prove(rule, [32]byte{byte(n)}, alpha[:n])
			beta, err := ProofToHash(rule, proof[:])
			if err != nil {
				t.Fatal(err)
			}
			jobs = append(jobs,
				job{fmt.Sprintf("%d bytes", n), key[:], alpha[:n], proof[:], beta[:]},
				job{fmt.Sprintf("%d bytes, one more", n), key[:], alpha, proof[:], nil})
			if n > 0 {
				jobs = append(jobs, job{fmt.Sprintf("%d bytes, one less", n), key[:], alpha[:n-1], proof[:], nil})
			}
		}
		check(t, rule, jobs)
	}
}

// TestFlips flips every bit of a good job.
func TestFlips(t *testing.T) {
	for _, rule := range Kernel.Rules {
		alpha := []byte("flip me")
		key, proof := vrfprove.Prove(rule, [32]byte{7}, alpha)
		fields := [][]byte{key[:], alpha, proof[:]}
		var jobs []job
		for f, field := range fields {
			for bit := range 8 * len(field) {
				flipped := slices.Clone(fields)
				flipped[f] = slices.Clone(field)
				flipped[f][bit/8] ^= 1 << (bit % 8)
				name := fmt.Sprintf("bit %d of the %s", bit, []string{"key", "alpha", "proof"}[f])
				jobs = append(jobs, job{name, flipped[0], flipped[1], flipped[2], nil})
			}
		}
		check(t, rule, jobs)
	}
}

// TestNastyPoints puts encodings of points at which decoders go wrong in the place of the key and of Gamma.
func TestNastyPoints(t *testing.T) {
	points := nasty25519.SmallOrder()
	for i, c := range nasty25519.Cases() {
		if i%5 == 0 {
			points = append(points, c.Key, c.Signature[:32])
		}
	}
	slices.SortFunc(points, slices.Compare)
	points = slices.CompactFunc(points, slices.Equal)
	for _, rule := range Kernel.Rules {
		alpha := []byte("nasty")
		key, proof := vrfprove.Prove(rule, [32]byte{9}, alpha)
		var jobs []job
		for _, p := range points {
			jobs = append(jobs,
				job{"key", p, alpha, proof[:], nil},
				job{"Gamma", key[:], alpha, slices.Concat(p, proof[32:]), nil})
		}
		check(t, rule, jobs)
	}
}

// TestSpan decides a part of a batch and expects the rest to be left alone.
func TestSpan(t *testing.T) {
	want := Kernel.Known(kernels.TAI)
	b := Kernel.Known(kernels.TAI)
	lo, hi := 1, b.Len()-2
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Unset(0, b.Len())
		decide(b, lo, lo) // an empty span
		decide(b, lo, hi)
		for i := range b.Len() {
			v := kernels.Unset
			out := make([]byte, OutputSize)
			if lo <= i && i < hi {
				v, out = want.Verdict(i), want.Out(i)
			}
			if b.Verdict(i) != v || !slices.Equal(b.Out(i), out) {
				t.Errorf("%s: job %d: %v %x, want %v %x", name, i, b.Verdict(i), b.Out(i), v, out)
			}
		}
	}
}

// TestAllocs: a batch of valid jobs costs Ref the same few allocations whatever its size. With TAI the library makes
// an error value for each hash that is no point. Run has a test of its own.
func TestAllocs(t *testing.T) {
	for _, rule := range []kernels.Flags{kernels.ELL2, kernels.Draft03} {
		b := proved(t, rule, 20, 100)
		one := testing.AllocsPerRun(10, func() { Kernel.Ref(b, 0, 1) })
		all := testing.AllocsPerRun(10, func() { Kernel.Ref(b, 0, b.Len()) })
		if all > one {
			t.Errorf("%v: %v allocations for %d jobs, %v for one", rule, all, b.Len(), one)
		}
	}
}
