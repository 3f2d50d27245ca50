package sha512

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
	"github.com/sluice-engine/sluice/kernels/internal/sha512lanes"
)

// Size is the length of a digest in bytes.
const Size = sha512lanes.Size

// Kernel is "sha512": message, out 64 bytes.
var Kernel = digest.Kernel(kernels.Kernel{
	ID:   kernels.SHA512,
	Name: "sha512",
	Out:  Size,
	Run:  sha512lanes.Run,
	Ref:  ref,
}, answers)

// Append adds a job that hashes the message. Errors: ErrKernel, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, message []byte) error {
	return digest.Append(b, kernels.SHA512, message)
}
