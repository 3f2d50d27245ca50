package sha512

import (
	"crypto/sha512"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// Size is the length of a digest in bytes.
const Size = sha512.Size

// Kernel is "sha512": message, out 64 bytes.
var Kernel = digest.Kernel(kernels.Kernel{
	ID:   kernels.SHA512,
	Name: "sha512",
	Out:  Size,
	Run:  ref,
	Ref:  ref,
}, answers)

// Append adds a job that hashes the message. Errors: ErrKernel, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, message []byte) error {
	return digest.Append(b, kernels.SHA512, message)
}
