package keccak256_test

import (
	"testing"

	"golang.org/x/crypto/sha3"

	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/keccak256"
)

// FuzzKeccak256 hashes two messages, and both joined, in one batch and as the library does byte by byte.
func FuzzKeccak256(f *testing.F) {
	f.Add([]byte(nil), []byte("abc"))
	f.Add(make([]byte, 55), make([]byte, 56))
	f.Add(make([]byte, 64), make([]byte, 111))
	f.Add(make([]byte, 128), make([]byte, 136))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		joined := append(append([]byte(nil), x...), y...)
		messages := [][]byte{x, joined, nil, y, x}
		if err := digest.Check(keccak256.Kernel, messages, func(i int) []byte {
			h := sha3.NewLegacyKeccak256()
			for _, c := range messages[i] {
				h.Write([]byte{c})
			}
			return h.Sum(nil)
		}); err != nil {
			t.Error(err)
		}
	})
}
