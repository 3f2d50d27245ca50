package simd

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Machine is the vector instructions of one register width on words of one width. Its methods emit at once; operands
// are in Go's order, the result last.
type Machine struct {
	Bytes int // of a register: 64 for AVX-512, 32 for AVX2
	Word  int // bytes of a word: 4 or 8
}

// Wide tells AVX-512 from AVX2.
func (m Machine) Wide() bool { return m.Bytes == 64 }

// Lanes is how many words a register holds.
func (m Machine) Lanes() int { return m.Bytes / m.Word }

// Level is the suffix of names: they end in the number of lanes.
func (m Machine) Reg(i int) reg.VecPhysical {
	if m.Wide() {
		return Z[i]
	}
	return Y[i]
}

// Regs is the registers [lo,hi).
func (m Machine) Regs(lo, hi int) (r []reg.VecPhysical) {
	for i := lo; i < hi; i++ {
		r = append(r, m.Reg(i))
	}
	return r
}

// pick emits the form for the word.
func (m Machine) pick(dword, qword func(ops ...operand.Op), ops ...operand.Op) {
	if m.Word == 4 {
		dword(ops...)
	} else {
		qword(ops...)
	}
}

// Move copies between registers and memory.
func (m Machine) Move(x, dst operand.Op) {
	if m.Wide() {
		VMOVDQU64(x, dst)
	} else {
		VMOVDQU(x, dst)
	}
}

// Add sets dst = x + y; x may be memory.
func (m Machine) Add(x, y, dst operand.Op) { m.pick(VPADDD, VPADDQ, x, y, dst) }

// Xor sets dst = x ^ y; x may be memory.
func (m Machine) Xor(x, y, dst operand.Op) {
	if m.Wide() {
		VPXORQ(x, y, dst)
	} else {
		VPXOR(x, y, dst)
	}
}

// Broadcast loads one word into all lanes.
func (m Machine) Broadcast(x, dst operand.Op) { m.pick(VPBROADCASTD, VPBROADCASTQ, x, dst) }

// AddBroadcast adds one word of memory to all lanes of dst; tmp is used by AVX2.
func (m Machine) AddBroadcast(x operand.Mem, dst, tmp reg.VecPhysical) {
	if m.Wide() {
		m.pick(VPADDD_BCST, VPADDQ_BCST, x, dst, dst)
		return
	}
	m.Broadcast(x, tmp)
	m.Add(tmp, dst, dst)
}

// AddBroadcastTo sets dst to y plus one word of memory in all lanes; y and dst differ.
func (m Machine) AddBroadcastTo(x operand.Mem, y, dst reg.VecPhysical) {
	if m.Wide() {
		m.pick(VPADDD_BCST, VPADDQ_BCST, x, y, dst)
		return
	}
	m.Broadcast(x, dst)
	m.Add(y, dst, dst)
}

// XorBroadcast xors one word of memory to all lanes of dst; tmp is used by AVX2.
func (m Machine) XorBroadcast(x operand.Mem, dst, tmp reg.VecPhysical) {
	if m.Wide() {
		m.pick(VPXORD_BCST, VPXORQ_BCST, x, dst, dst)
		return
	}
	m.Broadcast(x, tmp)
	m.Xor(tmp, dst, dst)
}

// Ror sets dst = x rotated right by n bits; dst, tmp and x differ. AVX2 needs three instructions and uses tmp.
func (m Machine) Ror(n int, x operand.Op, dst, tmp reg.VecPhysical) {
	if m.Wide() {
		m.pick(VPRORD, VPRORQ, operand.U8(n), x, dst)
		return
	}
	m.Shr(n, x, dst)
	m.Shl(8*m.Word-n, x, tmp)
	VPOR(tmp, dst, dst)
}

// Rol sets dst = x rotated left by n bits, as [Machine.Ror].
func (m Machine) Rol(n int, x operand.Op, dst, tmp reg.VecPhysical) { m.Ror(8*m.Word-n, x, dst, tmp) }

// Shr shifts right, Shl left.
func (m Machine) Shr(n int, x, dst operand.Op) { m.pick(VPSRLD, VPSRLQ, operand.U8(n), x, dst) }
func (m Machine) Shl(n int, x, dst operand.Op) { m.pick(VPSLLD, VPSLLQ, operand.U8(n), x, dst) }

// The tables of VPTERNLOG that the kernels use; the first operand of the function is the destination.
const (
	TernaryXor      = operand.U8(0x96) // a ^ b ^ c
	TernaryChoose   = operand.U8(0xca) // a ? b : c
	TernaryMajority = operand.U8(0xe8)
	TernaryChi      = operand.U8(0xd2) // a ^ (^b & c)
)

// Ternary sets dst = f(dst, x, y); y may be memory. AVX-512 only.
func (m Machine) Ternary(f operand.U8, y, x, dst operand.Op) {
	m.pick(VPTERNLOGD, VPTERNLOGQ, f, y, x, dst)
}

// Xor3 sets dst ^= x ^ y; both may be memory.
func (m Machine) Xor3(x, y operand.Op, dst reg.VecPhysical) {
	if _, memory := x.(operand.Mem); m.Wide() && !memory {
		m.Ternary(TernaryXor, y, x, dst)
		return
	}
	m.Xor(x, dst, dst)
	m.Xor(y, dst, dst)
}

// SwapControl puts the VPSHUFB control that reverses the bytes of each word into memory.
func (m Machine) SwapControl(name string) operand.Mem {
	p := make([]byte, m.Bytes)
	for i := range p {
		p[i] = byte(i&15 ^ (m.Word - 1))
	}
	return Bytes(name, p)
}
