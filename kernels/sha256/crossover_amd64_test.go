//go:build amd64 && !purego

package sha256

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
	"github.com/sluice-engine/sluice/kernels/internal/lanes/lanestest"
)

// BenchmarkCrossover hashes 1 to 32 messages of one, two and five blocks one by one, in 16 lanes, in 32 and in the way that
// the costs choose: ns for all of them. What is chosen should be near the least of the others; the difference is the plan.
func BenchmarkCrossover(b *testing.B) {
	if cpu.Found() < cpu.AVX512 {
		b.Skip("this processor has no AVX-512")
	}
	chosen := &wideOld
	if cpu.SHA() {
		chosen = &wideSHA
	}
	never := lanes.Cost{Call: 1 << 30}
	for _, size := range []int{40, 80, 300} {
		for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 17, 18, 20, 22, 24, 28, 32} {
			batch := lanestest.Messages(b, Kernel, rand.New(rand.NewPCG(1, 2)), slices.Repeat([]int{size}, n))
			for _, way := range []struct {
				name  string
				costs *lanes.Costs
			}{
				{"alone", &lanes.Costs{Lanes: wideLanes}}, // for nothing
				{"16 lanes", &lanes.Costs{Alone: never, Lanes: wideLanes[:1]}},
				{"32 lanes", &lanes.Costs{Alone: never, Lanes: wideLanes[1:]}},
				{"chosen", chosen},
			} {
				b.Run(fmt.Sprintf("%dB/%d/%s", size, n, way.name), func(b *testing.B) {
					for b.Loop() {
						sumPlan(batch, 0, n, once, way.costs)
					}
				})
			}
		}
	}
}
