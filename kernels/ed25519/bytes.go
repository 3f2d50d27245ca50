package ed25519

import (
	"encoding/binary"

	"github.com/sluice-engine/sluice/kernels"
)

// allowed tells whether the encodings of A and R pass the checks of the rule that need only their bytes. That they encode points
// is another matter.
//
// Under RFC8032 and Strict the bytes of R are compared with an encoding of a point, so they must be canonical; under Strict,
// moreover, neither A nor R is of small order.
func allowed(rule kernels.Flags, key, r []byte) bool {
	switch rule {
	case kernels.ZIP215:
		return true
	case kernels.Strict:
		return canonical(r) && !small(key) && !small(r)
	}
	return canonical(r)
}

const sign = 1 << 63

// canonical tells whether the encoding p of a point has y below the prime, and no sign for x = 0, which is where y is 1 or -1.
func canonical(p []byte) bool {
	w0, w1, w2, w3 := words(p)
	y3 := w3 &^ sign
	all := w1&w2&(y3|sign) == 1<<64-1
	if all && w0 >= 1<<64-19 {
		return false // y >= 2^255 - 19
	}
	minusOne := all && w0 == 1<<64-20
	plusOne := w0 == 1 && w1|w2|y3 == 0
	return w3&sign == 0 || !plusOne && !minusOne
}

// small tells whether p encodes, canonically or not, a point of order 1, 2, 4 or 8: whether y is 1, -1, 0 or one of the two of
// order 8.
func small(p []byte) bool {
	w0, w1, w2, w3 := words(p)
	w3 &^= sign
	switch w0 {
	case 0, 1: // order 4; order 1
		return w1|w2|w3 == 0
	case 1<<64 - 20, 1<<64 - 19, 1<<64 - 18: // -1, order 2; p = 0; p + 1
		return w1&w2&(w3|sign) == 1<<64-1
	case order8[0]:
		return w1 == order8[1] && w2 == order8[2] && w3 == order8[3]
	case 1<<64 - 19 - order8[0]: // p - y
		return w1 == ^order8[1] && w2 == ^order8[2] && w3 == ^order8[3]&^sign
	}
	return false
}

// order8 is a y of order 8, in words; the other is its negative.
// No word of it, nor of p, makes the subtraction borrow.
var order8 = [4]uint64{0xb027b2c28f95e826, 0xf098eff289f4c345, 0x3933c6d305acdfd5, 0x05fc536d880238b1}

func words(p []byte) (w0, w1, w2, w3 uint64) {
	_ = p[31]
	return binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:]),
		binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
}
