package sample

import (
	stdsha256 "crypto/sha256"
	stdsha512 "crypto/sha512"
	"encoding/hex"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	gmsm3 "github.com/emmansun/gmsm/sm3"
	blake "golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/sha3"

	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
)

// TestDigests: the outputs of the hash kernels are the libraries' digests of the row and message.
func TestDigests(t *testing.T) {
	for name, sum := range map[string]func(p []byte) []byte{
		"sha256":      func(p []byte) []byte { d := stdsha256.Sum256(p); return d[:] },
		"sha256.node": func(p []byte) []byte { d := stdsha256.Sum256(p); return d[:] },
		"sha256d":     func(p []byte) []byte { d := stdsha256.Sum256(p); d = stdsha256.Sum256(d[:]); return d[:] },
		"sha512":      func(p []byte) []byte { d := stdsha512.Sum512(p); return d[:] },
		"keccak256":   func(p []byte) []byte { h := sha3.NewLegacyKeccak256(); h.Write(p); return h.Sum(nil) },
		"sm3":         func(p []byte) []byte { d := gmsm3.Sum(p); return d[:] },
		"blake2b256":  func(p []byte) []byte { d := blake.Sum256(p); return d[:] },
	} {
		t.Run(name, func(t *testing.T) {
			k := all.ByName(name)
			for _, size := range []int{0, 1, 63, 64, 136, 1000} {
				b := room(k, 0, 3, size)
				if err := Fill(b, 3, 9, size); err != nil {
					t.Fatal(err)
				}
				k.Ref(b, 0, 3)
				for i := range 3 {
					in := append(b.Row(i), b.Message(i)...)
					if got, want := hex.EncodeToString(b.Out(i)), hex.EncodeToString(sum(in)); got != want {
						t.Errorf("%d bytes: %s, want %s", len(in), got, want)
					}
				}
			}
		})
	}
}

// TestSchnorr: btcec accepts the signatures made here, as far as it takes messages at all (32 bytes).
func TestSchnorr(t *testing.T) {
	b := room(secp256k1.Schnorr, 0, 20, 32)
	if err := Fill(b, 20, 11, 32); err != nil {
		t.Fatal(err)
	}
	for i := range b.Len() {
		key, err := schnorr.ParsePubKey(b.Row(i)[:32])
		if err != nil {
			t.Fatal(err)
		}
		sig, err := schnorr.ParseSignature(b.Row(i)[32:])
		if err != nil {
			t.Fatal(err)
		}
		if !sig.Verify(b.Message(i), key) {
			t.Errorf("job %d: btcec refuses %x", i, b.Row(i))
		}
	}
}

// BenchmarkFill is what a job costs to make, keys aside.
func BenchmarkFill(b *testing.B) {
	for _, k := range all.Kernels {
		b.Run(k.Name, func(b *testing.B) {
			const n = 64
			batch := room(k, k.Default(), n, 32)
			size := 0
			if k.Message {
				size = 32
			}
			for b.Loop() {
				if err := batch.Reset(); err != nil {
					b.Fatal(err)
				}
				if err := FillKeys(batch, n, 1, size, 1); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/job")
		})
	}
}
