package ecctest

import "math/big"

// poly is a polynomial over the integers modulo P, lowest coefficient first, without leading zeros.
type poly []*big.Int

// LiftY is a point with this y; false if there is none. It is how keys with a small y are made, whose y + P fits
// 256 bits: x is a root of the cubic x³ + Ax + B - y², found as Cantor and Zassenhaus do.
func (c *Curve) LiftY(y *big.Int) (Point, bool) {
	constant := new(big.Int).Mul(y, y)
	constant.Sub(c.B, constant).Mod(constant, c.P)
	f := poly{constant, new(big.Int).Mod(c.A, c.P), big.NewInt(0), big.NewInt(1)}

	// x^P - x has every element of the field as a root: what f shares with it is the product of x - root.
	x := poly{big.NewInt(0), big.NewInt(1)}
	f = c.gcd(f, c.minus(c.power(x, c.P, f), x))

	// Half of the shifted roots are squares, so gcds with (x+a)^((P-1)/2) - 1 part them.
	half := new(big.Int).Rsh(c.P, 1)
	one := poly{big.NewInt(1)}
	for a := int64(1); len(f) > 2; a++ {
		g := c.gcd(f, c.minus(c.power(poly{big.NewInt(a), big.NewInt(1)}, half, f), one))
		if len(g) > 1 && len(g) < len(f) {
			f = g
		}
	}
	if len(f) != 2 {
		return Point{}, false
	}
	root := new(big.Int).ModInverse(f[1], c.P)
	root.Mul(root, f[0]).Neg(root).Mod(root, c.P)
	return Point{root, new(big.Int).Set(y)}, true
}

// power is a^k modulo f.
func (c *Curve) power(a poly, k *big.Int, f poly) poly {
	out := poly{big.NewInt(1)}
	for i := k.BitLen() - 1; i >= 0; i-- {
		out = c.remainder(c.product(out, out), f)
		if k.Bit(i) == 1 {
			out = c.remainder(c.product(out, a), f)
		}
	}
	return out
}

func (c *Curve) gcd(a, b poly) poly {
	for len(b) > 0 {
		a, b = b, c.remainder(a, b)
	}
	return a
}

func trim(a poly) poly {
	for len(a) > 0 && a[len(a)-1].Sign() == 0 {
		a = a[:len(a)-1]
	}
	return a
}

func (c *Curve) minus(a, b poly) poly {
	out := make(poly, max(len(a), len(b)))
	for i := range out {
		out[i] = new(big.Int)
		if i < len(a) {
			out[i].Set(a[i])
		}
		if i < len(b) {
			out[i].Sub(out[i], b[i]).Mod(out[i], c.P)
		}
	}
	return trim(out)
}

func (c *Curve) product(a, b poly) poly {
	if len(a) == 0 || len(b) == 0 {
		return nil
	}
	out := make(poly, len(a)+len(b)-1)
	for i := range out {
		out[i] = new(big.Int)
	}
	var t big.Int
	for i, x := range a {
		for j, y := range b {
			out[i+j].Add(out[i+j], t.Mul(x, y))
		}
	}
	for _, x := range out {
		x.Mod(x, c.P)
	}
	return trim(out)
}

// remainder is a modulo m, m not zero.
func (c *Curve) remainder(a, m poly) poly {
	r := c.minus(a, nil)
	lead := new(big.Int).ModInverse(m[len(m)-1], c.P)
	var q, t big.Int
	for ; len(r) >= len(m); r = trim(r) {
		shift := len(r) - len(m)
		q.Mul(r[len(r)-1], lead).Mod(&q, c.P)
		for i, x := range m {
			r[shift+i].Sub(r[shift+i], t.Mul(&q, x)).Mod(r[shift+i], c.P)
		}
	}
	return r
}
