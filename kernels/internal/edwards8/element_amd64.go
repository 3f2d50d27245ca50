//go:build amd64 && !purego

package edwards8

import (
	"encoding/binary"
	"unsafe"
)

// Lanes is how many elements a vector has.
const Lanes = 8

// All is the mask of all lanes.
const All = 1<<Lanes - 1

const limbBits, limbMask = 51, 1<<51 - 1

// Element is an element of the field in each lane: limb i of 51 bits of lane l is Element[i][l].
type Element [5][Lanes]uint64

func (e *Element) ptr() *byte { return (*byte)(unsafe.Pointer(e)) }

// Mul sets e = ab.
func (e *Element) Mul(a, b *Element) { doMul(e.ptr(), a.ptr(), b.ptr()) }

// Add sets e = a + b.
func (e *Element) Add(a, b *Element) { doAdd(e.ptr(), a.ptr(), b.ptr()) }

// Sub sets e = a - b.
func (e *Element) Sub(a, b *Element) { doSub(e.ptr(), a.ptr(), b.ptr()) }

// Neg sets e = -a in the lanes of the mask and e = a in the others.
func (e *Element) Neg(a *Element, mask uint8) {
	var n Element
	n.Sub(&zero, a)
	e.Select(a, &n, mask)
}

// Select sets e = b in the lanes of the mask and e = a in the others.
func (e *Element) Select(a, b *Element, mask uint8) {
	doChoose(e.ptr(), a.ptr(), b.ptr(), uint64(mask))
}

// Canonical sets e = a with limbs below 2^51 and the value below p. It tells in which lanes a is zero, and in which odd.
func (e *Element) Canonical(a *Element) (zero, odd uint8) {
	z, o := doCanonical(e.ptr(), a.ptr())
	return uint8(z), uint8(o)
}

// Zero tells in which lanes e is zero.
func (e *Element) Zero() uint8 {
	var c Element
	z, _ := c.Canonical(e)
	return z
}

// Equal tells in which lanes a = e.
func (e *Element) Equal(a *Element) uint8 {
	var d Element
	d.Sub(e, a)
	return d.Zero()
}

// SetLane sets lane l to the little-endian number p mod 2^255, which need not be below the field's prime; len(p) == 32.
func (e *Element) SetLane(l int, p []byte) {
	_ = p[31]
	w0, w1 := binary.LittleEndian.Uint64(p), binary.LittleEndian.Uint64(p[8:])
	w2, w3 := binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
	l &= Lanes - 1
	e[0][l] = w0 & limbMask
	e[1][l] = (w0>>51 | w1<<13) & limbMask
	e[2][l] = (w1>>38 | w2<<26) & limbMask
	e[3][l] = (w2>>25 | w3<<39) & limbMask
	e[4][l] = w3 >> 12 & limbMask
}

// Lane gives lane l of a canonical element as 32 little-endian bytes.
func (e *Element) Lane(l int) (p [32]byte) {
	binary.LittleEndian.PutUint64(p[:], e[0][l]|e[1][l]<<51)
	binary.LittleEndian.PutUint64(p[8:], e[1][l]>>13|e[2][l]<<38)
	binary.LittleEndian.PutUint64(p[16:], e[2][l]>>26|e[3][l]<<25)
	binary.LittleEndian.PutUint64(p[24:], e[3][l]>>39|e[4][l]<<12)
	return p
}

// splat gives the limbs in every lane.
func splat(limbs [5]uint64) (e Element) {
	for i, v := range limbs {
		for l := range e[i] {
			e[i][l] = v
		}
	}
	return e
}

// Constants, in every lane: 0, 1, d and 2d of the curve, a square root of -1.
var (
	zero   Element
	one    = splat([5]uint64{1})
	d      = splat([5]uint64{0x34dca135978a3, 0x1a8283b156ebd, 0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff})
	d2     = splat([5]uint64{0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff})
	sqrtM1 = splat([5]uint64{0x61b274a0ea0b0, 0x0d5a5fc8f189d, 0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d})
)
