package blake2b_test

import (
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/blake2b"
)

func Example() {
	b := kernels.New(blake2b.Kernel, 0, 2, 100) // room for 2 messages of 100 bytes in all
	for _, message := range []string{"", "abc"} {
		if err := blake2b.Append(b, []byte(message)); err != nil {
			fmt.Println(err)
			return
		}
	}
	blake2b.Kernel.Run(b, 0, b.Len())
	for i := range b.Len() {
		fmt.Printf("%v %x\n", b.Verdict(i), b.Out(i)[:8])
	}
	// Output:
	// valid 0e5751c026e543b2
	// valid bddd813c63423972
}
