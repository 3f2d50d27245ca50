package secp256k1_test

import (
	"encoding/hex"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
)

// Recover the key of a signature, then verify with it; with a high s the rule LowS refuses it.
func Example() {
	digest, _ := hex.DecodeString("18c547e4f7b0f325ad1e56f57e26c745b09a3e503d86e00e5255ff7f715d3d1c")
	rs, _ := hex.DecodeString("73b1693892219d736caba55bdb67216e485557ea6b6af75f37096c9aa6a5a75f" +
		"eeb940b1d03b21e36b0e47e79769f095fe2ab855bd91e3a38756b7d75a9c4549")

	recovery := kernels.New(secp256k1.Recover, 0, 1, 0)
	if err := secp256k1.AppendRecover(recovery, digest, rs, 28-27); err != nil {
		fmt.Println(err)
		return
	}
	secp256k1.Recover.Run(recovery, 0, recovery.Len())
	fmt.Printf("%s %x…\n", recovery.Verdict(0), recovery.Out(0)[:8])

	for _, rule := range secp256k1.Verify.Rules {
		b := kernels.New(secp256k1.Verify, rule, 1, 0)
		if err := secp256k1.AppendVerify(b, digest, rs, recovery.Out(0)); err != nil {
			fmt.Println(err)
			return
		}
		secp256k1.Verify.Run(b, 0, b.Len())
		fmt.Printf("rule %q: %s\n", rule, b.Verdict(0))
	}
	// Output:
	// valid 3a514176466fa815…
	// rule "": valid
	// rule "LowS": invalid
}
