package keccak256_test

import (
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/keccak256"
)

func Example() {
	b := kernels.New(keccak256.Kernel, 0, 2, 100) // room for 2 messages of 100 bytes in all
	for _, message := range []string{"", "transfer(address,uint256)"} {
		if err := keccak256.Append(b, []byte(message)); err != nil {
			fmt.Println(err)
			return
		}
	}
	keccak256.Kernel.Run(b, 0, b.Len())
	for i := range b.Len() {
		fmt.Printf("%v %x\n", b.Verdict(i), b.Out(i)[:8])
	}
	// Output:
	// valid c5d2460186f7233c
	// valid a9059cbb2ab09eb2
}
