package bls12381

import (
	"errors"
	"fmt"

	curve "github.com/consensys/gnark-crypto/ecc/bls12-381"
)

var (
	// ErrKey: a key is not 48 bytes, not canonical, not in the subgroup, or infinity.
	ErrKey = errors.New("bls12381: invalid key")
	// ErrSignature: a signature is not 96 bytes, not canonical, or not in the subgroup.
	ErrSignature = errors.New("bls12381: invalid signature")
	// ErrNone: there is nothing to aggregate.
	ErrNone = errors.New("bls12381: nothing to aggregate")
)

// AggregateKeys appends to dst the sum of the keys, 48 bytes: the key of FastAggregateVerify,
// draft-irtf-cfrg-bls-signature-05, section 3.3.4. Each key is validated (section 2.5). Their holders must have
// proved possession. Keys that cancel each other give infinity, which the kernel refuses.
// Errors: ErrNone, ErrKey with the index of the first bad key.
func AggregateKeys(dst []byte, keys ...[]byte) ([]byte, error) {
	if len(keys) == 0 {
		return nil, ErrNone
	}
	var sum curve.G1Jac
	var p curve.G1Affine
	for i, key := range keys {
		if !decodeKey(&p, key) {
			return nil, fmt.Errorf("%w: number %d", ErrKey, i)
		}
		sum.AddMixed(&p)
	}
	encoded := p.FromJacobian(&sum).Bytes()
	return append(dst, encoded[:]...), nil
}

// AggregateSignatures appends to dst the sum of the signatures, 96 bytes: Aggregate of section 2.8. Infinity
// is allowed among them, as the standard does.
// Errors: ErrNone, ErrSignature with the index of the first bad signature.
func AggregateSignatures(dst []byte, signatures ...[]byte) ([]byte, error) {
	if len(signatures) == 0 {
		return nil, ErrNone
	}
	var sum curve.G2Jac
	var p curve.G2Affine
	for i, signature := range signatures {
		if !decodeSignature(&p, signature) {
			return nil, fmt.Errorf("%w: number %d", ErrSignature, i)
		}
		sum.AddMixed(&p)
	}
	encoded := p.FromJacobian(&sum).Bytes()
	return append(dst, encoded[:]...), nil
}
