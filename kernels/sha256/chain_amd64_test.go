//go:build amd64 && !purego

package sha256

import (
	"crypto/sha256"
	"math/rand/v2"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestChainDrain: chains that end together leave idle lanes between busy ones. All counts of hashes, all numbers of
// jobs around those of the lanes, with some chains that are wrong.
func TestChainDrain(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for jobs := 1; jobs <= 3*chainLanes+1; jobs++ {
		for round := range 12 {
			b := kernels.New(Chain, 0, jobs, 0)
			most := []int{1, 2, 3, 5, 9, 40}[round%6]
			for range jobs {
				var start, mixin [Size]byte
				start[0], start[1], mixin[5] = byte(r.Uint32()), byte(r.Uint32()), byte(r.Uint32())
				count := uint32(r.IntN(most + 1))
				mix := []byte(nil)
				plain := count
				if r.IntN(2) == 0 {
					mix = mixin[:]
					plain -= min(1, plain)
				}
				end := iterate(start, plain)
				if mix != nil {
					end = sha256.Sum256(append(end[:], mix...))
				}
				if r.IntN(5) == 0 {
					end[31] ^= 1
				}
				if err := AppendChain(b, start[:], mix, end[:], count); err != nil {
					t.Fatal(err)
				}
			}
			want := b.Shadow()
			refChain(want, 0, jobs)
			runChain(b, 0, jobs)
			for i := range jobs {
				if b.Verdict(i) != want.Verdict(i) {
					t.Fatalf("%d jobs of at most %d hashes: job %d is %v, want %v", jobs, most, i, b.Verdict(i), want.Verdict(i))
				}
			}
		}
	}
}
