package p256

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// Kernel is p256.verify: whether r‖s signs the digest under the key. Big-endian throughout.
//
//	row  digest 32, r 32, s 32, x 32, y 32
//
// Valid when r and s are in [1, n-1], x and y are below p and on the curve, and the x coordinate of
// (digest/s)G + (r/s)Q is r modulo n. The digest counts modulo n. Under the rule LowS, s > (n-1)/2 is invalid.
var Kernel = ecc.Define(&kernels.Kernel{
	ID:    kernels.P256Verify,
	Name:  "p256.verify",
	In:    ecc.RowSize,
	Rules: []kernels.Flags{0, kernels.LowS},
	Run:   ref,
	Ref:   ref,
}, known)

// Append adds a job to a batch of [Kernel]: digest 32 bytes, rs 64, xy 64. Only lengths are checked here.
// Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, digest, rs, xy []byte) error {
	return ecc.Append(b, kernels.P256Verify, digest, rs, xy)
}
