package vrfsuite

import (
	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// Curve25519 is v^2 = u^3 + J u^2 + u. The map to edwards25519 is birational (RFC 7748, section 4.1):
//
//	x = sqrt(-486664) u / v    y = (u - 1) / (u + 1)

const montgomeryJ = 486662

// montgomery is map_to_curve_elligator2_curve25519 of RFC 9380, section 6.7.1, with Z = 2: it gives the
// coordinates of a point on Curve25519.
func montgomery(r *field.Element) (u, v *field.Element) {
	one := new(field.Element).One()
	j := new(field.Element).Mult32(one, montgomeryJ)

	// u1 = -J / (1 + 2 r^2). The denominator is never zero, as -1/2 is no square.
	u1 := new(field.Element).Square(r)
	u1.Add(u1, u1).Add(u1, one).Invert(u1).Multiply(u1, j).Negate(u1)
	v1, square := new(field.Element).SqrtRatio(curve(u1, j), one)
	if square == 1 {
		return u1, v1.Negate(v1.Absolute(v1)) // the odd root
	}
	u2 := new(field.Element).Add(u1, j)
	u2.Negate(u2)
	v2, _ := new(field.Element).SqrtRatio(curve(u2, j), one)
	return u2, v2.Absolute(v2) // the even root
}

// curve gives u^3 + J u^2 + u.
func curve(u, j *field.Element) *field.Element {
	w := new(field.Element).Add(u, j) // ((u + J) u + 1) u
	w.Multiply(w, u)
	w.Add(w, new(field.Element).One())
	return w.Multiply(w, u)
}

// edwardsY sets y = (u - 1) / (u + 1), or 0 for u = -1.
func edwardsY(y, u *field.Element) {
	one := new(field.Element).One()
	d := new(field.Element).Add(u, one)
	y.Multiply(new(field.Element).Subtract(u, one), d.Invert(d))
}

// fromMontgomery sets p to the point of edwards25519: RFC 9380, section 6.8.2 and appendix D.1. Points where
// a denominator is zero go to the neutral element.
func fromMontgomery(p *edwards25519.Point, u, v *field.Element) {
	one := new(field.Element).One()

	// c = the even root of -486664 = -(J + 2)
	c := new(field.Element).Mult32(one, montgomeryJ+2)
	c.Negate(c)
	c.SqrtRatio(c, one)

	xn := new(field.Element).Multiply(c, u)
	xd := v
	yn := new(field.Element).Subtract(u, one)
	yd := new(field.Element).Add(u, one)

	// (X : Y : Z : T) = (xn yd : yn xd : xd yd : xn yn)
	z := new(field.Element).Multiply(xd, yd)
	if z.Equal(new(field.Element)) == 1 {
		p.Set(edwards25519.NewIdentityPoint())
		return
	}
	x := new(field.Element).Multiply(xn, yd)
	y := new(field.Element).Multiply(yn, xd)
	t := new(field.Element).Multiply(xn, yn)
	if _, err := p.SetExtendedCoordinates(x, y, z, t); err != nil {
		panic("vrfsuite: Elligator 2 left the curve: " + err.Error())
	}
}
