//go:build amd64 && !purego

package edwards8

import "unsafe"

// Residues has a number below L in each lane, in five limbs of 52 bits.
type Residues [5][Lanes]uint64

func (k *Residues) ptr() *byte { return (*byte)(unsafe.Pointer(k)) }

// SetDigests sets lane l to p[l], 64 little-endian bytes, modulo L.
func (k *Residues) SetDigests(p *[Lanes][64]byte) {
	if !ifma {
		k.setDigestsNarrow(p)
		return
	}
	reduceDigests(k.ptr(), (*byte)(unsafe.Pointer(p)))
}

// Lane is the number in lane l.
func (k *Residues) Lane(l int) Scalar {
	l &= Lanes - 1
	return Scalar{
		k[0][l] | k[1][l]<<52,
		k[1][l]>>12 | k[2][l]<<40,
		k[2][l]>>24 | k[3][l]<<28,
		k[3][l]>>36 | k[4][l]<<16,
	}
}

// Words has a number below 2^256 in each lane, in words of 64 bits.
type Words [4][Lanes]uint64

// SetLane sets lane l.
func (w *Words) SetLane(l int, x *Scalar) {
	l &= Lanes - 1
	for i, v := range x {
		w[i][l] = v
	}
}

// Lane is the number in lane l.
func (w *Words) Lane(l int) Scalar {
	l &= Lanes - 1
	return Scalar{w[0][l], w[1][l], w[2][l], w[3][l]}
}

// Weigher multiplies the scalars of equations by random numbers z and adds them up. It lies best on a multiple of 64 bytes.
//
// What is drawn are the windows of z: z is the random number less an offset, so that its windows need no carry.
type Weigher struct {
	S      Words            // s of each lane, below L
	Random [2][Lanes]uint64 // the random numbers, the lower word first
	ZK     Words            // z times k modulo L

	sums   [8][Lanes]uint64 // of z s, in columns of 52 bits
	offset [3]uint64        // in limbs of 52 bits
	_      [5]uint64
}

// Reset starts a sum with the offset, a number below 2^156 whose upper words are zero.
func (w *Weigher) Reset(offset *[Lanes]uint64) {
	w.offset = [3]uint64{offset[0] & mask52, (offset[0]>>52 | offset[1]<<12) & mask52, (offset[1]>>40 | offset[2]<<24) & mask52}
	w.sums = [8][Lanes]uint64{}
}

const mask52 = 1<<52 - 1

// Add sets ZK from k and adds the products z s of all lanes to the sum: at most 2^9 times from one Reset to the next, as a call adds up
// to six halves of products to a column.
func (w *Weigher) Add(k *Residues) {
	if !ifma {
		w.addNarrow(k)
		return
	}
	weigh((*byte)(unsafe.Pointer(&w.ZK)), (*byte)(unsafe.Pointer(&w.sums)), k.ptr(), (*byte)(unsafe.Pointer(&w.S)),
		(*byte)(unsafe.Pointer(&w.Random)), (*byte)(unsafe.Pointer(&w.offset)))
}

// Sum is the sum of z s modulo L, over all lanes.
func (w *Weigher) Sum() (s Scalar) {
	var total accumulator
	for l := range Lanes {
		for i := range w.sums {
			total.addShifted(w.sums[i][l], uint(52*i))
		}
	}
	s.reduce((*[8]uint64)(&total))
	return s
}
