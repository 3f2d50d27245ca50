package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// A table has its points one after the other, limb after limb, so that a lane reads those of one point: whole cache lines, which
// an 8x8 transposition turns into vectors. Gathering limbs from vectors would be several times slower.
//
//	cached: Y+X, Y-X, 2Z, 2dT, 4 limbs unused: 192 bytes, 9 multiples (0 to 8) in each of 8 lanes
//	affine: y+x, y-x, 2dxy, 1 limb unused: 128 bytes, multiples 0 to 2048 of one point for all lanes
const (
	cachedSize  = 192
	cachedCount = 9
	tableSize   = 8*cachedCount*cachedSize + 2*pointSize // with the room to fill it
	affineSize  = 128

	// A window is, for each lane, where its multiple is, in two bytes: the offset in the table of cached points, or the multiple of the
	// affine one; then the mask of the lanes that want the negative. The addresses are so known long before they are needed.
	windowSize = 32
)

var (
	laneMem, negativeMem operand.Mem
	pickMem              map[int]operand.Mem // mask and half of a window
)

func table() {
	var lanes []uint64
	for l := range uint64(8) {
		lanes = append(lanes, l*cachedCount*cachedSize)
	}
	laneMem = Words64("laneOffsets", lanes)
	// 2p less a tight element fits 52 bits.
	negativeMem = Words64("twoP", []uint64{p0 << 1, p1 << 1, p1 << 1, p1 << 1, p1 << 1})
	d2Mem = Words64("d2", []uint64{0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff})
	pickMem = map[int]operand.Mem{
		cachedSize: Words64("mask4", []uint64{15, 8}),
		affineSize: Words64("mask12", []uint64{4095, 2048}),
	}
	toCached()
	recode("windows4", cachedSize, 64, "windows4 makes 64 windows of 4 bits of scalars with their offset.")
	recode("windows12", affineSize, 22, "windows12 makes 22 windows of 12 bits of scalars with their offset.")
	pick("pickCached", cachedSize, 20, "pickCached sets out, in cached form, to the multiples of the lanes' points that a window of 4 bits says.")
	pick("pickAffine", affineSize, 15, "pickAffine sets out, in affine form, to the multiples of one point that a window of 12 bits says.")
}

var d2Mem operand.Mem

// transpose turns 8 rows of 8 words into 8 columns. 8 VPUNPCK and 16 VSHUFI64X2. The rows' registers are used again.
func transpose(r *regs, x five) five {
	t := r.take(8)
	for i := 0; i < 8; i += 2 {
		r.do(func() { VPUNPCKLQDQ(x[i+1], x[i], t[i]) })
		r.do(func() { VPUNPCKHQDQ(x[i+1], x[i], t[i+1]) })
	}
	// t[2i+c], 128-bit lane L: word 2L+c of rows 2i and 2i+1.
	low, high := operand.Imm(0x44), operand.Imm(0xee)
	even, odd := operand.Imm(0x88), operand.Imm(0xdd)
	for c := range 2 {
		a, b, d, e := t[c], t[2+c], t[4+c], t[6+c]
		r.do(func() { VSHUFI64X2(low, b, a, x[0+c]) })
		r.do(func() { VSHUFI64X2(low, e, d, x[2+c]) })
		r.do(func() { VSHUFI64X2(high, b, a, x[4+c]) })
		r.do(func() { VSHUFI64X2(high, e, d, x[6+c]) })
		r.do(func() { VSHUFI64X2(even, x[2+c], x[0+c], t[c]) })
		r.do(func() { VSHUFI64X2(odd, x[2+c], x[0+c], t[2+c]) })
		r.do(func() { VSHUFI64X2(even, x[6+c], x[4+c], t[4+c]) })
		r.do(func() { VSHUFI64X2(odd, x[6+c], x[4+c], t[6+c]) })
	}
	r.give(x...)
	return t
}

// transposeHalf turns 8 rows of 4 words at the addresses into 4 columns.
func transposeHalf(r *regs, rows []operand.Mem) five {
	x, t := r.take(4), r.take(4)
	for i := range 4 {
		first := []int{0, 1, 4, 5}[i] // and the row two further
		r.do(func() { VMOVDQU64(rows[first], x[i].AsY()) })
		r.do(func() { VINSERTI64X4(operand.Imm(1), rows[first+2], x[i], x[i]) })
	}
	for i := 0; i < 4; i += 2 {
		r.do(func() { VPUNPCKLQDQ(x[i+1], x[i], t[i]) })
		r.do(func() { VPUNPCKHQDQ(x[i+1], x[i], t[i+1]) })
	}
	r.do(func() { VSHUFI64X2(operand.Imm(0x88), t[2], t[0], x[0]) })
	r.do(func() { VSHUFI64X2(operand.Imm(0x88), t[3], t[1], x[1]) })
	r.do(func() { VSHUFI64X2(operand.Imm(0xdd), t[2], t[0], x[2]) })
	r.do(func() { VSHUFI64X2(operand.Imm(0xdd), t[3], t[1], x[3]) })
	r.give(t...)
	return x
}

// toCached stores point p of all lanes in cached form as one multiple of a table.
func toCached() {
	TEXT("toCached", 0, "func(table, p *byte, multiple int)")
	Pragma("noescape")
	Doc("toCached makes p, with T, the given multiple (0 to 8) of a table in cached form.")
	table, p, _ := pointers("table", "p")
	Load(Param("multiple"), reg.RAX)
	IMUL3Q(operand.U32(cachedSize), reg.RAX, reg.RAX)
	ADDQ(reg.RAX, table.Base)
	local := scratch(24 * 64)
	cachedForm(p, local)
	r := allRegs()
	for part := range 3 {
		x := r.take(8)
		for i := range x {
			if k := 8*part + i; k < 20 {
				VMOVDQU64(limb(local, k), x[i])
			} else {
				VPXORQ(x[i], x[i], x[i])
			}
		}
		x = transpose(r, x)
		for l := range x {
			VMOVDQU64(x[l], table.Offset(l*cachedCount*cachedSize+64*part))
		}
		r.give(x...)
	}
	VZEROUPPER()
	RET()
}

// recode turns scalars into windows.
func recode(name string, size, count int, doc string) {
	TEXT(name, NOSPLIT, "func(out, scalars *byte)")
	Pragma("noescape")
	Doc(doc)
	out, scalars, _ := pointers("out", "scalars")
	bits := map[int]int{cachedSize: 4, affineSize: 12}[size]
	var w [5]reg.VecPhysical
	for i := range w {
		w[i] = Z[i]
		VMOVDQU64(scalars.Offset(64*i), w[i])
	}
	for i := range count {
		word, shift := i*bits/64, i*bits%64
		x, y := Z[8+i%4], Z[12+i%4]
		VPSRLQ(operand.U8(shift), w[word], x)
		if shift+bits > 64 {
			VPSLLQ(operand.U8(64-shift), w[word+1], y)
			VPORQ(y, x, x)
		}
		VPANDQ_BCST(pickMem[size], x, x)
		VPSUBQ_BCST(pickMem[size].Offset(8), x, x)
		VPMOVQ2M(x, reg.K1)
		VPABSQ(x, x)
		if size == cachedSize {
			VPSLLQ(operand.U8(6), x, y)
			VPSLLQ(operand.U8(7), x, x)
			VPADDQ(y, x, x)
			VPADDQ(laneMem, x, x)
		}
		VPMOVQW(x, out.Offset(windowSize*i))
		KMOVB(reg.K1, out.Offset(windowSize*i+16))
	}
	VZEROUPPER()
	RET()
}

// cachedForm stores the cached form of the point p at q.
func cachedForm(p, q operand.Mem) {
	r := allRegs()
	x, y := load(r, coord(p, 0)), load(r, coord(p, 1))
	d := r.take(5)
	sub(r, y, x, d, lowBiasMem)
	add(r, x, y, x)
	carry(r, d)
	carry(r, x)
	store(r, x, q)
	store(r, d, q.Offset(320))
	r.give(x...)
	r.give(y...)
	r.give(d...)
	z := load(r, coord(p, 2))
	add(r, z, z, z)
	carry(r, z)
	store(r, z, q.Offset(640))
	r.give(z...)
	t := productBy(r, load(r, coord(p, 3)), d2Mem)
	carry(r, t)
	store(r, t, q.Offset(960))
	r.give(t...)
}

// pick selects from a table of entries of n limbs.
func pick(name string, size, n int, doc string) {
	TEXT(name, 0, "func(out, table, window *byte)")
	Pragma("noescape")
	Doc(doc)
	pointers("out", "table", "window")
	picking(size, n)
	VZEROUPPER()
	RET()
}

// picking picks for the lanes of one group: RDI is the place for the points, RSI the table, RDX the window.
func picking(size, n int) {
	out, table, window := operand.Mem{Base: reg.RDI}, operand.Mem{Base: reg.RSI}, operand.Mem{Base: reg.RDX}
	r := allRegs()
	KMOVB(window.Offset(16), reg.K1)
	var rows []operand.Mem
	for l, g := range []reg.GPPhysical{reg.RAX, reg.RBX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13} {
		MOVWQZX(window.Offset(2*l), g)
		if size == affineSize {
			SHLQ(operand.U8(7), g)
		}
		rows = append(rows, operand.Mem{Base: table.Base, Index: g, Scale: 1})
	}
	var limbs five
	for part := 0; 8*part < n; part++ {
		at := make([]operand.Mem, 8)
		for l := range at {
			at[l] = rows[l].Offset(64 * part)
		}
		if n-8*part == 4 {
			limbs = append(limbs, transposeHalf(r, at)...)
			break
		}
		x := r.take(8)
		for l := range x {
			VMOVDQU64(at[l], x[l])
		}
		limbs = append(limbs, transpose(r, x)...)
		r.give() // columns stay
	}
	// -(x, y) = (-x, y): y+x and y-x change places, 2dT turns its sign.
	last := n - 5
	for i := range 5 {
		t := r.take(1)[0]
		VMOVDQA64(limbs[i], t)
		VMOVDQA64(limbs[5+i], reg.K1, limbs[i])
		VMOVDQA64(t, reg.K1, limbs[5+i])
		r.give(t)
		VPBROADCASTQ(negativeMem.Offset(8*i), t)
		VPSUBQ(limbs[last+i], t, reg.K1, limbs[last+i])
	}
	for i := range n {
		at := i
		if i >= last {
			at += 20 - n
		}
		VMOVDQU64(limbs[i], limb(out, at))
	}
}
