package ecvrf

import (
	"errors"
	"fmt"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// ErrProof: bytes are not a proof under the rule, because of Gamma or s.
var ErrProof = errors.New("ecvrf: not a proof")

// ProofToHash gives beta, the output that a proof claims: RFC 9381, section 5.2. It does not verify the proof,
// which needs the key and alpha: until the kernel has said that the proof is valid, beta is what its sender likes.
// The output row of a valid job already is beta.
// Errors: kernels.ErrRule for a rule that the kernel does not have, kernels.ErrLength, ErrProof.
func ProofToHash(rule kernels.Flags, proof []byte) (beta [OutputSize]byte, err error) {
	if !Kernel.Allows(rule) {
		return beta, fmt.Errorf("%w: %q for %s", kernels.ErrRule, rule, Kernel.Name)
	}
	if err := kernels.CheckLength("proof", proof, ProofSize); err != nil {
		return beta, err
	}
	v := verifier{rule: rule, suite: vrfsuite.New(rule)}
	if !v.decodeProof(proof) {
		return beta, ErrProof
	}
	return v.suite.Output(&v.gamma), nil
}

// decodeProof sets Gamma, c and s: ECVRF_decode_proof, section 5.4.4. RFC 9381 wants s < L; draft 03 takes s
// modulo L.
func (v *verifier) decodeProof(proof []byte) bool {
	gamma, c, s := proof[:32], proof[32:48], proof[48:]
	if !v.decode(&v.gamma, gamma) {
		return false
	}
	setWide(&v.c, c)
	if v.rule == kernels.Draft03 {
		setWide(&v.s, s)
		return true
	}
	_, err := v.s.SetCanonicalBytes(s)
	return err == nil
}

// decode sets p from its encoding.
func (v *verifier) decode(p *edwards25519.Point, encoded []byte) bool {
	if v.rule == kernels.Draft03 {
		return vrfsuite.DecodeDraft03(p, encoded)
	}
	return vrfsuite.Decode(p, encoded)
}

// setWide sets x to the little-endian number modulo L; len(number) <= 64.
func setWide(x *edwards25519.Scalar, number []byte) {
	var wide [64]byte
	copy(wide[:], number)
	if _, err := x.SetUniformBytes(wide[:]); err != nil {
		panic("ecvrf: " + err.Error()) // only for a length other than 64
	}
}
