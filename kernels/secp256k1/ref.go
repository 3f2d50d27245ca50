package secp256k1

import (
	"github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// The reference is written on the field, scalars and group of decred's secp256k1, whose points are Jacobian:
// the affine point is (X/Z², Y/Z³), and all coordinates zero stand for infinity. AddNonConst, ScalarMultNonConst
// and ScalarBaseMultNonConst accept infinity and equal points, and return normalised coordinates. Only the inversion
// modulo n allocates: decred does it with math/big.
type (
	element = secp256k1.FieldVal
	scalar  = secp256k1.ModNScalar
	point   = secp256k1.JacobianPoint
)

// order is n as a field element; n < p.
var order = func() element {
	var n element
	n.SetByteSlice(secp256k1.Params().N.Bytes())
	return *n.Normalize()
}()

func refVerify(b *kernels.Batch, lo, hi int) {
	lowS := b.Flags()&kernels.LowS != 0
	for i := lo; i < hi; i++ {
		row := (*ecc.Row)(b.Row(i))
		b.SetVerdict(i, kernels.Of(verify(row, lowS)))
	}
}

// verify is SEC 1, section 4.1.4, from step 3 on (the digest is given).
func verify(row *ecc.Row, lowS bool) bool {
	r, s, ok := signature(row.Signature(), lowS)
	if !ok {
		return false
	}
	q, ok := key(row.Key())
	if !ok {
		return false
	}
	var e, w, u1, u2 scalar
	e.SetBytes(row.Digest()) // reduced modulo n
	w.InverseValNonConst(&s)
	u1.Mul2(&e, &w)
	u2.Mul2(&r, &w)
	p := combine(&u1, &u2, &q)
	if isInfinity(&p) {
		return false
	}

	// x mod n = r, without the division by Z²: p < 2n, so x is r or r + n.
	x := toElement(&r)
	if hasX(&p, &x) {
		return true
	}
	if x.IsGtOrEqPrimeMinusOrder() {
		return false
	}
	x.Add(&order).Normalize()
	return hasX(&p, &x)
}

func refRecover(b *kernels.Batch, lo, hi int) {
	lowS := b.Flags()&kernels.LowS != 0
	for i := lo; i < hi; i++ {
		row, out := (*[recoverIn]byte)(b.Row(i)), (*[recoverOut]byte)(b.Out(i))
		ok := recoverKey(row, lowS, out)
		if !ok {
			clear(out[:])
		}
		b.SetVerdict(i, kernels.Of(ok))
	}
}

// recoverKey is SEC 1, section 4.1.6, for the one candidate that v picks. It fills out if it returns true.
func recoverKey(row *[recoverIn]byte, lowS bool, out *[recoverOut]byte) bool {
	r, s, ok := signature((*[64]byte)(row[32:]), lowS)
	if !ok {
		return false
	}
	v := row[96]
	if v > 3 || [7]byte(row[97:]) != [7]byte{} {
		return false
	}
	x := toElement(&r)
	if v&2 != 0 {
		if x.IsGtOrEqPrimeMinusOrder() {
			return false
		}
		x.Add(&order).Normalize()
	}
	R, ok := lift(&x, v&1 != 0)
	if !ok {
		return false
	}

	// Q = (sR - eG) / r
	var e, w, u1, u2 scalar
	e.SetBytes((*[32]byte)(row[:32])) // reduced modulo n
	w.InverseValNonConst(&r)
	u1.Mul2(&e, &w).Negate()
	u2.Mul2(&s, &w)
	q := combine(&u1, &u2, &R)
	if isInfinity(&q) {
		return false
	}
	q.ToAffine()
	q.X.PutBytesUnchecked(out[:32])
	q.Y.PutBytesUnchecked(out[32:])
	return true
}

// signature parses r‖s: both in [1, n-1], and s at most (n-1)/2 if lowS.
func signature(rs *[64]byte, lowS bool) (r, s scalar, ok bool) {
	overR, overS := r.SetBytes((*[32]byte)(rs[:32])), s.SetBytes((*[32]byte)(rs[32:]))
	ok = overR == 0 && overS == 0 && !r.IsZero() && !s.IsZero() && !(lowS && s.IsOverHalfOrder())
	return r, s, ok
}

// key parses x‖y: both below p, and on the curve. Infinity has no such form.
func key(xy *[64]byte) (q point, ok bool) {
	if q.X.SetBytes((*[32]byte)(xy[:32])) != 0 || q.Y.SetBytes((*[32]byte)(xy[32:])) != 0 {
		return q, false
	}
	q.Z.SetInt(1)
	var left, right element
	left.SquareVal(&q.Y).Normalize()
	right.SquareVal(&q.X).Mul(&q.X).AddInt(7).Normalize()
	return q, left.Equals(&right)
}

// lift is the point with a normalised x whose y is odd or even as asked; none if x³ + 7 is no square.
func lift(x *element, odd bool) (q point, ok bool) {
	q.X.Set(x)
	q.Z.SetInt(1)
	ok = secp256k1.DecompressY(x, odd, &q.Y)
	q.Y.Normalize()
	return q, ok
}

// combine is aG + bQ, which may be infinity.
func combine(a, b *scalar, q *point) (sum point) {
	var aG, bQ point
	secp256k1.ScalarBaseMultNonConst(a, &aG)
	secp256k1.ScalarMultNonConst(b, q, &bQ)
	secp256k1.AddNonConst(&aG, &bQ, &sum)
	return sum
}

// isInfinity is decred's own notion: Z = 0, or X = Y = 0, which is on no point of the curve.
func isInfinity(p *point) bool {
	return p.Z.IsZero() || p.X.IsZero() && p.Y.IsZero()
}

// hasX tells whether the affine x coordinate of p, not infinity, is x.
func hasX(p *point, x *element) bool {
	var z2, scaled element
	z2.SquareVal(&p.Z)
	scaled.Mul2(x, &z2).Normalize()
	return scaled.Equals(&p.X)
}

// toElement is the scalar as a field element, normalised.
func toElement(k *scalar) (x element) {
	var buf [32]byte
	k.PutBytes(&buf)
	x.SetBytes(&buf)
	return x
}
