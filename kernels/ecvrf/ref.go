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
		clear(out)
		valid := v.verify(row[:KeySize], b.Message(i), row[KeySize:])
		if valid {
			v.suite.Output(out[:0], &v.gamma)
		}
		b.SetVerdict(i, kernels.Of(valid))
	}
}

// verifier holds what is used again from job to job.
type verifier struct {
	rule  kernels.Flags
	suite *vrfsuite.Suite

	y, gamma, h, u, w edwards25519.Point
	c, s              edwards25519.Scalar
}

// verify decides one job and leaves Gamma: RFC 9381, section 5.3, with validate_key.
func (v *verifier) verify(key, alpha, proof []byte) bool {
	gamma, c, s := proof[:32], proof[32:48], proof[48:]
	if !v.decode(&v.y, key) || !v.decode(&v.gamma, gamma) || !v.scalars(c, s) {
		return false
	}
	// Section 5.4.5, ECVRF_validate_key: keys of small order are refused.
	if v.u.MultByCofactor(&v.y).Equal(edwards25519.NewIdentityPoint()) == 1 {
		return false
	}
	if !v.suite.Encode(&v.h, key, alpha) {
		return false
	}
	// U = sB - cY, V = sH - c Gamma
	v.c.Negate(&v.c)
	v.u.VarTimeDoubleScalarBaseMult(&v.c, &v.y, &v.s)
	v.w.VarTimeMultiScalarMult([]*edwards25519.Scalar{&v.s, &v.c}, []*edwards25519.Point{&v.h, &v.gamma})
	return bytes.Equal(c, v.suite.Challenge(key, &v.h, &v.gamma, &v.u, &v.w))
}

// decode sets p from its encoding.
func (v *verifier) decode(p *edwards25519.Point, encoded []byte) bool {
	if v.rule == kernels.Draft03 {
		return vrfsuite.Decode(p, encoded)
	}
	return vrfsuite.DecodeStrict(p, encoded)
}

// scalars sets c and s. RFC 9381 wants s < L; draft 03 takes it modulo L.
func (v *verifier) scalars(c, s []byte) bool {
	var wide [64]byte
	copy(wide[:], c)
	setUniform(&v.c, wide[:])
	if v.rule != kernels.Draft03 {
		_, err := v.s.SetCanonicalBytes(s)
		return err == nil
	}
	copy(wide[:], s)
	setUniform(&v.s, wide[:])
	return true
}

func setUniform(s *edwards25519.Scalar, wide []byte) {
	if _, err := s.SetUniformBytes(wide); err != nil {
		panic("ecvrf: " + err.Error()) // only for a length other than 64
	}
}
