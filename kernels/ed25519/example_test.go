package ed25519_test

import (
	stded25519 "crypto/ed25519"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
)

func Example() {
	private := stded25519.NewKeyFromSeed(make([]byte, stded25519.SeedSize))
	key := private.Public().(stded25519.PublicKey)
	message := []byte("pay Bob 10")
	signature := stded25519.Sign(private, message)

	b := kernels.New(ed25519.Kernel, kernels.ZIP215, 2, 64)
	for _, m := range []string{"pay Bob 10", "pay Bob 1000"} {
		if err := ed25519.Append(b, key, []byte(m), signature); err != nil {
			fmt.Println(err)
			return
		}
	}
	ed25519.Kernel.Run(b, 0, b.Len())
	fmt.Println(b.Verdict(0), b.Verdict(1))
	// Output: valid invalid
}
