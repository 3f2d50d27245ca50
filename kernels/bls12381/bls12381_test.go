package bls12381

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"testing"

	curve "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fp"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// sign makes the key of a secret and its signature of the message.
func sign(t testing.TB, secret int64, message []byte) (key, signature []byte) {
	t.Helper()
	x := big.NewInt(secret)
	x.Mod(x, fr.Modulus())
	h, err := curve.HashToG2(message, []byte(ciphersuite))
	if err != nil {
		t.Fatal(err)
	}
	var p curve.G1Affine
	k, s := p.ScalarMultiplicationBase(x).Bytes(), h.ScalarMultiplication(&h, x).Bytes()
	return k[:], s[:]
}

func TestAppend(t *testing.T) {
	key, signature := make([]byte, 48), make([]byte, 96)
	b := kernels.New(Kernel, 0, 2, 5)
	for _, c := range []struct {
		name                    string
		b                       *kernels.Batch
		key, message, signature []byte
		want                    error
	}{
		{"another kernel", kernels.New(sha256.Kernel, 0, 1, 8), key, nil, signature, kernels.ErrKernel},
		{"no key", b, nil, nil, signature, kernels.ErrLength},
		{"uncompressed key", b, make([]byte, 96), nil, signature, kernels.ErrLength},
		{"short signature", b, key, nil, signature[:95], kernels.ErrLength},
		{"uncompressed signature", b, key, nil, make([]byte, 192), kernels.ErrLength},
		{"long message", b, key, []byte("123456"), signature, kernels.ErrFull},
		{"fits", b, key, []byte("12345"), signature, nil},
		{"empty message fits", b, key, nil, signature, nil},
		{"full", b, key, nil, signature, kernels.ErrFull},
	} {
		n := c.b.Len()
		err := Append(c.b, c.key, c.message, c.signature)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.want)
		}
		if grown := c.b.Len() - n; grown != 1 && err == nil || grown != 0 && err != nil {
			t.Errorf("%s: the batch grew by %d jobs, error %v", c.name, grown, err)
		}
	}
}

// TestFlips flips every bit of a good job.
func TestFlips(t *testing.T) {
	message := []byte("flip me")
	key, signature := sign(t, 1234567, message)
	fields := [][]byte{key, message, signature}
	jobs := []job{{"unflipped", key, message, signature, true}}
	for f, field := range fields {
		for bit := range 8 * len(field) {
			flipped := slices.Clone(fields)
			flipped[f] = slices.Clone(field)
			flipped[f][bit/8] ^= 1 << (bit % 8)
			name := fmt.Sprintf("bit %d of the %s", bit, []string{"key", "message", "signature"}[f])
			jobs = append(jobs, job{name, flipped[0], flipped[1], flipped[2], false})
		}
	}
	check(t, jobs)
}

// TestLengths signs messages of many lengths.
func TestLengths(t *testing.T) {
	var jobs []job
	for _, n := range []int{0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 119, 120, 1000} {
		message := make([]byte, n+1)
		message[n] = 1
		key, signature := sign(t, int64(n)-7, message[:n])
		jobs = append(jobs,
			job{fmt.Sprintf("%d bytes", n), key, message[:n], signature, true},
			job{fmt.Sprintf("%d bytes, one more", n), key, message, signature, false})
	}
	check(t, jobs)
}

// TestEncodings has keys and signatures whose flags or coordinates are not canonical, beside good other halves.
func TestEncodings(t *testing.T) {
	message := []byte("encodings")
	key, signature := sign(t, 99, message)
	infinite := func(n int) []byte { return append([]byte{0xc0}, make([]byte, n-1)...) }
	var jobs []job
	add := func(name string, key, signature []byte, valid bool) {
		jobs = append(jobs, job{name, key, message, signature, valid})
	}
	for flags := range 8 {
		withFlags := func(p []byte) []byte {
			q := slices.Clone(p)
			q[0] = q[0]&0x1f | byte(flags)<<5
			return q
		}
		k, s := withFlags(key), withFlags(signature)
		add(fmt.Sprintf("key with flags %03b", flags), k, signature, bytes.Equal(k, key))
		add(fmt.Sprintf("signature with flags %03b", flags), key, s, bytes.Equal(s, signature))

		k, s = withFlags(make([]byte, 48)), withFlags(make([]byte, 96))
		add(fmt.Sprintf("key 0 with flags %03b", flags), k, signature, false)
		add(fmt.Sprintf("signature 0 with flags %03b", flags), key, s, false)
		add(fmt.Sprintf("both 0 with flags %03b", flags), k, s, false)
	}
	for bit := range 8 {
		k, s := infinite(48), infinite(96)
		k[47], s[95] = 1<<bit, 1<<bit
		add("infinity with a stray bit as the key", k, signature, false)
		add("infinity with a stray bit as the signature", key, s, false)
	}

	// Coordinates plus the modulus, where that fits beside the flags.
	above := func(p []byte, offset int, mask byte) []byte {
		q := slices.Clone(p)
		coordinate := q[offset : offset+48]
		flags := coordinate[0] & mask
		coordinate[0] &^= mask
		x := new(big.Int).SetBytes(coordinate)
		x.Add(x, fp.Modulus())
		if x.BitLen() > 8*48 || x.FillBytes(coordinate)[0]&mask != 0 {
			return nil
		}
		coordinate[0] |= flags
		return q
	}
	found := map[string]int{}
	for secret := int64(1); secret < 30; secret++ {
		key, signature := sign(t, secret, message)
		for name, j := range map[string]job{
			"x of the key":        {key: above(key, 0, 0xe0), signature: signature},
			"x1 of the signature": {key: key, signature: above(signature, 0, 0xe0)},
			"x0 of the signature": {key: key, signature: above(signature, 48, 0)},
		} {
			if j.key != nil && j.signature != nil {
				found[name]++
				add(name+" plus p", j.key, j.signature, false)
			}
		}
	}
	if len(found) != 3 {
		t.Errorf("coordinates that fit when p is added: %v, want some of all three", found)
	}
	check(t, jobs)
}

// group is what the points of G1 and of G2 have in common: *curve.G1Jac and *curve.G2Jac.
type group[P any] interface {
	*P
	AddAssign(*P) *P
	DoubleAssign() *P
	Set(*P) *P
}

// outside gives rP, the part of P outside of the subgroup of order r. (The library's multiplication is only for
// points inside.)
func outside[P any, J group[P]](p *P) *P {
	sum := new(P)
	*sum = *p
	r := fr.Modulus()
	for i := r.BitLen() - 2; i >= 0; i-- {
		J(sum).DoubleAssign()
		if r.Bit(i) == 1 {
			J(sum).AddAssign(p)
		}
	}
	return sum
}

// TestSubgroups adds points outside of the subgroups to a good key and a good signature. For such a key the
// pairings agree all the same, so only the check of the subgroup finds it.
func TestSubgroups(t *testing.T) {
	message := []byte("subgroups")
	key, signature := sign(t, 4321, message)
	var pk curve.G1Affine
	var sig curve.G2Affine
	if !decodeKey(&pk, key) || !decodeSignature(&sig, signature) {
		t.Fatal("the good job does not decode")
	}
	jobs := []job{{"good", key, message, signature, true}}
	v := newVerifier(ciphersuite)
	for x := int64(1); x <= 4; x++ {
		var fx fp.Element
		fx.SetInt64(x)
		p1 := curve.GeneratePointNotInG1(fx)
		var bad1 curve.G1Affine
		bad1.FromJacobian(outside[curve.G1Jac](&p1)).Add(&bad1, &pk)
		encoded1 := bad1.Bytes()
		jobs = append(jobs, job{"key", encoded1[:], message, signature, false})
		if !v.verify(key, message, signature) {
			t.Fatal("the good job is invalid")
		}
		v.p[0] = bad1
		if ok, err := curve.PairingCheck(v.p[:], v.q[:]); !ok || err != nil || bad1.IsInSubGroup() || !bad1.IsOnCurve() {
			t.Errorf("key %x: pairings agree: %v, %v; on the curve: %v; in the subgroup: %v",
				encoded1, ok, err, bad1.IsOnCurve(), bad1.IsInSubGroup())
		}

		p2 := curve.GeneratePointNotInG2(curve.E2{A0: fx})
		var bad2 curve.G2Affine
		bad2.FromJacobian(outside[curve.G2Jac](&p2)).Add(&bad2, &sig)
		encoded2 := bad2.Bytes()
		jobs = append(jobs, job{"signature", key, message, encoded2[:], false})
		if bad2.IsInSubGroup() || !bad2.IsOnCurve() {
			t.Errorf("signature %x: on the curve: %v; in the subgroup: %v", encoded2, bad2.IsOnCurve(), bad2.IsInSubGroup())
		}
	}
	check(t, jobs)
}

// TestAggregateKeys has sums that are wrong, and those that are right but odd.
func TestAggregateKeys(t *testing.T) {
	message := []byte("together")
	key, signature := sign(t, 5, message)
	minus, minusSignature := sign(t, -5, message)
	ten, tenSignature := sign(t, 10, message)
	infinity := append([]byte{0xc0}, make([]byte, 47)...)

	if got, err := AggregateKeys(nil, key, key); err != nil || !bytes.Equal(got, ten) {
		t.Errorf("a key twice: %x, %v, want %x", got, err, ten)
	}
	if got, err := AggregateSignatures(nil, signature, signature); err != nil || !bytes.Equal(got, tenSignature) {
		t.Errorf("a signature twice: %x, %v, want %x", got, err, tenSignature)
	}
	cancelled, err := AggregateKeys([]byte{}, key, minus)
	if err != nil || !bytes.Equal(cancelled, infinity) {
		t.Errorf("keys that cancel: %x, %v, want infinity", cancelled, err)
	}
	nothing, err := AggregateSignatures(nil, signature, minusSignature)
	if err != nil || nothing[0] != 0xc0 {
		t.Errorf("signatures that cancel: %x, %v, want infinity", nothing, err)
	}
	check(t, []job{
		{"twice", ten, message, tenSignature, true},
		{"cancelled", cancelled, message, nothing, false},
	})

	for name, bad := range map[string][]byte{
		"infinity": infinity, "short": key[:47], "long": append(slices.Clone(key), 0), "empty": {}, "zero": make([]byte, 48),
		"outside of the subgroup": append(append([]byte{0x80}, make([]byte, 46)...), 4),
	} {
		if got, err := AggregateKeys(nil, key, bad); !errors.Is(err, ErrKey) || got != nil {
			t.Errorf("%s: %x, %v, want ErrKey", name, got, err)
		}
	}
	for name, bad := range map[string][]byte{
		"short": signature[:95], "long": append(slices.Clone(signature), 0), "empty": {}, "zero": make([]byte, 96),
	} {
		if got, err := AggregateSignatures(nil, signature, bad); !errors.Is(err, ErrSignature) || got != nil {
			t.Errorf("%s: %x, %v, want ErrSignature", name, got, err)
		}
	}
}

// TestSpan decides a part of a batch and expects the rest to be left alone.
func TestSpan(t *testing.T) {
	want, b := Kernel.Known(0), Kernel.Known(0)
	lo, hi := 1, b.Len()-2
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Unset(0, b.Len())
		decide(b, lo, lo) // an empty span
		decide(b, lo, hi)
		for i := range b.Len() {
			v := kernels.Unset
			if lo <= i && i < hi {
				v = want.Verdict(i)
			}
			if b.Verdict(i) != v {
				t.Errorf("%s: job %d: %v, want %v", name, i, b.Verdict(i), v)
			}
		}
	}
}
