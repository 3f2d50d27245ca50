package sm2

import (
	"crypto/ecdsa"
	"math/big"

	"github.com/emmansun/gmsm/sm2"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

func ref(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		row := (*ecc.Row)(b.Row(i))
		b.SetVerdict(i, kernels.Of(verify(row)))
	}
}

// verify is gmsm's verification, which checks the key and the ranges of r, s and r + s as [Kernel] wants.
func verify(row *ecc.Row) bool {
	key, err := parseKey(row.Key())
	if err != nil {
		return false
	}
	r, s := row.Signature()[:32], row.Signature()[32:]
	return sm2.Verify(key, row.Digest()[:], new(big.Int).SetBytes(r), new(big.Int).SetBytes(s))
}

// parseKey refuses coordinates that are not below p and points that are not on the curve.
func parseKey(xy *[64]byte) (*ecdsa.PublicKey, error) {
	sec1 := [65]byte{4}
	copy(sec1[1:], xy[:])
	return sm2.NewPublicKey(sec1[:])
}
