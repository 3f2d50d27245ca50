package sm3

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// Size is the length of a digest in bytes.
const Size = 32

// Kernel is "sm3": message, out 32 bytes.
var Kernel = digest.Kernel(kernels.Kernel{
	ID:   kernels.SM3,
	Name: "sm3",
	Out:  Size,
	Run:  run,
	Ref:  ref,
}, answers)

// Append adds a job that hashes the message. Errors: ErrKernel, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, message []byte) error {
	return digest.Append(b, kernels.SM3, message)
}
