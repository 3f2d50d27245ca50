package nasty25519

import (
	"crypto/sha512"
	"fmt"
	"math/big"
	"slices"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"
)

// point is an encoding of aB + iT.
type point struct {
	name      string
	encoded   []byte
	canonical bool
	a         *big.Int // modulo L
	i         int64    // modulo 8
}

// curve has the constants.
type curve struct {
	order   *big.Int              // L
	torsion [8]edwards25519.Point // iT
	small   []point               // the 14 encodings of the 8 points of small order
}

func newCurve() curve {
	c := curve{order: new(big.Int).Lsh(big.NewInt(1), 252)}
	rest, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	c.order.Add(c.order, rest)

	t := findT()
	c.torsion[0].Set(edwards25519.NewIdentityPoint())
	for i := 1; i < 8; i++ {
		c.torsion[i].Add(&c.torsion[i-1], t)
	}
	for i := range c.torsion {
		encoded := c.torsion[i].Bytes()
		p := point{fmt.Sprintf("%dT", i), encoded, true, new(big.Int), int64(i)}
		c.small = append(c.small, p)
		for _, other := range nonCanonical(encoded) {
			c.small = append(c.small, point{p.name + " not canonical", other, false, p.a, p.i})
		}
	}
	return c
}

// findT gives a point of order 8: LP, for the first P by y where that has this order.
func findT() *edwards25519.Point {
	zero, one := edwards25519.NewScalar(), scalarOf(big.NewInt(1))
	last := edwards25519.NewScalar().Subtract(zero, one) // L - 1
	for y := byte(2); ; y++ {
		p, err := new(edwards25519.Point).SetBytes(append([]byte{y}, make([]byte, 31)...))
		if err != nil {
			continue
		}
		t := new(edwards25519.Point).ScalarMult(last, p)
		t.Add(t, p)
		four := new(edwards25519.Point).Double(t)
		if four.Double(four).Equal(edwards25519.NewIdentityPoint()) == 0 {
			return t
		}
	}
}

// nonCanonical gives the other encodings of a point: those with y + p where that is below 2^255, and those with
// the other sign where x = 0.
func nonCanonical(encoded []byte) (others [][]byte) {
	sign := encoded[31] & 0x80
	y := slices.Clone(encoded)
	y[31] ^= sign
	ys, signs := [][]byte{y}, []byte{sign}
	if y[0] < 19 && !slices.ContainsFunc(y[1:], func(b byte) bool { return b != 0 }) {
		above := slices.Repeat([]byte{0xff}, 32) // y + p = y + 2^255 - 19
		above[0], above[31] = 0xed+y[0], 0x7f
		ys = append(ys, above)
	}
	if p, err := new(edwards25519.Point).SetBytes(encoded); err != nil {
		panic("nasty25519: " + err.Error())
	} else if x, _, _, _ := p.ExtendedCoordinates(); x.Equal(new(field.Element)) == 1 {
		signs = []byte{0, 0x80}
	}
	for _, y := range ys {
		for _, s := range signs {
			e := slices.Clone(y)
			e[31] |= s
			if !slices.Equal(e, encoded) {
				others = append(others, e)
			}
		}
	}
	return others
}

// at gives aB + iT in its canonical encoding.
func (c *curve) at(name string, a *big.Int, i int64) point {
	a = new(big.Int).Mod(a, c.order)
	i = (i%8 + 8) % 8
	p := new(edwards25519.Point).ScalarBaseMult(scalarOf(a))
	return point{name, p.Add(p, &c.torsion[i]).Bytes(), true, a, i}
}

// scalarOf is for 0 <= x < L.
func scalarOf(x *big.Int) *edwards25519.Scalar {
	s, err := edwards25519.NewScalar().SetCanonicalBytes(littleEndian(x))
	if err != nil {
		panic("nasty25519: " + err.Error())
	}
	return s
}

// littleEndian is for 0 <= x < 2^256.
func littleEndian(x *big.Int) []byte {
	p := x.FillBytes(make([]byte, 32))
	slices.Reverse(p)
	return p
}

// challenge is SHA-512(R || A || message) mod L.
func (c *curve) challenge(r, a, message []byte) *big.Int {
	d := sha512.Sum512(slices.Concat(r, a, message))
	slices.Reverse(d[:])
	k := new(big.Int).SetBytes(d[:])
	return k.Mod(k, c.order)
}

// SmallOrder gives the 14 encodings, canonical or not, of the 8 points of small order.
func SmallOrder() (encodings [][]byte) {
	for _, p := range newCurve().small {
		encodings = append(encodings, p.encoded)
	}
	return encodings
}
