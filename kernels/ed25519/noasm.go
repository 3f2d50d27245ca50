//go:build !amd64 || purego

package ed25519

import "github.com/sluice-engine/sluice/kernels"

// path without lanes is Go alone.
func path() func(b *kernels.Batch, lo, hi int) { return runPortable }

// KeyStats counts the keys of ZIP215 batches whose point this process remembered (hits) or had to decompress (misses); a key counts once
// for up to 1,024 jobs that are decided together. It is safe for concurrent use.
func KeyStats() (hits, misses uint64) { return portableKeys().stats() }
