package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Sums of many products by Pippenger's method. The 8 lanes are 8 windows of one scalar, so that a point is the same in all lanes, and
// each lane adds it to a bucket of its own. Buckets are in the order of lanes, Y+X, Y-X, 2Z, T, 4 limbs unused: whole cache lines;
// see addStream.
const (
	bucketCount = 129 // multiples 0 to 128 of windows of at most 8 bits; nobody reads what is in bucket 0
	bucketLane  = bucketCount * cachedSize
	bucketGroup = 8 * bucketLane
)

func buckets() {
	affineRows()
	spread()
	accumulate()
	accumulate2()
	bucket()
	toForm()
}

// affineRows stores 8 points of affine form one after the other.
func affineRows() {
	TEXT("affineRows", NOSPLIT, "func(rows, q *byte)")
	Pragma("noescape")
	Doc("affineRows makes 8 rows of 128 bytes, y+x, y-x, 2dxy, of an affine point.")
	rows, q, _ := pointers("rows", "q")
	r := allRegs()
	for part := range 2 {
		x := r.take(8)
		for i := range x {
			switch k := 8*part + i; {
			case k < 10:
				VMOVDQU64(limb(q, k), x[i])
			case k < 15:
				VMOVDQU64(limb(q, k+5), x[i])
			default:
				VPXORQ(x[i], x[i], x[i])
			}
		}
		x = transpose(r, x)
		for l := range x {
			VMOVDQU64(x[l], rows.Offset(l*affineSize+64*part))
		}
		r.give(x...)
	}
	VZEROUPPER()
	RET()
}

// spread makes windows, each of one scalar, for 8 windows of any width up to 8 bits.
func spread() {
	TEXT("spread", NOSPLIT, "func(windows, scalars, cut *byte, n int)")
	Pragma("noescape")
	Doc("spread makes the windows of n scalars, of 8 words each; see cut.")
	windows, scalars, cut := pointers("windows", "scalars", "cut")
	Load(Param("n"), reg.RCX)
	word, next, right, left, mask, half := Z[0], Z[1], Z[2], Z[3], Z[4], Z[5]
	for i, z := range []reg.VecPhysical{word, next, right, left, mask, half} {
		VMOVDQU64(cut.Offset(64*i), z)
	}
	Label("spread_next")
	s, x, y := Z[8], Z[9], Z[10]
	VMOVDQU64(scalars, s)
	VPERMQ(s, word, x)
	VPERMQ(s, next, y)
	VPSRLVQ(right, x, x)
	VPSLLVQ(left, y, y)
	VPORQ(y, x, x)
	VPANDQ(mask, x, x)
	VPSUBQ(half, x, x)
	VPMOVQ2M(x, reg.K1)
	VPABSQ(x, x)
	VPMOVQW(x, windows)
	KMOVB(reg.K1, windows.Offset(16))
	ADDQ(operand.U8(64), scalars.Base)
	ADDQ(operand.U8(windowSize), windows.Base)
	DECQ(reg.RCX)
	JNZ(operand.LabelRef("spread_next"))
	VZEROUPPER()
	RET()
}

// rowsOf loads the addresses, relative to RSI and disp, of the buckets that a window says.
func rowsOf(r *regs, window operand.Mem, disp int) []operand.Mem {
	var rows []operand.Mem
	for l, g := range []reg.GPPhysical{reg.RAX, reg.RBX, reg.R8, reg.R9, reg.R10, reg.R11, reg.R12, reg.R13} {
		r.do(func() { MOVWQZX(window.Offset(2*l), g) })
		r.do(func() { LEAQ(operand.Mem{Base: g, Index: g, Scale: 2}, g) })
		r.do(func() { SHLQ(operand.U8(6), g) })
		rows = append(rows, operand.Mem{Base: reg.RSI, Index: g, Scale: 1, Disp: disp + l*bucketLane})
	}
	return rows
}

// fromRows loads 20 limbs of 8 rows as vectors, to memory.
func fromRows(r *regs, rows []operand.Mem, out operand.Mem) {
	for part := range 3 {
		at := make([]operand.Mem, 8)
		for l := range at {
			at[l] = rows[l].Offset(64 * part)
		}
		var x five
		if part == 2 {
			x = transposeHalf(r, at)
		} else {
			y := r.take(8)
			for l := range y {
				r.do(func() { VMOVDQU64(at[l], y[l]) })
			}
			x = transpose(r, y)
		}
		for i := range x {
			r.do(func() { VMOVDQU64(x[i], limb(out, 8*part+i)) })
		}
		r.give(x...)
	}
}

// toRows is the inverse of fromRows.
func toRows(r *regs, in operand.Mem, rows []operand.Mem) {
	for part := range 3 {
		x := r.take(8)
		for i := range x {
			if k := 8*part + i; k < 20 {
				r.do(func() { VMOVDQU64(limb(in, k), x[i]) })
			} else {
				r.do(func() { VPXORQ(x[i], x[i], x[i]) })
			}
		}
		y := transpose(r, x)
		for l := range y {
			r.do(func() { VMOVDQU64(y[l], rows[l].Offset(64*part)) })
		}
		r.give(y...)
	}
}

// signed stores at q, in affine form, the point in a row, or its negative in the lanes that the window says: see picking.
func signed(r *regs, row, window, q operand.Mem) {
	r.do(func() { KMOVB(window.Offset(16), reg.K1) })
	for i := range 5 {
		sum, difference := row.Offset(8*i), row.Offset(8*(5+i))
		v := r.take(4)
		x, y, z, t := v[0], v[1], v[2], v[3]
		r.do(func() { VPBROADCASTQ(sum, x) })
		r.do(func() { VPBROADCASTQ(difference, y) })
		r.do(func() { VPBROADCASTQ(difference, reg.K1, x) })
		r.do(func() { VPBROADCASTQ(sum, reg.K1, y) })
		r.do(func() { VPBROADCASTQ(row.Offset(8*(10+i)), z) })
		r.do(func() { VPBROADCASTQ(negativeMem.Offset(8*i), t) })
		r.do(func() { VPSUBQ(z, t, reg.K1, z) })
		r.do(func() { VMOVDQU64(x, limb(q, i)) })
		r.do(func() { VMOVDQU64(y, limb(q, 5+i)) })
		r.do(func() { VMOVDQU64(z, limb(q, 15+i)) })
		r.give(v...)
	}
}

func bucket() {
	TEXT("bucket", 0, "func(q, buckets *byte, number int)")
	Pragma("noescape")
	Doc("bucket sets q, in cached form, to the bucket with the number in each lane of a group.")
	q, rows, _ := pointers("q", "buckets")
	Load(Param("number"), reg.RCX)
	IMUL3Q(operand.U32(cachedSize), reg.RCX, reg.RCX)
	ADDQ(reg.RCX, rows.Base)
	var at []operand.Mem
	for l := range 8 {
		at = append(at, rows.Offset(l*bucketLane))
	}
	r := allRegs()
	fromRows(r, at, q)
	z := load(r, coord(q, 2))
	carry(r, z)
	store(r, z, coord(q, 2))
	r.give(z...)
	t := productBy(r, load(r, coord(q, 3)), d2Mem)
	carry(r, t)
	store(r, t, coord(q, 3))
	VZEROUPPER()
	RET()
}

func toForm() {
	TEXT("cache", 0, "func(q, p *byte)")
	Pragma("noescape")
	Doc("cache sets q to the cached form of p, with T.")
	q, p, _ := pointers("q", "p")
	cachedForm(p, q)
	VZEROUPPER()
	RET()
}

// accumulate adds points to the buckets of one group.
func accumulate() {
	const name = "accumulate"
	TEXT(name, 0, "func(buckets, points, windows *byte, n int)")
	Pragma("noescape")
	Doc("accumulate adds n points to the buckets of one group, as the windows say.")
	local := scratch(3 * pointSize)
	p, form, temp := local, local.Offset(pointSize), local.Offset(2*pointSize)
	Load(Param("buckets"), reg.RSI)
	Load(Param("points"), reg.RCX)
	Load(Param("windows"), reg.RDX)
	Load(Param("n"), reg.RDI)
	window := operand.Mem{Base: reg.RDX}
	Label(name + "_next")
	rows := rowsOf(allRegs(), window, 0)
	fromRows(allRegs(), rows, p)
	signed(allRegs(), operand.Mem{Base: reg.RCX}, window, form)
	addStream(allRegs(), p, form, temp)
	toRows(allRegs(), p, rows)
	ADDQ(operand.U32(affineSize), reg.RCX)
	ADDQ(operand.U8(windowSize), reg.RDX)
	DECQ(reg.RDI)
	JNZ(operand.LabelRef(name + "_next"))
	VZEROUPPER()
	RET()
}

// accumulate2 is accumulate for two groups. While a point is added to buckets of one group, which takes the pipes that multiply, the
// sums of the other are stored and its next buckets loaded, which takes those that shuffle. The groups have no bucket in common, so
// this is right even if the next point goes to the same bucket.
//
//	loop:  add P0  |  store P1 of the point before, load P1
//	       add P1  |  store P0, load P0 of the next point
//
// The first turn stores a P1 that is nothing: a window with zeros comes before the first, so that it goes to the bucket that nobody reads.
// The last turn loads one point and window more than there are.
func accumulate2() {
	const name = "accumulate2"
	TEXT(name, 0, "func(buckets, points, windows *byte, stride, n int)")
	Pragma("noescape")
	Doc("accumulate2 adds n points to the buckets of two groups, whose windows are stride bytes apart. There is memory for one point more, one window more, and a window of zeros before the first.")
	local := scratch(5*pointSize + 64)
	temp, left := local, local.Offset(5*pointSize)
	points, forms := [2]operand.Mem{local.Offset(pointSize), local.Offset(2 * pointSize)}, [2]operand.Mem{local.Offset(3 * pointSize), local.Offset(4 * pointSize)}
	Load(Param("buckets"), reg.RSI)
	Load(Param("points"), reg.RCX)
	Load(Param("windows"), reg.RDX)
	Load(Param("n"), reg.RDI)
	MOVQ(reg.RDI, left)
	Load(Param("stride"), reg.RDI)
	row := operand.Mem{Base: reg.RCX}
	window := [2]operand.Mem{{Base: reg.RDX}, {Base: reg.RDX, Index: reg.RDI, Scale: 1}}
	get := func(r *regs, g, ahead int) {
		w := window[g].Offset(ahead * windowSize)
		fromRows(r, rowsOf(r, w, g*bucketGroup), points[g])
		signed(r, row.Offset(ahead*affineSize), w, forms[g])
	}
	put := func(r *regs, g, ahead int) {
		toRows(r, points[g], rowsOf(r, window[g].Offset(ahead*windowSize), g*bucketGroup))
	}
	get(allRegs(), 0, 0)
	Label(name + "_next")
	for g := range 2 {
		rs := halfRegs()
		addStream(rs[0], points[g], forms[g], temp)
		put(rs[1], 1-g, g-1)
		get(rs[1], 1-g, g)
		zip(rs[:]...)
	}
	ADDQ(operand.U32(affineSize), reg.RCX)
	ADDQ(operand.U8(windowSize), reg.RDX)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_next"))
	put(allRegs(), 1, -1)
	VZEROUPPER()
	RET()
}

// addStream adds the affine point q to the bucket p, in 16 registers:
//
//	A = (Y-X)(y-x)  B = (Y+X)(y+x)  C = T 2dxy  E = B-A  F = D-C  G = D+C  H = B+A
//	D' = 2FG  T' = EH  Y'+X' = GH+EF  Y'-X' = GH-EF
//
// Z is only ever doubled, so a bucket has D = 2Z instead, as it comes out of the product, not carried; and it has the sum and the
// difference of Y and X, whose one carry is that of the products. What is subtracted from has its bias from the beginning of its columns.
// 7 products and 7 carries.
//
// Bounds: D < 2^62.2 and B + bias < 2^61.8, both above the bias, G < 2^62.6; so carry leaves less than 2^51 + 2^15.9. Each product is
// begun while the operands of the next are still being carried: C, F and G come first, then A and B.
func addStream(r *regs, p, q, e operand.Mem) {
	g, h, f := coord(e, 1), coord(e, 2), coord(e, 3)
	plus, minus, d, t := coord(p, 0), coord(p, 1), coord(p, 2), coord(p, 3)
	// both stores x+y and x-y, tight.
	both := func(x, y five, sum, difference operand.Mem) {
		s := r.take(5)
		add(r, x, y, s)
		for i := range x {
			r.do(func() { VPSUBQ(y[i], x[i], x[i]) })
		}
		r.give(y...)
		carry(r, s)
		carry(r, x)
		store(r, s, sum)
		store(r, x, difference)
		r.give(s...)
		r.give(x...)
	}
	wide := func(x five, to operand.Mem) {
		store(r, x, to)
		r.give(x...)
	}
	c := product(r, load(r, t), coord(q, 3))
	both(load(r, d), c, g, f)
	wide(product(r, load(r, minus), coord(q, 1)), e)
	wide(biased(r, load(r, plus), coord(q, 0), biasMem), h)
	z := biased(r, load(r, f), g, halfBiasMem)
	for i := range z {
		r.do(func() { VPSLLQ(operand.U8(1), z[i], z[i]) })
	}
	wide(z, d)
	both(load(r, h), load(r, e), h, e)
	times(r, e, h, t)
	wide(product(r, load(r, e), f), e)
	y := biased(r, load(r, g), h, biasMem)
	both(y, load(r, e), plus, minus)
}
