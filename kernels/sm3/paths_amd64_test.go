//go:build amd64 && !purego

package sm3

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sluice-engine/sluice/kernels/internal/lanes/lanestest"
)

// TestPaths: on each level of instructions many messages go into its lanes; this process takes the level that SLUICE_CPU
// asks for.
func TestPaths(t *testing.T) {
	many := lanestest.Messages(t, Kernel, rand.New(rand.NewPCG(3, 4)), slices.Repeat([]int{80}, 64))
	lanestest.Paths(t, sum, many, lanestest.Lanes)
	lanestest.Process(t, sum, many, lanestest.Lanes)
}

// TestPathLengths: all lengths on all levels.
func TestPathLengths(t *testing.T) { lanestest.Lengths(t, Kernel, sum) }

// TestSoak: random batches on all levels.
func TestSoak(t *testing.T) { lanestest.SoakMessages(t, Kernel, sum) }
