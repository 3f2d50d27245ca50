//go:build amd64 && !purego

package edwards8

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"testing"
)

// awkward gives numbers of 64 bits that carries like: all bits, none, one, or at random.
func awkward() uint64 {
	switch rand.IntN(6) {
	case 0:
		return 1<<64 - 1
	case 1:
		return 0
	case 2:
		return 1 << rand.IntN(64)
	case 3:
		return 1<<rand.IntN(64) - 1
	}
	return rand.Uint64()
}

// TestResidues compares with math/big on numbers at random, of awkward words, and near multiples of L.
func TestResidues(t *testing.T) {
	l := integer(order[:]...)
	for range 5000 {
		var digests [Lanes][64]byte
		var want [Lanes]*big.Int
		for i := range digests {
			x := [8]uint64{awkward(), awkward(), awkward(), awkward(), awkward(), awkward(), awkward(), awkward()}
			if i < 3 {
				m := new(big.Int).Mul(l, integer(x[:rand.IntN(5)]...))
				if m.Add(m, big.NewInt(int64(i-1))); m.Sign() >= 0 {
					for j := range x {
						x[j] = new(big.Int).And(new(big.Int).Rsh(m, uint(64*j)), integer(1<<64-1)).Uint64()
					}
				}
			}
			for j, w := range x {
				binary.LittleEndian.PutUint64(digests[i][8*j:], w)
			}
			want[i] = integer(x[:]...)
			want[i].Mod(want[i], l)
		}
		var k Residues
		k.SetDigests(&digests)
		for i := range want {
			x := k.Lane(i)
			if integer(x[:]...).Cmp(want[i]) != 0 {
				t.Fatalf("%x mod L = %x, want %x", digests[i], x, want[i])
			}
		}
	}
}

// TestWeigher compares products and sums with math/big for every width of windows.
func TestWeigher(t *testing.T) {
	l := integer(order[:]...)
	scalar := func() (s Scalar) {
		for i := range s {
			s[i] = awkward()
		}
		if rand.IntN(4) == 0 {
			s = order
			s[0] -= uint64(1 + rand.IntN(3))
		}
		s.Mul(&s, &Scalar{1})
		return s
	}
	negative := 0
	for width := MinWidth; width <= MaxWidth; width++ {
		var sum Sum
		sum.SetWidth(width, 1)
		o := sum.Short()
		offset := integer(o[:]...)
		for range 100 {
			w := new(Weigher)
			w.Reset(&o)
			total := new(big.Int)
			for range 1 + rand.IntN(200) {
				var k Residues
				var ks, ss [Lanes]Scalar
				var zs [Lanes]*big.Int
				var digests [Lanes][64]byte
				for i := range Lanes {
					ks[i], ss[i] = scalar(), scalar()
					for j, word := range ks[i] {
						binary.LittleEndian.PutUint64(digests[i][8*j:], word)
					}
					w.S.SetLane(i, &ss[i])
					w.Random[0][i], w.Random[1][i] = awkward(), awkward()
					if rand.IntN(20) == 0 { // z = 0, where two words will do
						w.Random[0][i], w.Random[1][i] = o[0], o[1]
					}
					zs[i] = integer(w.Random[0][i], w.Random[1][i])
					zs[i].Sub(zs[i], offset)
					if zs[i].Sign() < 0 {
						negative++
					}
				}
				k.SetDigests(&digests)
				w.Add(&k)
				for i, z := range zs {
					x := w.ZK.Lane(i)
					want := new(big.Int).Mul(z, integer(ks[i][:]...))
					if want.Mod(want, l).Cmp(integer(x[:]...)) != 0 {
						t.Fatalf("width %d: %x * %x = %x, want %x", width, z, ks[i], x, want)
					}
					total.Add(total, want.Mul(z, integer(ss[i][:]...)))
				}
			}
			s := w.Sum()
			if total.Mod(total, l).Cmp(integer(s[:]...)) != 0 {
				t.Fatalf("width %d: sum %x, want %x", width, s, total)
			}
		}
	}
	if negative == 0 {
		t.Error("no z was negative")
	}
}

// TestHalves runs Euclid's algorithm in lanes, on numbers at random and on small ones, powers of two and their negatives.
func TestHalves(t *testing.T) {
	failed, rounds := 0, 3000
	for n := range rounds + 1000 {
		var digests [Lanes][64]byte
		for i := range digests {
			x := [4]uint64{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()}
			if n >= rounds {
				x = [4]uint64{awkward(), awkward(), awkward(), awkward()}
				if n%3 == 0 {
					clear(x[rand.IntN(4):])
				}
			}
			s := Scalar(x)
			s.Mul(&s, &Scalar{1})
			if n >= rounds && n%2 == 0 {
				s.Neg(&s)
			}
			for j, w := range s {
				binary.LittleEndian.PutUint64(digests[i][8*j:], w)
			}
		}
		var k Residues
		k.SetDigests(&digests)
		var h Halves
		h.Set(&k)
		for l := range Lanes {
			u, v, negative, ok := h.Lane(l, halvedBits)
			if ok {
				checkHalved(t, k.Lane(l), u, v, negative)
			} else if n < rounds {
				failed++
			}
		}
	}
	t.Logf("%d of %d failed", failed, rounds*Lanes)
	if failed > rounds*Lanes/50 {
		t.Error("too many")
	}
}
