package p256_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/p256"
)

// The first signature of RFC 6979, appendix A.2.5, with SHA-256; it signs "sample", and its s is high.
func Example() {
	key, _ := hex.DecodeString("0360fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6")
	rs, _ := hex.DecodeString("efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" +
		"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8")
	xy, err := p256.DecodeKey(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, message := range []string{"sample", "test"} {
		digest := sha256.Sum256([]byte(message))
		for _, rule := range p256.Kernel.Rules {
			b := kernels.New(p256.Kernel, rule, 1, 0)
			if err := p256.Append(b, digest[:], rs, xy[:]); err != nil {
				fmt.Println(err)
				return
			}
			p256.Kernel.Run(b, 0, b.Len())
			fmt.Printf("%s, rule %q: %s\n", message, rule, b.Verdict(0))
		}
	}
	// Output:
	// sample, rule "": valid
	// sample, rule "LowS": invalid
	// test, rule "": invalid
	// test, rule "LowS": invalid
}
