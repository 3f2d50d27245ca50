//go:build amd64 && !purego

package sha256

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/lanes/lanestest"
)

// TestSoak: random batches on all levels.
func TestSoak(t *testing.T) {
	t.Run("sha256", func(t *testing.T) { lanestest.SoakMessages(t, Kernel, onceOn) })
	t.Run("sha256d", func(t *testing.T) { lanestest.SoakMessages(t, Double, twiceOn) })
	t.Run("sha256.node", func(t *testing.T) {
		lanestest.Soak(t, sumNodes, func(r *rand.Rand) *kernels.Batch { return nodeBatch(r, 1+r.IntN(300)) })
	})
	t.Run("sha256d.pow", func(t *testing.T) { lanestest.Soak(t, searchOn, searches) })
	t.Run("sha256.chain", func(t *testing.T) { lanestest.Soak(t, chainOn, chainJobs) })
}

// searches are searches over a few nonces, some over as many as fill the lanes three times, for targets that some of them
// meet. Few are enough: in the lanes, as many as there are lanes are hashed all the same.
func searches(r *rand.Rand) *kernels.Batch {
	n := 1 + r.IntN(50)
	b := kernels.New(PoW, 0, n, 0)
	var header [HeaderSize]byte
	var target [32]byte
	for range n {
		for i := range header {
			header[i] = byte(r.Uint32())
		}
		for i := range target {
			target[i] = byte(r.Uint32())
		}
		target[31] = 0xff >> r.IntN(9)
		most := 20
		if r.IntN(10) == 0 {
			most = 3*powLanes + 5
		}
		must(AppendPoW(b, header[:], target[:], r.Uint32(), uint32(r.IntN(most))))
	}
	return b
}

// chainJobs are chains of a few hashes, most of them right.
func chainJobs(r *rand.Rand) *kernels.Batch {
	n := 1 + r.IntN(100)
	b := kernels.New(Chain, 0, n, 0)
	most := 1 + r.IntN(40)
	for range n {
		var start, mixin [Size]byte
		for i := 0; i < Size; i += 8 {
			binary.LittleEndian.PutUint64(start[i:], r.Uint64())
			binary.LittleEndian.PutUint64(mixin[i:], r.Uint64())
		}
		count := uint32(r.IntN(most))
		must(AppendChain(b, start[:], mixin[:], start[:], count))
		row := b.Row(b.Len() - 1)
		if r.IntN(2) == 0 {
			binary.LittleEndian.PutUint32(row[flagsAt:], 0)
		}
		plain, mix, _ := chainCount(row)
		end := iterate(start, plain)
		if mix {
			end = mixed(end, row)
		}
		if r.IntN(5) == 0 {
			end[r.IntN(Size)] ^= 1
		}
		copy(row[endAt:], end[:])
	}
	return b
}
