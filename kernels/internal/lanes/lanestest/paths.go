// Package lanestest tests the paths of hash kernels: that on each level of instructions the one that was asked for is the one
// that runs, and that it gives the digests of the reference.
package lanestest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

// Run decides jobs [lo,hi) on a level of instructions and says how.
type Run func(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths

// Levels are the levels of the processor that hash kernels tell apart.
func Levels() (levels []cpu.Level) {
	for l := cpu.Generic; l <= min(cpu.AVX512, cpu.Found()); l++ {
		levels = append(levels, l)
	}
	return levels
}

// Lanes is the path of a level for many messages of one length.
func Lanes(level cpu.Level) lanes.Paths {
	switch {
	case level >= cpu.AVX512:
		return lanes.AVX512
	case level == cpu.AVX2:
		return lanes.AVX2
	}
	return lanes.Alone
}

// Process fails if this process does not take the path that SLUICE_CPU asks for: what run does on the level of the
// process is not what want says. many is a batch for which lanes pay.
func Process(t *testing.T, run Run, many *kernels.Batch, want func(cpu.Level) lanes.Paths) {
	t.Helper()
	if err := cpu.Problem(); err != nil {
		t.Fatal(err)
	}
	asked := os.Getenv(cpu.Variable)
	if asked == "generic" && cpu.Get() != cpu.Generic || asked == "avx2" && cpu.Get() != cpu.AVX2 || asked == "" && cpu.Get() != cpu.Found() {
		t.Fatalf("%s=%q on a processor with %v: the process takes %v", cpu.Variable, asked, cpu.Found(), cpu.Get())
	}
	if got := run(many, 0, many.Len(), cpu.Get()); got != want(cpu.Get()) {
		t.Errorf("%s=%q: path %b, want %b", cpu.Variable, asked, got, want(cpu.Get()))
	}
}

// Paths fails if on some level many goes by another path than want says.
func Paths(t *testing.T, run Run, many *kernels.Batch, want func(cpu.Level) lanes.Paths) {
	t.Helper()
	for _, level := range Levels() {
		if got := run(many, 0, many.Len(), level); got != want(level) {
			t.Errorf("%v: path %b, want %b", level, got, want(level))
		}
		if err := Same(many, func(b *kernels.Batch, lo, hi int) { run(b, lo, hi, level) }, 0, many.Len()); err != nil {
			t.Errorf("%v: %v", level, err)
		}
	}
}

// Lengths runs messages of every length of 0 to 1100 bytes and some longer ones, in order, shuffled, and as many of the same
// length as fill the lanes and one more, in spans of all kinds, on every level.
func Lengths(t *testing.T, k *kernels.Kernel, run Run) {
	t.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	var sizes []int
	for n := range 1101 {
		sizes = append(sizes, n)
	}
	sizes = append(sizes, 4095, 4096, 4097, 70000)
	for _, shuffled := range []bool{false, true} {
		if shuffled {
			r.Shuffle(len(sizes), func(i, j int) { sizes[i], sizes[j] = sizes[j], sizes[i] })
		}
		b := Messages(t, k, r, sizes)
		for _, level := range Levels() {
			decide := func(b *kernels.Batch, lo, hi int) { run(b, lo, hi, level) }
			for lo := 0; lo < b.Len(); {
				hi := min(b.Len(), lo+r.IntN(200))
				if err := Same(b, decide, lo, hi); err != nil {
					t.Fatalf("%v: %v", level, err)
				}
				lo = hi
			}
			if err := Same(b, decide, 0, b.Len()); err != nil {
				t.Fatalf("%v: %v", level, err)
			}
		}
	}
	for n := range 400 {
		b := Messages(t, k, r, slices.Repeat([]int{n}, lanes.Max+1))
		for _, level := range Levels() {
			if err := Same(b, func(b *kernels.Batch, lo, hi int) { run(b, lo, hi, level) }, 0, b.Len()); err != nil {
				t.Fatalf("%v: all of a length: %v", level, err)
			}
		}
	}
}

// Messages is a batch of random messages of these sizes.
func Messages(t testing.TB, k *kernels.Kernel, r *rand.Rand, sizes []int) *kernels.Batch {
	t.Helper()
	sum := 0
	for _, n := range sizes {
		sum += n
	}
	b, err := kernels.NewIn(kernels.Heap, k, 0, len(sizes), sum)
	if err != nil {
		t.Fatal(err)
	}
	m := make([]byte, 0, 1<<17)
	for _, n := range sizes {
		m = Random(r, m[:0], n)
		if _, err := b.Add(m); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// Random appends n random bytes.
func Random(r *rand.Rand, p []byte, n int) []byte {
	for ; n >= 8; n -= 8 {
		x := r.Uint64()
		p = append(p, byte(x), byte(x>>8), byte(x>>16), byte(x>>24), byte(x>>32), byte(x>>40), byte(x>>48), byte(x>>56))
	}
	for ; n > 0; n-- {
		p = append(p, byte(r.Uint32()))
	}
	return p
}

// Same compares what decide makes of jobs [lo,hi), outputs and verdicts, with the reference; what is outside must not
// change.
func Same(b *kernels.Batch, decide func(b *kernels.Batch, lo, hi int), lo, hi int) error {
	out := b.Kernel().Out
	outs, verdicts := b.Outs(), b.Verdicts()
	fill := func(c byte) {
		for i := range outs {
			outs[i] = c
		}
		for i := range verdicts {
			verdicts[i] = c
		}
	}
	fill(0xa5)
	b.Kernel().Ref(b, lo, hi)
	wantOuts, wantVerdicts := bytes.Clone(outs), bytes.Clone(verdicts)
	fill(0xa5)
	decide(b, lo, hi)
	if bytes.Equal(outs, wantOuts) && bytes.Equal(verdicts, wantVerdicts) {
		return nil
	}
	for i := range b.Len() {
		if verdicts[i] != wantVerdicts[i] || !bytes.Equal(outs[i*out:(i+1)*out], wantOuts[i*out:(i+1)*out]) {
			return fmt.Errorf("%s: jobs [%d,%d): job %d of %d bytes: verdict %d, digest %x, want %d, %x", b.Kernel().Name, lo, hi, i,
				len(b.Message(i)), verdicts[i], outs[i*out:(i+1)*out], wantVerdicts[i], wantOuts[i*out:(i+1)*out])
		}
	}
	return fmt.Errorf("%s: written behind the outputs of %d jobs", b.Kernel().Name, b.Len())
}
