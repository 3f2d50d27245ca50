package ed25519

import (
	"bytes"
	"crypto/sha512"
	"hash"

	"filippo.io/edwards25519"

	"github.com/sluice-engine/sluice/kernels"
)

// ref decides jobs [lo,hi) one after the other.
func ref(b *kernels.Batch, lo, hi int) {
	v := verifier{rule: b.Flags(), hash: sha512.New()}
	for i := lo; i < hi; i++ {
		row := b.Row(i)
		b.SetVerdict(i, kernels.Of(v.verify(row[:KeySize], row[KeySize:], b.Message(i))))
	}
}

// verifier holds what is used again from job to job.
type verifier struct {
	rule   kernels.Flags
	hash   hash.Hash
	digest [sha512.Size]byte
	a, r   edwards25519.Point
	s, k   edwards25519.Scalar
}

// verify decides one job: RFC 8032, section 5.1.7, with the differences that the package documents.
func (v *verifier) verify(key, signature, message []byte) bool {
	encodedR, encodedS := signature[:32], signature[32:]
	if _, err := v.s.SetCanonicalBytes(encodedS); err != nil {
		return false // s >= L
	}
	if _, err := v.a.SetBytes(key); err != nil {
		return false // no point of the curve has this y
	}
	if v.rule == kernels.Strict && smallOrder(&v.a) {
		return false
	}
	v.challenge(encodedR, key, message)

	// The equation wants R to be sB - kA.
	v.a.Negate(&v.a)
	want := v.a.VarTimeDoubleScalarBaseMult(&v.k, &v.a, &v.s)

	switch v.rule {
	case kernels.ZIP215:
		if _, err := v.r.SetBytes(encodedR); err != nil {
			return false
		}
		return smallOrder(v.r.Subtract(want, &v.r))
	case kernels.Strict:
		// With equal bytes, want is the point that R encodes.
		return bytes.Equal(want.Bytes(), encodedR) && !smallOrder(want)
	default:
		return bytes.Equal(want.Bytes(), encodedR)
	}
}

// challenge sets k = SHA-512(R || A || message) mod L, over the bytes as given.
func (v *verifier) challenge(encodedR, key, message []byte) {
	v.hash.Reset()
	v.hash.Write(encodedR)
	v.hash.Write(key)
	v.hash.Write(message)
	if _, err := v.k.SetUniformBytes(v.hash.Sum(v.digest[:0])); err != nil {
		panic("ed25519: " + err.Error()) // only for a length other than 64
	}
}

// smallOrder tells whether 8P = 0.
func smallOrder(p *edwards25519.Point) bool {
	var q edwards25519.Point
	return q.MultByCofactor(p).Equal(edwards25519.NewIdentityPoint()) == 1
}
