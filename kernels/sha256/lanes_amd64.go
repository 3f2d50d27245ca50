//go:build amd64 && !purego

package sha256

import (
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

//go:generate make -C ../.. gen

func run(b *kernels.Batch, lo, hi int)       { sum(b, lo, hi, once, cpu.Get()) }
func runDouble(b *kernels.Batch, lo, hi int) { sum(b, lo, hi, twice, cpu.Get()) }

const once, twice = 0, 1 // how often a message is hashed: the flag of the assembly

var shape = lanes.NewShape(64, 9, lanes.Strengthened)

// Costs on Zen 5 (BenchmarkCrossover). Alone, messages are hashed by sum1sha, or else by the library, which
// takes the SHA instructions where there are, AVX2 elsewhere.
var (
	aloneSHA = lanes.Cost{Call: 15, Block: 30}
	alone    = lanes.Cost{Call: 35, Block: 30}
	aloneOld = lanes.Cost{Call: 35, Block: 70}

	wideSHA   = lanes.Costs{Alone: aloneSHA, Lanes: wideLanes}
	wideOld   = lanes.Costs{Alone: aloneOld, Lanes: wideLanes}
	narrow    = lanes.Costs{Alone: alone, Lanes: narrowLanes}
	narrowOld = lanes.Costs{Alone: aloneOld, Lanes: narrowLanes}

	wideLanes = []lanes.Width{
		{Lanes: 16, Cost: lanes.Cost{Call: 65, Block: 145}},
		{Lanes: 32, Cost: lanes.Cost{Call: 100, Block: 232}},
	}
	narrowLanes = []lanes.Width{{Lanes: 8, Cost: lanes.Cost{Call: 60, Block: 200}}}
)

// sum hashes jobs [lo,hi) on the level of instructions and says how.
func sum(b *kernels.Batch, lo, hi int, times uint64, level cpu.Level) (how lanes.Paths) {
	switch {
	case level == cpu.Generic:
	case times == once && (level >= cpu.AVX512 || cpu.SHA()) && allOf64(b, lo, hi):
		return sum64(b, lo, hi, level)
	case level >= cpu.AVX512:
		return sumWide(b, lo, hi, times)
	default:
		return sumNarrow(b, lo, hi, times)
	}
	library(b, lo, hi, times)
	return lanes.Alone
}

func sumWide(b *kernels.Batch, lo, hi int, times uint64) lanes.Paths {
	switch {
	case hi-lo == 1: // a plan costs more than it could find
		return sumAlone(b, lo, times)
	case cpu.SHA():
		return sumPlan(b, lo, hi, times, &wideSHA)
	}
	return sumPlan(b, lo, hi, times, &wideOld)
}

// sumPlan hashes jobs [lo,hi) in the way that the costs make the cheapest.
func sumPlan(b *kernels.Batch, lo, hi int, times uint64, costs *lanes.Costs) (how lanes.Paths) {
	var a lanes.Span
	a.Flag = times
	var p lanes.Plan
	p.Start(b, lo, hi, &shape, costs)
	for {
		switch p.Next(&a) {
		case 32:
			sum32((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 16:
			sum16((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 1:
			how |= sumAlone(b, p.Job, times)
		case 0:
			return how
		}
	}
}

// sumAlone hashes job i, on a processor with AVX-512.
func sumAlone(b *kernels.Batch, i int, times uint64) lanes.Paths {
	if !cpu.SHA() {
		library(b, i, i+1, times)
		return lanes.Alone
	}
	m, out := b.Message(i), &b.Out(i)[0]
	sum1sha(out, unsafe.SliceData(m), len(m))
	if times == twice {
		sum1sha(out, out, Size)
	}
	b.SetVerdict(i, kernels.Valid)
	return lanes.SHA
}

// library hashes jobs [lo,hi) by the standard library.
func library(b *kernels.Batch, lo, hi int, times uint64) {
	if times == twice {
		refDouble(b, lo, hi)
	} else {
		ref(b, lo, hi)
	}
}

func sumNarrow(b *kernels.Batch, lo, hi int, times uint64) (how lanes.Paths) {
	var a lanes.Padded
	a.Flag = times
	costs := &narrowOld
	if cpu.SHA() {
		costs = &narrow
	}
	var p lanes.Plan
	p.Start(b, lo, hi, &shape, costs)
	for {
		switch p.NextPadded(&a) {
		case 8:
			sum8((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX2
		case 1:
			library(b, p.Job, p.Job+1, times)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}

// allOf64 tells whether all messages of the span have 64 bytes, the size of a Merkle node.
func allOf64(b *kernels.Batch, lo, hi int) bool {
	begin := messageBegin(b, lo)
	for i := lo; i < hi; i++ {
		end := b.MessageEnd(i)
		if end-begin != 2*Size {
			return false
		}
		begin = end
	}
	return lo < hi
}

// sum64 hashes messages of 64 bytes, which lie one behind the other, as Merkle nodes.
func sum64(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	lanes.SetValid(b, lo, hi)
	return nodes(b.Outs()[Size*lo:Size*hi], b.Messages()[messageBegin(b, lo):], level)
}

func messageBegin(b *kernels.Batch, i int) int {
	if i == 0 {
		return 0
	}
	return b.MessageEnd(i - 1)
}
