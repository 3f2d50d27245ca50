// Command edwards8 writes the 8-lane AVX-512 IFMA assembly of kernels/internal/edwards8.
//
// A field element of 2^255-19 is five vectors of 51-bit limbs, eight lanes each, in memory: limb i of lane l at 64i+8l. VPMADD52
// multiplies the low 52 bits of each limb and adds the low or the high half of the product.
//
// Bounds. "Tight" is what [carry] leaves: limbs below 2^51 + 2^16. Every operand of a multiplication is tight, so it fits 52
// bits. "Wide" is what [fold] leaves: limbs below 2^60.5. Wide elements are added and subtracted, with a multiple of p as bias,
// before one carry makes them tight again:
//
//	column k of a product: at most 5 low halves and 5 doubled high halves, below 15 * 2^52 < 2^56
//	fold: column k + 19 * column k+5, below 20 * 2^56 < 2^60.4
//	bias: 2^10 p, limbs above 2^60.9; a wide difference a + bias - b is below 2^60.4 + 2^61 < 2^61.8, a sum of two below 2^61.4
//	carry: limb mod 2^51 plus at most 2^61.8-51 < 2^11, times 19 into limb 0: below 2^51 + 2^15.1
package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

func main() {
	ConstraintExpr("amd64,!purego")
	maskMem = Words64("mask51", []uint64{1<<51 - 1})
	nineteenMem = Words64("nineteen", []uint64{19})
	biasMem, halfBiasMem = biases("bias", 10), biases("halfBias", 9)
	lowBiasMem = Words64("lowBias", []uint64{p0 << 2, p1 << 2, p1 << 2, p1 << 2, p1 << 2})
	mul()
	power()
	double()
	doubleOne()
	addition()
	element()
	table()
	buckets()
	steps()
	scalars()
	pass.Compile = pass.Concat(pass.Compile, reorder("accumulate2", "accumulate2_next"))
	Generate()
}

// The limbs of p: p0, and p1 four times.
const p0, p1 = 1<<51 - 19, 1<<51 - 1

var maskMem, nineteenMem, biasMem, halfBiasMem, lowBiasMem operand.Mem

// biases are a multiple of p, and what columns of products begin with to have it added: all but the first are doubled on the way.
func biases(name string, shift int) operand.Mem {
	return Words64(name, []uint64{
		p0 << shift, p1 << shift, p1 << shift, p1 << shift, p1 << shift,
		p0 << shift, p1 << (shift - 1), p1 << (shift - 1), p1 << (shift - 1), p1 << (shift - 1),
	})
}

// limb is limb i of the element at m.
func limb(m operand.Mem, i int) operand.Mem { return m.Offset(64 * i) }

// five is an element, or half the columns of a product, in registers.
type five []reg.VecPhysical

// regs hands out registers, and is a stream of instructions on them. Nothing spills: a generator that runs out panics.
type regs struct {
	free []reg.VecPhysical
	held *[]func() // instructions that wait for zip; nil to emit at once
}

func allRegs() *regs {
	return &regs{free: append([]reg.VecPhysical(nil), Z[:30]...)}
}

// halfRegs gives two streams, each with half of the registers, the constants' among them.
func halfRegs() [2]*regs {
	return [2]*regs{
		{free: append([]reg.VecPhysical(nil), Z[:16]...), held: new([]func())},
		{free: append([]reg.VecPhysical(nil), Z[16:]...), held: new([]func())},
	}
}

// do emits instructions, or holds them for zip.
func (r *regs) do(f func()) {
	if r.held == nil {
		f()
		return
	}
	*r.held = append(*r.held, f)
}

// zip emits the instructions of the streams by turns, so that the chains of one fill the waiting of the other without help from
// the window of the processor, which is too short.
func zip(streams ...*regs) {
	longest := 0
	for _, r := range streams {
		longest = max(longest, len(*r.held))
	}
	done := make([]int, len(streams))
	for i := range longest {
		for j, r := range streams {
			for ; done[j]*longest < (i+1)*len(*r.held) && done[j] < len(*r.held); done[j]++ {
				(*r.held)[done[j]]()
			}
		}
	}
	for _, r := range streams {
		*r.held = nil
	}
}

func (r *regs) take(n int) five {
	if len(r.free) < n {
		panic("out of registers")
	}
	f := five(r.free[:n:n])
	r.free = r.free[n:]
	return f
}

func (r *regs) give(f ...reg.VecPhysical) { r.free = append(r.free, f...) }

// Constants live in the last two registers.
var mask, nineteen = Z[30], Z[31]

func constants() {
	VPBROADCASTQ(maskMem, mask)
	VPBROADCASTQ(nineteenMem, nineteen)
}

func load(r *regs, m operand.Mem) five {
	f := r.take(5)
	for i := range f {
		r.do(func() { VMOVDQU64(limb(m, i), f[i]) })
	}
	return f
}

func store(r *regs, f five, m operand.Mem) {
	for i := range f {
		r.do(func() { VMOVDQU64(f[i], limb(m, i)) })
	}
}

// product gives the wide product of the tight elements a, in registers, and b, in memory. a is given back. 50 VPMADD52, 9
// doublings, 5 VPMULLQ, 5 additions, 5 loads.
//
// The high halves come first, so that their doubling is one addition for a column: 2^52 is two units of the next limb.
func product(r *regs, a five, b operand.Mem) five {
	return multiply(r, a, func(j int, y reg.VecPhysical) { VMOVDQU64(limb(b, j), y) }, nil)
}

// biased is product plus five words of memory, of which all but the first are even: it costs nothing, as columns begin with it.
func biased(r *regs, a five, b, bias operand.Mem) five {
	return multiply(r, a, func(j int, y reg.VecPhysical) { VMOVDQU64(limb(b, j), y) }, &bias)
}

// productBy is product with one constant, five words in memory, for all lanes.
func productBy(r *regs, a five, b operand.Mem) five {
	return multiply(r, a, func(j int, y reg.VecPhysical) { VPBROADCASTQ(b.Offset(8*j), y) }, nil)
}

func multiply(r *regs, a five, loadLimb func(j int, y reg.VecPhysical), bias *operand.Mem) five {
	c := r.take(10)
	t := r.take(min(2, len(r.free)))
	first := [10]bool{}
	madd := func(op func(...operand.Op), k int, x, y reg.VecPhysical) {
		if !first[k] {
			if bias != nil && k < 5 {
				r.do(func() { VPBROADCASTQ(bias.Offset(40+8*k), c[k]) })
			} else {
				r.do(func() { VPXORQ(c[k], c[k], c[k]) })
			}
			first[k] = true
		}
		r.do(func() { op(y, x, c[k]) })
	}
	for j := range 5 {
		y := t[j%len(t)]
		r.do(func() { loadLimb(j, y) })
		for i := range 5 {
			madd(VPMADD52HUQ, i+j+1, a[i], y)
		}
	}
	for k := 1; k < 10; k++ {
		r.do(func() { VPSLLQ(operand.U8(1), c[k], c[k]) })
	}
	for j := range 5 {
		y := t[j%len(t)]
		r.do(func() { loadLimb(j, y) })
		for i := range 5 {
			madd(VPMADD52LUQ, i+j, a[i], y)
		}
	}
	r.give(a...)
	r.give(t...)
	return fold(r, c)
}

// squared gives the wide square of the tight element a, in registers, which is given back. 30 VPMADD52.
func squared(r *regs, a five) five { return fold(r, squareColumns(r, a)) }

// squareColumns gives the ten columns of a square.
func squareColumns(r *regs, a five) five {
	c := r.take(10)
	first := [10]bool{}
	madd := func(op func(...operand.Op), k int, x, y reg.VecPhysical) {
		if !first[k] {
			r.do(func() { VPXORQ(c[k], c[k], c[k]) })
			first[k] = true
		}
		r.do(func() { op(y, x, c[k]) })
	}
	twice := func() {
		for k := range 10 {
			if first[k] {
				r.do(func() { VPSLLQ(operand.U8(1), c[k], c[k]) })
			}
		}
	}
	// 2 (2 high(cross) + high(squares) + low(cross)) + low(squares)
	for i := range 5 {
		for j := i + 1; j < 5; j++ {
			madd(VPMADD52HUQ, i+j+1, a[i], a[j])
		}
	}
	twice()
	for i := range 5 {
		madd(VPMADD52HUQ, 2*i+1, a[i], a[i])
	}
	for i := range 5 {
		for j := i + 1; j < 5; j++ {
			madd(VPMADD52LUQ, i+j, a[i], a[j])
		}
	}
	twice()
	for i := range 5 {
		madd(VPMADD52LUQ, 2*i, a[i], a[i])
	}
	r.give(a...)
	return c
}

// fold adds 19 times the upper columns to the lower ones, as 2^255 = 19.
func fold(r *regs, c five) five {
	for k := range 5 {
		r.do(func() { VPMULLQ_BCST(nineteenMem, c[k+5], c[k+5]) })
	}
	for k := range 5 {
		r.do(func() { VPADDQ(c[k+5], c[k], c[k]) })
	}
	r.give(c[5:]...)
	return c[:5:5]
}

// carry makes a wide element tight, in place.
func carry(r *regs, f five) {
	t := r.take(5)
	for i := range 5 {
		r.do(func() { VPSRLQ(operand.U8(51), f[i], t[i]) })
	}
	for i := range 5 {
		r.do(func() { VPANDQ_BCST(maskMem, f[i], f[i]) })
	}
	for i := range 4 {
		r.do(func() { VPADDQ(t[i], f[i+1], f[i+1]) })
	}
	r.do(func() { VPMADD52LUQ_BCST(nineteenMem, t[4], f[0]) })
	r.give(t...)
}

// add sets dst to a + b, any of them wide.
func add(r *regs, a, b, dst five) {
	for i := range dst {
		r.do(func() { VPADDQ(b[i], a[i], dst[i]) })
	}
}

// sub sets dst to a - b + bias, with bias a multiple of p that is above b.
func sub(r *regs, a, b, dst five, bias operand.Mem) {
	for i := range dst {
		r.do(func() { VPSUBQ(b[i], a[i], dst[i]) })
		r.do(func() { VPADDQ_BCST(bias.Offset(8*i), dst[i], dst[i]) })
	}
}

func mul() {
	TEXT("mul", NOSPLIT, "func(out, a, b *byte)")
	Pragma("noescape")
	Doc("mul sets out = a*b, tight; they may be the same memory.")
	out, a, b := pointers("out", "a", "b")
	constants()
	r := allRegs()
	f := product(r, load(r, a), b)
	carry(r, f)
	store(r, f, out)
	VZEROUPPER()
	RET()
}

// pointers loads pointer parameters into registers.
func pointers(names ...string) (operand.Mem, operand.Mem, operand.Mem) {
	in := []reg.GPPhysical{reg.RDI, reg.RSI, reg.RDX}
	var m [3]operand.Mem
	for i, name := range names {
		Load(Param(name), in[i])
		m[i] = operand.Mem{Base: in[i]}
	}
	return m[0], m[1], m[2]
}
