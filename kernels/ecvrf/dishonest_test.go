package ecvrf

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/nasty25519"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// dishonest makes proofs with points that have parts of small order. T has order 8.
type dishonest struct {
	x, k    *edwards25519.Scalar
	torsion [8]*edwards25519.Point // iT
}

func newDishonest(t testing.TB) *dishonest {
	// A point of order 8.
	point, err := new(edwards25519.Point).SetBytes(bin(t, "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"))
	if err != nil {
		t.Fatal(err)
	}
	d := &dishonest{x: scalar(12345), k: scalar(67890)}
	d.torsion[0] = edwards25519.NewIdentityPoint()
	for i := 1; i < 8; i++ {
		d.torsion[i] = new(edwards25519.Point).Add(d.torsion[i-1], point)
	}
	return d
}

func scalar(x uint64) *edwards25519.Scalar {
	var p [32]byte
	binary.LittleEndian.PutUint64(p[:], x)
	s, err := edwards25519.NewScalar().SetCanonicalBytes(p[:])
	if err != nil {
		panic(err)
	}
	return s
}

// prove makes a proof with Y = xB + iT, Gamma = xH + jT, and U = kB + uT, V = kH + vT in the challenge. The
// verifier gets U - ciT - uT and V - cjT - vT away from those, so it should say valid if and only if
// ci + u = cj + v = 0 mod 8.
func (d *dishonest) prove(rule kernels.Flags, alpha []byte, i, j, u, v int) (key, proof []byte, valid bool) {
	suite := vrfsuite.New(rule)
	mixed := func(p *edwards25519.Point, i int) *edwards25519.Point { return p.Add(p, d.torsion[i]) }
	var y, h, gamma, pu, pv edwards25519.Point
	key = mixed(y.ScalarBaseMult(d.x), i).Bytes()
	if !suite.Encode(&h, key, alpha) {
		panic("no point")
	}
	mixed(gamma.ScalarMult(d.x, &h), j)
	mixed(pu.ScalarBaseMult(d.k), u)
	mixed(pv.ScalarMult(d.k, &h), v)
	c := suite.Challenge(key, &h, &gamma, &pu, &pv)
	var cs edwards25519.Scalar
	setWide(&cs, c[:])
	s := edwards25519.NewScalar().MultiplyAdd(&cs, d.x, d.k)
	c8 := int(c[0]) % 8
	return key, slices.Concat(gamma.Bytes(), c[:], s.Bytes()), (c8*i+u)%8 == 0 && (c8*j+v)%8 == 0
}

// TestMixedOrder has proofs of dishonest provers, about one in eight of them valid. A verifier that takes -c
// modulo L before it multiplies, or that clears cofactors, fails here. The output of the valid ones is the
// same for all j: beta is unique.
func TestMixedOrder(t *testing.T) {
	d := newDishonest(t)
	for _, rule := range Kernel.Rules {
		var jobs []job
		for i := range 8 {
			for j := range 8 {
				valid := 0
				for n := 0; valid < 2 && n < 200 || n < 4; n++ {
					alpha := fmt.Appendf(nil, "alpha %d", n)
					// What the prover hopes for is c = 1.
					key, proof, ok := d.prove(rule, alpha, i, j, (8-i)%8, (8-j)%8)
					if !ok && n >= 4 {
						continue
					}
					c := job{name: fmt.Sprintf("Y + %dT, Gamma + %dT, %s", i, j, alpha), key: key, alpha: alpha, proof: proof}
					if ok {
						valid++
						var h, gamma edwards25519.Point
						suite := vrfsuite.New(rule)
						suite.Encode(&h, key, alpha)
						beta := suite.Output(gamma.ScalarMult(d.x, &h))
						c.beta = beta[:]
					}
					jobs = append(jobs, c)
				}
				if valid < 2 {
					t.Errorf("%v: %d valid proofs for Y + %dT, Gamma + %dT", rule, valid, i, j)
				}
			}
		}
		check(t, rule, jobs)
	}
}

// TestSmallKeys has keys of small order in all encodings, each with a proof that holds but for the check of the
// key: with x = 0, anybody can make it.
func TestSmallKeys(t *testing.T) {
	for _, rule := range Kernel.Rules {
		suite := vrfsuite.New(rule)
		var jobs []job
		for n, key := range nasty25519.SmallOrder() {
			var y, h, gamma, u, v edwards25519.Point
			if _, err := y.SetBytes(key); err != nil {
				t.Fatal(err)
			}
			for tries := uint64(0); ; tries++ {
				alpha := binary.LittleEndian.AppendUint64(nil, tries)
				k := scalar(tries + 1)
				suite.Encode(&h, key, alpha)
				gamma.Set(edwards25519.NewIdentityPoint())
				c := suite.Challenge(key, &h, &gamma, u.ScalarBaseMult(k), v.ScalarMult(k, &h))
				if c[0]%8 == 0 { // so that cY = 0 whatever the order
					proof := slices.Concat(gamma.Bytes(), c[:], k.Bytes())
					jobs = append(jobs, job{name: fmt.Sprintf("key %d", n), key: key, alpha: alpha, proof: proof})
					break
				}
			}
		}
		check(t, rule, jobs)
	}
}

// TestLargeS has the other forms of s. RFC 9381 refuses them, draft 03 takes them modulo L.
func TestLargeS(t *testing.T) {
	order, _ := new(big.Int).SetString("27742317777372353535851937790883648493", 10)
	order.Add(order, new(big.Int).Lsh(big.NewInt(1), 252))
	alpha := []byte("large s")
	for _, rule := range Kernel.Rules {
		key, proof := vrfprove.Prove(rule, [32]byte{1}, alpha)
		beta, err := ProofToHash(rule, proof[:])
		if err != nil {
			t.Fatal(err)
		}
		s := slices.Clone(proof[48:])
		slices.Reverse(s)
		number := new(big.Int).SetBytes(s)
		var jobs []job
		for n := 0; number.BitLen() <= 256; n++ {
			other := number.FillBytes(make([]byte, 32))
			slices.Reverse(other)
			j := job{
				name: fmt.Sprintf("s + %dL", n), key: key[:], alpha: alpha,
				proof: slices.Concat(proof[:48], other),
			}
			if n == 0 || rule == kernels.Draft03 {
				j.beta = beta[:]
			}
			if _, err := ProofToHash(rule, j.proof); (err == nil) != (j.beta != nil) {
				t.Errorf("%v: s + %dL: ProofToHash gives error %v", rule, n, err)
			}
			jobs = append(jobs, j)
			number.Add(number, order)
		}
		check(t, rule, jobs)
	}
}
