package ecvrf

import (
	"bytes"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/vrfsuite"
)

// ref decides jobs [lo,hi) one after the other.
func ref(b *kernels.Batch, lo, hi int) {
	v := verifier{rule: b.Flags(), suite: vrfsuite.New(b.Flags())}
	for i := lo; i < hi; i++ {
		row, out := b.Row(i), b.Out(i)
		valid := v.verify(row[:KeySize], b.Message(i), row[KeySize:])
		if valid {
			beta := v.suite.Output(&v.gamma)
			copy(out, beta[:])
		} else {
			clear(out)
		}
		b.SetVerdict(i, kernels.Of(valid))
	}
}

// verifier holds what is used again from job to job.
type verifier struct {
	rule  kernels.Flags
	suite *vrfsuite.Suite

	y, gamma, h, u, v, t edwards25519.Point
	c, s                 edwards25519.Scalar
}

// verify decides one job and leaves Gamma: RFC 9381, section 5.3, with validate_key.
func (v *verifier) verify(key, alpha, proof []byte) bool {
	if !v.decode(&v.y, key) || vrfsuite.SmallOrder(&v.y) {
		return false // section 5.4.5, ECVRF_validate_key
	}
	if !v.decodeProof(proof) || !v.suite.Encode(&v.h, key, alpha) {
		return false
	}
	// U = sB - cY and V = sH - c Gamma. The points are negated, not c: (L - c)Y is another point than -cY where
	// Y has a part of small order.
	v.u.VarTimeDoubleScalarBaseMult(&v.c, v.t.Negate(&v.y), &v.s)
	v.v.ScalarMult(&v.s, &v.h)
	v.v.Subtract(&v.v, v.t.ScalarMult(&v.c, &v.gamma))
	c := v.suite.Challenge(key, &v.h, &v.gamma, &v.u, &v.v)
	return bytes.Equal(proof[32:48], c[:])
}
