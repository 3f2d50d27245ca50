package main

import (
	curve "github.com/consensys/gnark-crypto/ecc/bls12-381"

	"github.com/sluice-engine/sluice/bench"
	"github.com/sluice-engine/sluice/kernels"
)

// ciphersuite is that of bls12381.verify.
const ciphersuite = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

// pairings are checked one by one: the verdict of each is wanted.
func pairings() []bench.Contender {
	return []bench.Contender{peer("gnark-crypto bls", version("github.com/consensys/gnark-crypto"), job{kernels.BLS12381Verify, nil},
		func(*kernels.Batch) (decider, error) {
			_, _, generator, _ := curve.Generators()
			var negated curve.G1Affine
			negated.Neg(&generator)
			return one(func(b *kernels.Batch, i int) bool {
				var key curve.G1Affine
				var signature curve.G2Affine
				row := b.Row(i)
				if _, err := key.SetBytes(row[:48]); err != nil || key.IsInfinity() {
					return false
				}
				if _, err := signature.SetBytes(row[48:]); err != nil || signature.IsInfinity() {
					return false
				}
				hash, err := curve.HashToG2(b.Message(i), []byte(ciphersuite))
				if err != nil {
					return false
				}
				ok, err := curve.PairingCheck([]curve.G1Affine{key, negated}, []curve.G2Affine{hash, signature})
				return ok && err == nil
			}), nil
		})}
}
