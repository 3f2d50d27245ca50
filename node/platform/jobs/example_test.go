package jobs_test

import (
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/node/platform/jobs"
)

// A job as a line, before and after it is decided.
func ExampleMarshal() {
	b := kernels.New(sha256.Kernel, sha256.Kernel.Default(), 1, 3)
	if err := sha256.Append(b, []byte("abc")); err != nil {
		fmt.Println(err)
		return
	}
	line, _ := jobs.Marshal(b, 0)
	fmt.Printf("%s\n", line)
	b.Kernel().Run(b, 0, 1)
	line, _ = jobs.Marshal(b, 0)
	fmt.Printf("%s\n", line)
	// Output:
	// {"kernel":"sha256","msg":"616263"}
	// {"kernel":"sha256","msg":"616263","out":"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad","expect":"valid"}
}
