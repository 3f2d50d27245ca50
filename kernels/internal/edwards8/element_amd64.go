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
func (e *Element) Mul(a, b *Element) { mul(e.ptr(), a.ptr(), b.ptr()) }

// Add sets e = a + b.
func (e *Element) Add(a, b *Element) { add(e.ptr(), a.ptr(), b.ptr()) }

// Sub sets e = a - b.
func (e *Element) Sub(a, b *Element) { sub(e.ptr(), a.ptr(), b.ptr()) }

// Neg sets e = -a in the lanes of the mask and e = a in the others.
func (e *Element) Neg(a *Element, mask uint8) {
	var n Element
	n.Sub(&zero, a)
	e.Select(a, &n, mask)
}

// Select sets e = b in the lanes of the mask and e = a in the others.
func (e *Element) Select(a, b *Element, mask uint8) { choose(e.ptr(), a.ptr(), b.ptr(), uint64(mask)) }

// Canonical sets e = a with limbs below 2^51 and the value below p. It tells in which lanes a is zero, and in which odd.
func (e *Element) Canonical(a *Element) (zero, odd uint8) {
	z, o := canonical(e.ptr(), a.ptr())
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

// Pair is two elements in a row. Their chains of squares run beside each other in nearly the time of one.
type Pair [2]Element

func (p *Pair) ptr() *byte { return (*byte)(unsafe.Pointer(p)) }

// Square sets p = a^(2^n), n > 0.
func (p *Pair) Square(a *Pair, n int) { square(p.ptr(), a.ptr(), n) }

// Mul sets p = ab.
func (p *Pair) Mul(a, b *Pair) {
	p[0].Mul(&a[0], &b[0])
	p[1].Mul(&a[1], &b[1])
}

// chain gives z^(2^250 - 1) and z^11: RFC 8032 has no name for it, all implementations share it. 249 squares.
func (p *Pair) chain(z *Pair) (z11 Pair) {
	var z2, t, u, z50 Pair
	z2.Square(z, 1)
	t.Square(&z2, 2)
	t.Mul(&t, z) // 9
	z11.Mul(&t, &z2)
	u.Square(&z11, 1)
	t.Mul(&u, &t) // 2^5 - 1
	u.Square(&t, 5)
	t.Mul(&u, &t) // 2^10 - 1
	u.Square(&t, 10)
	u.Mul(&u, &t) // 2^20 - 1
	z50.Square(&u, 20)
	u.Mul(&z50, &u) // 2^40 - 1
	u.Square(&u, 10)
	t.Mul(&u, &t) // 2^50 - 1
	u.Square(&t, 50)
	u.Mul(&u, &t) // 2^100 - 1
	z50.Square(&u, 100)
	u.Mul(&z50, &u) // 2^200 - 1
	u.Square(&u, 50)
	p.Mul(&u, &t) // 2^250 - 1
	return z11
}

// Invert sets p = 1/z; 1/0 is 0.
func (p *Pair) Invert(z *Pair) {
	z11 := p.chain(z)
	p.Square(p, 5)
	p.Mul(p, &z11) // 2^255 - 21
}

// sqrtChain sets p = z^((p-5)/8) = z^(2^252 - 3).
func (p *Pair) sqrtChain(z *Pair) {
	y := *z
	p.chain(z)
	p.Square(p, 2)
	p.Mul(p, &y)
}

// Decompress sets x of the points with the given y and oddness of x, and tells in which lanes of each element there is such a
// point: RFC 8032, section 5.1.3, but that x = 0 may be said to be odd. One exponentiation gives the root of u/v.
// x and y are not the same memory.
func (x *Pair) Decompress(y *Pair, odd [2]uint8) (ok [2]uint8) {
	var u, v, v3, t Pair
	t.Square(y, 1)
	for i := range t {
		u[i].Sub(&t[i], &one)
		v[i].Mul(&t[i], &d)
		v[i].Add(&v[i], &one)
	}
	v3.Square(&v, 1)
	v3.Mul(&v3, &v)
	t.Square(&v3, 1)
	t.Mul(&t, &v)
	t.Mul(&t, &u) // u v^7
	t.sqrtChain(&t)
	t.Mul(&t, &v3)
	x.Mul(&t, &u) // u v^3 (u v^7)^((p-5)/8)

	// v x^2 is u, or -u, where the root of -1 is missing, or there is no point.
	t.Square(x, 1)
	t.Mul(&t, &v)
	for i := range x {
		var r Element
		same := t[i].Equal(&u[i])
		r.Add(&t[i], &u[i])
		opposite := r.Zero()
		r.Mul(&x[i], &sqrtM1)
		x[i].Select(&x[i], &r, opposite&^same)
		ok[i] = same | opposite
		_, isOdd := r.Canonical(&x[i])
		x[i].Neg(&x[i], isOdd^odd[i])
	}
	return ok
}
