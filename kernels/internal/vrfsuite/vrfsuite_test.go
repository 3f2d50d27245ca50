package vrfsuite

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"filippo.io/edwards25519"
	"filippo.io/edwards25519/field"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
)

func bin(t *testing.T, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestIntermediates has the points H, and the challenges from H, Gamma, U and V, of RFC 9381, appendices B.3 and
// B.4.
func TestIntermediates(t *testing.T) {
	var file []struct{ Suite, PK, Alpha, H, U, V, Pi, Beta string }
	if err := json.Unmarshal(vectors.Read(t, "vrf/rfc9381_ecvrf.json"), &file); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, c := range file {
		rule := map[string]kernels.Flags{
			"ECVRF-EDWARDS25519-SHA512-TAI":  kernels.TAI,
			"ECVRF-EDWARDS25519-SHA512-ELL2": kernels.ELL2,
		}[c.Suite]
		if rule == 0 {
			continue
		}
		n++
		s := New(rule)
		var h, gamma, u, v edwards25519.Point
		if !s.Encode(&h, bin(t, c.PK), bin(t, c.Alpha)) || hex.EncodeToString(h.Bytes()) != c.H {
			t.Errorf("%s: H = %x, want %s", c.Suite, h.Bytes(), c.H)
		}
		for p, encoded := range map[*edwards25519.Point]string{&gamma: c.Pi[:64], &u: c.U, &v: c.V} {
			if !Decode(p, bin(t, encoded)) {
				t.Fatalf("%s: %s is no point", c.Suite, encoded)
			}
		}
		if got := s.Challenge(bin(t, c.PK), &h, &gamma, &u, &v); hex.EncodeToString(got[:]) != c.Pi[64:96] {
			t.Errorf("%s: c = %x, want %s", c.Suite, got, c.Pi[64:96])
		}
		if got := s.Output(&gamma); hex.EncodeToString(got[:]) != c.Beta {
			t.Errorf("%s: beta = %x, want %s", c.Suite, got, c.Beta)
		}
	}
	if n != 6 {
		t.Errorf("%d examples, want 6", n)
	}
	t.Logf("%d examples", n)
}

// TestElligator2 checks the map at its borders and elsewhere, in math/big: (u, v) is on Curve25519, is the one of
// the two candidates that the standard says, and gives the same y for the draft and for RFC 9380.
func TestElligator2(t *testing.T) {
	p := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 255), big.NewInt(19))
	one, bigJ := big.NewInt(1), big.NewInt(j)
	rs := []*big.Int{new(big.Int), new(big.Int).Sub(p, one), new(big.Int).Rsh(p, 1)}
	for i := int64(1); i < 200; i++ {
		rs = append(rs, big.NewInt(i), new(big.Int).Exp(big.NewInt(i+1), big.NewInt(1000003), p))
	}
	candidates := map[bool]int{}
	for _, r := range rs {
		var fr, fu, fv, fy field.Element
		if _, err := fr.SetBytes(little(r)); err != nil {
			t.Fatal(err)
		}
		mapToCurve25519(&fu, &fv, &fr)
		u, v := fromLittle(fu.Bytes()), fromLittle(fv.Bytes())

		first := new(big.Int).Mul(r, r)
		first.Add(first.Lsh(first, 1), one)
		first.Mul(first.ModInverse(first, p), bigJ)
		first.Mod(first.Neg(first), p)
		g := func(u *big.Int) *big.Int {
			w := new(big.Int).Add(u, bigJ)
			w.Add(w.Mul(w, u), one)
			return w.Mod(w.Mul(w, u), p)
		}
		isFirst := big.Jacobi(g(first), p) >= 0
		want := first
		if !isFirst {
			want = new(big.Int).Add(first, bigJ)
			want.Mod(want.Neg(want), p)
		}
		candidates[isFirst]++
		if u.Cmp(want) != 0 {
			t.Errorf("r = %v: u = %v, want %v", r, u, want)
		}
		if vv := new(big.Int).Mul(v, v); vv.Mod(vv, p).Cmp(g(u)) != 0 {
			t.Errorf("r = %v: (%v, %v) is not on the curve", r, u, v)
		}
		if v.Sign() != 0 && (v.Bit(0) == 1) != isFirst {
			t.Errorf("r = %v: v = %v, the first candidate: %v", r, v, isFirst)
		}

		var e edwards25519.Point
		toEdwards(&e, &fu, &fv)
		edwardsY(&fy, &fu)
		encoded := e.Bytes()
		encoded[31] &= 0x7f
		if v.Sign() != 0 && !slices.Equal(encoded, fy.Bytes()) {
			t.Errorf("r = %v: y = %x for RFC 9380, %x for draft 03", r, encoded, fy.Bytes())
		}
	}
	if candidates[true] == 0 || candidates[false] == 0 {
		t.Errorf("candidates %v, want some of both", candidates)
	}
}

// TestExceptions has the points of Curve25519 at which a denominator of the map to edwards25519 would be zero:
// (0, 0), which becomes neutral, and u = -1, of which there are none.
func TestExceptions(t *testing.T) {
	var zero, v, y field.Element
	var p edwards25519.Point
	toEdwards(&p, &zero, &zero)
	if p.Equal(edwards25519.NewIdentityPoint()) != 1 {
		t.Errorf("(0, 0) becomes %x, want the neutral point", p.Bytes())
	}
	minusOne := new(field.Element).Negate(new(field.Element).One())
	if edwardsY(&y, &zero); y.Equal(minusOne) != 1 {
		t.Errorf("u = 0: y = %x, want -1", y.Bytes())
	}
	if rootOfCurve(&v, minusOne) {
		t.Error("u = -1 is of a point")
	}
}

// TestDecode has all encodings of points of small order, of which 8 are canonical and 2 more have y < p, and
// those that are canonical but for that.
func TestDecode(t *testing.T) {
	canonical, draft := 0, 0
	for _, e := range nasty25519.SmallOrder() {
		var p, q edwards25519.Point
		if Decode(&p, e) {
			canonical++
		}
		if DecodeDraft03(&q, e) {
			draft++
			if !SmallOrder(&q) {
				t.Errorf("%x is not said to be of small order", e)
			}
		}
	}
	if canonical != 8 || draft != 10 {
		t.Errorf("%d and %d encodings taken, want 8 and 10", canonical, draft)
	}
	for _, c := range nasty25519.Cases() {
		var p, q edwards25519.Point
		if Decode(&p, c.Key) && (!DecodeDraft03(&q, c.Key) || p.Equal(&q) != 1) {
			t.Errorf("%x is a point, but not for draft 03", c.Key)
		}
	}
	if base := edwards25519.NewGeneratorPoint(); SmallOrder(base) {
		t.Error("B is said to be of small order")
	}
}

func TestNewPanics(t *testing.T) {
	for _, rule := range []kernels.Flags{0, kernels.ZIP215, kernels.TAI | kernels.ELL2} {
		t.Run(fmt.Sprint(rule), func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			New(rule)
		})
	}
}

func little(x *big.Int) []byte {
	p := x.FillBytes(make([]byte, 32))
	slices.Reverse(p)
	return p
}

func fromLittle(p []byte) *big.Int {
	slices.Reverse(p)
	return new(big.Int).SetBytes(p)
}
