package sample

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
)

// ProveVRF gives the key of the seed and its proof for alpha under a rule of ecvrf.verify, for tests that need proofs
// of inputs of their own. It panics for another rule, and is not constant time.
func ProveVRF(rule kernels.Flags, seed [32]byte, alpha []byte) (key [32]byte, proof [80]byte) {
	return vrfprove.Prove(rule, seed, alpha)
}
