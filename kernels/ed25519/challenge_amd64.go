//go:build amd64 && !purego

package ed25519

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
	"github.com/sluice-engine/sluice/kernels/internal/sha512lanes"
)

// challenges computes k = SHA-512(R || A || message) mod L.
type challenges struct {
	k       [perTurn / edwards8.Lanes]edwards8.Residues
	hasher  sha512lanes.Hasher
	pieces  [perTurn]sha512lanes.Message
	digests [perTurn][sha512lanes.Size]byte
}

// compute sets k, lane by lane, for the jobs from lo on; there are at most [perTurn]. Lanes without a job have anything below L.
func (c *challenges) compute(b *kernels.Batch, lo, hi int) {
	pieces := c.pieces[:hi-lo]
	for i := range pieces {
		row := b.Row(lo + i)
		pieces[i] = sha512lanes.Message{row[KeySize : KeySize+32], row[:KeySize], b.Message(lo + i)}
	}
	c.hasher.Sum(c.digests[:len(pieces)], pieces)
	clear(pieces) // a workspace must not keep the batch
	for g := 0; g*edwards8.Lanes < len(pieces); g++ {
		c.k[g].SetDigests((*[edwards8.Lanes][sha512lanes.Size]byte)(c.digests[g*edwards8.Lanes:]))
	}
}
