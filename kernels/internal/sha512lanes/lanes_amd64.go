//go:build amd64 && !purego

package sha512lanes

import (
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

//go:generate make -C ../../.. gen

var shape = lanes.NewShape(blockSize, 17, lanes.Strengthened)

// Costs on Zen 5.
var (
	alone = lanes.Cost{Call: 40, Block: 115}

	wide = lanes.Costs{Alone: alone, Lanes: []lanes.Width{
		{Lanes: 8, Cost: lanes.Cost{Call: 50, Block: 200}},
		{Lanes: 16, Cost: lanes.Cost{Call: 80, Block: 300}},
	}}
	narrow = lanes.Costs{Alone: alone, Lanes: []lanes.Width{
		{Lanes: 4, Cost: lanes.Cost{Call: 50, Block: 250}},
	}}
)

// Run hashes the messages of jobs [lo,hi) of a batch of the kernel sha512.
func Run(b *kernels.Batch, lo, hi int) { RunOn(b, lo, hi, cpu.Get()) }

// RunOn is Run on a level of instructions; it says which paths were taken.
func RunOn(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	switch {
	case level >= cpu.AVX512:
		return runWide(b, lo, hi)
	case level == cpu.AVX2:
		return runNarrow(b, lo, hi)
	}
	Library(b, lo, hi)
	return lanes.Alone
}

func runWide(b *kernels.Batch, lo, hi int) (how lanes.Paths) {
	if hi-lo == 1 { // a plan costs more than it could find
		Library(b, lo, hi)
		return lanes.Alone
	}
	var a lanes.Span
	var p lanes.Plan
	p.Start(b, lo, hi, &shape, &wide)
	for {
		switch p.Next(&a) {
		case 16:
			sum16((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 8:
			sum8((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 1:
			Library(b, p.Job, p.Job+1)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}

func runNarrow(b *kernels.Batch, lo, hi int) (how lanes.Paths) {
	var a lanes.Padded
	var p lanes.Plan
	p.Start(b, lo, hi, &shape, &narrow)
	for {
		switch p.NextPadded(&a) {
		case 4:
			sum4((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX2
		case 1:
			Library(b, p.Job, p.Job+1)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}
