package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func mul() {
	TEXT("Mul", 0, "func(out, a, b *byte)")
	Pragma("noescape")
	Doc("Mul sets out = a*b, tight, of loose a and b; they may be the same memory.")
	Load(Param("out"), reg.RDI)
	Load(Param("a"), reg.RSI)
	Load(Param("b"), reg.R8)
	out, a, b := operand.Mem{Base: reg.RDI}, operand.Mem{Base: reg.RSI}, operand.Mem{Base: reg.R8}
	roomAt(scratch(roomSize))
	halves("mul_half", func() {
		cut(b)
		store(times(a), out)
	}, out, a, b)
	end()
}

func square() {
	TEXT("Square", 0, "func(p *byte, n int)")
	Pragma("noescape")
	Doc("Square replaces two consecutive elements a by a^(2^n), tight, n > 0. Their four chains fill each other's waiting.")
	Load(Param("p"), reg.RSI)
	Load(Param("n"), reg.R8)
	roomAt(scratch(roomSize))
	at := operand.Mem{Base: reg.RDI}
	Label("square_next")
	MOVQ(reg.RSI, reg.RDI)
	MOVQ(operand.U32(2), reg.R12)
	Label("square_element")
	halves("square_half", func() {
		store(squareOf(at), at)
	}, at)
	ADDQ(operand.U32(elementSize-2*halfSize), reg.RDI)
	DECQ(reg.R12)
	JNZ(operand.LabelRef("square_element"))
	DECQ(reg.R8)
	JNZ(operand.LabelRef("square_next"))
	end()
}

func plus() {
	TEXT("Add", NOSPLIT, "func(out, a, b *byte)")
	Pragma("noescape")
	Doc("Add sets out = a+b, tight, of tight a and b.")
	out, a, b := pointers("out", "a", "b")
	halves("add_half", func() {
		for i := range 5 {
			VMOVDQU(limb(a, i), y[i])
			VPADDQ(limb(b, i), y[i], y[i])
		}
		store(carry51(firstFive, nextFive), out)
	}, out, a, b)
	end()
}

func minus() {
	TEXT("Sub", NOSPLIT, "func(out, a, b *byte)")
	Pragma("noescape")
	Doc("Sub sets out = a-b, tight, of tight a and b.")
	out, a, b := pointers("out", "a", "b")
	halves("sub_half", func() {
		for i := range 5 {
			VMOVDQU(limb(a, i), y[i])
			VPADDQ(biasLimb(twoP, i), y[i], y[i])
			VPSUBQ(limb(b, i), y[i], y[i])
		}
		store(carry51(firstFive, nextFive), out)
	}, out, a, b)
	end()
}

var (
	firstFive = element{y[0], y[1], y[2], y[3], y[4]}
	nextFive  = [5]reg.VecPhysical{y[5], y[6], y[7], y[8], y[9]}
)

// maskOf loads the lanes of the lower four bits of the register as a mask, and shifts them away. RAX and R10 are used.
func maskOf(bits reg.GPPhysical, to reg.VecPhysical) {
	LEAQ(laneMasks, reg.R10)
	MOVQ(bits, reg.RAX)
	ANDQ(operand.U8(15), reg.RAX)
	SHLQ(operand.U8(5), reg.RAX)
	VMOVDQU(operand.Mem{Base: reg.R10, Index: reg.RAX, Scale: 1}, to)
	SHRQ(operand.U8(4), bits)
}

func choose() {
	TEXT("Choose", NOSPLIT, "func(out, a, b *byte, mask uint64)")
	Pragma("noescape")
	Doc("Choose sets out = b in the lanes of the mask, a in the others.")
	out, a, b := pointers("out", "a", "b")
	Load(Param("mask"), reg.RCX)
	halves("choose_half", func() {
		maskOf(reg.RCX, y[15])
		for i := range 5 {
			VMOVDQU(limb(a, i), y[i])
			VPBLENDVB(y[15], limb(b, i), y[i], y[i])
		}
		store(firstFive, out)
	}, out, a, b)
	end()
}

// canonical: q = floor((a + 19) / 2^255), which is 0 or 1 as a < 2^255 + 2^242, tells whether a >= p; then a + 19q is carried
// from limb to limb and the bit 2^255 dropped.
func canonical() {
	TEXT("Canonical", NOSPLIT, "func(out, a *byte) (zero, odd uint64)")
	Pragma("noescape")
	Doc("Canonical sets out = a mod p, limbs below 2^51, of a tight a, and tells the lanes where that is zero, or odd.")
	out, a, _ := pointers("out", "a")
	XORQ(reg.RCX, reg.RCX) // zero
	XORQ(reg.RDX, reg.RDX) // odd
	VMOVDQU(mask51, y[15])
	VMOVDQU(nineteen, y[14])
	halves("canonical_half", func() {
		q, u := y[5], y[6]
		for i := range 5 {
			VMOVDQU(limb(a, i), y[i])
		}
		VPADDQ(y[14], y[0], q)
		VPSRLQ(operand.U8(51), q, q)
		for i := 1; i < 5; i++ {
			VPADDQ(y[i], q, q)
			VPSRLQ(operand.U8(51), q, q)
		}
		VPMULUDQ(y[14], q, q)
		VPADDQ(q, y[0], y[0])
		for i := range 4 {
			VPSRLQ(operand.U8(51), y[i], u)
			VPAND(y[15], y[i], y[i])
			VPADDQ(u, y[i+1], y[i+1])
		}
		VPAND(y[15], y[4], y[4])
		store(firstFive, out)
		// The masks of this half go above those of the one before, and both then go down by four bits.
		VPSLLQ(operand.U8(63), y[0], q)
		VMOVMSKPD(q, reg.EAX)
		SHLQ(operand.U8(8), reg.RAX)
		ORQ(reg.RAX, reg.RDX)
		SHRQ(operand.U8(4), reg.RDX)
		for i := 1; i < 5; i++ {
			VPOR(y[i], y[0], y[0])
		}
		VPXOR(u, u, u)
		VPCMPEQQ(u, y[0], y[0])
		VMOVMSKPD(y[0], reg.EAX)
		SHLQ(operand.U8(8), reg.RAX)
		ORQ(reg.RAX, reg.RCX)
		SHRQ(operand.U8(4), reg.RCX)
	}, out, a)
	Store(reg.RCX, ReturnIndex(0))
	Store(reg.RDX, ReturnIndex(1))
	end()
}
