package sha512_test

import (
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha512"
)

func Example() {
	b := kernels.New(sha512.Kernel, 0, 2, 100) // room for 2 messages of 100 bytes in all
	for _, message := range []string{"", "abc"} {
		if err := sha512.Append(b, []byte(message)); err != nil {
			fmt.Println(err)
			return
		}
	}
	sha512.Kernel.Run(b, 0, b.Len())
	for i := range b.Len() {
		fmt.Printf("%v %x\n", b.Verdict(i), b.Out(i)[:8])
	}
	// Output:
	// valid cf83e1357eefb8bd
	// valid ddaf35a193617aba
}
