package ecvrf

import (
	"crypto/sha512"
	"math/big"
	"slices"

	"github.com/sluice-engine/sluice/kernels"
)

// This file has a second verifier, on math/big alone and straight from the texts, with which Ref is compared:
// RFC 9381, RFC 9380 and, for Draft03, the steps of libsodium.

func number(s string) *big.Int {
	x, ok := new(big.Int).SetString(s, 0)
	if !ok {
		panic("not a number: " + s)
	}
	return x
}

var (
	modulus    = number("0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed")
	groupOrder = number("0x1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed")
	curveD     = mod(mul(number("-121665"), inv(number("121666"))))
	basePoint  = mustDecode(append([]byte{0x58}, slices.Repeat([]byte{0x66}, 31)...))
)

func mod(x *big.Int) *big.Int    { return new(big.Int).Mod(x, modulus) }
func mul(x, y *big.Int) *big.Int { return mod(new(big.Int).Mul(x, y)) }
func add(x, y *big.Int) *big.Int { return mod(new(big.Int).Add(x, y)) }
func sub(x, y *big.Int) *big.Int { return mod(new(big.Int).Sub(x, y)) }

// inv is 1/x, or 0 for 0.
func inv(x *big.Int) *big.Int {
	e := new(big.Int).Sub(modulus, big.NewInt(2))
	return new(big.Int).Exp(mod(x), e, modulus)
}

// root is the square root with the parity, or nil.
func root(x *big.Int, odd uint) *big.Int {
	r := new(big.Int).ModSqrt(x, modulus)
	if r != nil && r.Bit(0) != odd {
		r = mod(r.Neg(r))
	}
	return r
}

// fromLE reads a little-endian number.
func fromLE(p []byte) *big.Int {
	q := slices.Clone(p)
	slices.Reverse(q)
	return new(big.Int).SetBytes(q)
}

// modelPoint is (x/z, y/z).
type modelPoint struct{ x, y, z *big.Int }

func affine(x, y *big.Int) *modelPoint { return &modelPoint{x, y, big.NewInt(1)} }

func (p *modelPoint) plus(q *modelPoint) *modelPoint { // add-2008-bbjlp with a = -1, which is complete here
	a := mul(p.z, q.z)
	b := mul(a, a)
	c, d := mul(p.x, q.x), mul(p.y, q.y)
	e := mul(curveD, mul(c, d))
	f, g := sub(b, e), add(b, e)
	cross := sub(mul(add(p.x, p.y), add(q.x, q.y)), add(c, d))
	return &modelPoint{mul(mul(a, f), cross), mul(mul(a, g), add(d, c)), mul(f, g)}
}

func (p *modelPoint) minus(q *modelPoint) *modelPoint {
	return p.plus(&modelPoint{sub(new(big.Int), q.x), q.y, q.z})
}

func (p *modelPoint) times(k *big.Int) *modelPoint {
	sum := affine(new(big.Int), big.NewInt(1))
	for i := k.BitLen() - 1; i >= 0; i-- {
		sum = sum.plus(sum)
		if k.Bit(i) == 1 {
			sum = sum.plus(p)
		}
	}
	return sum
}

func (p *modelPoint) neutral() bool { return p.x.Sign() == 0 && p.y.Cmp(p.z) == 0 }

func (p *modelPoint) encode() []byte {
	x, y := mul(p.x, inv(p.z)), mul(p.y, inv(p.z))
	e := y.FillBytes(make([]byte, 32))
	slices.Reverse(e)
	e[31] |= byte(x.Bit(0)) << 7
	return e
}

// modelDecode is RFC 8032, section 5.1.3; libsodium's when zeroSign.
func modelDecode(e []byte, zeroSign bool) *modelPoint {
	y := fromLE(e)
	sign := y.Bit(255)
	y.SetBit(y, 255, 0)
	if y.Cmp(modulus) >= 0 {
		return nil
	}
	yy := mul(y, y)
	x := root(mul(sub(yy, big.NewInt(1)), inv(add(mul(curveD, yy), big.NewInt(1)))), sign)
	if x == nil || x.Sign() == 0 && sign == 1 && !zeroSign {
		return nil
	}
	return affine(x, y)
}

func mustDecode(e []byte) *modelPoint {
	p := modelDecode(e, false)
	if p == nil {
		panic("not a point")
	}
	return p
}

// modelVerify gives beta, or nil.
func modelVerify(rule kernels.Flags, key, alpha, proof []byte) []byte {
	draft := rule == kernels.Draft03
	suite := map[kernels.Flags]byte{kernels.TAI: 3, kernels.ELL2: 4, kernels.Draft03: 4}[rule]
	end := []byte{0}
	if draft {
		end = nil
	}
	eight := big.NewInt(8)

	y := modelDecode(key, draft)
	gamma := modelDecode(proof[:32], draft)
	if y == nil || y.times(eight).neutral() || gamma == nil {
		return nil
	}
	c, s := fromLE(proof[32:48]), fromLE(proof[48:])
	if s.Cmp(groupOrder) >= 0 && !draft {
		return nil
	}
	s.Mod(s, groupOrder)

	var h *modelPoint
	switch rule {
	case kernels.TAI:
		for ctr := 0; h == nil || h.neutral(); ctr++ {
			d := sha512.Sum512(slices.Concat([]byte{suite, 1}, key, alpha, []byte{byte(ctr), 0}))
			if h = modelDecode(d[:32], false); h != nil {
				h = h.times(eight)
			}
		}
	case kernels.ELL2:
		h = modelEncodeToCurve(slices.Concat(key, alpha), []byte("ECVRF_edwards25519_XMD:SHA-512_ELL2_NU_\x04"))
	default:
		d := sha512.Sum512(slices.Concat([]byte{suite, 1}, key, alpha))
		d[31] &= 127
		u, _ := modelElligator2(fromLE(d[:32]))
		ed := mul(sub(u, big.NewInt(1)), inv(add(u, big.NewInt(1)))).FillBytes(make([]byte, 32))
		slices.Reverse(ed)
		h = mustDecode(ed).times(eight)
	}

	u := basePoint.times(s).minus(y.times(c))
	v := h.times(s).minus(gamma.times(c))
	in := []byte{suite, 2}
	if !draft {
		in = append(in, y.encode()...)
	}
	d := sha512.Sum512(slices.Concat(in, h.encode(), gamma.encode(), u.encode(), v.encode(), end))
	if !slices.Equal(d[:16], proof[32:48]) {
		return nil
	}
	beta := sha512.Sum512(slices.Concat([]byte{suite, 3}, gamma.times(eight).encode(), end))
	return beta[:]
}

// modelEncodeToCurve is encode_to_curve of edwards25519_XMD:SHA-512_ELL2_NU_ (RFC 9380, sections 3, 5.3.1, 6.8.2).
func modelEncodeToCurve(message, dst []byte) *modelPoint {
	dstPrime := append(slices.Clone(dst), byte(len(dst)))
	b0 := sha512.Sum512(slices.Concat(make([]byte, 128), message, []byte{0, 48}, []byte{0}, dstPrime))
	b1 := sha512.Sum512(slices.Concat(b0[:], []byte{1}, dstPrime))
	s, t := modelElligator2(mod(new(big.Int).SetBytes(b1[:48])))
	c1 := root(mod(number("-486664")), 0)
	if t.Sign() == 0 || add(s, big.NewInt(1)).Sign() == 0 {
		return affine(new(big.Int), big.NewInt(1))
	}
	x := mul(mul(c1, s), inv(t))
	y := mul(sub(s, big.NewInt(1)), inv(add(s, big.NewInt(1))))
	return affine(x, y).times(big.NewInt(8))
}

// modelElligator2 is RFC 9380, section 6.7.1, on Curve25519 with Z = 2.
func modelElligator2(u *big.Int) (x, y *big.Int) {
	j := number("486662")
	g := func(x *big.Int) *big.Int { return mul(x, add(mul(x, add(x, j)), big.NewInt(1))) }
	x1 := mul(mod(new(big.Int).Neg(j)), inv(add(big.NewInt(1), mul(big.NewInt(2), mul(u, u)))))
	if y := root(g(x1), 1); y != nil {
		return x1, y
	}
	x2 := sub(sub(new(big.Int), x1), j)
	return x2, root(g(x2), 0)
}
