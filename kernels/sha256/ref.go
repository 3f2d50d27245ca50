package sha256

import (
	"crypto/sha256"

	"github.com/sluice-engine/sluice/kernels"
)

// ref is the meaning of sha256: the standard library's.
func ref(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		*(*[Size]byte)(b.Out(i)) = sha256.Sum256(b.Message(i))
		b.SetVerdict(i, kernels.Valid)
	}
}

// refDouble is the meaning of sha256d.
func refDouble(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		*(*[Size]byte)(b.Out(i)) = double(b.Message(i))
		b.SetVerdict(i, kernels.Valid)
	}
}

// refNode is the meaning of sha256.node: SHA-256 of the 64 bytes of the row.
func refNode(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		*(*[Size]byte)(b.Out(i)) = sha256.Sum256(b.Row(i))
		b.SetVerdict(i, kernels.Valid)
	}
}

func double(p []byte) [Size]byte {
	d := sha256.Sum256(p)
	return sha256.Sum256(d[:])
}
