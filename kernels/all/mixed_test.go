package all

import (
	"math/rand/v2"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestMixed: batches of random lengths in random order, in random spans, are hashed by Run as by Ref. Small and large
// batches, so that lanes of a vector are full, partly full and of unlike work.
func TestMixed(t *testing.T) {
	for _, k := range Kernels {
		if !plainHash(k) || !k.Message {
			continue
		}
		t.Run(k.Name, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(uint64(k.ID), 1))
			for _, c := range []struct{ jobs, longest int }{
				{2, 300}, {5, 300}, {15, 64}, {16, 64}, {17, 300}, {33, 2000}, {100, 130}, {1023, 300}, {2100, 200},
			} {
				b := kernels.New(k, 0, c.jobs, c.jobs*c.longest)
				for range c.jobs {
					message := make([]byte, rng.IntN(c.longest+1))
					for i := range message {
						message[i] = byte(rng.Uint32())
					}
					if _, err := b.Add(message); err != nil {
						t.Fatal(err)
					}
				}
				k.Ref(b, 0, c.jobs)
				s := b.Shadow()
				spoil(s)
				for lo := 0; lo < c.jobs; {
					hi := lo + 1 + rng.IntN(c.jobs-lo)
					k.Run(s, lo, hi)
					lo = hi
				}
				compare(t, "Run against Ref", s, b, 0, c.jobs)
				spoil(s)
				k.Run(s, 0, c.jobs)
				compare(t, "Run of all at once", s, b, 0, c.jobs)
			}
		})
	}
}
