package edwards8

import "math/bits"

// Halve finds numbers of half the length of k < L: u < 2^130 and an odd v < 2^130 with u = vk modulo 8L, where v is negative if it
// says so. 8L is a multiple of the order of every point of the curve, and an odd v, being below L, is invertible modulo 8L. So for all
// points A and R of the curve and B of order L, sB - kA - R is the neutral point if and only if (vs)B - uA - vR is, and the same
// holds with both multiplied by 8. (Half-size scalars: Antipa et al., SAC 2005; TCHES 2025.)
//
// It is Euclid's algorithm on 8L and k, stopped half-way: r = tk for remainders r and cofactors t, whose signs alternate and of which
// no two in a row are even. For very few k it finds nothing.
func (k *Scalar) Halve() (u, v Scalar, negative, ok bool) { return k.halve(halvedBits) }

func (k *Scalar) halve(bits int) (u, v Scalar, negative, ok bool) {
	r0, r1 := Scalar{8 * c0 % (1 << 64), (8*c1 | c0>>61) % (1 << 64), c1 >> 61, 8 * top}, *k
	t0, t1 := Scalar{}, Scalar{1}
	negative0, negative1 := true, false
	for r1.BitLen() > 128 {
		// Many steps at a time (Lehmer), none of which goes below 2^128; then one by one.
		if r1.BitLen() > 128+33 {
			if a, b, c, d, odd := leading(&r0, &r1); b != 0 {
				if odd {
					r0, r1 = combine(b, a, &r1, &r0), combine(c, d, &r0, &r1)
					negative0, negative1 = negative1, negative0
				} else {
					r0, r1 = combine(a, b, &r0, &r1), combine(d, c, &r1, &r0)
				}
				t0, t1 = sum(a, b, &t0, &t1), sum(c, d, &t0, &t1)
				continue
			}
		}
		for subtract(&r0, &r1, &t0, &t1) {
		}
		r0, r1, t0, t1 = r1, r0, t1, t0
		negative0, negative1 = negative1, negative0
	}
	return endHalving(bits, r0, r1, t0, t1, negative0, negative1)
}

// halvedBits is how many bits u and v may have.
const halvedBits = 130

// endHalving ends the algorithm, with two rows of a remainder and its cofactor, r1 < r0, for numbers below 2^bits. As r0 t1 + r1 t0 = 8L,
// nothing overflows.
func endHalving(bits int, r0, r1, t0, t1 Scalar, negative0, negative1 bool) (u, v Scalar, negative, ok bool) {
	if t1[0]&1 == 1 { // t1 r0 <= 8L, and r0 >= 2^128, so t1 < 2^128
		return r1, t1, negative1, r1.BitLen() <= bits && t1.BitLen() <= bits
	}
	// t0 is odd, and so is t0 + c t1.
	for r0.BitLen() > bits {
		if r1 == (Scalar{}) || !subtract(&r0, &r1, &t0, &t1) {
			return u, v, false, false
		}
	}
	return r0, t0, negative0, t0.BitLen() <= bits && t0[0]&1 == 1
}

// leading does the steps of Euclid's algorithm that the leading 63 bits of r0 > r1 determine (Collins' condition): afterwards the remainders are
// a r0 - b r1 and d r1 - c r0, or, after an odd number of steps, both with the other sign. The factors are below 2^32; b = 0 says that
// there were no steps.
func leading(r0, r1 *Scalar) (a, b, c, d uint64, odd bool) {
	n := r0.BitLen()
	x, y := r0.bitsBelow(n), r1.bitsBelow(n)
	odd = true
	var a2, b2 uint64
	a, c, a2 = 0, 1, 0
	b, d, b2 = 0, 0, 1
	for y >= b2 && x-y >= d+b2 {
		q := x / y
		x, y = y, x-q*y
		a, c, a2 = c, a2, c+q*a2
		b, d, b2 = d, b2, d+q*b2
		odd = !odd
	}
	return a, b, c, d, odd
}

// bitsBelow is the 63 bits of s below bit n, n >= 64.
func (s *Scalar) bitsBelow(n int) uint64 {
	n -= 63
	w, i := uint(n)%64, n/64
	x := s[i] >> w
	if i < 3 {
		x |= s[i+1] << (64 - w)
	}
	return x & (1<<63 - 1)
}

// combine is ax - by, which is not negative and below 2^256.
func combine(a, b uint64, x, y *Scalar) (d Scalar) {
	x0, x1, x2, x3, _ := times(a, x)
	y0, y1, y2, y3, _ := times(b, y)
	s := Scalar{x0, x1, x2, x3}
	d, _ = s.difference(&Scalar{y0, y1, y2, y3})
	return d
}

// sum is ax + by, below 2^256.
func sum(a, b uint64, x, y *Scalar) Scalar {
	x0, x1, x2, x3, _ := times(a, x)
	y0, y1, y2, y3, _ := times(b, y)
	s := Scalar{x0, x1, x2, x3}
	s.plus(&Scalar{y0, y1, y2, y3})
	return s
}

// subtract takes from r0 the largest r1 2^i that it holds, and adds t1 2^i to t0; false if r0 < r1. r1 is not zero.
func subtract(r0, r1, t0, t1 *Scalar) bool {
	i := r0.BitLen() - r1.BitLen()
	if i < 0 {
		return false
	}
	s := r1.shifted(uint(i))
	d, borrow := r0.difference(&s)
	if borrow != 0 {
		if i == 0 {
			return false
		}
		i--
		s = r1.shifted(uint(i))
		d, _ = r0.difference(&s)
	}
	*r0 = d
	s = t1.shifted(uint(i))
	t0.plus(&s)
	return true
}

// BitLen is how many bits s has, without leading zeros.
func (s *Scalar) BitLen() int {
	for i := 3; i > 0; i-- {
		if s[i] != 0 {
			return 64*i + bits.Len64(s[i])
		}
	}
	return bits.Len64(s[0])
}

// shifted is s 2^n, below 2^256.
func (s *Scalar) shifted(n uint) (x Scalar) {
	if n == 0 {
		return *s
	}
	if n < 64 {
		return Scalar{s[0] << n, s[1]<<n | s[0]>>(64-n), s[2]<<n | s[1]>>(64-n), s[3]<<n | s[2]>>(64-n)}
	}
	words, n := n/64, n%64
	for i := int(words); i < 4; i++ {
		x[i] = s[i-int(words)] << n
		if i > int(words) {
			x[i] |= s[i-int(words)-1] >> (64 - n)
		}
	}
	return x
}

func (s *Scalar) difference(x *Scalar) (d Scalar, borrow uint64) {
	d[0], borrow = bits.Sub64(s[0], x[0], 0)
	d[1], borrow = bits.Sub64(s[1], x[1], borrow)
	d[2], borrow = bits.Sub64(s[2], x[2], borrow)
	d[3], borrow = bits.Sub64(s[3], x[3], borrow)
	return d, borrow
}
