package frame

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Masks loads rows of 64 bytes that may end within, or before, the row: bytes behind the message are zero, but for the
// first byte of the padding.
//
// With r = what is left of the message at the row, in [-64,128], min(max(r,0),64) bytes are kept, and the byte at r is
// or-ed, if the row has one, from a window of the table that begins at 128-r.
type Masks struct {
	Scratch operand.Mem // 16 bytes for each lane: the masks, then the beginnings of the windows
	Pad     operand.Mem // PadTable; zero: no padding byte
	Lanes   int         // 8 or 16
}

// PadTable is a window of 64 bytes that begins at 128-r has the byte at place r, for r in [0,64), else nothing.
func PadTable(name string, first byte) operand.Mem {
	pad := make([]byte, 264)
	pad[128] = first
	return Bytes(name, pad)
}

func (m *Masks) padded() bool { return m.Pad.Symbol.Name != "" }

// Prepare sets RBX to the table, where Load expects it.
func (m *Masks) Prepare() {
	if m.padded() {
		LEAQ(m.Pad, reg.RBX)
	}
}

// Compute makes the masks of the lanes whose sizes are at size, for the row at disp of the block. RAX, R8 and Z8-Z15 are
// used.
func (m *Masks) Compute(size operand.Mem, disp int) {
	low, high, zero, ones := Z[12], Z[13], Z[14], Z[15]
	LEAQ(operand.Mem{Base: Offset, Disp: disp}, reg.R8)
	MOVQ(operand.I32(-64), reg.RAX)
	VPBROADCASTQ(reg.R8, Z[8])
	VPBROADCASTQ(reg.RAX, low)
	VPTERNLOGQ(operand.U8(0xff), ones, ones, ones)
	VPXORQ(zero, zero, zero)
	VPSLLQ(operand.U8(1), low, high)
	VPSUBQ(high, zero, high)
	for v := range m.Lanes / 8 {
		r, x := Z[9], Z[10]
		VMOVDQU64(size.Offset(64*v), r)
		VPSUBQ(Z[8], r, r)
		VPMAXSQ(low, r, r)
		VPMINSQ(high, r, r)
		if m.padded() {
			VPSUBQ(r, high, x)
			VMOVDQU64(x, m.Scratch.Offset(8*m.Lanes+64*v))
		}
		VPMAXSQ(zero, r, r)
		VPSLLVQ(r, ones, x)
		VPANDNQ(ones, x, x)
		VMOVDQU64(x, m.Scratch.Offset(64*v))
	}
}

// Load loads the row at disp of the block of one lane. RAX, R10 and K1 are used.
func (m *Masks) Load(ptr operand.Mem, disp, lane int, x reg.VecPhysical) {
	MOVQ(ptr, reg.RAX)
	KMOVQ(m.Scratch.Offset(8*lane), reg.K1)
	VMOVDQU8_Z(operand.Mem{Base: reg.RAX, Index: Read, Scale: 1, Disp: disp}, reg.K1, x)
	if m.padded() {
		MOVQ(m.Scratch.Offset(8*m.Lanes+8*lane), reg.R10)
		VPORD(operand.Mem{Base: reg.RBX, Index: reg.R10, Scale: 1}, x, x)
	}
}
