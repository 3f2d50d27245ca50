package sha256_test

import (
	"bytes"
	stdsha256 "crypto/sha256"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// FuzzSHA256 hashes two messages, and both joined, in one batch and as the library does byte by byte, once and
// twice; and the first 64 bytes as a Merkle node.
func FuzzSHA256(f *testing.F) {
	f.Add([]byte(nil), []byte("abc"))
	f.Add(make([]byte, 55), make([]byte, 56))
	f.Add(make([]byte, 64), make([]byte, 119))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		joined := append(append([]byte(nil), x...), y...)
		messages := [][]byte{x, joined, nil, y, x}
		library := func(p []byte) []byte {
			h := stdsha256.New()
			for _, c := range p {
				h.Write([]byte{c})
			}
			return h.Sum(nil)
		}
		if err := digest.Check(sha256.Kernel, messages, func(i int) []byte { return library(messages[i]) }); err != nil {
			t.Error(err)
		}
		if err := digest.Check(sha256.Double, messages, func(i int) []byte { return library(library(messages[i])) }); err != nil {
			t.Error(err)
		}
		if len(joined) < 64 {
			return
		}
		b := kernels.New(sha256.Node, 0, 1, 0)
		if err := sha256.AppendNode(b, joined[:32], joined[32:64]); err != nil {
			t.Fatal(err)
		}
		for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": sha256.Node.Ref, "Run": sha256.Node.Run} {
			b.Unset(0, 1)
			decide(b, 0, 1)
			if want := library(joined[:64]); b.Verdict(0) != kernels.Valid || !bytes.Equal(b.Out(0), want) {
				t.Errorf("%s: node %x: %v, digest %x, want %x", name, joined[:64], b.Verdict(0), b.Out(0), want)
			}
		}
	})
}
