package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// stream is one message for the SHA instructions: its state is f, e, b, a and h, g, d, c, from the low word up, its words lie
// in order.
type stream struct {
	s, t reg.VecPhysical // f e b a; h g d c
	w    [4]reg.VecPhysical
}

// Two streams and what they share. X0 is the operand of SHA256RNDS2. The instruction takes two cycles of its unit, and
// three until its result is there: two streams keep the unit busy.
var (
	shaStreams = []stream{
		{reg.X1, reg.X2, [4]reg.VecPhysical{reg.X3, reg.X4, reg.X5, reg.X6}},
		{reg.X7, reg.X8, [4]reg.VecPhysical{reg.X9, reg.X10, reg.X11, reg.X12}},
	}
	shaTemp = reg.X13
	shaSwap = reg.X14
)

// shaData puts the initial state as a stream has it, and the control that swaps the bytes of words, into memory.
func (g *generator) shaData() {
	iv := g.InitialState()
	g.shaIV = Words32("shaIV", []uint32{iv[5], iv[4], iv[1], iv[0], iv[7], iv[6], iv[3], iv[2]})
	g.shaSwap = Machine{Bytes: 16, Word: 4}.SwapControl("shaSwap")
}

// shaBlock does the 64 rounds of a block whose words are loaded from the places, in turns.
func (g *generator) shaBlock(streams []stream, word func(stream, i int) operand.Mem) {
	for quad := range 16 {
		var code []Code
		for j, s := range streams {
			var c Code
			now := s.w[quad&3]
			next, last := s.w[(quad+1)&3], s.w[(quad+3)&3]
			if quad < 4 {
				c.Add(func() { VMOVDQU(word(j, quad), now) })
				c.Add(func() { VPSHUFB(shaSwap, now, now) })
			}
			// Alternate runs these in turns for the streams: what follows a write of X0 and reads it must be one step.
			c.Add(func() {
				VPADDD(g.KWord(4*quad), now, reg.X0)
				SHA256RNDS2(reg.X0, s.s, s.t)
				VPSHUFD(operand.U8(0x0e), reg.X0, reg.X0)
				SHA256RNDS2(reg.X0, s.t, s.s)
			})
			if quad >= 3 && quad < 15 {
				c.Add(func() {
					VPALIGNR(operand.U8(4), last, now, shaTemp)
					VPADDD(shaTemp, next, next)
					SHA256MSG2(now, next)
				})
			}
			if quad >= 1 && quad < 13 {
				c.Add(func() { SHA256MSG1(now, last) })
			}
			code = append(code, c)
		}
		Alternate(code)
	}
}

func shaInit(g *generator, s stream) {
	VMOVDQU(g.shaIV, s.s)
	VMOVDQU(g.shaIV.Offset(16), s.t)
}

// shaStore writes a digest.
func shaStore(s stream, out operand.Mem) {
	t := s.w
	VPSHUFD(operand.U8(0x1b), s.s, t[0])
	VPSHUFD(operand.U8(0xb1), s.t, t[1])
	VPBLENDW(operand.U8(0xf0), t[1], t[0], t[2])
	VPALIGNR(operand.U8(8), t[0], t[1], t[3])
	VPSHUFB(shaSwap, t[2], t[2])
	VPSHUFB(shaSwap, t[3], t[3])
	VMOVDQU(t[2], out)
	VMOVDQU(t[3], out.Offset(16))
}

// nodeSHA hashes nodes by the SHA instructions, n in turns.
func (g *generator) nodeSHA(n int) {
	name := fmt.Sprintf("node%dsha", n)
	TEXT(name, attr.NOSPLIT, "func(out, in *byte, turns int)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s hashes %d*turns rows of 64 bytes to rows of 32 bytes; turns > 0.", name, n))
	out, in, left := reg.RDI, reg.RSI, reg.RCX
	Load(Param("out"), out)
	Load(Param("in"), in)
	Load(Param("turns"), left)
	streams := shaStreams[:n]
	VMOVDQU(g.shaSwap, shaSwap)

	Label(name + "_turn")
	for _, s := range streams {
		shaInit(g, s)
	}
	g.shaBlock(streams, func(j, i int) operand.Mem { return operand.Mem{Base: in, Disp: 64*j + 16*i} })
	for _, s := range streams {
		VPADDD(g.shaIV, s.s, s.s)
		VPADDD(g.shaIV.Offset(16), s.t, s.t)
		VMOVDQA(s.s, s.w[0])
		VMOVDQA(s.t, s.w[1])
	}
	for i := range 32 {
		VMOVQ(g.node.KW.Offset(8*i), reg.X0)
		for _, s := range streams {
			if i%2 == 0 {
				SHA256RNDS2(reg.X0, s.s, s.t)
			} else {
				SHA256RNDS2(reg.X0, s.t, s.s)
			}
		}
	}
	for j, s := range streams {
		VPADDD(s.w[0], s.s, s.s)
		VPADDD(s.w[1], s.t, s.t)
		shaStore(s, operand.Mem{Base: out, Disp: 32 * j})
	}
	ADDQ(operand.I32(64*n), in)
	ADDQ(operand.I32(32*n), out)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_turn"))
	RET()
}

// sumSHA hashes one message by the SHA instructions. Its end is padded in memory.
func (g *generator) sumSHA() {
	const name = "sum1sha"
	TEXT(name, attr.NOSPLIT, "func(out, message *byte, n int)")
	Pragma("noescape")
	Doc(name + " hashes n bytes; it needs AVX-512.")
	out, in, size, blocks, rest, tail := reg.RDI, reg.RSI, reg.RDX, reg.R8, reg.RCX, reg.R9
	Load(Param("out"), out)
	Load(Param("message"), in)
	Load(Param("n"), size)
	pad := AllocLocal(128)
	s := shaStreams[0]
	VMOVDQU(g.shaSwap, shaSwap)
	shaInit(g, s)
	MOVQ(size, blocks)
	MOVQ(size, rest)
	SHRQ(operand.U8(6), blocks)
	ANDQ(operand.U8(63), rest)
	MOVQ(operand.U32(1), tail) // blocks of the padded end
	CMPQ(rest, operand.U8(56))
	SBBQ(operand.I8(-1), tail)
	Comment("R9 = 2 if what is left and the padding need another block.")
	TESTQ(blocks, blocks)
	JEQ(operand.LabelRef(name + "_end"))

	Label(name + "_block")
	VMOVDQA(s.s, reg.X7)
	VMOVDQA(s.t, reg.X8)
	g.shaBlock(shaStreams[:1], func(_, i int) operand.Mem { return operand.Mem{Base: in, Disp: 16 * i} })
	VPADDD(reg.X7, s.s, s.s)
	VPADDD(reg.X8, s.t, s.t)
	ADDQ(operand.I32(64), in)
	DECQ(blocks)
	JNZ(operand.LabelRef(name + "_block"))
	TESTQ(tail, tail)
	JEQ(operand.LabelRef(name + "_store"))

	Label(name + "_end")
	MOVQ(operand.I32(-1), reg.RAX)
	BZHIQ(rest, reg.RAX, reg.RAX)
	KMOVQ(reg.RAX, reg.K1)
	VMOVDQU8_Z(operand.Mem{Base: in}, reg.K1, reg.Z15)
	VMOVDQU64(reg.Z15, pad)
	VPXORQ(reg.Z15, reg.Z15, reg.Z15)
	VMOVDQU64(reg.Z15, pad.Offset(64))
	VZEROUPPER()
	LEAQ(pad, in)
	MOVB(operand.U8(0x80), operand.Mem{Base: in, Index: rest, Scale: 1})
	SHLQ(operand.U8(3), size)
	BSWAPQ(size)
	MOVQ(tail, blocks)
	SHLQ(operand.U8(6), tail)
	MOVQ(size, operand.Mem{Base: in, Index: tail, Scale: 1, Disp: -8})
	XORQ(tail, tail)
	JMP(operand.LabelRef(name + "_block"))

	Label(name + "_store")
	shaStore(s, operand.Mem{Base: out})
	RET()
}
