//go:build !amd64 || purego

package ecvrf

import "github.com/sluice-engine/sluice/kernels"

// path without lanes is Go alone.
func path() func(b *kernels.Batch, lo, hi int) { return runPortable }
