package blake2b

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// Size is the length of a digest in bytes.
const Size = 32

// Kernel is "blake2b256": message, out 32 bytes.
var Kernel = digest.Kernel(kernels.Kernel{
	ID:   kernels.BLAKE2b256,
	Name: "blake2b256",
	Out:  Size,
	Run:  run,
	Ref:  ref,
}, answers)

// Append adds a job that hashes the message. Errors: ErrKernel, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, message []byte) error {
	return digest.Append(b, kernels.BLAKE2b256, message)
}
