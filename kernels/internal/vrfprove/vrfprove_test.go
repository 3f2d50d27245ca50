package vrfprove

import (
	"bytes"
	stded25519 "crypto/ed25519"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestKey: the key of a seed is that of Ed25519, under every rule, and proofs are deterministic. That proofs are
// those of the standards is tested with their vectors, in package ecvrf.
func TestKey(t *testing.T) {
	seed := [32]byte{1, 2, 3}
	want := stded25519.NewKeyFromSeed(seed[:]).Public().(stded25519.PublicKey)
	proofs := map[[80]byte]bool{}
	for _, rule := range []kernels.Flags{kernels.TAI, kernels.ELL2, kernels.Draft03} {
		for range 2 {
			key, proof := Prove(rule, seed, []byte("alpha"))
			if !bytes.Equal(key[:], want) {
				t.Errorf("%v: key %x, want %x", rule, key, want)
			}
			proofs[proof] = true
		}
	}
	if len(proofs) != 3 {
		t.Errorf("%d different proofs, want one for each rule", len(proofs))
	}
}
