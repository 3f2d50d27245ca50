// Package simd has what the generators of 16-lane AVX-512 kernels share: registers by number, constants in
// memory, transposition between rows and lanes.
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

// Swap32 is the VPSHUFB control that reverses the bytes of each 32-bit word.
func Swap32(name string) operand.Mem {
	p := make([]byte, 64)
	for i := range p {
		p[i] = byte(i&^3&15 | 3 - i&3)
	}
	return Bytes(name, p)
}

// Columns32 says where Transpose32 leaves its columns: word c of all rows is in Z[Columns32[c]].
var Columns32 = [16]int{24, 25, 26, 27, 16, 17, 18, 19, 20, 21, 22, 23, 28, 29, 30, 31}

// Transpose32 turns 16 rows of 16 words in Z0-Z15 into 16 columns in Z16-Z31, ordered by [Columns32]. 64 shuffles; Z0-Z15
// are destroyed.
func Transpose32() {
	for i := 0; i < 16; i += 2 {
		VPUNPCKLDQ(Z[i+1], Z[i], Z[16+i])
		VPUNPCKHDQ(Z[i+1], Z[i], Z[17+i])
	}
	// Z16+i (i mod 4 = 0): words 0,1 of rows i, i+1; Z18+i the same of rows i+2, i+3; odd registers words 2,3.
	for i := 0; i < 16; i += 4 {
		VPUNPCKLQDQ(Z[18+i], Z[16+i], Z[i])
		VPUNPCKHQDQ(Z[18+i], Z[16+i], Z[i+1])
		VPUNPCKLQDQ(Z[19+i], Z[17+i], Z[i+2])
		VPUNPCKHQDQ(Z[19+i], Z[17+i], Z[i+3])
	}
	// Z[i+c], 128-bit lane L: word 4L+c of rows i to i+3. What is left is a 4x4 transposition of 128-bit lanes.
	low, high := operand.Imm(0x44), operand.Imm(0xee)
	even, odd := operand.Imm(0x88), operand.Imm(0xdd)
	for c := range 4 {
		a, b, d, e := Z[c], Z[4+c], Z[8+c], Z[12+c]
		VSHUFI32X4(low, b, a, Z[16+c])
		VSHUFI32X4(low, e, d, Z[20+c])
		VSHUFI32X4(high, b, a, a)
		VSHUFI32X4(high, e, d, d)
		VSHUFI32X4(even, Z[20+c], Z[16+c], Z[24+c])
		VSHUFI32X4(odd, Z[20+c], Z[16+c], Z[16+c])
		VSHUFI32X4(even, d, a, Z[20+c])
		VSHUFI32X4(odd, d, a, Z[28+c])
	}
}
