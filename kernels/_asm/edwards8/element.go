package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// element writes the routines of single elements other than products.
func element() {
	plus()
	minus()
	choose()
	canonical()
}

func plus() {
	TEXT("add", NOSPLIT, "func(out, a, b *byte)")
	Pragma("noescape")
	Doc("add sets out = a+b, tight.")
	out, a, b := pointers("out", "a", "b")
	constants()
	r := allRegs()
	x, y := load(r, a), load(r, b)
	add(r, x, y, x)
	carry(r, x)
	store(r, x, out)
	VZEROUPPER()
	RET()
}

func minus() {
	TEXT("sub", NOSPLIT, "func(out, a, b *byte)")
	Pragma("noescape")
	Doc("sub sets out = a-b, tight.")
	out, a, b := pointers("out", "a", "b")
	constants()
	r := allRegs()
	x, y := load(r, a), load(r, b)
	sub(r, x, y, x, lowBiasMem)
	carry(r, x)
	store(r, x, out)
	VZEROUPPER()
	RET()
}

func choose() {
	TEXT("choose", NOSPLIT, "func(out, a, b *byte, mask uint64)")
	Pragma("noescape")
	Doc("choose sets out = b in the lanes of the mask, a in the others.")
	out, a, b := pointers("out", "a", "b")
	Load(Param("mask"), reg.RCX)
	KMOVQ(reg.RCX, reg.K1)
	r := allRegs()
	x := load(r, a)
	for i := range x {
		VMOVDQU64(limb(b, i), reg.K1, x[i])
	}
	store(r, x, out)
	VZEROUPPER()
	RET()
}

// canonical: q = floor((a + 19) / 2^255), which is 0 or 1 as a < 2^255 + 2^221, tells whether a >= p; then a + 19q is carried
// from limb to limb and the bit 2^255 dropped.
func canonical() {
	TEXT("canonical", NOSPLIT, "func(out, a *byte) (zero, odd uint64)")
	Pragma("noescape")
	Doc("canonical sets out = a mod p, limbs below 2^51, and tells the lanes where that is zero, or odd.")
	out, a, _ := pointers("out", "a")
	constants()
	r := allRegs()
	x := load(r, a)
	t := r.take(2)
	q, u := t[0], t[1]
	VPADDQ(nineteen, x[0], q)
	VPSRLQ(operand.U8(51), q, q)
	for i := 1; i < 5; i++ {
		VPADDQ(x[i], q, q)
		VPSRLQ(operand.U8(51), q, q)
	}
	VPMADD52LUQ(nineteen, q, x[0])
	for i := range 4 {
		VPSRLQ(operand.U8(51), x[i], u)
		VPANDQ(mask, x[i], x[i])
		VPADDQ(u, x[i+1], x[i+1])
	}
	VPANDQ(mask, x[4], x[4])
	store(r, x, out)
	VPSLLQ(operand.U8(63), x[0], q)
	VPMOVQ2M(q, reg.K2)
	for i := 1; i < 5; i++ {
		VPORQ(x[i], x[0], x[0])
	}
	VPTESTNMQ(x[0], x[0], reg.K1)
	KMOVB(reg.K1, reg.EAX)
	KMOVB(reg.K2, reg.ECX)
	Store(reg.RAX, ReturnIndex(0))
	Store(reg.RCX, ReturnIndex(1))
	VZEROUPPER()
	RET()
}
