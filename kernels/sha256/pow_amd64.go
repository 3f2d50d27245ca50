//go:build amd64 && !purego

package sha256

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

// powArgs is what the assembly reads, by offset: see kernels/_asm/sha256/pow.go.
type powArgs struct {
	mid    [8]uint32  // state after the first 64 bytes of the header
	start  [8]uint32  // working variables after rounds 0 to 3 of the second block, but for what the nonce adds to a and e
	share  [64]uint32 // what the words that all nonces share give to each word of the schedule
	shareK [64]uint32 // that, and the round constant
	nonce  uint32     // of the first lane
	limit  uint32     // most significant word of the target
	groups uint64     // groups of 48 nonces to try; afterwards those left, the last one tried included
	hits   uint64     // afterwards: the lanes of that group whose most significant word is within the limit
}

const (
	powLanes = 48
	powFrom  = 6 // nonces: fewer take less time one by one, 180 ns each, than the lanes, 980 ns
)

func runPoW(b *kernels.Batch, lo, hi int) { searchOn(b, lo, hi, cpu.Get()) }

// searchOn is runPoW on a level of instructions; it says how.
func searchOn(b *kernels.Batch, lo, hi int, level cpu.Level) (how lanes.Paths) {
	for i := lo; i < hi; i++ {
		if level < cpu.AVX512 || binary.LittleEndian.Uint32(b.Row(i)[countAt:]) < powFrom {
			refPoW(b, i, i+1)
			how |= lanes.Alone
			continue
		}
		searchLanes(b, i)
		how |= lanes.AVX512
	}
	return how
}

// searchLanes decides one job. The lanes find nonces whose most significant word is small enough; those are
// hashed again as the reference does, in search order.
func searchLanes(b *kernels.Batch, i int) {
	row, out := b.Row(i), b.Out(i)
	header := [HeaderSize]byte(row)
	target := (*[32]byte)(row[targetAt:])
	first := binary.LittleEndian.Uint32(row[firstAt:])
	count := uint64(binary.LittleEndian.Uint32(row[countAt:]))

	var a powArgs
	a.prepare(&header)
	a.limit = binary.LittleEndian.Uint32(target[28:])
	clear(out)
	for done := uint64(0); done < count; {
		a.nonce = first + uint32(done) // wraps
		groups := (count - done + powLanes - 1) / powLanes
		a.groups = groups
		pow48((*byte)(unsafe.Pointer(&a)))
		if a.groups == 0 {
			break
		}
		done += (groups - a.groups) * powLanes
		for hits := a.hits; hits != 0; hits &= hits - 1 {
			n := done + uint64(bits.TrailingZeros64(hits))
			if n >= count {
				break
			}
			nonce := first + uint32(n)
			binary.LittleEndian.PutUint32(header[nonceAt:], nonce)
			if hash := double(header[:]); lessOrEqual(&hash, target) {
				binary.LittleEndian.PutUint32(out, nonce)
				copy(out[hashAt:], hash[:])
				b.SetVerdict(i, kernels.Valid)
				return
			}
		}
		done += powLanes
	}
	b.SetVerdict(i, kernels.Invalid)
}

// prepare computes all that does not depend on the nonce.
func (a *powArgs) prepare(header *[HeaderSize]byte) {
	a.mid = initial
	var first [16]uint32
	for i := range first {
		first[i] = binary.BigEndian.Uint32(header[4*i:])
	}
	v := a.mid
	schedule := constants(&first, nil)
	rounds(&v, schedule[:])
	for i := range v {
		a.mid[i] += v[i]
	}

	second := [16]uint32{4: 0x80000000, 15: 8 * HeaderSize}
	for i := range 3 {
		second[i] = binary.BigEndian.Uint32(header[64+4*i:])
	}
	a.share = constants(&second, func(i int) bool { return i == 3 })
	for i, w := range a.share {
		a.shareK[i] = w + round[i]
	}
	a.start = a.mid
	rounds(&a.start, a.share[:4])
}
