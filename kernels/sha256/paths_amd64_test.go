//go:build amd64 && !purego

package sha256

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
	"github.com/sluice-engine/sluice/kernels/internal/lanes/lanestest"
)

func onceOn(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	return sum(b, lo, hi, once, level)
}

func twiceOn(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	return sum(b, lo, hi, twice, level)
}

// sha is the path of few messages on a processor with AVX-512: its SHA instructions, or else the library.
func sha() lanes.Paths {
	if cpu.SHA() {
		return lanes.SHA
	}
	return lanes.Alone
}

// withoutLanes is the path for nodes: lanes only with AVX-512.
func withoutLanes(level cpu.Level) lanes.Paths {
	switch {
	case level >= cpu.AVX512:
		return lanes.AVX512
	case level == cpu.AVX2:
		return sha()
	}
	return lanes.Alone
}

// onlyAVX512 is the path for searches and chains.
func onlyAVX512(level cpu.Level) lanes.Paths {
	if level >= cpu.AVX512 {
		return lanes.AVX512
	}
	return lanes.Alone
}

// TestPaths: on each level of instructions many jobs go the way of that level; this process takes the level that SLUICE_CPU
// asks for.
func TestPaths(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	search := kernels.New(PoW, 0, 1, 0)
	must(AppendPoW(search, make([]byte, HeaderSize), make([]byte, 32), 0, 100))
	chain := kernels.New(Chain, 0, 20, 0)
	for range 20 {
		must(AppendChain(chain, make([]byte, Size), nil, make([]byte, Size), 5))
	}
	for _, c := range []struct {
		name string
		run  lanestest.Run
		many *kernels.Batch
		want func(cpu.Level) lanes.Paths
	}{
		{"sha256", onceOn, lanestest.Messages(t, Kernel, r, slices.Repeat([]int{80}, 64)), lanestest.Lanes},
		{"sha256 of 64 bytes", onceOn, lanestest.Messages(t, Kernel, r, slices.Repeat([]int{64}, 64)), sum64Path},
		{"sha256d", twiceOn, lanestest.Messages(t, Double, r, slices.Repeat([]int{80}, 64)), lanestest.Lanes},
		{"sha256.node", sumNodes, nodeBatch(r, 64), withoutLanes},
		{"sha256d.pow", searchOn, search, onlyAVX512},
		{"sha256.chain", chainOn, chain, onlyAVX512},
	} {
		t.Run(c.name, func(t *testing.T) {
			lanestest.Paths(t, c.run, c.many, c.want)
			lanestest.Process(t, c.run, c.many, c.want)
		})
	}
}

// sum64Path is the path for many messages of 64 bytes: that of nodes, but without SHA instructions AVX2 has lanes for them.
func sum64Path(level cpu.Level) lanes.Paths {
	if level == cpu.AVX2 && !cpu.SHA() {
		return lanes.AVX2
	}
	return withoutLanes(level)
}

// TestFewPaths: few jobs do not go into lanes.
func TestFewPaths(t *testing.T) {
	if cpu.Found() < cpu.AVX512 {
		t.Skip("this processor has no AVX-512")
	}
	r := rand.New(rand.NewPCG(5, 6))
	for n := 1; n <= 2; n++ {
		for name, got := range map[string]lanes.Paths{
			"sha256":      onceOn(lanestest.Messages(t, Kernel, r, slices.Repeat([]int{80}, n)), 0, n, cpu.AVX512),
			"sha256d":     twiceOn(lanestest.Messages(t, Double, r, slices.Repeat([]int{80}, n)), 0, n, cpu.AVX512),
			"sha256.node": sumNodes(nodeBatch(r, n), 0, n, cpu.AVX512),
		} {
			if got != sha() {
				t.Errorf("%d jobs of %s: path %b, want %b", n, name, got, sha())
			}
		}
	}
}

// TestPathLengths: all lengths on all levels.
func TestPathLengths(t *testing.T) {
	lanestest.Lengths(t, Kernel, onceOn)
	lanestest.Lengths(t, Double, twiceOn)
}

// TestNodeCounts: all numbers of nodes up to some turns of lanes, from all beginnings of a group.
func TestNodeCounts(t *testing.T) {
	b := nodeBatch(rand.New(rand.NewPCG(7, 8)), 220)
	for _, level := range lanestest.Levels() {
		for n := range 200 {
			lo := n % 20
			if err := lanestest.Same(b, func(b *kernels.Batch, lo, hi int) { sumNodes(b, lo, hi, level) }, lo, lo+n); err != nil {
				t.Fatalf("%v: %v", level, err)
			}
		}
	}
}

func nodeBatch(r *rand.Rand, n int) *kernels.Batch {
	b := kernels.New(Node, 0, n, 0)
	for range n {
		row, err := b.Add(nil)
		must(err)
		for i := 0; i < len(row); i += 8 {
			binary.LittleEndian.PutUint64(row[i:], r.Uint64())
		}
	}
	return b
}
