//go:build !amd64 || purego

package blake2b

import "github.com/sluice-engine/sluice/kernels"

// Without lanes Run is the reference.
func run(b *kernels.Batch, lo, hi int) { ref(b, lo, hi) }
