package sha512

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/sha512lanes"
)

// ref is the meaning of the kernel: the standard library's SHA-512.
func ref(b *kernels.Batch, lo, hi int) { sha512lanes.Library(b, lo, hi) }
