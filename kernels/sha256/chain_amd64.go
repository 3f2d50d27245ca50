//go:build amd64 && !purego

package sha256

import (
	"encoding/binary"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

const chainLanes = 48

// chainSet is the chains that are followed at a time, one in each lane. A lane whose chain ends takes the next job, so
// that uneven counts leave no lane idle before the jobs run out.
type chainSet struct {
	state [chainLanes / 16][8][16]uint32 // as the assembly has it: [group][word][lane]
	left  [chainLanes]uint32             // hashes to go; 0: the lane is idle
	job   [chainLanes]int32
}

func runChain(b *kernels.Batch, lo, hi int) { chainOn(b, lo, hi, cpu.Get()) }

// chainOn is runChain on a level of instructions; it says how.
func chainOn(b *kernels.Batch, lo, hi int, level cpu.Level) (how lanes.Paths) {
	if level < cpu.AVX512 {
		refChain(b, lo, hi)
		return lanes.Alone
	}
	var s chainSet
	use, next := chainLanes, lo
	if n := hi - lo; n > 48 && n <= 64 {
		use = 32 // two turns of 32 rather than one of 16 behind one of 48
	}
	for {
		active, top := 0, 0 // lanes at work, and the highest of them plus one
		for l := range use {
			for s.left[l] == 0 && next < hi {
				s.begin(b, l, next)
				next++
			}
			if s.left[l] > 0 {
				active++
				top = l + 1
			}
		}
		if active == 0 {
			return how
		}
		if few := (active + 15) &^ 15; top > few {
			s.compact(few)
			top = few // of which some may be idle
		}
		how |= s.advance(b, active, top)
	}
}

// begin puts job i into lane l, unless it has no plain hashes and is decided at once.
func (s *chainSet) begin(b *kernels.Batch, l, i int) {
	row := b.Row(i)
	plain, mix, ok := chainCount(row)
	if !ok {
		b.SetVerdict(i, kernels.Invalid)
		return
	}
	if plain == 0 {
		b.SetVerdict(i, kernels.Of(chainEnds(row, [Size]byte(row), mix)))
		return
	}
	s.left[l], s.job[l] = plain, int32(i)
	for w := range 8 {
		s.state[l/16][w][l%16] = binary.BigEndian.Uint32(row[4*w:])
	}
}

// compact moves the chains of the lanes from few on into idle lanes before them.
func (s *chainSet) compact(few int) {
	to := 0
	for l := few; l < chainLanes; l++ {
		if s.left[l] == 0 {
			continue
		}
		for s.left[to] != 0 {
			to++
		}
		s.left[to], s.job[to], s.left[l] = s.left[l], s.job[l], 0
		for w := range 8 {
			s.state[to/16][w][to%16] = s.state[l/16][w][l%16]
		}
	}
}

// advance follows all chains until the first of them ends, and decides those that do. The lanes at work are below top.
func (s *chainSet) advance(b *kernels.Batch, active, top int) (how lanes.Paths) {
	step := ^uint32(0)
	for _, n := range s.left[:top] {
		if n > 0 {
			step = min(step, n)
		}
	}
	how = lanes.AVX512
	switch {
	case active < 3: // faster one by one
		if how = lanes.Alone; cpu.SHA() {
			how = lanes.SHA
		}
		for l := range top {
			if s.left[l] > 0 {
				s.put(l, follow(s.get(l), step))
			}
		}
	case top <= 16:
		chain16((*[1][8][16]uint32)(s.state[:1]), int(step))
	case top <= 32:
		chain32((*[2][8][16]uint32)(s.state[:2]), int(step))
	default:
		chain48(&s.state, int(step))
	}
	for l := range top {
		if s.left[l] == 0 {
			continue
		}
		if s.left[l] -= step; s.left[l] == 0 {
			i := int(s.job[l])
			row := b.Row(i)
			_, mix, _ := chainCount(row)
			b.SetVerdict(i, kernels.Of(chainEnds(row, s.get(l), mix)))
		}
	}
	return how
}

// follow is iterate on a processor with AVX-512.
func follow(state [Size]byte, n uint32) [Size]byte {
	if !cpu.SHA() {
		return iterate(state, n)
	}
	for range n {
		sum1sha(&state[0], &state[0], Size)
	}
	return state
}

func (s *chainSet) get(l int) (digest [Size]byte) {
	for w := range 8 {
		binary.BigEndian.PutUint32(digest[4*w:], s.state[l/16][w][l%16])
	}
	return digest
}

func (s *chainSet) put(l int, digest [Size]byte) {
	for w := range 8 {
		s.state[l/16][w][l%16] = binary.BigEndian.Uint32(digest[4*w:])
	}
}
