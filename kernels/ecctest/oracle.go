package ecctest

import (
	"crypto/sha256"
	"math/big"
)

// The rows are those of the kernels; see their packages. A row of the wrong length panics.

// ECDSA decides a row digest ‖ r ‖ s ‖ x ‖ y by SEC 1, section 4.1.4.
func (c *Curve) ECDSA(row []byte) bool {
	e, r, s, x, y := split(row)
	if !c.inRange(r) || !c.inRange(s) || !c.OnCurve(x, y) {
		return false
	}
	w := c.inverse(s)
	R := c.Combine(c.mul(e, w), c.G, c.mul(r, w), Point{x, y})
	return !R.IsInfinity() && c.add(R.X, new(big.Int)).Cmp(r) == 0
}

// Recover decides a row digest ‖ r ‖ s ‖ v ‖ zeros by SEC 1, section 4.1.6, and gives x ‖ y.
func (c *Curve) Recover(row []byte) (xy [64]byte, ok bool) {
	e, r, s := integer(row), integer(row[32:]), integer(row[64:])
	if !c.inRange(r) || !c.inRange(s) || row[96] > 3 || [7]byte(row[97:]) != [7]byte{} {
		return xy, false
	}
	x := new(big.Int).Set(r)
	if row[96]&2 != 0 {
		x.Add(x, c.N)
	}
	R, ok := c.LiftX(x, row[96]&1 != 0)
	if !ok {
		return xy, false
	}
	w := c.inverse(r)
	Q := c.Combine(c.mul(s, w), R, c.mul(c.sub(new(big.Int), e), w), c.G)
	if Q.IsInfinity() {
		return xy, false
	}
	Q.X.FillBytes(xy[:32])
	Q.Y.FillBytes(xy[32:])
	return xy, true
}

// SM2 decides a row e ‖ r ‖ s ‖ x ‖ y by GB/T 32918.2-2016, section 7.1, from step B5 on.
func (c *Curve) SM2(row []byte) bool {
	e, r, s, x, y := split(row)
	if !c.inRange(r) || !c.inRange(s) || !c.OnCurve(x, y) {
		return false
	}
	t := c.add(r, s)
	if t.Sign() == 0 {
		return false
	}
	R := c.Combine(s, c.G, t, Point{x, y})
	return !R.IsInfinity() && c.add(e, R.X).Cmp(r) == 0
}

// Schnorr decides a row px ‖ rx ‖ s and a message by BIP 340.
func (c *Curve) Schnorr(row, message []byte) bool {
	px, rx, s := integer(row), integer(row[32:]), integer(row[64:])
	P, ok := c.LiftX(px, false)
	if !ok || rx.Cmp(c.P) >= 0 || s.Cmp(c.N) >= 0 {
		return false
	}
	R := c.Combine(s, c.G, c.sub(new(big.Int), challenge(row[32:64], row[:32], message)), P)
	return !R.IsInfinity() && R.Y.Bit(0) == 0 && R.X.Cmp(rx) == 0
}

// challenge is the tagged hash of BIP 340, not yet reduced.
func challenge(rx, px, message []byte) *big.Int {
	tag := sha256.Sum256([]byte("BIP0340/challenge"))
	var in []byte
	for _, p := range [][]byte{tag[:], tag[:], rx, px, message} {
		in = append(in, p...)
	}
	sum := sha256.Sum256(in)
	return new(big.Int).SetBytes(sum[:])
}

// inRange tells whether k is in [1, N-1].
func (c *Curve) inRange(k *big.Int) bool { return k.Sign() > 0 && k.Cmp(c.N) < 0 }

func split(row []byte) (e, r, s, x, y *big.Int) {
	return integer(row), integer(row[32:]), integer(row[64:]), integer(row[96:]), integer(row[128:])
}

func integer(p []byte) *big.Int { return new(big.Int).SetBytes(p[:32]) }
