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

var shape = lanes.Shape{Block: 64, Least: 9, Padding: lanes.Strengthened}

// Costs on Zen 5. The library takes the SHA instructions where there are, AVX2 elsewhere.
var (
	alone    = lanes.Cost{Call: 35, Block: 30}
	aloneOld = lanes.Cost{Call: 35, Block: 70}

	wide = lanes.Costs{Alone: alone, Lanes: []lanes.Width{
		{Lanes: 16, Cost: lanes.Cost{Call: 50, Block: 175}},
		{Lanes: 32, Cost: lanes.Cost{Call: 80, Block: 235}},
	}}
	narrow    = lanes.Costs{Alone: alone, Lanes: narrowLanes}
	narrowOld = lanes.Costs{Alone: aloneOld, Lanes: narrowLanes}

	narrowLanes = []lanes.Width{{Lanes: 8, Cost: lanes.Cost{Call: 60, Block: 200}}}
)

// sum hashes jobs [lo,hi) on the level of instructions and says how.
func sum(b *kernels.Batch, lo, hi int, times uint64, level cpu.Level) (how lanes.Paths) {
	single := ref
	if times == twice {
		single = refDouble
	}
	switch {
	case level >= cpu.AVX512:
		if times == once && allOf64(b, lo, hi) {
			return sum64(b, lo, hi)
		}
		return sumWide(b, lo, hi, times, single)
	case level == cpu.AVX2:
		return sumNarrow(b, lo, hi, times, single)
	}
	single(b, lo, hi)
	return lanes.Alone
}

func sumWide(b *kernels.Batch, lo, hi int, times uint64, single func(b *kernels.Batch, lo, hi int)) (how lanes.Paths) {
	var a lanes.Span
	a.Flag = times
	p := lanes.Start(b, lo, hi, &shape, &wide)
	for {
		switch p.Next(&a) {
		case 32:
			sum32((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 16:
			sum16((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX512
		case 1:
			single(b, p.Job, p.Job+1)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}

func sumNarrow(b *kernels.Batch, lo, hi int, times uint64, single func(b *kernels.Batch, lo, hi int)) (how lanes.Paths) {
	var a lanes.Padded
	a.Flag = times
	costs := &narrowOld
	if cpu.SHA() {
		costs = &narrow
	}
	p := lanes.Start(b, lo, hi, &shape, costs)
	for {
		switch p.NextPadded(&a) {
		case 8:
			sum8((*byte)(unsafe.Pointer(&a)))
			how |= lanes.AVX2
		case 1:
			single(b, p.Job, p.Job+1)
			how |= lanes.Alone
		case 0:
			return how
		}
	}
}

// allOf64 tells whether all messages of the span have 64 bytes, the size of a Merkle node.
func allOf64(b *kernels.Batch, lo, hi int) bool {
	begin := 0
	if lo > 0 {
		begin = b.MessageEnd(lo - 1)
	}
	for i := lo; i < hi; i++ {
		end := b.MessageEnd(i)
		if end-begin != 64 {
			return false
		}
		begin = end
	}
	return hi-lo > 2
}

// sum64 hashes messages of 64 bytes, which lie one behind the other, as Merkle nodes.
func sum64(b *kernels.Batch, lo, hi int) lanes.Paths {
	begin := 0
	if lo > 0 {
		begin = b.MessageEnd(lo - 1)
	}
	pairs(b.Outs()[Size*lo:Size*hi], b.Messages()[begin:])
	setValid(b, lo, hi)
	return lanes.AVX512
}

func setValid(b *kernels.Batch, lo, hi int) {
	v := b.Verdicts()[lo:hi]
	for i := range v {
		v[i] = byte(kernels.Valid)
	}
}

func runNode(b *kernels.Batch, lo, hi int) { sumNodes(b, lo, hi, cpu.Get()) }

// sumNodes hashes the rows [lo,hi).
func sumNodes(b *kernels.Batch, lo, hi int, level cpu.Level) lanes.Paths {
	if level < cpu.AVX512 || hi-lo < 3 {
		refNode(b, lo, hi)
		return lanes.Alone
	}
	pairs(b.Outs()[Size*lo:Size*hi], b.Rows()[2*Size*lo:])
	setValid(b, lo, hi)
	return lanes.AVX512
}

// pairs hashes len(out)/32 rows of 64 bytes to rows of 32. On Zen 5 a turn of 48 rows takes 540 ns, one of 32 takes 400, one
// of 16 takes 290 (BenchmarkNode of 48, 32 and 16).
func pairs(out, in []byte) {
	n := len(out) / Size
	if n < 16 {
		var rows [16 * 2 * Size]byte
		var digests [16 * Size]byte
		copy(rows[:], in[:2*len(out)])
		node16(&digests[0], &rows[0], 16)
		copy(out, digests[:])
		return
	}
	for n > 0 {
		turn := min(n, 48)
		switch {
		case n == 16:
			node16(&out[0], &in[0], n)
		case n <= 32:
			node32(&out[0], &in[0], n)
		case n > 48 && n <= 64:
			turn = 32 // rather than leave less than a group
			node32(&out[0], &in[0], turn)
		default:
			node48(&out[0], &in[0], turn)
		}
		n -= turn
		out, in = out[turn*Size:], in[turn*2*Size:]
	}
}
