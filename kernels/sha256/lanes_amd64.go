//go:build amd64 && !purego

package sha256

import (
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

//go:generate make -C ../.. gen

// sum16Args and sum32Args are what the assembly reads, by offset: see kernels/_asm/sha256/sum.go.
type sum16Args struct {
	ptr, out      [16]unsafe.Pointer // message and digest of each lane
	size          [16]uint64         // bytes
	last          [16]uint32         // index of the last block, padding included
	whole, blocks uint64             // leading blocks that are full in all lanes; blocks of the longest lane
	double        uint64             // 1: hash the digest once more
}

type sum32Args struct {
	ptr, out      [32]unsafe.Pointer
	size          [32]uint64
	last          [32]uint32
	whole, blocks uint64
	double        uint64
}

// What one block costs, in units of one block by the SHA instructions (about 15 ns): all lanes of a vector
// together. Below, a group of jobs is hashed one by one.
const (
	cost16 = 10
	cost32 = 15
)

// blocks is the number of 64-byte blocks of a message with its padding.
func blocks(bytes int) int { return (bytes+8)/64 + 1 }

func run(b *kernels.Batch, lo, hi int)       { sum(b, lo, hi, 0, ref) }
func runDouble(b *kernels.Batch, lo, hi int) { sum(b, lo, hi, 1, refDouble) }

// sum hashes jobs [lo,hi) in lanes, a window at a time. single is what hashes jobs one by one.
func sum(b *kernels.Batch, lo, hi int, double uint64, single func(b *kernels.Batch, lo, hi int)) {
	if cpu.Get() < cpu.AVX512 || hi-lo < 4 {
		single(b, lo, hi)
		return
	}
	if double == 0 && allOf64(b, lo, hi) {
		begin := 64 * lo
		if lo > 0 {
			begin = b.MessageEnd(lo - 1)
		}
		pairs(b.Outs()[Size*lo:Size*hi], b.Messages()[begin:])
		setValid(b, lo, hi)
		return
	}
	var order lanes.Order
	for ; lo < hi; lo += order.N {
		order.Fill(b, lo, min(hi, lo+lanes.Window), blocks)
		for at := 0; at < order.N; {
			at += group(b, &order, at, double, single)
		}
	}
}

// group hashes the jobs of a window from place at on, in one call, and returns how many.
func group(b *kernels.Batch, o *lanes.Order, at int, double uint64, single func(b *kernels.Batch, lo, hi int)) int {
	n := min(32, o.N-at)
	work, longest := 0, int(o.Blocks[at])
	for _, k := range o.Blocks[at : at+n] {
		work += int(k)
	}
	switch {
	case n > 16 && work > cost32*longest:
		var a sum32Args
		a.blocks, a.double = uint64(longest), double
		a.whole = fill(b, o, at, n, a.ptr[:], a.out[:], a.size[:], a.last[:])
		sum32((*byte)(unsafe.Pointer(&a)))
	case work > cost16*longest:
		// The first 16; a longer group that is not worth 32 lanes has few long messages, which come first.
		n = min(n, 16)
		var a sum16Args
		a.blocks, a.double = uint64(longest), double
		a.whole = fill(b, o, at, n, a.ptr[:], a.out[:], a.size[:], a.last[:])
		sum16((*byte)(unsafe.Pointer(&a)))
	default:
		n = 1
		i := int(o.Jobs[at])
		single(b, i, i+1)
	}
	for _, i := range o.Jobs[at : at+n] {
		b.SetVerdict(int(i), kernels.Valid)
	}
	return n
}

// fill points the lanes at n jobs; lanes without one repeat the last job and write its digest again. It returns the
// number of leading blocks that are full in all lanes.
func fill(b *kernels.Batch, o *lanes.Order, at, n int, ptr, out []unsafe.Pointer, size []uint64, last []uint32) uint64 {
	whole := ^uint64(0)
	for l := range ptr {
		j := at + min(l, n-1)
		i := int(o.Jobs[j])
		m := b.Message(i)
		ptr[l] = unsafe.Pointer(&zeros)
		if len(m) > 0 {
			ptr[l] = unsafe.Pointer(unsafe.SliceData(m))
		}
		size[l] = uint64(len(m))
		last[l] = o.Blocks[j] - 1
		whole = min(whole, uint64(len(m))/64)
		out[l] = unsafe.Pointer(unsafe.SliceData(b.Out(i)))
	}
	return whole
}

var zeros [64]byte // where an empty message lies

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
	return true
}

func setValid(b *kernels.Batch, lo, hi int) {
	v := b.Verdicts()[lo:hi]
	for i := range v {
		v[i] = byte(kernels.Valid)
	}
}

func runNode(b *kernels.Batch, lo, hi int) {
	if cpu.Get() < cpu.AVX512 || hi-lo < 3 {
		refNode(b, lo, hi)
		return
	}
	pairs(b.Outs()[Size*lo:Size*hi], b.Rows()[2*Size*lo:])
	setValid(b, lo, hi)
}

// pairs hashes len(out)/32 rows of 64 bytes to rows of 32.
func pairs(out, in []byte) {
	if groups := len(out) / (16 * Size); groups > 1 {
		nodes(&out[0], &in[0], groups)
		out, in = out[groups*16*Size:], in[groups*16*2*Size:]
	} else if groups == 1 {
		node16(&out[0], &in[0])
		out, in = out[16*Size:], in[16*2*Size:]
	}
	if len(out) == 0 {
		return
	}
	var rows [16 * 2 * Size]byte
	var digests [16 * Size]byte
	copy(rows[:], in[:2*len(out)])
	node16(&digests[0], &rows[0])
	copy(out, digests[:])
}
