package edwards8

import "encoding/binary"

// Encoding is the encoding of a point, y with the sign of x above it, as four 64-bit words, the lowest first.
type Encoding [4]uint64

const sign = 1 << 63

// EncodingOf reads 32 bytes.
func EncodingOf(p []byte) (e Encoding) {
	_ = p[31]
	for i := range e {
		e[i] = binary.LittleEndian.Uint64(p[8*i:])
	}
	return e
}

// Reduced tells whether y is below the prime.
func (e *Encoding) Reduced() bool {
	return e[1]&e[2]&(e[3]|sign) != 1<<64-1 || e[0] < 1<<64-19
}

// ZeroX tells whether y is 1 or -1, and below the prime, so that x is 0.
func (e *Encoding) ZeroX() bool {
	y3 := e[3] &^ sign
	return e[0] == 1 && e[1]|e[2]|y3 == 0 || e[0] == 1<<64-20 && e[1]&e[2]&(y3|sign) == 1<<64-1
}

// Signed tells whether the sign of x is set.
func (e *Encoding) Signed() bool { return e[3]&sign != 0 }

// Canonical tells whether this may be the encoding of a point by RFC 8032, section 5.1.3, as far as bytes tell: y is below the
// prime, and x = 0 has no sign.
func (e *Encoding) Canonical() bool { return e.Reduced() && !(e.Signed() && e.ZeroX()) }

// Small tells whether this encodes, canonically or not, a point of order 1, 2, 4 or 8: whether y modulo the prime is 1, -1, 0 or one
// of the two of order 8.
func (e *Encoding) Small() bool {
	y3 := e[3] &^ sign
	switch e[0] {
	case 0, 1: // order 4; order 1
		return e[1]|e[2]|y3 == 0
	case 1<<64 - 20, 1<<64 - 19, 1<<64 - 18: // -1, order 2; p = 0; p + 1
		return e[1]&e[2]&(y3|sign) == 1<<64-1
	case order8[0]:
		return e[1] == order8[1] && e[2] == order8[2] && y3 == order8[3]
	case 1<<64 - 19 - order8[0]: // p - y
		return e[1] == ^order8[1] && e[2] == ^order8[2] && y3 == ^order8[3]&^sign
	}
	return false
}

// order8 is a y of order 8; the other is its negative. No word of it, nor of p, makes the subtraction borrow.
var order8 = Encoding{0xb027b2c28f95e826, 0xf098eff289f4c345, 0x3933c6d305acdfd5, 0x05fc536d880238b1}
