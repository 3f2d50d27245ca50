//go:build amd64 && !purego

package ed25519

import (
	"crypto/sha512"
	"hash"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// challenges computes k = SHA-512(R || A || message) mod L.
type challenges struct {
	k1     [perTurn]edwards8.Scalar
	hash   hash.Hash
	digest [64]byte
}

// compute sets k1[i] for job lo+i.
func (c *challenges) compute(b *kernels.Batch, lo, hi int) {
	if c.hash == nil {
		c.hash = sha512.New()
	}
	h := c.hash
	for i := lo; i < hi; i++ {
		row := b.Row(i)
		h.Reset()
		h.Write(row[KeySize : KeySize+32])
		h.Write(row[:KeySize])
		h.Write(b.Message(i))
		h.Sum(c.digest[:0])
		c.k1[i-lo].SetDigest(&c.digest)
	}
}
