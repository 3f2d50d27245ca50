package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// sum hashes one message in each lane. While all lanes have whole blocks these are loaded as they are. From then on loads are
// under a byte mask, the 0x80 behind a message is or-ed from a table, and the length is put into the lanes that have come to
// their last block. Lanes that are done keep their state.
func sum(n int) {
	name := fmt.Sprintf("sum%d", 16*n)
	TEXT(name, 0, "func(args *byte)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s hashes %d messages; see sum%[2]dArgs.", name, 16*n))
	// The fields of the arguments in kernels/sha256/lanes_amd64.go.
	args := operand.Mem{Base: reg.RDI}
	ptr, out, size, last := args, args.Offset(128*n), args.Offset(256*n), args.Offset(384*n)
	whole, blocks, double := args.Offset(448*n), args.Offset(448*n+8), args.Offset(448*n+16)
	t, off := reg.RCX, reg.RDX
	Load(Param("args"), reg.RDI)
	gs, _ := local(n, 0)
	XORQ(t, t)
	XORQ(off, off)
	loadIV(gs)

	Label(name + "_block")
	saveState(gs)
	CMPQ(t, whole)
	JGE(operand.LabelRef(name + "_tail"))
	for j, g := range gs {
		for lane := range 16 {
			MOVQ(ptr.Offset(128*j+8*lane), reg.RAX)
			VMOVDQU32(operand.Mem{Base: reg.RAX, Index: off, Scale: 1}, Z[lane])
		}
		loadWords(g)
	}
	JMP(operand.LabelRef(name + "_compress"))

	Label(name + "_tail")
	Comment("r = size - off is what is left of the message; max(r,0) bytes are kept; the table serves -64 <= r <= 128.")
	LEAQ(padMem, reg.RBX)
	MOVQ(operand.I32(-1), reg.R8)
	XORQ(reg.R9, reg.R9)
	MOVQ(operand.I32(-64), reg.RSI)
	MOVQ(operand.I32(128), reg.R12)
	for j, g := range gs {
		for lane := range 16 {
			r, keep := reg.R10, reg.R11
			MOVQ(size.Offset(128*j+8*lane), r)
			MOVQ(ptr.Offset(128*j+8*lane), reg.RAX)
			SUBQ(off, r)
			CMPQ(r, reg.RSI)
			CMOVQLT(reg.RSI, r)
			CMPQ(r, reg.R12)
			CMOVQGT(reg.R12, r)
			MOVQ(r, keep)
			TESTQ(r, r)
			CMOVQLT(reg.R9, keep)
			BZHIQ(keep, reg.R8, keep)
			KMOVQ(keep, reg.K1)
			NEGQ(r)
			VMOVDQU8_Z(operand.Mem{Base: reg.RAX, Index: off, Scale: 1}, reg.K1, Z[lane])
			VPORD(operand.Mem{Base: reg.RBX, Index: r, Scale: 1, Disp: 128}, Z[lane], Z[lane])
		}
		loadWords(g)
		Comment("The length in bits, where the last block is this one.")
		VPBROADCASTD(reg.ECX, Z[8])
		VPCMPEQD(last.Offset(64*j), Z[8], reg.K2)
		for half := range 2 {
			VMOVDQU64(size.Offset(128*j+64*half), Z[8])
			VPSLLQ(operand.U8(3), Z[8], Z[9])
			VPSRLQ(operand.U8(29), Z[8], Z[8])
			VPMOVQD(Z[9], Z[10+half].AsY())
			VPMOVQD(Z[8], Z[12+half].AsY())
		}
		VINSERTI64X4(operand.U8(1), Z[11].AsY(), Z[10], Z[10])
		VINSERTI64X4(operand.U8(1), Z[13].AsY(), Z[12], Z[12])
		orWord(g, 15, Z[10])
		orWord(g, 14, Z[12])
	}

	Label(name + "_compress")
	for _, g := range gs {
		g.start()
		for i := range 8 {
			VMOVDQU32(g.save.Offset(64*i), g.s[i])
		}
	}
	messageRounds(gs, name)
	addState(gs)
	Comment("Lanes whose last block was an earlier one keep their state.")
	VPBROADCASTD(reg.ECX, Z[31])
	for j, g := range gs {
		skip := fmt.Sprintf("%s_all%d", name, j)
		VPCMPUD(operand.U8(6), last.Offset(64*j), Z[31], reg.K2)
		KORTESTW(reg.K2, reg.K2)
		JEQ(operand.LabelRef(skip))
		for i := range 8 {
			VMOVDQU32(g.save.Offset(64*i), reg.K2, g.s[i])
		}
		Label(skip)
	}
	INCQ(t)
	ADDQ(operand.U8(64), off)
	CMPQ(t, blocks)
	JLT(operand.LabelRef(name + "_block"))

	CMPQ(double, operand.U8(0))
	JEQ(operand.LabelRef(name + "_store"))
	for _, g := range gs {
		for i := range 8 {
			g.setWord(i, g.s[i])
		}
	}
	digestRounds(gs)
	addIV(gs)

	Label(name + "_store")
	for j, g := range gs {
		toRows(g.s, func(z reg.VecPhysical, high bool, lane int) {
			MOVQ(out.Offset(128*j+8*lane), reg.RAX)
			storeHalf(z, high, operand.Mem{Base: reg.RAX})
		})
	}
	VZEROUPPER()
	RET()
}

// orWord ors x into word i in the lanes of K2.
func orWord(g *group, i int, x reg.VecPhysical) {
	if g.inMemory() {
		VMOVDQU32(g.word(i), Z[14])
		VPORD(x, Z[14], reg.K2, Z[14])
		g.setWord(i, Z[14])
		return
	}
	VPORD(x, g.reg[i], reg.K2, g.reg[i])
}

func saveState(gs []*group) {
	for _, g := range gs {
		for i := range 8 {
			VMOVDQU32(g.s[i], g.save.Offset(64*i))
		}
	}
}

func addState(gs []*group) {
	for _, g := range gs {
		for i := range 8 {
			VPADDD(g.save.Offset(64*i), g.s[i], g.s[i])
		}
	}
}

// node16 hashes pairs of children: the block of the two digests, then the padding block, whose schedule is constant.
func node16() {
	TEXT("node16", 0, "func(out, in *byte)")
	Pragma("noescape")
	Doc("node16 hashes 16 consecutive 64-byte rows of in to 32-byte rows of out.")
	out, in := reg.RDI, reg.RSI
	Load(Param("out"), out)
	Load(Param("in"), in)
	gs, _ := local(1, 0)
	for lane := range 16 {
		VMOVDQU32(operand.Mem{Base: in, Disp: 64 * lane}, Z[lane])
	}
	loadWords(gs[0])
	loadIV(gs)
	messageRounds(gs, "node16")
	addIV(gs)
	saveState(gs)
	constantRounds(gs, "node16", nodeKW)
	addState(gs)
	storeRows(gs[0], out)
	VZEROUPPER()
	RET()
}

// storeRows stores the digests of a group one behind the other.
func storeRows(g *group, out reg.Register) {
	toRows(g.s, func(z reg.VecPhysical, high bool, lane int) {
		storeHalf(z, high, operand.Mem{Base: out, Disp: 32 * lane})
	})
}

// local makes one or two groups with their memory on the stack, after which come extra bytes, on a multiple of 64: vectors that
// cross a cache line would halve the rate of loads. R14 points there.
func local(n, extra int) (gs []*group, rest operand.Mem) {
	size := 512 * n
	if n > 1 {
		size += 1024 * n
	}
	m := operand.Mem{Base: reg.R14}
	LEAQ(AllocLocal(size+extra+64), reg.R14)
	ADDQ(operand.U8(63), reg.R14)
	ANDQ(operand.I32(-64), reg.R14)
	if n == 1 {
		return one(m), m.Offset(size)
	}
	return two(m, m.Offset(1024)), m.Offset(size)
}

// nodes is node16 for many groups: while one group goes through the padding block, whose rounds are bound by latency, the
// next goes through its first block, which has work to fill the gaps.
func nodes() {
	TEXT("nodes", 0, "func(out, in *byte, groups int)")
	Pragma("noescape")
	Doc("nodes hashes groups*16 consecutive 64-byte rows of in to 32-byte rows of out; groups > 0.")
	out, in, left := reg.RDI, reg.RSI, reg.RCX
	first, last := reg.R8, reg.R9
	Load(Param("out"), out)
	Load(Param("in"), in)
	Load(Param("groups"), left)
	gs, _ := local(2, 0)
	padding, message := gs[0], gs[1]
	INCQ(left)
	MOVQ(left, first)

	Label("nodes_group")
	for lane := range 16 {
		VMOVDQU32(operand.Mem{Base: in, Disp: 64 * lane}, Z[lane])
	}
	loadWords(message)
	loadIV(gs)
	for i := range 8 {
		VMOVDQU32(padding.save.Offset(64*i), padding.s[i])
	}
	k, kw, again := operand.Mem{Base: reg.R12}, operand.Mem{Base: reg.R11}, reg.R13
	LEAQ(kMem, reg.R12)
	LEAQ(nodeKW, reg.R11)
	step := func(lo, hi int) {
		for i := lo; i < hi; i++ {
			p := padding.round(i&15, block{}, kw, kw, kw, true)
			m := message.round(i, messageBlock, k, k, k, true)
			alternate([]code{p, m})
			padding.turn()
			message.turn()
		}
	}
	step(0, 16)
	MOVQ(operand.U32(3), again)
	Label("nodes_rounds")
	ADDQ(operand.U8(64), reg.R11)
	step(16, 32)
	ADDQ(operand.U8(64), reg.R12)
	DECQ(again)
	JNZ(operand.LabelRef("nodes_rounds"))

	addState(gs[:1])
	addIV(gs[1:])
	for i := range 8 {
		VMOVDQU32(message.s[i], padding.save.Offset(64*i))
	}
	CMPQ(left, first)
	JEQ(operand.LabelRef("nodes_next"))
	storeRows(padding, out)
	ADDQ(operand.I32(16*32), out)

	Label("nodes_next")
	Comment("The turn of the last padding block has no new rows: it reads the old ones.")
	LEAQ(operand.Mem{Base: in, Disp: 16 * 64}, last)
	DECQ(left)
	CMPQ(left, operand.U8(1))
	CMOVQGT(last, in)
	CMPQ(left, operand.U8(0))
	JNE(operand.LabelRef("nodes_group"))
	VZEROUPPER()
	RET()
}
