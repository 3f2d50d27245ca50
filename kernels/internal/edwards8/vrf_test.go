//go:build amd64 && !purego

package edwards8

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

// TestElligator2 computes the map in math/big, in affine coordinates, at its borders and elsewhere. Its points may differ in one of
// order 2 where RFC 9380 has an exception.
func TestElligator2(t *testing.T) {
	firsts, seconds := 0, 0
	for n := range 200 {
		var r Pair
		random(&r[0])
		random(&r[1])
		if n == 0 { // 0 is the exception of RFC 9380
			r[0], r[1] = zero, one
			r[1].SetLane(3, make([]byte, 32))
		}
		for _, sign := range []Sign{SignRFC9380, SignEvenX} {
			var p Points
			new(Elligator).Map(&p, &r, sign)
			for i := range p {
				for l := range Lanes {
					x, y, first := nasty25519.Elligator2(value(&r[i], l), sign == SignEvenX)
					if first {
						firsts++
					} else {
						seconds++
					}
					z := value(&p[i].Z, l)
					if z.Sign() == 0 {
						t.Fatalf("r = %x: Z = 0", value(&r[i], l))
					}
					z.ModInverse(z, prime)
					gx, gy := value(&p[i].X, l), value(&p[i].Y, l)
					gx.Mul(gx, z).Mod(gx, prime)
					gy.Mul(gy, z).Mod(gy, prime)
					if gx.Cmp(x) != 0 || gy.Cmp(y) != 0 {
						t.Fatalf("r = %x, sign %v: (%x, %x), want (%x, %x)", value(&r[i], l), sign, gx, gy, x, y)
					}
				}
			}
		}
	}
	if firsts == 0 || seconds == 0 {
		t.Errorf("%d first candidates, %d second ones", firsts, seconds)
	}
}

func TestSetWideLane(t *testing.T) {
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
		l := rand.IntN(Lanes)
		var e Element
		e.SetWideLane(l, p)
		want := new(big.Int)
		for i := range p {
			want.Lsh(want, 8).Add(want, big.NewInt(int64(p[47-i])))
		}
		if value(&e, l).Cmp(want.Mod(want, prime)) != 0 {
			t.Fatalf("%x: %x, want %x", p, value(&e, l), want)
		}
		for i := range e {
			if e[i][l] > limbMask {
				t.Fatalf("%x: limb %d is %x", p, i, e[i][l])
			}
		}
	}
}

// TestProgram compares sums of products of scalars at the borders with filippo.io/edwards25519, with tables made in both ways.
func TestProgram(t *testing.T) {
	const top = 33
	var u, v Program
	var tp, tq Table
	var k, c Windows4
	var s Windows12
	base, high := Base(), HighBase()
	for i := top - 1; i >= 0; i-- {
		u.AddCached(4*min(1, top-1-i), &tp, &c[i])
		if i%3 == 0 {
			u.AddAffine(0, base, &s[i/3])
			u.AddAffine(0, high, &s[i/3+HighBit/12])
		}
	}
	for i := 63; i >= 0; i-- {
		v.AddCached(4*min(1, 63-i), &tq, &k[i])
		if i < top {
			v.AddCached(0, &tp, &c[i])
		}
	}
	for range 30 {
		x, y, ps := randomPoints(t, nil)
		tp.Fill(&x, &y)
		x, y, qs := randomPoints(t, &ps)
		var q Point
		q.SetAffine(&x, &y)
		q.Double(1) // so that Z is not 1
		tq.FillProjective(&q)
		var ks, cs, ss Scalars
		var k1, c1 [Lanes]*edwards25519.Scalar
		for l := range Lanes {
			qs[l].Add(qs[l], qs[l])
			k1[l] = randomScalar()
			words := [2]uint64{rand.Uint64(), rand.Uint64()}
			switch rand.IntN(6) {
			case 0:
				k1[l] = edwards25519.NewScalar()
			case 1:
				one, _ := edwards25519.NewScalar().SetCanonicalBytes(append([]byte{1}, make([]byte, 31)...))
				k1[l].Negate(one)
			case 2:
				words = [2]uint64{1<<64 - 1, 1<<64 - 1}
			case 3:
				words = [2]uint64{0, 0}
			case 4:
				words = [2]uint64{0x7777777777777777, 0x7888888888888888}
			}
			var a Scalar
			a.SetBytes(k1[l].Bytes())
			ks.SetLane4(l, &a)
			ss.SetLane12(l, &a)
			b := Scalar{words[0], words[1]}
			cs.SetLane4(l, &b)
			var wide [64]byte
			for i := range 16 {
				wide[i] = byte(words[i/8] >> (8 * (i % 8)))
			}
			c1[l], _ = edwards25519.NewScalar().SetUniformBytes(wide[:])
		}
		k.Set(&ks)
		c.Set(&cs)
		s.Set(&ss)
		var got Point
		u.Run(&got)
		same(t, "U", &got, false, func(l int) *edwards25519.Point {
			sum := new(edwards25519.Point).ScalarMult(c1[l], ps[l])
			return sum.Add(sum, new(edwards25519.Point).ScalarBaseMult(k1[l]))
		})
		v.Run(&got)
		same(t, "V", &got, false, func(l int) *edwards25519.Point {
			sum := new(edwards25519.Point).ScalarMult(c1[l], ps[l])
			return sum.Add(sum, new(edwards25519.Point).ScalarMult(k1[l], qs[l]))
		})
	}
	var none Point
	if Program(nil).Run(&none); none.Identity() != All {
		t.Error("a program without steps does not give the neutral point")
	}
}

func TestNormalise(t *testing.T) {
	room := new(Room)
	room.Normalise(nil, nil)
	for n := 1; n < 10; n++ {
		var points []*Point
		var want [][Lanes]*edwards25519.Point
		for range n {
			x, y, ps := randomPoints(t, nil)
			p := new(Point)
			p.SetAffine(&x, &y)
			p.Double(1)
			for l := range ps {
				ps[l].Add(ps[l], ps[l])
			}
			points, want = append(points, p), append(want, ps)
		}
		room.Normalise(points, make([]Element, n+1))
		for i, p := range points {
			if p.Z != one {
				t.Fatal("Z is not 1")
			}
			for l := range Lanes {
				if got := p.AppendLane(nil, l); string(got) != string(want[i][l].Bytes()) {
					t.Fatalf("%d points: point %d, lane %d: %x, want %x", n, i, l, got, want[i][l].Bytes())
				}
			}
		}
	}
	x, y := one, zero
	SetNeutral(&x, &y, 0x5a)
	for l := range Lanes {
		if neutral := 0x5a>>l&1 == 1; (x[0][l] == 0) != neutral || (y[0][l] == 1) != neutral {
			t.Errorf("lane %d: (%d, %d)", l, x[0][l], y[0][l])
		}
	}
}
