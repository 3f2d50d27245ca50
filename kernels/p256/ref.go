package p256

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"math/big"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// halfOrder is (n-1)/2, big-endian: the largest s of the rule LowS.
var halfOrder = new(big.Int).Rsh(elliptic.P256().Params().N, 1).FillBytes(make([]byte, 32))

func ref(b *kernels.Batch, lo, hi int) {
	lowS := b.Flags()&kernels.LowS != 0
	for i := lo; i < hi; i++ {
		row := (*ecc.Row)(b.Row(i))
		b.SetVerdict(i, kernels.Of(verify(row, lowS)))
	}
}

// verify is the standard library's verification, which checks the key and the ranges of r and s as [Kernel] wants.
func verify(row *ecc.Row, lowS bool) bool {
	r, s := row.Signature()[:32], row.Signature()[32:]
	if lowS && bytes.Compare(s, halfOrder) > 0 {
		return false
	}
	key, err := parseKey(row.Key())
	if err != nil {
		return false
	}
	return ecdsa.Verify(key, row.Digest()[:], new(big.Int).SetBytes(r), new(big.Int).SetBytes(s))
}

// parseKey refuses coordinates that are not below p and points that are not on the curve.
func parseKey(xy *[64]byte) (*ecdsa.PublicKey, error) {
	sec1 := [65]byte{4}
	copy(sec1[1:], xy[:])
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), sec1[:])
}
