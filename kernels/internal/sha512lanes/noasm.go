//go:build !amd64 || purego

package sha512lanes

import "github.com/sluice-engine/sluice/kernels"

// Run hashes the messages of jobs [lo,hi) of a batch of the kernel sha512.
func Run(b *kernels.Batch, lo, hi int) { Library(b, lo, hi) }

// Hasher hashes messages of up to three pieces. The zero value is ready. It is not for concurrent use.
type Hasher struct{}

// Sum sets out[i] to the digest of messages[i]; out has their length or more.
func (h *Hasher) Sum(out [][Size]byte, messages []Message) {
	for i := range messages {
		library(&out[i], &messages[i])
	}
}
