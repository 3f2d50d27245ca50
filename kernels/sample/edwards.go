package sample

import (
	stded25519 "crypto/ed25519"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecvrf"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
)

// ed25519Signatures are crypto/ed25519's; all rules accept them.
func ed25519Signatures(b *kernels.Batch, src *source, n int) appender {
	keys := pool(n, func() stded25519.PrivateKey {
		seed := src.bytes32()
		return stded25519.NewKeyFromSeed(seed[:])
	})
	return func(i int) error {
		key, message := keys[i%n], src.next()
		return ed25519.Append(b, key.Public().(stded25519.PublicKey), message, stded25519.Sign(key, message))
	}
}

// vrfProofs are made under the rule of the batch.
func vrfProofs(b *kernels.Batch, src *source, n int) appender {
	seeds := pool(n, src.bytes32)
	return func(i int) error {
		alpha := src.next()
		key, proof := vrfprove.Prove(b.Flags(), seeds[i%n], alpha)
		return ecvrf.Append(b, key[:], alpha, proof[:])
	}
}
