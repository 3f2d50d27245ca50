package ecvrf_test

import (
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecvrf"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
)

func Example() {
	key, proof := vrfprove.Prove(kernels.TAI, [32]byte{1}, []byte("slot 7"))

	b := kernels.New(ecvrf.Kernel, kernels.TAI, 2, 64)
	for _, alpha := range []string{"slot 7", "slot 8"} {
		if err := ecvrf.Append(b, key[:], []byte(alpha), proof[:]); err != nil {
			fmt.Println(err)
			return
		}
	}
	ecvrf.Kernel.Run(b, 0, b.Len())
	for i := range b.Len() {
		fmt.Printf("%v %x…\n", b.Verdict(i), b.Out(i)[:8])
	}
	// Output:
	// valid 3e4eaa28162e4a42…
	// invalid 0000000000000000…
}
