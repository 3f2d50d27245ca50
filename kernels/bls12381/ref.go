package bls12381

import (
	curve "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"github.com/sluice-engine/sluice/kernels"
)

// ciphersuite is the domain separation tag: proof of possession with keys in G1.
const ciphersuite = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

// ref decides jobs [lo,hi) one after the other.
func ref(b *kernels.Batch, lo, hi int) {
	_, _, g1, _ := curve.Generators()
	g1.Neg(&g1)
	for i := lo; i < hi; i++ {
		row := b.Row(i)
		b.SetVerdict(i, kernels.Of(verify(&g1, row[:KeySize], row[KeySize:], b.Message(i))))
	}
}

// verify decides one job: CoreVerify of draft-irtf-cfrg-bls-signature-05, section 2.7. minusG1 is the negated
// generator of G1.
func verify(minusG1 *curve.G1Affine, key, signature, message []byte) bool {
	var pk curve.G1Affine
	var sig curve.G2Affine
	if !decodeKey(&pk, key) || !decodeSignature(&sig, signature) {
		return false
	}
	h, err := curve.HashToG2(message, []byte(ciphersuite))
	if err != nil {
		return false
	}
	// e(pk, H(m)) = e(g1, sig)
	ok, err := curve.PairingCheck([]curve.G1Affine{pk, *minusG1}, []curve.G2Affine{h, sig})
	return err == nil && ok
}

// compressed is the flag in the first byte of a compressed point.
const compressed = 0x80

// decodeKey is KeyValidate, section 2.5: a canonical compressed point of the subgroup, not infinity.
func decodeKey(p *curve.G1Affine, encoded []byte) bool {
	if len(encoded) != KeySize || encoded[0]&compressed == 0 {
		return false
	}
	_, err := p.SetBytes(encoded)
	return err == nil && !p.IsInfinity()
}

// decodeSignature sets p from a canonical compressed point of the subgroup. Infinity is refused: no valid key
// and message have it as their signature.
func decodeSignature(p *curve.G2Affine, encoded []byte) bool {
	if len(encoded) != SignatureSize || encoded[0]&compressed == 0 {
		return false
	}
	_, err := p.SetBytes(encoded)
	return err == nil && !p.IsInfinity()
}
