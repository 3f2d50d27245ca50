// Package vrfprove makes ECVRF proofs over edwards25519, for tests and samples. It is not constant time: never
// give it a secret that matters.
package vrfprove

import (
	"crypto/sha512"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// Prove gives the key of the seed and its proof for alpha, Gamma 32 || c 16 || s 32: RFC 9381, section 5.1,
// with the nonce of section 5.4.2.2. The rule is kernels.TAI, ELL2 or Draft03; it panics for another.
func Prove(rule kernels.Flags, seed [32]byte, alpha []byte) (key [32]byte, proof [80]byte) {
	suite := vrfsuite.New(rule)

	// RFC 8032, section 5.1.5: the secret scalar x, and the prefix of the nonce.
	expanded := sha512.Sum512(seed[:])
	x := must(new(edwards25519.Scalar).SetBytesWithClamping(expanded[:32]))
	prefix := expanded[32:]

	var y, h, gamma, u, v edwards25519.Point
	copy(key[:], y.ScalarBaseMult(x).Bytes())
	if !suite.Encode(&h, key[:], alpha) {
		panic("vrfprove: no point for alpha")
	}
	gamma.ScalarMult(x, &h)

	nonce := sha512.Sum512(append(prefix, h.Bytes()...))
	k := must(new(edwards25519.Scalar).SetUniformBytes(nonce[:]))
	challenge := suite.Challenge(key[:], &h, &gamma, u.ScalarBaseMult(k), v.ScalarMult(k, &h))

	var wide [64]byte
	copy(wide[:], challenge[:])
	c := must(new(edwards25519.Scalar).SetUniformBytes(wide[:]))
	s := new(edwards25519.Scalar).MultiplyAdd(c, x, k)

	copy(proof[:32], gamma.Bytes())
	copy(proof[32:48], challenge[:])
	copy(proof[48:], s.Bytes())
	return key, proof
}

func must(s *edwards25519.Scalar, err error) *edwards25519.Scalar {
	if err != nil {
		panic("vrfprove: " + err.Error()) // only for a wrong length
	}
	return s
}
