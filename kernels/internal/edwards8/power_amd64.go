//go:build amd64 && !purego

package edwards8

import "unsafe"

// Pair is two elements in a row.
type Pair [2]Element

// Six is six elements in a row.
type Six [6]Element

// Room is the memory of exponentiations, of up to six elements at a time: two take a third more than one, as each fills the waiting of the
// other, and three take a tenth less for each than two. A Room lies best on a multiple of 64 bytes, and is not for concurrent
// use.
type Room struct {
	u, v, v3, t, a, b, z2, z11 Six
	w                          [1]Element
}

// squareMany sets out = a^(2^n), n > 0, and mulMany out = ab.
func squareMany(out, a []Element, n int) {
	out = out[:len(a)]
	if ifma {
		for ; len(a) == 3 || len(a) > 4; out, a = out[3:], a[3:] {
			square3(first(out), first(a), n)
		}
	}
	for ; len(a) > 1; out, a = out[2:], a[2:] {
		doSquare2(first(out), first(a), n)
	}
	if len(a) == 1 {
		doSquare1(first(out), first(a), n)
	}
}

func mulMany(out, a, b []Element) {
	out, b = out[:len(a)], b[:len(a)]
	for ; len(a) > 1; out, a, b = out[2:], a[2:], b[2:] {
		doMul2(first(out), first(a), first(b))
	}
	if len(a) == 1 {
		doMul(first(out), first(a), first(b))
	}
}

func first(e []Element) *byte { return (*byte)(unsafe.Pointer(&e[0])) }

// power sets p = z^(2^250 - 1) and r.z11 = z^11: RFC 8032 has no name for it, all implementations share it. 249 squares. p is not in r.
func (r *Room) power(p, z []Element) {
	n := len(z)
	z2, z11, a, b := r.z2[:n], r.z11[:n], r.a[:n], r.b[:n]
	squareMany(z2, z, 1)
	squareMany(a, z2, 2)
	mulMany(a, a, z) // 9
	mulMany(z11, a, z2)
	squareMany(b, z11, 1)
	mulMany(a, b, a) // 2^5 - 1
	squareMany(b, a, 5)
	mulMany(a, b, a) // 2^10 - 1
	squareMany(b, a, 10)
	mulMany(b, b, a) // 2^20 - 1
	squareMany(z2, b, 20)
	mulMany(b, z2, b) // 2^40 - 1
	squareMany(b, b, 10)
	mulMany(a, b, a) // 2^50 - 1
	squareMany(b, a, 50)
	mulMany(b, b, a) // 2^100 - 1
	squareMany(z2, b, 100)
	mulMany(b, z2, b) // 2^200 - 1
	squareMany(b, b, 50)
	mulMany(p, b, a) // 2^250 - 1
}

// Invert sets z = 1/z; 1/0 is 0. len(z) is at most 6.
func (r *Room) Invert(z []Element) {
	p := r.t[:len(z)]
	r.power(p, z)
	squareMany(p, p, 5)
	mulMany(z, p, r.z11[:len(z)]) // 2^255 - 21
}

// root sets p = z^((p-5)/8) = z^(2^252 - 3). They are not the same, and p is not in r.
func (r *Room) root(p, z []Element) {
	r.power(p, z)
	squareMany(p, p, 2)
	mulMany(p, p, z)
}

// Decompress sets x of the points with the given y and oddness of x, and tells in which lanes of each element there is such a
// point: RFC 8032, section 5.1.3, but that x = 0 may be said to be odd. One exponentiation gives the root of u/v. All have the same
// length, at most 6; x and y are not the same memory.
func (r *Room) Decompress(x, y []Element, odd, ok []uint8) {
	n := len(y)
	u, v, v3, t := r.u[:n], r.v[:n], r.v3[:n], r.t[:n]
	x, odd, ok = x[:n], odd[:n], ok[:n]
	squareMany(t, y, 1)
	for i := range t {
		u[i].Sub(&t[i], &one)
		v[i].Mul(&t[i], &d)
		v[i].Add(&v[i], &one)
	}
	squareMany(v3, v, 1)
	mulMany(v3, v3, v)
	squareMany(t, v3, 1)
	mulMany(t, t, v)
	mulMany(t, t, u) // u v^7
	r.root(x, t)
	mulMany(x, x, v3)
	mulMany(x, x, u) // u v^3 (u v^7)^((p-5)/8)

	// v x^2 is u, or -u, where the root of -1 is missing, or there is no point.
	squareMany(t, x, 1)
	mulMany(t, t, v)
	for i := range x {
		s := &r.z2[i]
		same := t[i].Equal(&u[i])
		s.Add(&t[i], &u[i])
		opposite := s.Zero()
		s.Mul(&x[i], &sqrtM1)
		x[i].Select(&x[i], s, opposite&^same)
		ok[i] = same | opposite
		_, isOdd := s.Canonical(&x[i])
		x[i].Neg(&x[i], isOdd^odd[i])
	}
}
