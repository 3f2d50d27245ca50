package nasty25519

import "math/big"

// Elligator2 maps r to an affine point of edwards25519 by the definition: RFC 9380, section 6.7.1, and RFC 7748, section 4.1. With evenX, x
// is made even, as ECVRF of draft 03 has it. first tells whether the first candidate was on the curve.
func Elligator2(r *big.Int, evenX bool) (x, y *big.Int, first bool) {
	prime := new(big.Int).Lsh(big.NewInt(1), 255)
	prime.Sub(prime, big.NewInt(19))
	mod := func(v *big.Int) *big.Int { return v.Mod(v, prime) }
	num := func(v int64) *big.Int { return mod(big.NewInt(v)) }
	mul := func(a, b *big.Int) *big.Int { return mod(new(big.Int).Mul(a, b)) }
	add := func(a, b *big.Int) *big.Int { return mod(new(big.Int).Add(a, b)) }
	neg := func(a *big.Int) *big.Int { return mod(new(big.Int).Neg(a)) }
	inv := func(a *big.Int) *big.Int { return new(big.Int).ModInverse(a, prime) }
	g := func(u *big.Int) *big.Int { return mul(u, add(mul(u, add(u, num(486662))), num(1))) }
	u := mul(num(-486662), inv(add(num(1), mul(num(2), mul(r, r)))))
	first = big.Jacobi(g(u), prime) >= 0
	if !first {
		u = neg(add(u, num(486662)))
	}
	v := new(big.Int).ModSqrt(g(u), prime)
	if (v.Bit(0) == 1) != first {
		v = neg(v)
	}
	root := new(big.Int).ModSqrt(num(-486664), prime)
	if root.Bit(0) == 1 {
		root = neg(root)
	}
	x = new(big.Int) // at v = 0, u = 0: (0, -1)
	if v.Sign() != 0 {
		x = mul(mul(root, u), inv(v))
	}
	y = mul(add(u, num(-1)), inv(add(u, num(1))))
	if evenX && x.Bit(0) == 1 {
		x = neg(x)
	}
	return x, y, first
}
