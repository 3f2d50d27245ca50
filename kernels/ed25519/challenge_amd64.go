//go:build amd64 && !purego

package ed25519

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/sha512lanes"
)

// challenges computes k = SHA-512(R || A || message) mod L.
type challenges struct {
	k       [perTurn]edwards8.Scalar
	hasher  sha512lanes.Hasher
	pieces  [perTurn]sha512lanes.Message
	digests [perTurn][sha512lanes.Size]byte
}

// compute sets k[i] for job lo+i; there are at most [perTurn].
func (c *challenges) compute(b *kernels.Batch, lo, hi int) {
	pieces := c.pieces[:hi-lo]
	for i := range pieces {
		row := b.Row(lo + i)
		pieces[i] = sha512lanes.Message{row[KeySize : KeySize+32], row[:KeySize], b.Message(lo + i)}
	}
	c.hasher.Sum(c.digests[:len(pieces)], pieces)
	for i := range pieces {
		c.k[i].SetDigest(&c.digests[i])
		pieces[i] = sha512lanes.Message{} // a workspace must not keep the batch
	}
}
