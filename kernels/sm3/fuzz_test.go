package sm3_test

import (
	"testing"

	gmsm3 "github.com/emmansun/gmsm/sm3"

	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

// FuzzSM3 hashes two messages, and both joined, in one batch and as the library does byte by byte.
func FuzzSM3(f *testing.F) {
	f.Add([]byte(nil), []byte("abc"))
	f.Add(make([]byte, 55), make([]byte, 56))
	f.Add(make([]byte, 64), make([]byte, 111))
	f.Add(make([]byte, 128), make([]byte, 136))
	f.Fuzz(func(t *testing.T, x, y []byte) {
		joined := append(append([]byte(nil), x...), y...)
		messages := [][]byte{x, joined, nil, y, x}
		if err := digest.Check(sm3.Kernel, messages, func(i int) []byte {
			h := gmsm3.New()
			for _, c := range messages[i] {
				h.Write([]byte{c})
			}
			return h.Sum(nil)
		}); err != nil {
			t.Error(err)
		}
	})
}
