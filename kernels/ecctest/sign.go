package ecctest

import "math/big"

// Scalar makes a number in [1, N-1] of the first 32 bytes of p, or of all if it has fewer: for fuzz targets.
func (c *Curve) Scalar(p []byte) *big.Int {
	n := new(big.Int).SetBytes(p[:min(len(p), 32)])
	return plus(n.Mod(n, minus(c.N, small(1))), small(1))
}

// SignECDSA is a valid row digest ‖ r ‖ s ‖ x ‖ y under the key d with the nonce k, and the v of its recovery. It
// fails where r or s would be 0.
func (c *Curve) SignECDSA(d, k, e *big.Int) (signed []byte, v byte, ok bool) {
	R, Q := c.Mul(k, c.G), c.Mul(d, c.G)
	r := c.add(R.X, small(0))
	s := c.mul(c.add(e, c.mul(r, d)), c.inverse(k))
	v = byte(R.Y.Bit(0))
	if R.X.Cmp(c.N) >= 0 {
		v |= 2
	}
	return row(e, r, s, Q.X, Q.Y), v, r.Sign() != 0 && s.Sign() != 0
}

// SignSM2 is a valid row e ‖ r ‖ s ‖ x ‖ y with these r and s under the key d. It fails where r + s is 0 modulo N or
// the sum is infinity.
func (c *Curve) SignSM2(d, r, s *big.Int) (signed []byte, ok bool) {
	Q, t := c.Mul(d, c.G), c.add(r, s)
	R := c.Combine(s, c.G, t, Q)
	if t.Sign() == 0 || R.IsInfinity() {
		return nil, false
	}
	return row(c.sub(r, R.X), r, s, Q.X, Q.Y), true
}
