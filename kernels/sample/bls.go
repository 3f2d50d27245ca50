package sample

import (
	"fmt"
	"math/big"

	curve "github.com/consensys/gnark-crypto/ecc/bls12-381"
	"github.com/consensys/gnark-crypto/ecc/bls12-381/fr"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/bls12381"
)

// ciphersuite is the one of Ethereum's consensus: keys in G1, proof of possession.
const ciphersuite = "BLS_SIG_BLS12381G2_XMD:SHA-256_SSWU_RO_POP_"

type blsKey struct {
	secret *big.Int
	public [48]byte
}

func blsSignatures(b *kernels.Batch, src *source, n int) appender {
	keys := pool(n, func() (k blsKey) {
		seed := src.bytes32()
		k.secret = new(big.Int).SetBytes(seed[:])
		k.secret.Mod(k.secret, fr.Modulus())
		var p curve.G1Affine
		p.ScalarMultiplicationBase(k.secret)
		k.public = p.Bytes()
		return k
	})
	return func(i int) error {
		key, message := keys[i%n], src.next()
		p, err := curve.HashToG2(message, []byte(ciphersuite))
		if err != nil {
			return fmt.Errorf("hash to G2: %w", err)
		}
		p.ScalarMultiplication(&p, key.secret)
		signature := p.Bytes()
		return bls12381.Append(b, key.public[:], message, signature[:])
	}
}
