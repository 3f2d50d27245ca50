package sha512lanes

import (
	"crypto/sha512"

	"github.com/sluice-engine/sluice/kernels"
)

// Library hashes the messages of jobs [lo,hi) to their outputs one by one, and makes the jobs valid. It is the
// reference of the kernel.
func Library(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		*(*[Size]byte)(b.Out(i)) = sha512.Sum512(b.Message(i))
		b.SetVerdict(i, kernels.Valid)
	}
}

// library hashes the pieces of one message.
func library(out *[Size]byte, m *Message) {
	h := sha512.New()
	for _, piece := range m {
		h.Write(piece)
	}
	h.Sum(out[:0])
}
