package edwards1

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"

	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

var prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))

// Where limbs of tight and of loose elements end.
const (
	tight = 1<<51 + 1<<18
	loose = 1 << 54
)

func value(e *Element) *big.Int {
	v := new(big.Int)
	for i := 4; i >= 0; i-- {
		v.Add(v.Lsh(v, 51), new(big.Int).SetUint64(e[i]))
	}
	return v.Mod(v, prime)
}

// borders are limbs at which carries go wrong; specials are whole elements: 0, 1, p-1, p, p+1, 2p.
var (
	borders  = []uint64{0, 1, 18, 19, 1 << 50, 1<<51 - 20, 1<<51 - 19, 1<<51 - 18, 1<<51 - 1, 1 << 51, 1<<51 + 1, tight - 1}
	specials = []Element{
		{}, {1},
		{1<<51 - 20, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 19, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 18, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
		{1<<51 - 38, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1, 1 << 51},
		{0, 1 << 51, 1<<51 - 1, 1<<51 - 1, 1<<51 - 1},
	}
)

func random(bound uint64) (e Element) {
	switch rand.IntN(5) {
	case 0:
		return specials[rand.IntN(len(specials))]
	case 1:
		return Element{bound - 1, bound - 1, bound - 1, bound - 1, bound - 1}
	}
	for i := range e {
		e[i] = rand.Uint64N(bound)
		if rand.IntN(2) == 0 {
			e[i] = borders[rand.IntN(len(borders))]
		} else if rand.IntN(4) == 0 {
			e[i] = bound - 1
		}
	}
	return e
}

func TestElement(t *testing.T) {
	check := func(name string, e *Element, bound uint64, v *big.Int) {
		t.Helper()
		for i := range e {
			if e[i] >= bound {
				t.Fatalf("%s: limb %d is %#x", name, i, e[i])
			}
		}
		if v.Mod(v, prime).Cmp(value(e)) != 0 {
			t.Fatalf("%s: %x, want %x", name, value(e), v)
		}
	}
	for range 100000 {
		a, b := random(loose), random(loose)
		A, B := value(&a), value(&b)
		var c Element
		c.Mul(&a, &b)
		check("Mul", &c, tight, new(big.Int).Mul(A, B))
		c.Square(&a)
		check("Square", &c, tight, new(big.Int).Mul(A, A))
		c = a
		c.Mul(&c, &c)
		check("Mul in place", &c, tight, new(big.Int).Mul(A, A))
		c = a
		c.tighten()
		check("tighten", &c, tight, A)
		c.Canonical(&a)
		check("Canonical", &c, 1<<51, A)
		whole := new(big.Int)
		for i := 4; i >= 0; i-- {
			whole.Add(whole.Lsh(whole, 51), new(big.Int).SetUint64(c[i]))
		}
		if whole.Cmp(A) != 0 || a.Zero() != (A.Sign() == 0) || a.Odd() != (A.Bit(0) == 1) {
			t.Fatalf("Canonical: %x, want %x; zero: %v, odd: %v", whole, A, a.Zero(), a.Odd())
		}
		a, b = random(tight), random(tight)
		A, B = value(&a), value(&b)
		c.Add(&a, &b)
		check("Add", &c, 2*tight, new(big.Int).Add(A, B))
		c.Sub(&a, &b)
		check("Sub", &c, 3*tight, new(big.Int).Sub(A, B))
		if a.Equal(&b) != (A.Cmp(B) == 0) {
			t.Fatalf("Equal: %x and %x", A, B)
		}
	}
	for range 200 {
		a := random(loose)
		A := value(&a)
		var c Element
		c.Invert(&a)
		check("Invert", &c, tight, new(big.Int).Exp(A, new(big.Int).Sub(prime, big.NewInt(2)), prime))
	}
}

// same expects p to be the point q.
func same(t *testing.T, name string, p *Point, q *edwards25519.Point) {
	t.Helper()
	a := *p
	Normalise([]*Point{&a}, make([]Element, 1))
	if got := a.Append(nil); !slices.Equal(got, q.Bytes()) {
		t.Fatalf("%s: %x, want %x", name, got, q.Bytes())
	}
	// The same by other means, in projective coordinates.
	var x, y Element
	A, B, C, _ := q.ExtendedCoordinates()
	z := new(field.Element).Invert(C)
	x.SetBytes(new(field.Element).Multiply(A, z).Bytes())
	y.SetBytes(new(field.Element).Multiply(B, z).Bytes())
	x.Mul(&x, &p.Z)
	y.Mul(&y, &p.Z)
	if !p.X.Equal(&x) || !p.Y.Equal(&y) {
		t.Fatalf("%s: another point in projective coordinates", name)
	}
}

// order8 is a point of order 8.
var order8 = []byte{
	0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
	0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
}

// randomPoint gives a point, sometimes of small order or with such a part.
func randomPoint(t *testing.T) (Point, *edwards25519.Point) {
	q := new(edwards25519.Point).ScalarBaseMult(scalar(t, randomScalar(253)))
	s, err := new(edwards25519.Point).SetBytes(order8)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	switch rand.IntN(4) {
	case 0:
		q, n = edwards25519.NewIdentityPoint(), rand.IntN(8)
	case 1:
		n = rand.IntN(8)
	}
	for range n {
		q.Add(q, s)
	}
	var p Point
	if !p.Decompress(q.Bytes()) {
		t.Fatalf("%x is a point", q.Bytes())
	}
	return p, q
}

// randomScalar has at most so many bits, often all or few of them set.
func randomScalar(bits int) (k edwards8.Scalar) {
	for i := range k {
		k[i] = [...]uint64{rand.Uint64(), rand.Uint64(), 0, 1<<64 - 1, 1 << rand.IntN(64), 0x8888888888888888}[rand.IntN(6)]
		switch n := bits - 64*i; {
		case n <= 0:
			k[i] = 0
		case n < 64:
			k[i] &= 1<<n - 1
		}
	}
	return k
}

// scalar gives k modulo L.
func scalar(t *testing.T, k edwards8.Scalar) *edwards25519.Scalar {
	s, err := new(edwards25519.Scalar).SetUniformBytes(append(words(k), make([]byte, 32)...))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func words(k edwards8.Scalar) (b []byte) {
	for i := range 32 {
		b = append(b, byte(k[i/8]>>(8*(i%8))))
	}
	return b
}

// times is kq for any k below 2^256, with the part of small order.
func times(k edwards8.Scalar, q *edwards25519.Point) *edwards25519.Point {
	p := edwards25519.NewIdentityPoint()
	for i := 255; i >= 0; i-- {
		p.Add(p, p)
		if k[i/64]>>(i%64)&1 == 1 {
			p.Add(p, q)
		}
	}
	return p
}

func TestDecompress(t *testing.T) {
	points := 0
	for n := range 2000 {
		encoded := make([]byte, 32)
		for i := range encoded {
			encoded[i] = byte(rand.Uint32())
		}
		switch n % 4 {
		case 0: // small y
			clear(encoded)
			encoded[0] = byte(rand.IntN(20))
			encoded[31] = byte(rand.IntN(2)) << 7
		case 1: // y around p
			for i := range encoded {
				encoded[i] = 0xff
			}
			encoded[0] -= byte(rand.IntN(40))
			encoded[31] &= 127 | byte(rand.IntN(2))<<7
		}
		q, err := new(edwards25519.Point).SetBytes(encoded)
		var p Point
		if ok := p.Decompress(encoded); ok != (err == nil) {
			t.Fatalf("%x: %v, want %v", encoded, ok, err)
		}
		if err == nil {
			points++
			same(t, "Decompress", &p, q)
			var xy Element
			xy.Mul(&p.X, &p.Y)
			if !p.T.Equal(&xy) {
				t.Fatalf("%x: T", encoded)
			}
			p.Neg(&p)
			same(t, "Neg", &p, q.Negate(q))
		}
	}
	t.Logf("%d points of 2000", points)
}

func TestSum(t *testing.T) {
	var s Sum
	b := edwards25519.NewGeneratorPoint()
	for range 200 {
		s.Reset()
		want := edwards25519.NewIdentityPoint()
		for range rand.IntN(6) {
			p, q := randomPoint(t)
			k, negative := randomScalar([]int{1, 8, 130, 253, 255}[rand.IntN(5)]), rand.IntN(2) == 0
			if term := (Term{Scalar: k}); !negative && rand.IntN(2) == 0 {
				term.Point.Set(&p)
				s.AddTerm(&term)
			} else {
				s.Add(&k, &p, negative)
			}
			if q = times(k, q); negative {
				q.Negate(q)
			}
			want.Add(want, q)
		}
		if rand.IntN(3) > 0 {
			k := randomScalar(253)
			s.AddBase(&k)
			want.Add(want, times(k, b))
		}
		var p Point
		s.Compute(&p)
		same(t, "Sum", &p, want)
		if p.Identity() != (want.Equal(edwards25519.NewIdentityPoint()) == 1) {
			t.Fatalf("Identity: %v", p.Identity())
		}
	}
}

func TestBuckets(t *testing.T) {
	var b Buckets
	for _, n := range []int{0, 1, 2, 20, 33, 70, 140, 300} {
		want := edwards25519.NewIdentityPoint()
		var lists [2][]Term
		for i := range lists {
			for range n {
				p, q := randomPoint(t)
				term := Term{Scalar: randomScalar([]int{253, 128}[i])}
				term.Point.Set(&p)
				lists[i] = append(lists[i], term)
				want.Add(want, times(term.Scalar, q))
			}
		}
		var p Point
		b.Compute(&p, lists[0], lists[1])
		same(t, "Buckets", &p, want)
	}
}

// TestNoAllocs: sums allocate nothing.
func TestNoAllocs(t *testing.T) {
	var s Sum
	p := Base()
	var q Point
	k := randomScalar(253)
	if n := testing.AllocsPerRun(10, func() {
		s.Reset()
		s.Add(&k, &p, true)
		s.AddBase(&k)
		s.Compute(&q)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
