package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/frame"
	"github.com/sluice-engine/sluice/kernels/_asm/internal/sha2"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// The fields of powArgs in kernels/sha256/pow_amd64.go.
const (
	powMid    = 0   // [8]u32: state after the first block
	powStart  = 32  // [8]u32: working variables after rounds 0 to 3 of the second block, but for the nonce
	powC      = 64  // [64]u32: constant shares of the schedule
	powKW     = 320 // [64]u32: k plus those
	powNonce  = 576 // u32: the nonce of lane 0, as a number
	powLimit  = 580 // u32: the most significant word of the target
	powGroups = 584 // u64: groups of nonces to try; set to those left, the last one tried included, 0 at the end
	powHits   = 592 // u64: set to the lanes of the last group that may meet the target
)

// headerBlock is the last 16 bytes of a Bitcoin header and the padding: only the nonce differs.
var headerBlock = sha2.Block{3: true}

// headerFrom is the first round of the header block that is done in lanes: the caller does those before it, and of round 3
// the nonce is what differs, which is added to the new a and e.
const headerFrom = 4

// pow tries groups of nonces until one may meet the target. It decides by the most significant word of the hash alone, which
// is known after round 60 of the second hash: rounds 61 to 63 are left out, and the new a of round 60.
//
// Both hashes take the same way: the sums of the first 32 rounds are put into memory, those of words that all lanes share
// once; 32 rounds use them; 28 more make their words. That is all of the first hash, from round 4 on, and all but the last
// round of the second.
func (g *generator) pow(n int) {
	name := fmt.Sprintf("pow%d", 16*n)
	TEXT(name, 0, "func(args *byte)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s searches %d nonces at a time; see powArgs.", name, 16*n))
	args := operand.Mem{Base: reg.RDI}
	left, second := reg.RCX, reg.RDX
	sums := []reg.Register{reg.R8, reg.R9, reg.R10}[:n]
	Load(Param("args"), reg.RDI)
	MOVQ(args.Offset(powGroups), left)

	const sumBytes = 32 * 64 // of one group and hash
	gs, extra := g.Groups(n, 2*n*sumBytes+64*n+64)
	headerSum := func(group, i int) operand.Mem { return extra.Offset(group*sumBytes + 64*(i-headerFrom)) }
	digestSum := func(group, i int) operand.Mem { return extra.Offset((n+group)*sumBytes + 64*i) }
	words := func(group int) operand.Mem { return extra.Offset(2*n*sumBytes + 64*group) } // the nonces, big-endian
	nonces := words(n)
	all := func(constant operand.Mem, to func(group, i int) operand.Mem, i int) {
		VPBROADCASTD(constant.Offset(4*i), Z[0])
		for j := range n {
			VMOVDQU64(Z[0], to(j, i))
		}
	}
	for i := headerFrom; i < 18; i++ {
		all(args.Offset(powKW), headerSum, i)
	}
	for i := 8; i < 16; i++ {
		all(g.digest.KW, digestSum, i)
	}
	VPBROADCASTD(args.Offset(powNonce), Z[0])
	VPADDD(g.lane, Z[0], Z[0])
	VMOVDQU64(Z[0], nonces)

	// each runs the code for each group in turn, with words in registers; the operands of the first are for all.
	again, schedule, sum, nonce := reg.R13, reg.RBX, reg.R8, reg.R9
	each := func(label string, sums0 operand.Mem, code func(gr *frame.Group)) {
		LEAQ(gs[0].Words[0].(operand.Mem), schedule)
		LEAQ(sums0, sum)
		MOVQ(operand.U32(n), again)
		Label(label)
		gr := &frame.Group{T: Z[8:16]}
		for i := range gr.Words {
			gr.Words[i] = Z[16+i]
		}
		code(gr)
		ADDQ(operand.I32(16*64), schedule)
		ADDQ(operand.I32(sumBytes), sum)
		DECQ(again)
		JNZ(operand.LabelRef(label))
	}

	Label(name + "_group")
	Comment("Words 18 to 35 of the header block, and their sums.")
	VMOVDQU64(nonces, Z[0])
	MOVL(operand.U32(16), reg.EAX)
	VPBROADCASTD(reg.EAX, Z[1])
	LEAQ(words(0), nonce)
	each(name+"_header", headerSum(0, headerFrom), func(gr *frame.Group) {
		Comment("The nonce is little-endian in the header, words are big-endian.")
		VPSHUFB(g.swap, Z[0], Z[19])
		VPADDD(Z[1], Z[0], Z[0])
		VMOVDQU64(Z[19], operand.Mem{Base: nonce})
		ADDQ(operand.I32(64), nonce)
		c := &sha2.Constants{K: g.K, Share: args.Offset(powC)}
		g.Expand(gr, 16, headerFrom+32, headerBlock, c, func(i int, word, s reg.VecPhysical) {
			VMOVDQU64(s, operand.Mem{Base: sum, Disp: 64 * (i - headerFrom)})
			if i >= headerFrom+16 {
				VMOVDQU64(word, operand.Mem{Base: schedule, Disp: 64 * (i - headerFrom - 16)})
			}
		})
	})
	VMOVDQU64(Z[0], nonces)
	for i, s := range gs[0].S {
		VPBROADCASTD(args.Offset(powStart+4*i), s)
		for _, gr := range gs[1:] {
			VMOVDQA64(s, gr.S[i])
		}
	}
	for j, gr := range gs {
		VPADDD(words(j), gr.S[0], gr.S[0])
		VPADDD(words(j), gr.S[4], gr.S[4])
		LEAQ(headerSum(j, headerFrom), sums[j])
	}
	XORQ(second, second)
	LEAQ(g.K.Offset(4*(headerFrom+32)), reg.R12)

	Label(name + "_hash")
	MOVQ(operand.U32(4), reg.R13)
	g.SumRounds(gs, name+"_sums", sums)
	g.WordRounds(gs, name+"_words", 3, true, nil)
	TESTQ(second, second)
	JNZ(operand.LabelRef(name + "_last"))
	Comment("The words of the second hash.")
	for j, gr := range gs {
		for i, s := range gr.S {
			VPADDD_BCST(args.Offset(powMid+4*i), s, s)
			VMOVDQU64(s, gr.Words[i])
			VPADDD_BCST(g.KWord(i), s, s)
			VMOVDQU64(s, digestSum(j, i))
		}
	}
	each(name+"_digest", digestSum(0, 0), func(gr *frame.Group) {
		for i := range 8 {
			VMOVDQU64(operand.Mem{Base: schedule, Disp: 64 * i}, gr.Words[i])
		}
		g.Expand(gr, 16, 32, sha2.Digest256, &g.digest, func(i int, word, s reg.VecPhysical) {
			VMOVDQU64(s, operand.Mem{Base: sum, Disp: 64 * i})
			VMOVDQU64(word, operand.Mem{Base: schedule, Disp: 64 * (i - 16)})
		})
	})
	after := gs[0].S // as WordRounds leaves it
	for _, gr := range gs {
		for range 4 {
			sha2.Turn(gr)
		}
	}
	g.LoadIV(gs)
	for j := range gs {
		LEAQ(digestSum(j, 0), sums[j])
	}
	MOVQ(operand.U32(1), second)
	LEAQ(g.K.Offset(4*32), reg.R12)
	JMP(operand.LabelRef(name + "_hash"))

	Label(name + "_last")
	for _, gr := range gs {
		for range 4 {
			sha2.Turn(gr)
		}
	}
	if gs[0].S[0] != after[0] {
		panic("pow: the variables are in other registers than after round 59")
	}
	g.Rounds(gs, 60, 61, sha2.Message, &sha2.Constants{K: g.K}, func(int) bool { return false })
	Comment("e after round 60 is h after round 63.")
	for j, gr := range gs {
		e := gr.S[4]
		VPADDD_BCST(g.IVWord(7), e, e)
		VPSHUFB(g.swap, e, e)
		VPCMPUD_BCST(operand.U8(2), args.Offset(powLimit), e, reg.K1)
		if j == 0 {
			KMOVW(reg.K1, reg.EAX)
			continue
		}
		KMOVW(reg.K1, reg.EBX)
		SHLQ(operand.U8(16*j), reg.RBX)
		ORQ(reg.RBX, reg.RAX)
	}
	TESTQ(reg.RAX, reg.RAX)
	JNZ(operand.LabelRef(name + "_done"))
	DECQ(left)
	JNZ(operand.LabelRef(name + "_group"))

	Label(name + "_done")
	MOVQ(left, args.Offset(powGroups))
	MOVQ(reg.RAX, args.Offset(powHits))
	VZEROUPPER()
	RET()
}
