package edwards1

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

// TestElligator2 computes the map in math/big, in affine coordinates, at its borders and elsewhere. Its points may differ in one of
// order 2 where RFC 9380 has an exception.
func TestElligator2(t *testing.T) {
	firsts, seconds := 0, 0
	for n := range 1000 {
		r := random(tight)
		if n < 3 { // 0 is the exception of RFC 9380
			r = Element{uint64(n)}
		}
		for _, evenX := range []bool{false, true} {
			var p Point
			p.Elligator2(&r, evenX)
			x, y, first := nasty25519.Elligator2(value(&r), evenX)
			if first {
				firsts++
			} else {
				seconds++
			}
			z := value(&p.Z)
			if z.Sign() == 0 {
				t.Fatalf("r = %x: Z = 0", value(&r))
			}
			z.ModInverse(z, prime)
			gx, gy := value(&p.X), value(&p.Y)
			gx.Mul(gx, z).Mod(gx, prime)
			gy.Mul(gy, z).Mod(gy, prime)
			if gx.Cmp(x) != 0 || gy.Cmp(y) != 0 {
				t.Fatalf("r = %x, even x %v: (%x, %x), want (%x, %x)", value(&r), evenX, gx, gy, x, y)
			}
			for _, e := range []*Element{&p.X, &p.Y, &p.Z} {
				for i := range e {
					if e[i] >= tight {
						t.Fatalf("r = %x: limb %#x", value(&r), e[i])
					}
				}
			}
		}
	}
	if firsts == 0 || seconds == 0 {
		t.Errorf("%d first candidates, %d second ones", firsts, seconds)
	}
}

func TestSetWide(t *testing.T) {
	ones := slices.Repeat([]byte{0xff}, 48)
	for n := range 2000 {
		p := slices.Clone(ones)
		switch n % 4 {
		case 0:
			for i := range p {
				p[i] = byte(rand.Uint32())
			}
		case 1:
			clear(p[rand.IntN(49):])
		case 2: // what is above 2^255 is small, so that the sum may just pass it
			clear(p[32:])
			p[32] = byte(rand.IntN(4))
			p[0] -= byte(rand.IntN(128))
		default:
			bit := rand.IntN(384)
			p[bit/8] ^= 1 << (bit % 8)
		}
		var e Element
		e.SetWide(p)
		slices.Reverse(p)
		if want := new(big.Int).SetBytes(p); want.Mod(want, prime).Cmp(value(&e)) != 0 {
			t.Fatalf("%x: %x, want %x", p, value(&e), want)
		}
		for i := range e {
			if e[i] >= tight {
				t.Fatalf("%x: limb %#x", p, e[i])
			}
		}
	}
}
