package frame

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Lanes puts the jobs of a lanes.Span into lanes, one group after the other, with AVX-512. Lanes without a job hash an
// empty message to a place of no use.
type Lanes struct {
	Name   string // of the function
	Lanes  int    // a multiple of 8
	Digest int    // bytes: 32 or 64
}

const nowhere = 64 // bytes for digests that nobody wants

// Bytes is the memory that it needs.
func (l *Lanes) Bytes() int { return argsSize - argPtr + nowhere }

// Begin makes [Args] the lanes of the first group. The code up to End is run for each group. K1, K2, Z0-Z7, RAX, RBX, RDX,
// R8, R10 and R12 are used.
func (l *Lanes) Begin(local operand.Mem) {
	messages, ends, begins, jobs, counts, rows := reg.R12, reg.RAX, reg.RBX, reg.R8, reg.R10, reg.RDX
	iota := make([]uint64, l.Lanes)
	for i := range iota {
		iota[i] = uint64(i * l.Digest)
	}
	places := Words64(l.Name+"Rows", iota)

	MOVQ(Span.Base, Args.Base)
	CMPQ(Span.Offset(spanN), operand.U8(0))
	JEQ(operand.LabelRef(l.Name + "_lanes"))
	LEAQ(operand.Mem{Base: local.Base, Disp: local.Disp - argPtr}, Args.Base)

	Label(l.Name + "_group")
	Comment("R9 = a bit for each lane that has a job, R11 = the same, for those whose message does not begin at 0.")
	have, begun := reg.R9, reg.R11
	MOVQ(operand.U32(l.Lanes), reg.RAX)
	MOVQ(Span.Offset(spanN), reg.RBX)
	CMPQ(reg.RBX, reg.RAX)
	CMOVQGT(reg.RAX, reg.RBX)
	MOVQ(operand.I32(-1), have)
	BZHIQ(reg.RBX, have, have)
	MOVQ(have, begun)
	MOVQ(Span.Offset(spanSkip), reg.RAX)
	ANDNQ(begun, reg.RAX, begun)

	MOVQ(Span.Offset(spanEnds), ends)
	MOVQ(Span.Offset(spanBegins), begins)
	MOVQ(Span.Offset(spanJobs), jobs)
	MOVQ(Span.Offset(spanCounts), counts)
	MOVQ(Span.Offset(spanRows), rows)
	MOVQ(Span.Offset(spanMessages), messages)
	VPBROADCASTQ(messages, Z[0])
	VPBROADCASTQ(rows, Z[1])
	LEAQ(operand.Mem{Base: local.Base, Disp: local.Disp + argsSize - argPtr}, messages)
	VPBROADCASTQ(messages, Z[2])
	for v := range l.Lanes / 8 {
		if v > 0 {
			SHRQ(operand.U8(8), have)
			SHRQ(operand.U8(8), begun)
		}
		KMOVB(have.As32(), reg.K1)
		KMOVB(begun.As32(), reg.K2)
		VPMOVZXDQ_Z(operand.Mem{Base: ends, Disp: 32 * v}, reg.K1, Z[3])
		VPMOVZXDQ_Z(operand.Mem{Base: begins, Disp: 32 * v}, reg.K2, Z[4])
		VPSUBQ(Z[4], Z[3], Z[3])
		VMOVDQU64(Z[3], Size(8*v))
		VPADDQ(Z[0], Z[4], Z[4])
		VMOVDQU64(Z[4], Ptr(8*v))
		VPADDQ(places.Offset(64*v), Z[1], Z[5])
		VMOVDQA64(Z[2], Z[6])
		VMOVDQU64(Z[5], reg.K1, Z[6])
		VMOVDQU64(Z[6], Out(8*v))
	}
	VPTERNLOGD(operand.U8(0xff), Z[7], Z[7], Z[7])
	VPBROADCASTD(Span.Offset(spanBlocks), Z[3])
	VPADDD(Z[7], Z[3], Z[3])
	for v := range (l.Lanes + 15) / 16 {
		VMOVDQU32(Z[3], Last(16*v))
	}
	TESTQ(jobs, jobs)
	JEQ(operand.LabelRef(l.Name + "_lanes"))
	Comment("In an order of their own: rows by number, blocks differ. This is the only group.")
	MOVQ(Span.Offset(spanN), reg.RBX)
	MOVQ(operand.I32(-1), have)
	BZHIQ(reg.RBX, have, have)
	for v := range l.Lanes / 8 {
		if v > 0 {
			SHRQ(operand.U8(8), have)
		}
		KMOVB(have.As32(), reg.K1)
		VPMOVZXDQ_Z(operand.Mem{Base: jobs, Disp: 32 * v}, reg.K1, Z[3])
		VPSLLQ(operand.U8(log2(l.Digest)), Z[3], Z[3])
		VPADDQ(Z[1], Z[3], Z[3])
		VMOVDQU64(Z[3], reg.K1, Out(8*v))
		VMOVDQU32_Z(operand.Mem{Base: counts, Disp: 32 * v}, reg.K1, Z[4].AsY())
		VPADDD(Z[7].AsY(), Z[4].AsY(), Z[4].AsY())
		VMOVDQU32(Z[4].AsY(), Last(8*v))
	}
	Label(l.Name + "_lanes")
}

// End goes on with the next group, if there is one.
func (l *Lanes) End() {
	SUBQ(operand.U8(l.Lanes), Span.Offset(spanN))
	JLE(operand.LabelRef(l.Name + "_over"))
	ADDQ(operand.I32(4*l.Lanes), Span.Offset(spanEnds))
	ADDQ(operand.I32(4*l.Lanes), Span.Offset(spanBegins))
	ADDQ(operand.I32(l.Digest*l.Lanes), Span.Offset(spanRows))
	MOVQ(operand.U32(0), Span.Offset(spanSkip))
	JMP(operand.LabelRef(l.Name + "_group"))
	Label(l.Name + "_over")
}

func log2(n int) (k int) {
	for ; n > 1; n /= 2 {
		k++
	}
	return k
}
