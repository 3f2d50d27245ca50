package bls12381

import (
	curve "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"github.com/sluice-engine/sluice/kernels"
)

// ciphersuite is the domain separation tag: keys in G1, proof of possession.
const ciphersuite = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

// ref decides jobs [lo,hi) one after the other.
func ref(b *kernels.Batch, lo, hi int) {
	v := newVerifier(ciphersuite)
	for i := lo; i < hi; i++ {
		row := b.Row(i)
		b.SetVerdict(i, kernels.Of(v.verify(row[:KeySize], b.Message(i), row[KeySize:])))
	}
}

// verifier holds what is used again from job to job.
type verifier struct {
	dst []byte
	p   [2]curve.G1Affine // the key, -g1
	q   [2]curve.G2Affine // H(message), the signature
}

func newVerifier(dst string) *verifier {
	v := &verifier{dst: []byte(dst)}
	_, _, g1, _ := curve.Generators()
	v.p[1].Neg(&g1)
	return v
}

// verify decides one job: CoreVerify, draft-irtf-cfrg-bls-signature-05, section 2.7. The equation
// e(key, H(message)) = e(g1, signature) is checked as a product that is one.
func (v *verifier) verify(key, message, signature []byte) bool {
	if !decodeKey(&v.p[0], key) || !decodeSignature(&v.q[1], signature) || v.q[1].IsInfinity() {
		return false
	}
	var err error
	if v.q[0], err = curve.HashToG2(message, v.dst); err != nil {
		return false // only for a tag of more than 255 bytes
	}
	ok, err := curve.PairingCheck(v.p[:], v.q[:])
	return err == nil && ok
}

// compressed is the flag in the first byte of a compressed point.
const compressed = 0x80

// decodeKey is KeyValidate, section 2.5: a canonical compressed point of the subgroup, not infinity.
func decodeKey(p *curve.G1Affine, encoded []byte) bool {
	if len(encoded) != KeySize || encoded[0]&compressed == 0 {
		return false
	}
	_, err := p.SetBytes(encoded) // checks flags, x < p, curve, subgroup
	return err == nil && !p.IsInfinity()
}

// decodeSignature sets p from a canonical compressed point of the subgroup, which may be infinity.
func decodeSignature(p *curve.G2Affine, encoded []byte) bool {
	if len(encoded) != SignatureSize || encoded[0]&compressed == 0 {
		return false
	}
	_, err := p.SetBytes(encoded)
	return err == nil
}
