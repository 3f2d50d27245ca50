package sample

import (
	"bytes"
	stdsha256 "crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// room is a batch that just holds n jobs with messages of size bytes.
func room(k *kernels.Kernel, rule kernels.Flags, n, size int) *kernels.Batch {
	if !k.Message {
		size = 0
	}
	return kernels.New(k, rule, n, n*size)
}

func each(t *testing.T, run func(t *testing.T, k *kernels.Kernel, rule kernels.Flags)) {
	for _, k := range all.Kernels {
		for _, rule := range k.Rules {
			t.Run(strings.TrimSuffix(k.Name+"/"+rule.String(), "/"), func(t *testing.T) { run(t, k, rule) })
		}
	}
}

// TestValid: every job of every kernel and rule is valid under Ref and Run, with equal outputs.
func TestValid(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		total := 0
		for _, size := range []int{0, 1, 32, 200} {
			n := 12
			b := room(k, rule, n, size)
			if err := FillKeys(b, n, 7, size, 5); err != nil {
				t.Fatal(err)
			}
			if b.Len() != n || b.MessageRoom() != 0 {
				t.Fatalf("%d jobs, %d bytes of the arena left", b.Len(), b.MessageRoom())
			}
			for i := range n {
				if b.Verdict(i) != kernels.Unset {
					t.Fatalf("job %d is decided", i)
				}
			}
			k.Ref(b, 0, n)
			run := b.Shadow()
			k.Run(run, 0, n)
			for i := range n {
				if b.Verdict(i) != kernels.Valid {
					t.Errorf("messages of %d bytes: job %d is %v: row %x, message %x", size, i, b.Verdict(i), b.Row(i), b.Message(i))
				}
			}
			if !bytes.Equal(run.Verdicts(), b.Verdicts()) || !bytes.Equal(run.Outs(), b.Outs()) {
				t.Error("Run and Ref differ")
			}
			total += n
			if !k.Message {
				break
			}
		}
		t.Logf("%d jobs, %d valid, 0 invalid", total, total)
	})
}

// TestDeterministic pins the bytes of each kernel's first jobs: SHA-256 of the batch in its file form.
func TestDeterministic(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		sum := func(seed uint64) string {
			b := room(k, rule, 4, 40)
			if err := Fill(b, 4, seed, 40); err != nil {
				t.Fatal(err)
			}
			h := stdsha256.New()
			if _, err := b.WriteTo(h); err != nil {
				t.Fatal(err)
			}
			return hex.EncodeToString(h.Sum(nil)[:8])
		}
		name := strings.TrimSuffix(k.Name+"/"+rule.String(), "/")
		if got := sum(1); got != pinned[name] {
			t.Errorf("jobs of seed 1 changed:\n\t%q: %q,", name, got)
		}
		if sum(2) == sum(1) {
			t.Error("seeds 1 and 2 give the same jobs")
		}
	})
}

var pinned = map[string]string{
	"sha256":                 "f3fb2afeef8ec856",
	"sha256d":                "0a00f3eaa4014b73",
	"sha512":                 "b6d53cd3e17e2ebf",
	"keccak256":              "9ec4378a3e261b9a",
	"sm3":                    "cbcc59df1421bcf1",
	"blake2b256":             "afb0724b1f9d2813",
	"sha256.node":            "cb960451afe3603f",
	"sha256d.pow":            "6d0b1934b2a5253e",
	"sha256.chain":           "5dc3ed8d6aad9b65",
	"ed25519.verify/RFC8032": "238663580c5f7b3a",
	"ed25519.verify/ZIP215":  "9f0701dfa02c06d5",
	"ed25519.verify/Strict":  "da9c5bc823bc56bb",
	"secp256k1.verify":       "b6f5c8778bb1be0f",
	"secp256k1.verify/LowS":  "eced695b7f81d286",
	"secp256k1.recover":      "bb044d20d091d223",
	"secp256k1.recover/LowS": "f39c838c88b329de",
	"secp256k1.schnorr":      "cdef82bf65aa0a55",
	"p256.verify":            "0385fe05291d3506",
	"p256.verify/LowS":       "aaeb41e5e5510d2c",
	"sm2.verify":             "a2f09fc4604cf3e5",
	"ecvrf.verify/TAI":       "8bfb89cea9f722da",
	"ecvrf.verify/ELL2":      "014ef465c7ac6c3d",
	"ecvrf.verify/Draft03":   "ba296220f093544c",
	"bls12381.verify":        "cc8014f8fb9d3f6c",
}

// TestKeys counts the different keys, at their place in the rows.
func TestKeys(t *testing.T) {
	at := map[kernels.ID][2]int{
		kernels.Ed25519Verify:    {0, 32},
		kernels.Secp256k1Verify:  {96, 160},
		kernels.Secp256k1Schnorr: {0, 32},
		kernels.P256Verify:       {96, 160},
		kernels.SM2Verify:        {96, 160},
		kernels.ECVRFVerify:      {0, 32},
		kernels.BLS12381Verify:   {0, 48},
	}
	for _, k := range all.Kernels {
		span, ok := at[k.ID]
		if !ok && k.ID != kernels.Secp256k1Recover {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			for _, c := range []struct{ jobs, keys, want int }{{10, 1, 1}, {10, 3, 3}, {4, 10, 4}, {0, 5, 0}} {
				b := room(k, k.Default(), c.jobs, 8)
				if err := FillKeys(b, c.jobs, 3, 8, c.keys); err != nil {
					t.Fatal(err)
				}
				k.Ref(b, 0, b.Len())
				seen := map[string]bool{}
				for i := range b.Len() {
					key := b.Out(i) // secp256k1.recover
					if ok {
						key = b.Row(i)[span[0]:span[1]]
					}
					seen[string(key)] = true
				}
				if len(seen) != c.want {
					t.Errorf("%d jobs by %d keys have %d", c.jobs, c.keys, len(seen))
				}
			}
		})
	}
}

// TestDistinct: rows and messages of a batch never repeat.
func TestDistinct(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		const n, size = 20, 16
		b := room(k, rule, n, size)
		if err := FillKeys(b, n, 5, size, 2); err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for i := range n {
			seen[string(b.Row(i))+"|"+string(b.Message(i))] = true
		}
		if len(seen) != n {
			t.Errorf("%d different jobs of %d", len(seen), n)
		}
	})
}

// TestHighS: the ECDSA kernels get high and low s without LowS, and only low with it. A batch of one rule given
// to the other tells.
func TestHighS(t *testing.T) {
	for _, name := range []string{"secp256k1.verify", "secp256k1.recover", "p256.verify"} {
		t.Run(name, func(t *testing.T) {
			k := all.ByName(name)
			const n = 10
			plain, low := room(k, 0, n, 0), room(k, kernels.LowS, n, 0)
			if err := Fill(plain, n, 1, 0); err != nil {
				t.Fatal(err)
			}
			for i := range n { // the same rows under LowS
				row, err := low.Add(nil)
				if err != nil {
					t.Fatal(err)
				}
				copy(row, plain.Row(i))
			}
			k.Ref(low, 0, n)
			for i := range n {
				if want := kernels.Of(i%2 == 0); low.Verdict(i) != want {
					t.Errorf("job %d under LowS is %v, want %v", i, low.Verdict(i), want)
				}
			}
		})
	}
}

func TestErrors(t *testing.T) {
	b := kernels.New(sha256.Kernel, 0, 3, 100)
	for _, c := range []struct {
		name                  string
		n, messageBytes, keys int
		want                  error
		left                  int
	}{
		{"negative jobs", -1, 0, 1, ErrArgument, 0},
		{"negative message", 1, -1, 1, ErrArgument, 0},
		{"no keys", 1, 1, 0, ErrArgument, 0},
		{"nothing", 0, 0, 1, nil, 0},
		{"too many jobs", 4, 1, 1, kernels.ErrFull, 3},
		{"too many bytes", 3, 40, 1, kernels.ErrFull, 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			if err := FillKeys(b, c.n, 1, c.messageBytes, c.keys); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if b.Len() != c.left {
				t.Errorf("%d jobs, want %d", b.Len(), c.left)
			}
		})
	}
	unknown := *sha256.Kernel
	unknown.ID, unknown.Name = 0xffff, "unknown"
	if err := Fill(kernels.New(&unknown, 0, 1, 1), 1, 1, 1); !errors.Is(err, kernels.ErrKernel) {
		t.Errorf("unknown kernel: %v", err)
	}
}
