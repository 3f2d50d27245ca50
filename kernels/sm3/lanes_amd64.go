//go:build amd64 && !purego

package sm3

import (
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

//go:generate make -C ../.. gen

var shape = lanes.NewShape(64, 9, lanes.Strengthened)

// Costs on Zen 5.
var (
	alone = lanes.Cost{Call: 20, Block: 130}

	wide = lanes.Costs{Alone: alone, Lanes: []lanes.Width{
		{Lanes: 16, Cost: lanes.Cost{Call: 30, Block: 180}},
		{Lanes: 32, Cost: lanes.Cost{Call: 40, Block: 240}},
	}}
	narrow = lanes.Costs{Alone: alone, Lanes: []lanes.Width{
		{Lanes: 8, Cost: lanes.Cost{Call: 40, Block: 250}},
	}}
)

func run(b *kernels.Batch, lo, hi int) { sum(b, lo, hi, cpu.Get()) }

// sum hashes jobs [lo,hi) on a level of instructions; it says which paths were taken.
func sum(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	switch {
	case level == cpu.Generic, hi-lo == 1: // of one, a plan costs more than it could find
	case level >= cpu.AVX512:
		return sumWide(b, lo, hi)
	default:
		return sumNarrow(b, lo, hi)
	}
	ref(b, lo, hi)
	return lanes.Alone
}

func sumWide(b *kernels.Batch, lo, hi int) (how lanes.Paths) {
	var a lanes.Span
	var p lanes.Plan
	p.Start(b, lo, hi, &shape, &wide)
	for {
		switch p.Next(&a) {
		case 32:
			sum32((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 16:
			sum16((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 1:
			ref(b, p.Job, p.Job+1)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}

func sumNarrow(b *kernels.Batch, lo, hi int) (how lanes.Paths) {
	var a lanes.Padded
	var p lanes.Plan
	p.Start(b, lo, hi, &shape, &narrow)
	for {
		switch p.NextPadded(&a) {
		case 8:
			sum8((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX2
		case 1:
			ref(b, p.Job, p.Job+1)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}
