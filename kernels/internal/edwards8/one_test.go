//go:build amd64 && !purego

package edwards8

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestDoubleOneBounds doubles coordinates with limbs at their bounds, which need not be of a point: the formula is one of polynomials.
func TestDoubleOneBounds(t *testing.T) {
	if !ifma {
		t.Skip("with AVX2 it is Double")
	}
	const tight = 1<<51 + 1<<16
	for n := range 3000 {
		var p Point
		for _, e := range []*Element{&p.X, &p.Y, &p.Z} {
			for i := range e {
				e[i][0] = []uint64{0, 1, limbMask, limbMask - 18, limbMask + 1, tight - 1, rand.Uint64N(tight)}[rand.IntN(7)]
			}
		}
		if n == 0 {
			for _, e := range []*Element{&p.X, &p.Y, &p.Z} {
				for i := range e {
					e[i][0] = tight - 1
				}
			}
		}
		x, y, z := value(&p.X, 0), value(&p.Y, 0), value(&p.Z, 0)
		mul := func(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }
		a, b := mul(x, x), mul(y, y)
		e, h, g := mul(big.NewInt(2), mul(x, y)), new(big.Int).Add(a, b), new(big.Int).Sub(b, a)
		f := new(big.Int).Sub(mul(big.NewInt(2), mul(z, z)), g)
		h.Neg(h) // as F has the other sign, too
		f.Neg(f)
		p.DoubleOne(1)
		for i, want := range []*big.Int{mul(e, f), mul(g, h), mul(f, g), mul(e, h)} {
			got := []*Element{&p.X, &p.Y, &p.Z, &p.T}[i]
			for l := range Lanes {
				if value(got, l).Cmp(new(big.Int).Mod(want, prime)) != 0 {
					t.Fatalf("coordinate %d, lane %d: %x, want %x", i, l, value(got, l), want)
				}
				for j := range got {
					if got[j][l] >= tight {
						t.Fatalf("coordinate %d, lane %d, limb %d: %x is out of bounds", i, l, j, got[j][l])
					}
				}
			}
		}
	}
}
