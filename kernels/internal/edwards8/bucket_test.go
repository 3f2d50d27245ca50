//go:build amd64 && !purego

package edwards8

import (
	"math/big"
	"math/rand/v2"
	"testing"
)

// TestBucketBounds adds rows to buckets with limbs at their bounds, which need not be of points: the formula is one of polynomials. It
// expects the results modulo p, and limbs within the bounds of kernels/_asm/edwards8/buckets.go.
func TestBucketBounds(t *testing.T) {
	if !ifma {
		t.Skip("the buckets of AVX2 have another form")
	}
	const width, tight, upper = 4, 1<<51 + 1<<16, 5 << 60
	number := func(limbs []uint64) *big.Int {
		v := new(big.Int)
		for i := 4; i >= 0; i-- {
			v.Lsh(v, limbBits).Add(v, new(big.Int).SetUint64(limbs[i]))
		}
		return v
	}
	limbs := func(to []uint64, edge func() uint64) {
		for i := range to {
			to[i] = edge()
		}
	}
	tightLimb := func() uint64 {
		return []uint64{0, 1, limbMask, limbMask - 18, limbMask + 1, tight - 1, rand.Uint64N(tight)}[rand.IntN(7)]
	}
	s := new(Sum)
	s.SetWidth(width, 1)
	for n := range 400 {
		groups := 1 + n%2
		terms := Terms{make([]Row, 1, 2), make([][Lanes]uint64, 1)}
		row := terms.Rows[0][:]
		limbs(row[:15], tightLimb)
		for i := range terms.Scalars[0] {
			terms.Scalars[0][i] = rand.Uint64()
		}
		for g := range groups {
			for l := range Lanes {
				for i := range s.buckets[g][l] {
					b := s.buckets[g][l][i][:]
					limbs(b[:10], tightLimb)
					limbs(b[15:20], tightLimb)
					for j := range 5 { // the bias, and twice what a fold leaves
						b[10+j] = limbMask<<10 + []uint64{0, 1, 2 << 60, 2<<60 + 2<<58, rand.Uint64N(2 << 60)}[rand.IntN(5)]
					}
					b[10] -= 18 << 10
				}
			}
		}
		before := s.buckets
		s.add(&terms, 0, groups, s.long)
		for g := range groups {
			for l := range Lanes {
				bit := (Lanes*g + l) * width
				digit := int(terms.Scalars[0][bit/64]>>(bit%64)&(1<<width-1)) - 1<<(width-1)
				if digit == 0 {
					continue // nobody reads that bucket
				}
				yp, ym, t2d := number(row), number(row[5:]), number(row[10:])
				if digit < 0 {
					yp, ym = ym, yp
					t2d.Neg(t2d)
				}
				old, got := before[g][l][max(digit, -digit)][:], s.buckets[g][l][max(digit, -digit)][:]
				mul := func(a, b *big.Int) *big.Int { return new(big.Int).Mul(a, b) }
				a, b, c := mul(number(old[5:]), ym), mul(number(old), yp), mul(number(old[15:]), t2d)
				d := number(old[10:])
				e, h := new(big.Int).Sub(b, a), new(big.Int).Add(b, a)
				f, k := new(big.Int).Sub(d, c), new(big.Int).Add(d, c)
				x, y := mul(e, f), mul(k, h)
				for i, want := range []*big.Int{new(big.Int).Add(y, x), new(big.Int).Sub(y, x), mul(big.NewInt(2), mul(f, k)), mul(e, h)} {
					is := number(got[5*i:])
					if is.Mod(is, prime).Cmp(want.Mod(want, prime)) != 0 {
						t.Fatalf("group %d of %d, lane %d, part %d: %x, want %x", g, groups, l, i, is, want)
					}
					for j, v := range got[5*i : 5*i+5] {
						if i != 2 && v >= tight || i == 2 && (v < limbMask<<10-18<<10 || v >= upper) {
							t.Fatalf("group %d of %d, lane %d, part %d, limb %d: %x is out of bounds", g, groups, l, i, j, v)
						}
					}
				}
			}
		}
	}
}
