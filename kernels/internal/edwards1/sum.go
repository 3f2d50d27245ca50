package edwards1

import (
	"sync"

	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// Sum adds up products of some points and scalars, which share their doublings (Straus). The digits are signed and odd, and most of them
// zero: width-w non-adjacent forms, of width 5 for points that come with a job, and 8 for the generator B of RFC 8032, section 5.1, whose
// tables are made once. It is meant to be used again. The zero value is ready.
type Sum struct {
	n     int
	terms []term // those from n on are memory of sums before
}

type term struct {
	digits [256]int8
	length int       // digits from here on are zero
	own    [8]Cached // odd multiples of a point
	base   *[64]Affine
}

// NewSum gives a sum with memory for n products; more take more.
func NewSum(n int) *Sum { return &Sum{terms: make([]term, n)} }

// Reset forgets all products.
func (s *Sum) Reset() { s.n = 0 }

// Add adds kp, or -kp if it says so, of k < 2^255 and p with T.
func (s *Sum) Add(k *edwards8.Scalar, p *Point, negative bool) {
	t := s.term(k, 5, negative)
	t.base = nil
	var q Point
	var twice Cached
	q.Double(p, 1)
	twice.Set(&q)
	t.own[0].Set(p)
	q = *p
	for i := range t.own[1:] {
		q.Add(&twice)
		t.own[i+1].Set(&q)
	}
}

// AddTerm adds a term of many.
func (s *Sum) AddTerm(t *Term) {
	// (4x : 4y : 4 : 4xy)
	var p Point
	minus := t.Point.YMinusX
	minus.tighten()
	p.X.Sub(&t.Point.YPlusX, &minus)
	p.X.tighten()
	p.Y.Add(&t.Point.YPlusX, &minus)
	p.Y.tighten()
	p.T.Mul(&p.X, &p.Y)
	p.X.Add(&p.X, &p.X)
	p.X.tighten()
	p.Y.Add(&p.Y, &p.Y)
	p.Y.tighten()
	p.Z = Element{4}
	s.Add(&t.Scalar, &p, false)
}

// AddBase adds kB, of k < 2^253. It takes two products.
func (s *Sum) AddBase(k *edwards8.Scalar) {
	tables := bases()
	s.term(&edwards8.Scalar{k[0], k[1]}, 8, false).base = &tables[0]
	s.term(&edwards8.Scalar{k[2], k[3]}, 8, false).base = &tables[1]
}

func (s *Sum) term(k *edwards8.Scalar, width int, negative bool) *term {
	if s.n == len(s.terms) {
		s.terms = append(s.terms, term{})
	}
	t := &s.terms[s.n]
	s.n++
	t.recode(k, uint(width), negative)
	return t
}

// recode sets the digits: k = sum of digits[i] 2^i, each zero or odd and below 2^(width-1), of any width in a row one at most not zero.
func (t *term) recode(k *edwards8.Scalar, width uint, negative bool) {
	clear(t.digits[:t.length])
	t.length = 0
	x := [5]uint64{k[0], k[1], k[2], k[3]}
	carry := uint64(0)
	for i := uint(0); i < 256; {
		word, shift := i/64, i%64
		window := x[word]>>shift | x[word+1]<<1<<(63-shift)
		window += carry
		if window&1 == 0 {
			i++
			continue
		}
		window &= 1<<width - 1
		carry = window >> (width - 1)
		digit := int8(int(window) - int(carry)<<width)
		if negative {
			digit = -digit
		}
		t.digits[i] = digit
		t.length = int(i) + 1
		i += width
	}
}

// Compute sets p to the sum. T of p is not set.
func (s *Sum) Compute(p *Point) {
	top := 0
	for i := range s.terms[:s.n] {
		top = max(top, s.terms[i].length)
	}
	p.SetIdentity()
	var c completed
	for i := top - 1; i >= 0; i-- {
		c.double(p)
		for j := range s.terms[:s.n] {
			t := &s.terms[j]
			digit := t.digits[i]
			if digit == 0 {
				continue
			}
			c.extend(p)
			negative := digit < 0
			if negative {
				digit = -digit
			}
			if t.base != nil {
				c.addAffine(p, &t.base[digit/2], negative)
			} else {
				c.add(p, &t.own[digit/2], negative)
			}
		}
		c.into(p)
	}
}

// bases are the odd multiples of B and of 2^128 B. They are made at the first call.
var bases = sync.OnceValue(func() *[2][64]Affine {
	tables := new([2][64]Affine)
	b := Base()
	for i := range tables {
		var points [64]Point
		var all []*Point
		var twice Cached
		var q Point
		q.Double(&b, 1)
		twice.Set(&q)
		q = b
		for j := range points {
			points[j] = q
			all = append(all, &points[j])
			q.Add(&twice)
		}
		Normalise(all, make([]Element, len(all)))
		for j := range points {
			p := &points[j]
			p.T.Mul(&p.X, &p.Y)
			tables[i][j].Set(p)
		}
		b.Double(&b, 128)
	}
	return tables
})

// Base is B.
func Base() Point {
	p := Point{
		X: Element{0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe, 0x216936d3cd6e5},
		Y: Element{0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333, 0x6666666666666},
		Z: one,
	}
	p.T.Mul(&p.X, &p.Y)
	return p
}
