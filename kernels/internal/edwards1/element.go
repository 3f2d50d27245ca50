package edwards1

import (
	"encoding/binary"
	"math/bits"
)

const limbMask = 1<<51 - 1

// Element is an element of the field of 2^255-19: five limbs of 51 bits, the lowest first.
//
// "Tight" limbs are below 2^51 + 2^18; [Element.Mul] and [Element.Square] give them, and take "loose" ones, below 2^54, such as sums and
// differences of a few tight elements. Add and Sub do not carry; Sub wants a tight subtrahend and adds 2p.
//
//	19 or 38 times a limb: below 2^60
//	column of a product: at most 5 products below 2^108, 4 of them times 19: below 2^114.3
//	what leaves a column: below 2^63.3; what leaves column 4, which has no factor 19: below 2^59.4, and 19 times it below 2^63.7
//	limbs of carry's arguments: below 2^64; what leaves them, 2^13, times 19 in limb 0: below 2^18
type Element [5]uint64

var (
	zero = Element{}
	one  = Element{1}

	// d and 2d of the curve, and a square root of -1.
	d      = Element{0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff}
	d2     = Element{0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff}
	sqrtM1 = Element{0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d}
)

// Mul sets e = ab.
func (e *Element) Mul(a, b *Element) {
	a0, a1, a2, a3, a4 := a[0], a[1], a[2], a[3], a[4]
	b0, b1, b2, b3, b4 := b[0], b[1], b[2], b[3], b[4]
	a1x, a2x, a3x, a4x := 19*a1, 19*a2, 19*a3, 19*a4

	h0, l0 := bits.Mul64(a0, b0)
	h0, l0 = madd(h0, l0, a1x, b4)
	h0, l0 = madd(h0, l0, a2x, b3)
	h0, l0 = madd(h0, l0, a3x, b2)
	h0, l0 = madd(h0, l0, a4x, b1)

	h1, l1 := bits.Mul64(a0, b1)
	h1, l1 = madd(h1, l1, a1, b0)
	h1, l1 = madd(h1, l1, a2x, b4)
	h1, l1 = madd(h1, l1, a3x, b3)
	h1, l1 = madd(h1, l1, a4x, b2)

	h2, l2 := bits.Mul64(a0, b2)
	h2, l2 = madd(h2, l2, a1, b1)
	h2, l2 = madd(h2, l2, a2, b0)
	h2, l2 = madd(h2, l2, a3x, b4)
	h2, l2 = madd(h2, l2, a4x, b3)

	h3, l3 := bits.Mul64(a0, b3)
	h3, l3 = madd(h3, l3, a1, b2)
	h3, l3 = madd(h3, l3, a2, b1)
	h3, l3 = madd(h3, l3, a3, b0)
	h3, l3 = madd(h3, l3, a4x, b4)

	h4, l4 := bits.Mul64(a0, b4)
	h4, l4 = madd(h4, l4, a1, b3)
	h4, l4 = madd(h4, l4, a2, b2)
	h4, l4 = madd(h4, l4, a3, b1)
	h4, l4 = madd(h4, l4, a4, b0)

	c0, c1, c2, c3, c4 := h0<<13|l0>>51, h1<<13|l1>>51, h2<<13|l2>>51, h3<<13|l3>>51, h4<<13|l4>>51
	e.carry(l0&limbMask+19*c4, l1&limbMask+c0, l2&limbMask+c1, l3&limbMask+c2, l4&limbMask+c3)
}

// Square sets e = a^2.
func (e *Element) Square(a *Element) {
	a0, a1, a2, a3, a4 := a[0], a[1], a[2], a[3], a[4]
	a0x2, a1x2 := 2*a0, 2*a1
	a1x38, a2x38, a3x38 := 38*a1, 38*a2, 38*a3
	a3x19, a4x19 := 19*a3, 19*a4

	h0, l0 := bits.Mul64(a0, a0)
	h0, l0 = madd(h0, l0, a1x38, a4)
	h0, l0 = madd(h0, l0, a2x38, a3)

	h1, l1 := bits.Mul64(a0x2, a1)
	h1, l1 = madd(h1, l1, a2x38, a4)
	h1, l1 = madd(h1, l1, a3x19, a3)

	h2, l2 := bits.Mul64(a0x2, a2)
	h2, l2 = madd(h2, l2, a1, a1)
	h2, l2 = madd(h2, l2, a3x38, a4)

	h3, l3 := bits.Mul64(a0x2, a3)
	h3, l3 = madd(h3, l3, a1x2, a2)
	h3, l3 = madd(h3, l3, a4x19, a4)

	h4, l4 := bits.Mul64(a0x2, a4)
	h4, l4 = madd(h4, l4, a1x2, a3)
	h4, l4 = madd(h4, l4, a2, a2)

	c0, c1, c2, c3, c4 := h0<<13|l0>>51, h1<<13|l1>>51, h2<<13|l2>>51, h3<<13|l3>>51, h4<<13|l4>>51
	e.carry(l0&limbMask+19*c4, l1&limbMask+c0, l2&limbMask+c1, l3&limbMask+c2, l4&limbMask+c3)
}

// madd gives h 2^64 + l + ab.
func madd(h, l, a, b uint64) (uint64, uint64) {
	x, y := bits.Mul64(a, b)
	l, c := bits.Add64(l, y, 0)
	h, _ = bits.Add64(h, x, c)
	return h, l
}

// carry sets e to the element with these limbs, of 64 bits, tight.
func (e *Element) carry(l0, l1, l2, l3, l4 uint64) {
	e[0] = l0&limbMask + 19*(l4>>51)
	e[1] = l1&limbMask + l0>>51
	e[2] = l2&limbMask + l1>>51
	e[3] = l3&limbMask + l2>>51
	e[4] = l4&limbMask + l3>>51
}

// squares sets e = a^(2^n), n > 0.
func (e *Element) squares(a *Element, n int) {
	e.Square(a)
	for range n - 1 {
		e.Square(e)
	}
}

// Limbs are assigned one by one: an array that is built elsewhere and copied costs more than the sums.

// Add sets e = a + b, not carried.
func (e *Element) Add(a, b *Element) {
	e[0] = a[0] + b[0]
	e[1] = a[1] + b[1]
	e[2] = a[2] + b[2]
	e[3] = a[3] + b[3]
	e[4] = a[4] + b[4]
}

// Sub sets e = a - b, not carried, of tight b.
func (e *Element) Sub(a, b *Element) {
	const p0, p = 2 * (1<<51 - 19), 2 * (1<<51 - 1)
	e[0] = a[0] + p0 - b[0]
	e[1] = a[1] + p - b[1]
	e[2] = a[2] + p - b[2]
	e[3] = a[3] + p - b[3]
	e[4] = a[4] + p - b[4]
}

// Neg sets e = -a, not carried, of tight a.
func (e *Element) Neg(a *Element) { e.Sub(&zero, a) }

// SetBytes sets e to 32 little-endian bytes modulo 2^255.
func (e *Element) SetBytes(p []byte) {
	_ = p[31]
	w0, w1 := binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:])
	w2, w3 := binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
	e[0] = w0 & limbMask
	e[1] = (w0>>51 | w1<<13) & limbMask
	e[2] = (w1>>38 | w2<<26) & limbMask
	e[3] = (w2>>25 | w3<<39) & limbMask
	e[4] = w3 >> 12 & limbMask
}
