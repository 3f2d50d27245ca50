// Command keccak256 writes the assembly of kernels/keccak256: Keccak-f[1600] in 8 lanes of AVX-512 and 4 of AVX2, each
// register one word of as many states, and the sponge around it.
//
// Words are numbered x+5y. Constants are computed as FIPS 202 defines them.
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

const (
	rounds = 24
	words  = 25
	rate   = 136 // bytes
	absorb = rate / 8
	digest = 4 // words
)

func main() {
	ConstraintExpr("amd64,!purego")
	roundConstants = Words64("roundConstants", iota64())
	lastBit = Words64("lastBit", []uint64{1 << 63})
	sum8()
	sum4()
	Generate()
}

var roundConstants, lastBit operand.Mem

// iota64 is the round constants, FIPS 202, algorithms 5 and 6.
func iota64() (c []uint64) {
	lfsr := uint8(1)
	for range rounds {
		var rc uint64
		for j := range 7 {
			if lfsr&1 != 0 {
				rc |= 1 << (1<<j - 1)
			}
			carry := lfsr >> 7
			lfsr = lfsr<<1 ^ carry*0x71
		}
		c = append(c, rc)
	}
	return c
}

// rotations is by how much rho turns each word to the left, algorithm 2.
var rotations = func() (r [words]int) {
	x, y := 1, 0
	for t := range 24 {
		r[x+5*y] = (t + 1) * (t + 2) / 2 % 64
		x, y = y, (2*x+3*y)%5
	}
	return r
}()

// source is the word that pi brings to place (x,y), algorithm 3.
func source(x, y int) int { return (x+3*y)%5 + 5*x }
