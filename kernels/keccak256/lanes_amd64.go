//go:build amd64 && !purego

package keccak256

import (
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

//go:generate make -C ../.. gen

var shape = lanes.NewShape(Rate, 1, lanes.Keccak)

// Costs on Zen 5.
var (
	alone = lanes.Cost{Call: 10, Block: 225}

	wide = lanes.Costs{Alone: alone, Lanes: []lanes.Width{
		{Lanes: 8, Cost: lanes.Cost{Call: 25, Block: 145}},
	}}
	narrow = lanes.Costs{Alone: alone, Lanes: []lanes.Width{
		{Lanes: 4, Cost: lanes.Cost{Call: 25, Block: 280}},
	}}
)

func run(b *kernels.Batch, lo, hi int) { sum(b, lo, hi, cpu.Get()) }

// sum hashes jobs [lo,hi) on a level of instructions; it says which paths were taken.
func sum(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	switch {
	case level >= cpu.AVX512:
		return sumWide(b, lo, hi)
	case level == cpu.AVX2:
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
		case 8:
			sum8((*byte)(unsafe.Pointer(&a)))
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
		case 4:
			sum4((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX2
		case 1:
			ref(b, p.Job, p.Job+1)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}
