package bls12381_test

import (
	"encoding/hex"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/bls12381"
)

func Example() {
	// The secret of this key is 1, so the signature is the message's point itself.
	key, _ := hex.DecodeString("97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac58" +
		"6c55e83ff97a1aeffb3af00adb22c6bb")
	signature, _ := hex.DecodeString("a42ae16f1c2a5fa69c04cb5998d2add790764ce8dd45bf25b29b470082923205" +
		"2b52352dcff1cf255b3a7810ad7269601810f03b2bc8b68cf289cf295b206770605a190b6842583e47c3d1c0f73c5490" +
		"7bfb2a602157d46a4353a20283018763")
	message, _ := hex.DecodeString("1212121212121212121212121212121212121212121212121212121212121212")

	b := kernels.New(bls12381.Kernel, 0, 2, 64)
	for _, m := range [][]byte{message, message[1:]} {
		if err := bls12381.Append(b, key, m, signature); err != nil {
			fmt.Println(err)
			return
		}
	}
	bls12381.Kernel.Run(b, 0, b.Len())
	fmt.Println(b.Verdict(0), b.Verdict(1))
	// Output: valid invalid
}
