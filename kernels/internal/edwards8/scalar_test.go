package edwards8

import (
	"encoding/binary"
	"math/big"
	"math/rand/v2"
	"testing"
)

func integer(words ...uint64) *big.Int {
	v := new(big.Int)
	for i := len(words) - 1; i >= 0; i-- {
		v.Lsh(v, 64)
		v.Or(v, new(big.Int).SetUint64(words[i]))
	}
	return v
}

// word is random or at a border.
func word() uint64 {
	borders := []uint64{0, 1, 1<<64 - 1, 1 << 60, 1<<60 - 1, 1 << 63, c0, c1, c0 - 1, 15 << 60}
	if rand.IntN(2) == 0 {
		return borders[rand.IntN(len(borders))]
	}
	return rand.Uint64()
}

func TestScalar(t *testing.T) {
	l := integer(order[:]...)
	if l.Text(10) != "7237005577332262213973186563042994240857116359379907606001950938285454250989" {
		t.Fatalf("L = %v", l)
	}
	rounds := 100000
	if testing.Short() {
		rounds = 5000
	}
	for i := range rounds {
		x := [8]uint64{word(), word(), word(), word(), word(), word(), word(), word()}
		if i < 2000 { // near multiples of L
			m := new(big.Int).Mul(l, integer(x[:4]...))
			m.Add(m, big.NewInt(int64(i%5-2)))
			if m.Sign() < 0 {
				m.SetInt64(0)
			}
			for j := range x {
				x[j] = new(big.Int).And(new(big.Int).Rsh(m, uint(64*j)), integer(1<<64-1)).Uint64()
			}
		}
		var s, a, b Scalar
		var digest [64]byte
		for j, w := range x {
			binary.LittleEndian.PutUint64(digest[8*j:], w)
		}
		s.SetDigest(&digest)
		if w := integer(x[:]...); w.Mod(w, l).Cmp(integer(s[:]...)) != 0 {
			t.Fatalf("%x mod L = %x, want %x", x, s, w)
		}
		a, b = Scalar(x[:4]), Scalar(x[4:])
		s.Mul(&a, &b)
		w := new(big.Int).Mul(integer(a[:]...), integer(b[:]...))
		if w.Mod(w, l).Cmp(integer(s[:]...)) != 0 {
			t.Fatalf("%x %x = %x, want %x", a, b, s, w)
		}
		sum := accumulator(x)
		sum[6], sum[7] = 0, 0
		before := integer(sum[:]...)
		shift := uint(i % 320)
		sum.addShifted(x[7], shift)
		w.Lsh(integer(x[7]), shift)
		if w.Add(w, before).Cmp(integer(sum[:]...)) != 0 {
			t.Fatalf("%x + %x << %d = %x", before, x[7], shift, sum)
		}
		below := a.SetBytes(digest[:32])
		if below != (integer(a[:]...).Cmp(l) < 0) {
			t.Fatalf("%x is below L: %v", a, below)
		}
		a.Mul(&a, &Scalar{1})
		b.Mul(&b, &Scalar{1})
		s.Add(&a, &b)
		w.Add(integer(a[:]...), integer(b[:]...))
		if w.Mod(w, l).Cmp(integer(s[:]...)) != 0 {
			t.Fatalf("%x + %x = %x, want %x", a, b, s, w)
		}
		s.Neg(&a)
		w.Neg(integer(a[:]...))
		if w.Mod(w, l).Cmp(integer(s[:]...)) != 0 {
			t.Fatalf("-%x = %x, want %x", a, s, w)
		}
	}
}

func BenchmarkScalar(b *testing.B) {
	x := [8]uint64{word(), word(), word(), word(), word(), word(), word(), word()}
	var s Scalar
	b.Run("Reduce", func(b *testing.B) {
		for b.Loop() {
			s.Reduce(&x)
		}
	})
	s = Scalar(x[:4])
	b.Run("Mul", func(b *testing.B) {
		for b.Loop() {
			s.Mul(&s, &s)
		}
	})
}

// checkHalved expects what [Scalar.Halve] promises.
func checkHalved(t *testing.T, k, u, v Scalar, negative bool) {
	t.Helper()
	order8 := new(big.Int).Lsh(integer(order[:]...), 3)
	x := integer(v[:]...)
	if x.BitLen() > 130 || x.Bit(0) == 0 || integer(u[:]...).BitLen() > 130 {
		t.Fatalf("%x: u %x, v %x", k, u, v)
	}
	if negative {
		x.Neg(x)
	}
	x.Mul(x, integer(k[:]...))
	if x.Mod(x, order8).Cmp(integer(u[:]...)) != 0 {
		t.Fatalf("%x: u %x is not v %x (negative: %v) times k", k, u, v, negative)
	}
}

func TestHalve(t *testing.T) {
	rounds, failed := 20000, 0
	for i := range rounds + 4000 {
		k := Scalar{rand.Uint64(), rand.Uint64(), rand.Uint64(), rand.Uint64()}
		special := i >= rounds
		if special {
			k = Scalar{word(), word(), word(), word()}
			if i%4 == 0 {
				k = Scalar{uint64(i % 64)}
			}
		}
		k.Mul(&k, &Scalar{1})
		if special && i%8 == 1 {
			k.Neg(&k)
		}
		u, v, negative, ok := k.Halve()
		if ok {
			checkHalved(t, k, u, v, negative)
		} else if !special {
			failed++
		}
	}
	t.Logf("%d of %d failed", failed, rounds)
	if failed > rounds/50 {
		t.Error("too many")
	}
}

func BenchmarkHalve(b *testing.B) {
	k := Scalar{0x123456789abcdef, 0xfedcba987654321, 0x1f2e3d4c5b6a798, 0x0d1c2b3a49586}
	for b.Loop() {
		k.Mul(&k, &Scalar{3})
		k.Halve()
	}
}
