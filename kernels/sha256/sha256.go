package sha256

import (
	"crypto/sha256"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// Size is the length of a digest in bytes.
const Size = sha256.Size

// Kernel is "sha256": message, out 32 bytes.
var Kernel = digest.Kernel(kernels.Kernel{
	ID:   kernels.SHA256,
	Name: "sha256",
	Out:  Size,
	Run:  run,
	Ref:  ref,
}, answers)

// Double is "sha256d", SHA-256 of the SHA-256 of the message, as Bitcoin hashes transactions and blocks. The
// digest is in Bitcoin's internal order, the reverse of what people read.
var Double = digest.Kernel(kernels.Kernel{
	ID:   kernels.SHA256d,
	Name: "sha256d",
	Out:  Size,
	Run:  runDouble,
	Ref:  refDouble,
}, answersDouble)

// Append adds a job that hashes the message to a batch of sha256 or sha256d. Errors: ErrKernel, ErrFull; the
// batch is then unchanged.
func Append(b *kernels.Batch, message []byte) error {
	if b.Kernel().ID == kernels.SHA256d {
		return digest.Append(b, kernels.SHA256d, message)
	}
	return digest.Append(b, kernels.SHA256, message)
}
