package sm2

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/ecc"
)

// Kernel is sm2.verify: whether r‖s signs e under the key. Big-endian throughout.
//
//	row  e 32, r 32, s 32, x 32, y 32
//
// Valid when r and s are in [1, n-1], x and y are below p and on the curve, t = r + s is not 0 modulo n, and e
// plus the x coordinate of sG + tQ, which is not the point at infinity, is r modulo n.
var Kernel = ecc.Define(&kernels.Kernel{
	ID:    kernels.SM2Verify,
	Name:  "sm2.verify",
	In:    ecc.RowSize,
	Rules: []kernels.Flags{0},
	Run:   ref,
	Ref:   ref,
}, known)

// Append adds a job to a batch of [Kernel]: e 32 bytes (see [Digest]), rs 64, xy 64. Only lengths are checked here.
// Errors: kernels.ErrKernel, ErrLength, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, e, rs, xy []byte) error {
	return ecc.Append(b, kernels.SM2Verify, e, rs, xy)
}
