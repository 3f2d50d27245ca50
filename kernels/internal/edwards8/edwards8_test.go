//go:build amd64 && !purego

package edwards8

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"testing"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"

	"github.com/sluice-engine/sluice/kernels/internal/cpu"
)

func TestMain(m *testing.M) {
	if cpu.Get() < cpu.AVX2 {
		fmt.Printf("edwards8: skipped: %v found, %s=%q\n", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
		return
	}
	m.Run()
}

var prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// bound is where limbs of tight elements end.
var bound = func() uint64 {
	if ifma {
		return 1<<51 + 1<<16
	}
	return 1<<51 + 1<<37
}()

// value is lane l modulo p.
func value(e *Element, l int) *big.Int {
	v := new(big.Int)
	for i := 4; i >= 0; i-- {
		v.Lsh(v, 51)
		v.Add(v, new(big.Int).SetUint64(e[i][l]))
	}
	return v.Mod(v, prime)
}

// borders are limbs at which carries go wrong; special are whole elements: 0, 1, p-1, p, p+1, 2p and the largest tight one.
var (
	borders = []uint64{0, 1, 2, 18, 19, 1 << 50, 1<<51 - 20, 1<<51 - 19, 1<<51 - 18, 1<<51 - 1, 1 << 51, 1<<51 + 1, 1<<51 + 1<<15, bound - 1}
	special = [][5]uint64{
		{}, {1},
		{1<<51 - 20, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 19, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 18, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 38, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1 << 51},
		{bound - 1, bound - 1, bound - 1, bound - 1, bound - 1},
		{1 << 51, 1 << 51, 1 << 51, 1 << 51, 1 << 51},
		{1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{0, 1 << 51, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
	}
)

// random fills the lanes with tight limbs: random, of the borders, or special.
func random(e *Element) {
	for l := range Lanes {
		if rand.IntN(4) == 0 {
			for i, v := range special[rand.IntN(len(special))] {
				e[i][l] = v
			}
			continue
		}
		for i := range e {
			if rand.IntN(2) == 0 {
				e[i][l] = borders[rand.IntN(len(borders))]
			} else {
				e[i][l] = rand.Uint64N(bound)
			}
		}
	}
}

// want expects e to be tight and f of the lane in each lane.
func want(t *testing.T, name string, e *Element, f func(l int) *big.Int) {
	t.Helper()
	for l := range Lanes {
		for i := range e {
			if e[i][l] >= bound {
				t.Fatalf("%s: limb %d of lane %d is %#x", name, i, l, e[i][l])
			}
		}
		v := f(l)
		if v.Mod(v, prime).Cmp(value(e, l)) != 0 {
			t.Fatalf("%s: lane %d: %x, want %x", name, l, value(e, l), v)
		}
	}
}

func TestElement(t *testing.T) {
	rounds := 10000
	if testing.Short() {
		rounds = 1000
	}
	for range rounds {
		var p, q Six
		for i := range p {
			random(&p[i])
		}
		a, b := &p[0], &p[1]
		A := func(l int) *big.Int { return value(a, l) }
		B := func(l int) *big.Int { return value(b, l) }
		var c Element
		c.Mul(a, b)
		want(t, "Mul", &c, func(l int) *big.Int { return new(big.Int).Mul(A(l), B(l)) })
		c.Add(a, b)
		want(t, "Add", &c, func(l int) *big.Int { return new(big.Int).Add(A(l), B(l)) })
		c.Sub(a, b)
		want(t, "Sub", &c, func(l int) *big.Int { return new(big.Int).Sub(A(l), B(l)) })
		n := 1 + rand.IntN(3)
		count := 1 + rand.IntN(6)
		squareMany(q[:], p[:count], n)
		power := new(big.Int).Lsh(big.NewInt(1), uint(n))
		for i := range q[:count] {
			want(t, "Square", &q[i], func(l int) *big.Int { return new(big.Int).Exp(value(&p[i], l), power, prime) })
		}
		mask := uint8(rand.Uint32())
		c.Select(a, b, mask)
		want(t, "Select", &c, func(l int) *big.Int {
			if mask>>l&1 == 1 {
				return B(l)
			}
			return A(l)
		})
		c.Neg(a, mask)
		want(t, "Neg", &c, func(l int) *big.Int {
			if mask>>l&1 == 1 {
				return new(big.Int).Neg(A(l))
			}
			return A(l)
		})
		zeros, odds := c.Canonical(a)
		equal := a.Equal(b)
		for l := range Lanes {
			v := A(l)
			le := v.FillBytes(make([]byte, 32))
			for i := range 16 {
				le[i], le[31-i] = le[31-i], le[i]
			}
			if got := c.Lane(l); string(got[:]) != string(le) {
				t.Fatalf("Canonical: lane %d: %x, want %x", l, got, le)
			}
			if zeros>>l&1 == 1 != (v.Sign() == 0) || odds>>l&1 == 1 != (v.Bit(0) == 1) {
				t.Fatalf("Canonical: lane %d: %x is zero: %08b, odd: %08b", l, v, zeros, odds)
			}
			if equal>>l&1 == 1 != (v.Cmp(B(l)) == 0) {
				t.Fatalf("Equal: lane %d of %08b: %x and %x", l, equal, v, B(l))
			}
			var s Element
			s.SetLane(l, le)
			if value(&s, l).Cmp(v) != 0 {
				t.Fatalf("SetLane: %x, want %x", value(&s, l), v)
			}
		}
		*b = *a
		b.Mul(b, b)
		want(t, "Mul in place", b, func(l int) *big.Int { return new(big.Int).Mul(A(l), A(l)) })
	}
}

func TestInvert(t *testing.T) {
	for n := range 100 {
		var p, q Six
		for i := range p {
			random(&p[i])
		}
		q = p
		count := 1 + n%6
		new(Room).Invert(q[:count])
		for i := range q[:count] {
			want(t, "Invert", &q[i], func(l int) *big.Int {
				return new(big.Int).Exp(value(&p[i], l), new(big.Int).Sub(prime, big.NewInt(2)), prime)
			})
		}
	}
}

// TestDecompress compares with filippo.io/edwards25519 on y of points and of none.
func TestDecompress(t *testing.T) {
	points, tried := 0, 0
	for n := range 100 {
		var x, y Six
		var odd, ok [6]uint8
		var encoded [6][Lanes][32]byte
		count := 1 + n/4%6
		tried += count * Lanes
		for i := range count {
			for l := range Lanes {
				p := encoded[i][l][:]
				for k := range p {
					p[k] = byte(rand.Uint32())
				}
				if n%4 == 0 { // small y, and y >= p
					clear(p)
					p[0] = byte(rand.IntN(20))
					if n%8 == 0 {
						for k := range p {
							p[k] = 0xff
						}
						p[0] -= byte(rand.IntN(40))
					}
					p[31] = p[31]&127 | byte(rand.IntN(2))<<7
				}
				y[i].SetLane(l, p)
				odd[i] |= p[31] >> 7 << l
			}
		}
		new(Room).Decompress(x[:count], y[:count], odd[:], ok[:])
		for i := range count {
			for l := range Lanes {
				p, err := new(edwards25519.Point).SetBytes(encoded[i][l][:])
				if (err == nil) != (ok[i]>>l&1 == 1) {
					t.Fatalf("%x: ok %08b, lane %d; want %v", encoded[i][l], ok[i], l, err)
				}
				if err == nil {
					points++
					if q := point(t, &x[i], &y[i], &one, l); q.Equal(p) != 1 {
						t.Fatalf("%x: another point", encoded[i][l])
					}
				}
			}
		}
	}
	t.Logf("%d points of %d", points, tried)
}

// fieldElement is lane l of e.
func fieldElement(t *testing.T, e *Element, l int) *field.Element {
	var c Element
	c.Canonical(e)
	b := c.Lane(l)
	f, err := new(field.Element).SetBytes(b[:])
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// point is lane l of (x : y : z).
func point(t *testing.T, x, y, z *Element, l int) *edwards25519.Point {
	t.Helper()
	inverse := new(field.Element).Invert(fieldElement(t, z, l))
	a := new(field.Element).Multiply(fieldElement(t, x, l), inverse)
	b := new(field.Element).Multiply(fieldElement(t, y, l), inverse)
	p, err := new(edwards25519.Point).SetExtendedCoordinates(a, b, new(field.Element).One(), new(field.Element).Multiply(a, b))
	if err != nil {
		t.Fatalf("lane %d: %v", l, err)
	}
	return p
}

// small are points of order 1, 2, 4 and 8.
func small(t *testing.T) (points []*edwards25519.Point) {
	q, err := new(edwards25519.Point).SetBytes([]byte{
		0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
	})
	if err != nil {
		t.Fatal(err)
	}
	p := edwards25519.NewIdentityPoint()
	for range 8 {
		points = append(points, new(edwards25519.Point).Set(p))
		p.Add(p, q)
	}
	return points
}

func randomScalar() *edwards25519.Scalar {
	var b [64]byte
	for i := range b {
		b[i] = byte(rand.Uint32())
	}
	s, err := edwards25519.NewScalar().SetUniformBytes(b[:])
	if err != nil {
		panic(err)
	}
	return s
}

// randomPoints gives points in lanes, some of small order or with a part of it, some the same as in other.
func randomPoints(t *testing.T, other *[Lanes]*edwards25519.Point) (x, y Element, p [Lanes]*edwards25519.Point) {
	torsion := small(t)
	var ys, xs Pair
	var odd, ok [2]uint8
	for l := range p {
		p[l] = new(edwards25519.Point).ScalarBaseMult(randomScalar())
		switch rand.IntN(6) {
		case 0:
			p[l].Set(torsion[rand.IntN(8)])
		case 1:
			p[l].Add(p[l], torsion[rand.IntN(8)])
		case 2:
			if other != nil {
				p[l].Set(other[l])
			}
		case 3:
			if other != nil {
				p[l].Negate(other[l])
			}
		}
		b := p[l].Bytes()
		ys[0].SetLane(l, b)
		odd[0] |= b[31] >> 7 << l
	}
	new(Room).Decompress(xs[:], ys[:], odd[:], ok[:])
	if ok[0] != All {
		t.Fatalf("no points: %08b", ok)
	}
	return xs[0], ys[0], p
}

// same expects p to be f of the lane in each lane, with the right T if it is to be there.
func same(t *testing.T, name string, p *Point, hasT bool, f func(l int) *edwards25519.Point) {
	t.Helper()
	if hasT {
		var xy, zt Element
		xy.Mul(&p.X, &p.Y)
		zt.Mul(&p.Z, &p.T)
		if xy.Equal(&zt) != All {
			t.Fatalf("%s: T is wrong", name)
		}
	}
	for l := range Lanes {
		if point(t, &p.X, &p.Y, &p.Z, l).Equal(f(l)) != 1 {
			t.Fatalf("%s: lane %d is wrong", name, l)
		}
	}
}

func TestPoint(t *testing.T) {
	for range 200 {
		var p Points
		var q [2]Cached
		var a [2]Affine
		var ps, qs [2][Lanes]*edwards25519.Point
		for g := range p {
			x, y, points := randomPoints(t, nil)
			ps[g] = points
			p[g].SetAffine(&x, &y)
			p[g].Double(1) // so that Z is not 1
			for l := range points {
				points[l].Add(points[l], points[l])
			}
			x, y, qs[g] = randomPoints(t, &points)
			var r Point
			r.SetAffine(&x, &y)
			a[g].Set(&r)
			q[g].Set(&r)
		}
		sum := func(g int) func(l int) *edwards25519.Point {
			return func(l int) *edwards25519.Point { return new(edwards25519.Point).Add(ps[g][l], qs[g][l]) }
		}
		one := p[0]
		one.Add(&q[0])
		same(t, "Add", &one, true, sum(0))
		one = p[0]
		one.AddNoT(&q[0])
		same(t, "AddNoT", &one, false, sum(0))
		one = p[0]
		one.AddAffine(&a[0])
		same(t, "AddAffine", &one, true, sum(0))
		one = p[0]
		one.AddAffineNoT(&a[0])
		same(t, "AddAffineNoT", &one, false, sum(0))
		n := 1 + rand.IntN(5)
		doubled := func(g int) func(l int) *edwards25519.Point {
			return func(l int) *edwards25519.Point {
				d := new(edwards25519.Point).Set(ps[g][l])
				for range n {
					d.Add(d, d)
				}
				return d
			}
		}
		one = p[0]
		one.Double(n)
		same(t, "Double", &one, true, doubled(0))
		for l := range Lanes {
			one.rotate(&p[0], l)
			one.DoubleOne(n)
			var xy, zt Element
			xy.Mul(&one.X, &one.Y)
			zt.Mul(&one.Z, &one.T)
			if xy.Equal(&zt)&1 == 0 {
				t.Fatal("DoubleOne: T is wrong")
			}
			if got := point(t, &one.X, &one.Y, &one.Z, 0); got.Equal(doubled(0)(l)) != 1 {
				t.Fatalf("DoubleOne, %d times, of lane %d: another point", n, l)
			}
		}
		for name, f := range map[string]func(*Points){
			"pair Add":          func(p *Points) { p.Add(2, &q) },
			"pair AddNoT":       func(p *Points) { p.AddNoT(2, &q) },
			"pair AddAffineNoT": func(p *Points) { p.AddAffineNoT(2, &a) },
			"pair Double":       func(p *Points) { p.Double(2, n) },
		} {
			two := p
			f(&two)
			for g := range two {
				if name == "pair Double" {
					same(t, name, &two[g], true, doubled(g))
				} else {
					same(t, name, &two[g], name == "pair Add", sum(g))
				}
			}
		}
	}
}

// TestBase checks every entry of the table of B.
func TestBase(t *testing.T) {
	m := Base()
	p := edwards25519.NewIdentityPoint()
	for i := range m {
		x, y, z, _ := p.ExtendedCoordinates()
		inverse := new(field.Element).Invert(z)
		x.Multiply(x, inverse)
		y.Multiply(y, inverse)
		var sum, difference Element
		for k := range 5 {
			sum[k][0], difference[k][0] = m[i][k], m[i][5+k]
		}
		if fieldElement(t, &sum, 0).Equal(new(field.Element).Add(y, x)) != 1 ||
			fieldElement(t, &difference, 0).Equal(new(field.Element).Subtract(y, x)) != 1 {
			t.Fatalf("%d B is wrong", i)
		}
		p.Add(p, edwards25519.NewGeneratorPoint())
	}
}

// TestSum compares sums of every width with filippo.io/edwards25519.
func TestSum(t *testing.T) {
	s := new(Sum)
	for width := MinWidth; width <= MaxWidth; width++ {
		for _, n := range []int{1, 8, 24, 200} {
			s.SetWidth(width, 200)
			longOffset, shortOffset := s.Long(), s.Short()
			var negative Scalar
			negative.Reduce(&shortOffset)
			negative.Neg(&negative)
			var long, short Terms
			expect := edwards25519.NewIdentityPoint()
			for range (n + Lanes - 1) / Lanes {
				for _, terms := range []*Terms{&long, &short} {
					x, y, points := randomPoints(t, nil)
					var p Point
					var a Affine
					var rows [Lanes]Row
					p.SetAffine(&x, &y)
					a.Set(&p)
					a.Rows(&rows)
					terms.Rows = append(terms.Rows, rows[:]...)
					for l := range Lanes {
						var k Scalar
						if terms == &long {
							k.SetBytes(randomScalar().Bytes())
							if rand.IntN(4) == 0 {
								k.Neg(&Scalar{rand.Uint64N(3)})
							}
							terms.Scalars = append(terms.Scalars, k.WithOffset(&longOffset))
						} else {
							k = Scalar{rand.Uint64(), rand.Uint64()}
							if rand.IntN(4) == 0 {
								k = Scalar{-rand.Uint64N(2), -rand.Uint64N(2)}
							}
							terms.Scalars = append(terms.Scalars, [Lanes]uint64{k[0], k[1]})
							k.Add(&k, &negative)
						}
						var b [32]byte
						for i, w := range k {
							for j := range 8 {
								b[8*i+j] = byte(w >> (8 * j))
							}
						}
						f, err := edwards25519.NewScalar().SetCanonicalBytes(b[:])
						if err != nil {
							t.Fatal(err)
						}
						expect.Add(expect, new(edwards25519.Point).ScalarMult(f, points[l]))
					}
				}
			}
			for _, terms := range []*Terms{&long, &short} {
				terms.Rows = append(terms.Rows, Row{})[:len(terms.Rows)]
			}
			p := *s.Compute(&long, &short)
			p.Double(3)
			got := point(t, &p.X, &p.Y, &p.Z, 0)
			if got.Equal(expect.MultByCofactor(expect)) != 1 {
				t.Fatalf("width %d, %d points: wrong", width, len(long.Rows))
			}
		}
	}
}
