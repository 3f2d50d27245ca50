//go:build !amd64 || purego

package ed25519

import "github.com/sluice-engine/sluice/kernels"

// path without lanes is the reference.
func path() func(b *kernels.Batch, lo, hi int) { return ref }

// KeyStats counts the keys of ZIP215 batches whose point this process remembered (hits) or had to decompress (misses). This build
// remembers none.
func KeyStats() (hits, misses uint64) { return 0, 0 }
