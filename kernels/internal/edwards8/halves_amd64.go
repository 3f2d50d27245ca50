//go:build amd64 && !purego

package edwards8

import "unsafe"

// Halves is the state in which Euclid's algorithm ends in each lane: x = -tx k and y = ty k modulo 8L, in limbs of 52 bits. See
// [Scalar.Halve].
type Halves struct {
	x  [5][Lanes]uint64
	tx [3][Lanes]uint64
	y  [5][Lanes]uint64
	ty [3][Lanes]uint64
	k  Residues // without IFMA, all there is
}

// Bounds of u and v in bits: those of [Scalar.Halve], for which 33 signed windows of 4 bits do, and those that 34 do for. About one k in
// a hundred has none within the first, one in twenty thousand none within the second.
const (
	HalvedBits = halvedBits
	LongBits   = 134
)

// Set runs the algorithm for the numbers k.
func (h *Halves) Set(k *Residues) {
	if !ifma {
		h.k = *k
		return
	}
	halve((*byte)(unsafe.Pointer(h)), k.ptr())
}

// Lane gives what [Scalar.Halve] does, though perhaps another solution, for lane l, with u and v below 2^bits.
func (h *Halves) Lane(l, bits int) (u, v Scalar, negative, ok bool) {
	l &= Lanes - 1
	if !ifma {
		k := h.k.Lane(l)
		return k.halve(bits)
	}
	long := func(x *[5][Lanes]uint64) Scalar {
		return Scalar{x[0][l] | x[1][l]<<52, x[1][l]>>12 | x[2][l]<<40, x[2][l]>>24 | x[3][l]<<28, x[3][l]>>36 | x[4][l]<<16}
	}
	short := func(t *[3][Lanes]uint64) Scalar {
		return Scalar{t[0][l] | t[1][l]<<52, t[1][l]>>12 | t[2][l]<<40, t[2][l] >> 24}
	}
	x, y, tx, ty := long(&h.x), long(&h.y), short(&h.tx), short(&h.ty)
	if _, less := x.difference(&y); less == 1 {
		return endHalving(bits, y, x, ty, tx, false, true)
	}
	return endHalving(bits, x, y, tx, ty, true, false)
}
