package vrfsuite

import (
	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// Curve25519 is v^2 = u^3 + J u^2 + u. It maps to edwards25519 by (RFC 7748, section 4.1)
//
//	x = sqrt(-J - 2) u / v    y = (u - 1) / (u + 1)

const j = 486662

// mapToCurve25519 is map_to_curve_elligator2_curve25519 of RFC 9380, section 6.7.1, with Z = 2: it sets (u, v)
// to a point on Curve25519. At least one of u1 = -J / (1 + 2 r^2) and u2 = -u1 - J is of a point; u1 is
// preferred, and has the odd v, u2 the even one.
func mapToCurve25519(u, v, r *field.Element) {
	var one, d field.Element
	one.One()

	// The denominator is never zero, as -1/2 is no square.
	d.Square(r)
	d.Add(&d, &d)
	d.Add(&d, &one)
	u.Mult32(u.Invert(&d), j)
	u.Negate(u)
	if rootOfCurve(v, u) {
		v.Negate(v) // odd
		return
	}
	u.Add(u, d.Mult32(&one, j))
	u.Negate(u)
	rootOfCurve(v, u) // even
}

// rootOfCurve sets v to the even square root of u^3 + J u^2 + u and reports whether there is one.
func rootOfCurve(v, u *field.Element) bool {
	var one, w field.Element
	one.One()
	w.Add(u, w.Mult32(&one, j))
	w.Multiply(&w, u)
	w.Add(&w, &one)
	w.Multiply(&w, u)
	_, square := v.SqrtRatio(&w, &one)
	return square == 1
}

// edwardsY sets y = (u - 1) / (u + 1). No point has u = -1, as J - 2 is no square.
func edwardsY(y, u *field.Element) {
	var one, d field.Element
	one.One()
	d.Add(u, &one)
	d.Invert(&d)
	y.Subtract(u, &one)
	y.Multiply(y, &d)
}

// toEdwards sets p to the point of edwards25519 for a point of Curve25519: RFC 9380, section 6.8.2 and appendix
// D.1. Where a denominator is zero, which is only at (0, 0), p is neutral.
func toEdwards(p *edwards25519.Point, u, v *field.Element) {
	var one, root, x, y, z, t, d field.Element
	one.One()

	// The even square root of -J - 2.
	root.Mult32(&one, j+2)
	root.Negate(&root)
	root.SqrtRatio(&root, &one)

	// x = nx / v, y = ny / d, so (X : Y : Z : T) = (nx d : ny v : v d : nx ny).
	x.Multiply(&root, u)
	y.Subtract(u, &one)
	d.Add(u, &one)
	z.Multiply(v, &d)
	if z.Equal(new(field.Element)) == 1 {
		p.Set(edwards25519.NewIdentityPoint())
		return
	}
	t.Multiply(&x, &y)
	x.Multiply(&x, &d)
	y.Multiply(&y, v)
	if _, err := p.SetExtendedCoordinates(&x, &y, &z, &t); err != nil {
		panic("vrfsuite: Elligator 2 left the curve: " + err.Error())
	}
}
