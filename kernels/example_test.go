package kernels_test

import (
	"bytes"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// A batch is written undecided, read elsewhere and decided there.
func ExampleRead() {
	b := kernels.New(sha256.Kernel, 0, 10, 1000)
	if err := sha256.Append(b, []byte("abc")); err != nil {
		fmt.Println(err)
		return
	}
	var file bytes.Buffer
	if _, err := b.WriteTo(&file); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(file.Len(), "bytes")

	got, err := kernels.Read(&file, all.ByID, 1<<20) // no more than 1 MiB
	if err != nil {
		fmt.Println(err)
		return
	}
	got.Kernel().Run(got, 0, got.Len())
	fmt.Printf("%s of %q: %v %x…\n", got.Kernel().Name, got.Message(0), got.Verdict(0), got.Out(0)[:4])
	// Output:
	// 320 bytes
	// sha256 of "abc": valid ba7816bf…
}
