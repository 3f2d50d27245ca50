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
	affineSize  = 128
)

var laneMem, negativeMem operand.Mem

func table() {
	var lanes []uint64
	for l := range uint64(8) {
		lanes = append(lanes, l*cachedCount*cachedSize)
	}
	laneMem = Words64("laneOffsets", lanes)
	// 2p less a tight element fits 52 bits.
	negativeMem = Words64("twoP", []uint64{p0 << 1, p1 << 1, p1 << 1, p1 << 1, p1 << 1})
	d2Mem = Words64("d2", []uint64{0x69b9426b2f159, 0x35050762add7a, 0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff})
	toCached()
	pick("pickCached", cachedSize, 20, "pickCached sets out, in cached form, to the multiples of the lanes' points that the 4 bits from bit on of the scalars say, less 8.")
	pick("pickAffine", affineSize, 15, "pickAffine sets out, in affine form, to the multiples of one point that the 12 bits from bit on of the scalars say, less 2048.")
}

var d2Mem operand.Mem

// transpose turns 8 rows of 8 words into 8 columns. 8 VPUNPCK and 16 VSHUFI64X2. The rows' registers are used again.
func transpose(r *regs, x five) five {
	t := r.take(8)
	for i := 0; i < 8; i += 2 {
		VPUNPCKLQDQ(x[i+1], x[i], t[i])
		VPUNPCKHQDQ(x[i+1], x[i], t[i+1])
	}
	// t[2i+c], 128-bit lane L: word 2L+c of rows 2i and 2i+1.
	low, high := operand.Imm(0x44), operand.Imm(0xee)
	even, odd := operand.Imm(0x88), operand.Imm(0xdd)
	for c := range 2 {
		a, b, d, e := t[c], t[2+c], t[4+c], t[6+c]
		VSHUFI64X2(low, b, a, x[0+c])
		VSHUFI64X2(low, e, d, x[2+c])
		VSHUFI64X2(high, b, a, x[4+c])
		VSHUFI64X2(high, e, d, x[6+c])
		VSHUFI64X2(even, x[2+c], x[0+c], t[c])
		VSHUFI64X2(odd, x[2+c], x[0+c], t[2+c])
		VSHUFI64X2(even, x[6+c], x[4+c], t[4+c])
		VSHUFI64X2(odd, x[6+c], x[4+c], t[6+c])
	}
	r.give(x...)
	return t
}

// transposeHalf turns 8 rows of 4 words at the addresses into 4 columns.
func transposeHalf(r *regs, rows []operand.Mem) five {
	x, t := r.take(4), r.take(4)
	for i := range 4 {
		first := []int{0, 1, 4, 5}[i] // and the row two further
		VMOVDQU(rows[first], x[i].AsY())
		VINSERTI64X4(operand.Imm(1), rows[first+2], x[i], x[i])
	}
	for i := 0; i < 4; i += 2 {
		VPUNPCKLQDQ(x[i+1], x[i], t[i])
		VPUNPCKHQDQ(x[i+1], x[i], t[i+1])
	}
	VSHUFI64X2(operand.Imm(0x88), t[2], t[0], x[0])
	VSHUFI64X2(operand.Imm(0x88), t[3], t[1], x[1])
	VSHUFI64X2(operand.Imm(0xdd), t[2], t[0], x[2])
	VSHUFI64X2(operand.Imm(0xdd), t[3], t[1], x[3])
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
	constants()
	r := allRegs()

	x, y := load(r, coord(p, 0)), load(r, coord(p, 1))
	d := r.take(5)
	sub(y, x, d, lowBiasMem)
	add(x, y, x)
	carry(r, d)
	carry(r, x)
	store(x, local)
	store(d, local.Offset(320))
	r.give(x...)
	r.give(y...)
	r.give(d...)
	z := load(r, coord(p, 2))
	add(z, z, z)
	carry(r, z)
	store(z, local.Offset(640))
	r.give(z...)
	t := productBy(r, load(r, coord(p, 3)), d2Mem)
	carry(r, t)
	store(t, local.Offset(960))
	r.give(t...)

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

// pick selects from a table of entries of n limbs.
func pick(name string, size, n int, doc string) {
	TEXT(name, 0, "func(out, table, scalars *byte, bit int)")
	Pragma("noescape")
	Doc(doc)
	out, table, scalars := pointers("out", "table", "scalars")
	Load(Param("bit"), reg.RCX)
	local := scratch(64)
	constants()
	r := allRegs()

	// The window, from one word of each scalar or from two.
	d := r.take(2)
	MOVQ(reg.RCX, reg.RAX)
	SHRQ(operand.U8(6), reg.RAX)
	SHLQ(operand.U8(6), reg.RAX)
	ADDQ(reg.RAX, scalars.Base)
	ANDQ(operand.U8(63), reg.RCX)
	half := uint64(8)
	VPBROADCASTQ(reg.RCX, d[1])
	VPSRLVQ(d[1], operandLoad(r, scalars), d[0])
	if size == affineSize {
		half = 2048
		NEGQ(reg.RCX)
		ADDQ(operand.U8(64), reg.RCX) // 64 shifts everything out
		VPBROADCASTQ(reg.RCX, d[1])
		u := r.take(1)
		VPSLLVQ(d[1], operandLoad(r, scalars.Offset(64)), u[0])
		VPORQ(u[0], d[0], d[0])
		r.give(u...)
	}
	VPANDQ_BCST(Words64(name+"Mask", []uint64{2*half - 1}), d[0], d[0])
	VPSUBQ_BCST(Words64(name+"Half", []uint64{half}), d[0], d[0])
	VPMOVQ2M(d[0], reg.K1)
	VPABSQ(d[0], d[0])
	if size == cachedSize {
		VPSLLQ(operand.U8(6), d[0], d[1])
		VPSLLQ(operand.U8(7), d[0], d[0])
		VPADDQ(d[1], d[0], d[0])
		VPADDQ(laneMem, d[0], d[0])
	} else {
		VPSLLQ(operand.U8(7), d[0], d[0])
	}
	VMOVDQU64(d[0], local)
	r.give(d...)
	var rows []operand.Mem
	for l, g := range []reg.GPPhysical{reg.RAX, reg.RBX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13} {
		MOVQ(local.Offset(8*l), g)
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
		VMOVDQU64(limbs[i], limb(out, i))
	}
	VZEROUPPER()
	RET()
}

// operandLoad loads a vector.
func operandLoad(r *regs, m operand.Mem) reg.VecPhysical {
	t := r.take(1)[0]
	VMOVDQU64(m, t)
	r.give(t)
	return t
}
