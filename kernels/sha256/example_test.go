package sha256_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

func Example() {
	b := kernels.New(sha256.Kernel, 0, 2, 100) // room for 2 messages of 100 bytes in all
	for _, message := range []string{"", "abc"} {
		if err := sha256.Append(b, []byte(message)); err != nil {
			fmt.Println(err)
			return
		}
	}
	sha256.Kernel.Run(b, 0, b.Len())
	for i := range b.Len() {
		fmt.Printf("%v %x\n", b.Verdict(i), b.Out(i)[:8])
	}
	// Output:
	// valid e3b0c44298fc1c14
	// valid ba7816bf8f01cfea
}

// The genesis block again, from 100 nonces before its own.
func ExampleAppendPoW() {
	header, _ := hex.DecodeString("0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd" +
		"7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d00000000")
	target := make([]byte, 32)
	target[26], target[27] = 0xff, 0xff // bits 1d00ffff, little-endian

	b := kernels.New(sha256.PoW, 0, 1, 0)
	if err := sha256.AppendPoW(b, header, target, 2083236793, 1000); err != nil {
		fmt.Println(err)
		return
	}
	sha256.PoW.Run(b, 0, 1)
	fmt.Println(b.Verdict(0), binary.LittleEndian.Uint32(b.Out(0)))
	// Output: valid 2083236893
}
