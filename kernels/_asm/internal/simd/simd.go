// Package simd has what the generators of vector kernels share: registers by number, constants in memory, the
// instructions of AVX-512 and AVX2 under one name ([Machine]), transposition between rows and lanes.
package simd

import (
	"encoding/binary"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Z gives the 512-bit registers by number.
var Z = [32]reg.VecPhysical{
	reg.Z0, reg.Z1, reg.Z2, reg.Z3, reg.Z4, reg.Z5, reg.Z6, reg.Z7,
	reg.Z8, reg.Z9, reg.Z10, reg.Z11, reg.Z12, reg.Z13, reg.Z14, reg.Z15,
	reg.Z16, reg.Z17, reg.Z18, reg.Z19, reg.Z20, reg.Z21, reg.Z22, reg.Z23,
	reg.Z24, reg.Z25, reg.Z26, reg.Z27, reg.Z28, reg.Z29, reg.Z30, reg.Z31,
}

// Y gives the 256-bit registers of AVX2 by number.
var Y = [16]reg.VecPhysical{
	reg.Y0, reg.Y1, reg.Y2, reg.Y3, reg.Y4, reg.Y5, reg.Y6, reg.Y7,
	reg.Y8, reg.Y9, reg.Y10, reg.Y11, reg.Y12, reg.Y13, reg.Y14, reg.Y15,
}

// Bytes puts read-only bytes into memory; the length is a multiple of 8.
func Bytes(name string, p []byte) operand.Mem {
	m := GLOBL(name, attr.RODATA|attr.NOPTR)
	for i := 0; i < len(p); i += 8 {
		DATA(i, operand.U64(binary.LittleEndian.Uint64(p[i:])))
	}
	return m
}

// Words32 puts an even number of read-only u32 into memory.
func Words32(name string, w []uint32) operand.Mem {
	p := make([]byte, 0, 4*len(w))
	for _, x := range w {
		p = binary.LittleEndian.AppendUint32(p, x)
	}
	return Bytes(name, p)
}

// Words64 puts read-only u64 into memory.
func Words64(name string, w []uint64) operand.Mem {
	p := make([]byte, 0, 8*len(w))
	for _, x := range w {
		p = binary.LittleEndian.AppendUint64(p, x)
	}
	return Bytes(name, p)
}

// Local reserves size bytes on the stack, on a multiple of 64, and points R14 there: vectors that cross a cache line
// would halve the rate of loads.
func Local(size int) operand.Mem {
	LEAQ(AllocLocal(size+64), reg.R14)
	ADDQ(operand.U8(63), reg.R14)
	ANDQ(operand.I32(-64), reg.R14)
	return operand.Mem{Base: reg.R14}
}

// Code is instructions that are not emitted yet.
type Code []func()

// Add appends an instruction.
func (c *Code) Add(f func()) { *c = append(*c, f) }

// Alternate emits instructions of several independent streams in turn: where one alone would wait for its own
// results (vector operations of Zen 5 take two cycles, four start in each), the others fill the gaps.
func Alternate(streams []Code) {
	for i := 0; ; i++ {
		done := true
		for _, s := range streams {
			if i < len(s) {
				s[i]()
				done = false
			}
		}
		if done {
			return
		}
	}
}
