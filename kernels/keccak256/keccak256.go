package keccak256

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/digest"
)

// Size is the length of a digest in bytes; Rate is the block of message bytes that one permutation takes in.
const (
	Size = 32
	Rate = 136
)

// Kernel is "keccak256": message, out 32 bytes.
var Kernel = digest.Kernel(kernels.Kernel{
	ID:   kernels.Keccak256,
	Name: "keccak256",
	Out:  Size,
	Run:  run,
	Ref:  ref,
}, answers)

// Append adds a job that hashes the message. Errors: ErrKernel, ErrFull; the batch is then unchanged.
func Append(b *kernels.Batch, message []byte) error {
	return digest.Append(b, kernels.Keccak256, message)
}
