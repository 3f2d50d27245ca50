// Command sha512lanes writes the assembly of kernels/internal/sha512lanes: SHA-512 in 8 and 16 lanes of AVX-512 and 4 of
// AVX2. The rounds are those of package sha2.
package main

import (
	. "github.com/mmcloughlin/avo/build"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/sha2"
)

func main() {
	ConstraintExpr("amd64,!purego")
	wide, narrow := sha2.New512()
	wide.Head = true
	wide.Sum("sum8", 1)
	wide.Sum("sum16", 2)
	narrow.Sum("sum4", 1)
	Generate()
}
