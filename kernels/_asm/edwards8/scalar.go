package main

import (
	"math/big"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Scalars are numbers modulo the order L = 2^252 + c of the group, five limbs of 52 bits, in lanes. As 52 bits is what VPMADD52 cuts
// products at, columns need no doubling. Numbers are reduced with
//
//	2^260 = -C modulo L, where C = 2^8 c < 2^133
//
// so that x = x0 + 2^260 x1 + ... is x0 - C x1, which is below 2^262 in size after one or two steps; then with a quotient that is at
// most one too large. Columns may be negative for a while: they are carried by arithmetic shifts.
var mask52Mem, foldMem, orderMem, liftMem, eightMem operand.Mem

const limbs52 = 5

func scalars() {
	c, _ := new(big.Int).SetString("14def9dea2f79cd65812631a5cf5d3ed", 16)
	limbs := func(x *big.Int, n int) (out []uint64) {
		x = new(big.Int).Set(x)
		mask := big.NewInt(1<<52 - 1)
		for range n {
			out = append(out, new(big.Int).And(x, mask).Uint64())
			x.Rsh(x, 52)
		}
		return out
	}
	c8 := new(big.Int).Lsh(c, 8)
	mask52Mem = Words64("mask52", []uint64{1<<52 - 1, 1<<44 - 1})
	foldMem = Words64("foldL", limbs(c8, 3))
	orderMem = Words64("orderL", append(limbs(c, 4), 1<<44))
	liftMem = Words64("liftL", append(limbs(c8, 4), 1<<52)) // 2^8 L
	order := new(big.Int).Add(c, new(big.Int).Lsh(big.NewInt(1), 252))
	eightMem = Words64("eightL", limbs(order.Lsh(order, 3), limbs52))
	reduceDigests()
	weigh()
	halve()
}

// slice cuts words of 64 bits into limbs of 52. The words are given back.
func slice(r *regs, words five, n int) (limbs five) {
	limbs = r.take(n)
	t := r.take(1)
	for i, x := range limbs {
		word, shift := 52*i/64, 52*i%64
		VPSRLQ(operand.U8(shift), words[word], x)
		if shift > 12 && word+1 < len(words) {
			VPSLLQ(operand.U8(64-shift), words[word+1], t[0])
			VPORQ(t[0], x, x)
		}
		VPANDQ_BCST(mask52Mem, x, x)
	}
	r.give(t...)
	r.give(words...)
	return limbs
}

// carry52 carries columns, of either sign, from limb to limb; the last keeps what is above.
func carry52(r *regs, f five) {
	t := r.take(1)
	for i := range len(f) - 1 {
		VPSRAQ(operand.U8(52), f[i], t[0])
		VPADDQ(t[0], f[i+1], f[i+1])
		VPANDQ_BCST(mask52Mem, f[i], f[i])
	}
	r.give(t...)
}

// zeros are n registers with zeros.
func zeros(r *regs, n int) five {
	f := r.take(n)
	for _, x := range f {
		VPXORQ(x, x, x)
	}
	return f
}

// addProduct52 adds a times b, registers, to columns; halves that have no column are known to be zero.
func addProduct52(columns, a, b five) {
	for _, high := range []bool{false, true} {
		for j := range b {
			for i := range a {
				switch k := i + j; {
				case !high:
					VPMADD52LUQ(b[j], a[i], columns[k])
				case k+1 < len(columns):
					VPMADD52HUQ(b[j], a[i], columns[k+1])
				}
			}
		}
	}
}

// timesFold gives C a, not carried, in n columns.
func timesFold(r *regs, a five, n int) five {
	f := zeros(r, n)
	for _, high := range []bool{false, true} {
		for j := range 3 {
			for i := range a {
				switch k := i + j; {
				case !high:
					VPMADD52LUQ_BCST(foldMem.Offset(8*j), a[i], f[k])
				case k+1 < n:
					VPMADD52HUQ_BCST(foldMem.Offset(8*j), a[i], f[k+1])
				}
			}
		}
	}
	return f
}

// finish reduces a number between 0 and 2^262, given in columns, to below L.
func finish(r *regs, f five) {
	carry52(r, f)
	t := zeros(r, 3)
	q := r.take(1)[0]
	VPSRLQ(operand.U8(44), f[4], q)
	VPANDQ_BCST(mask52Mem.Offset(8), f[4], f[4])
	VPMADD52LUQ_BCST(orderMem, q, t[0])
	VPMADD52HUQ_BCST(orderMem, q, t[1])
	VPMADD52LUQ_BCST(orderMem.Offset(8), q, t[1])
	VPMADD52HUQ_BCST(orderMem.Offset(8), q, t[2])
	VPMADD52LUQ_BCST(orderMem.Offset(16), q, t[2]) // below 2^31
	for i := range t {
		VPSUBQ(t[i], f[i], f[i])
	}
	r.give(t...)
	r.give(q)
	carry52(r, f)
	VPMOVQ2M(f[4], reg.K1)
	for i := range f {
		VPADDQ_BCST(orderMem.Offset(8*i), f[i], reg.K1, f[i])
	}
	carry52(r, f)
}

// reduceDigests: x = x0 + 2^260 x1 of 512 bits. C x1 < 2^385 is y0 + 2^260 y1, and x = x0 - y0 + C y1, below 2^260 + 2^258 and above
// -2^260; 2^8 L > 2^260 is added.
func reduceDigests() {
	TEXT("reduceDigests", NOSPLIT, "func(out, digests *byte)")
	Pragma("noescape")
	Doc("reduceDigests sets out, limbs of 52 bits, to 8 numbers of 64 little-endian bytes, one after the other, modulo L.")
	out, digests, _ := pointers("out", "digests")
	r := allRegs()
	rows := r.take(8)
	for l := range rows {
		VMOVDQU64(digests.Offset(64*l), rows[l])
	}
	x := slice(r, transpose(r, rows), 10)
	y := timesFold(r, x[5:], 8)
	r.give(x[5:]...)
	carry52(r, y)
	z := timesFold(r, y[5:], 5)
	f := x[:5]
	for i := range f {
		VPSUBQ(y[i], f[i], f[i])
		VPADDQ(z[i], f[i], f[i])
		VPADDQ_BCST(liftMem.Offset(8*i), f[i], f[i])
	}
	r.give(y...)
	r.give(z...)
	finish(r, f)
	store(r, f, out)
	VZEROUPPER()
	RET()
}

// weigh: the sign of z goes to the scalars, as L - k and L - s, at most L. |z| k < 2^132 2^253 = 2^385.
func weigh() {
	TEXT("weigh", NOSPLIT, "func(out, sums, k, s, random, offset *byte)")
	Pragma("noescape")
	Doc("weigh sets out, words of 64 bits, to zk modulo L and adds zs to sums, 8 columns of 52 bits that are not carried: k has limbs, s < L words, z is the two words random less the offset of three limbs.")
	for i, name := range []string{"out", "sums", "k", "s", "random", "offset"} {
		Load(Param(name), []reg.GPPhysical{reg.RDI, reg.RSI, reg.RDX, reg.RCX, reg.R8, reg.R9}[i])
	}
	mem := func(g reg.GPPhysical) operand.Mem { return operand.Mem{Base: g} }
	r := allRegs()
	words := r.take(2)
	for i := range words {
		VMOVDQU64(limb(mem(reg.R8), i), words[i])
	}
	z := slice(r, words, 3)
	for i := range z {
		VPSUBQ_BCST(mem(reg.R9).Offset(8*i), z[i], z[i])
	}
	carry52(r, z)
	// -z, and the mask of negative ones
	VPMOVQ2M(z[2], reg.K1)
	zero := zeros(r, 1)[0]
	for i := range z {
		VPSUBQ(z[i], zero, reg.K1, z[i])
	}
	r.give(zero)
	carry52(r, z)
	negate := func(f five) {
		t := r.take(1)[0]
		for i := range f {
			VPBROADCASTQ(orderMem.Offset(8*i), t)
			VPSUBQ(f[i], t, reg.K1, f[i])
		}
		r.give(t)
		carry52(r, f)
	}

	words = r.take(4)
	for i := range words {
		VMOVDQU64(limb(mem(reg.RCX), i), words[i])
	}
	s := slice(r, words, limbs52)
	negate(s)
	sums := r.take(8)
	for i := range sums {
		VMOVDQU64(limb(mem(reg.RSI), i), sums[i])
	}
	addProduct52(sums, s, z)
	for i := range sums {
		VMOVDQU64(sums[i], limb(mem(reg.RSI), i))
	}
	r.give(sums...)
	r.give(s...)

	k := load(r, mem(reg.RDX))
	negate(k)
	y := zeros(r, 8)
	addProduct52(y, k, z)
	carry52(r, y)
	t := timesFold(r, y[5:], 5)
	f := y[:5]
	for i := range f {
		VPSUBQ(t[i], f[i], f[i])
		VPADDQ_BCST(liftMem.Offset(8*i), f[i], f[i])
	}
	finish(r, f)
	pack(r, f, mem(reg.RDI), 4)
	VZEROUPPER()
	RET()
}

// pack stores limbs of 52 bits as words.
func pack(r *regs, f five, out operand.Mem, words int) {
	t := r.take(2)
	x, y := t[0], t[1]
	for i := range words {
		first := 64 * i / 52
		shift := 64*i - 52*first
		VPSRLQ(operand.U8(shift), f[first], x)
		if first+1 < len(f) {
			VPSLLQ(operand.U8(52-shift), f[first+1], y)
			VPORQ(y, x, x)
		}
		VMOVDQU64(x, limb(out, i))
	}
	r.give(t...)
}
