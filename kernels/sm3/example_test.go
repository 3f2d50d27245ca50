package sm3_test

import (
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

func Example() {
	b := kernels.New(sm3.Kernel, 0, 2, 100) // room for 2 messages of 100 bytes in all
	for _, message := range []string{"", "abc"} {
		if err := sm3.Append(b, []byte(message)); err != nil {
			fmt.Println(err)
			return
		}
	}
	sm3.Kernel.Run(b, 0, b.Len())
	for i := range b.Len() {
		fmt.Printf("%v %x\n", b.Verdict(i), b.Out(i)[:8])
	}
	// Output:
	// valid 1ab21d8355cfa17f
	// valid 66c7f0f462eeedd9
}
