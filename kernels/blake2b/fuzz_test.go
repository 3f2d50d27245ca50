package blake2b_test

import (
	"hash"
	"testing"

	xblake2b "golang.org/x/crypto/blake2b"

	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// FuzzBLAKE2b hashes two messages, and both joined, in one batch and as the library does byte by byte.
func FuzzBLAKE2b(f *testing.F) {
	f.Add([]byte(nil), []byte("abc"))
	f.Add(make([]byte, 55), make([]byte, 56))
	f.Add(make([]byte, 64), make([]byte, 111))
	f.Add(make([]byte, 128), make([]byte, 136))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		joined := append(append([]byte(nil), x...), y...)
		messages := [][]byte{x, joined, nil, y, x}
		if err := digest.Check(blake2b.Kernel, messages, func(i int) []byte {
			h := newLibrary(t)
			for _, c := range messages[i] {
				h.Write([]byte{c})
			}
			return h.Sum(nil)
		}); err != nil {
			t.Error(err)
		}
	})
}

func newLibrary(t testing.TB) hash.Hash {
	t.Helper()
	h, err := xblake2b.New256(nil)
	if err != nil {
		t.Fatal(err)
	}
	return h
}
