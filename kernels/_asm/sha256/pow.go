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
	left, second, nonce := reg.RCX, reg.RDX, reg.R9
	Load(Param("args"), reg.RDI)
	MOVQ(args.Offset(powGroups), left)

	gs, headerSums := g.Groups(n, 2*n*sumBytes+64*n+64)
	digestSums := headerSums.Offset(n * sumBytes)
	word := func(group int) operand.Mem { return digestSums.Offset(n*sumBytes + 64*group) } // the nonces, big-endian
	nonces := word(n)
	for i := headerFrom; i < 18; i++ {
		VPBROADCASTD(args.Offset(powKW+4*i), Z[0])
		for j := range gs {
			VMOVDQU64(Z[0], headerSums.Offset(sumBytes*j+64*(i-headerFrom)))
		}
	}
	g.paddingSums(gs, digestSums)
	VPBROADCASTD(args.Offset(powNonce), Z[0])
	VPADDD(g.lane, Z[0], Z[0])
	VMOVDQU64(Z[0], nonces)

	Label(name + "_group")
	Comment("Words 18 to 35 of the header block, and their sums.")
	VMOVDQU64(nonces, Z[0])
	MOVL(operand.U32(16), reg.EAX)
	VPBROADCASTD(reg.EAX, Z[1])
	LEAQ(word(0), nonce)
	eachGroup(name+"_header", gs, headerSums, func(gr *frame.Group) {
		Comment("The nonce is little-endian in the header, words are big-endian.")
		VPSHUFB(g.swap, Z[0], Z[19])
		VPADDD(Z[1], Z[0], Z[0])
		VMOVDQU64(Z[19], operand.Mem{Base: nonce})
		ADDQ(operand.I32(64), nonce)
		c := &sha2.Constants{K: g.K, Share: args.Offset(powC)}
		g.Expand(gr, 16, headerFrom+32, headerBlock, c, func(i int, word, s reg.VecPhysical) {
			VMOVDQU64(s, operand.Mem{Base: sumsHere, Disp: 64 * (i - headerFrom)})
			if i >= headerFrom+16 {
				VMOVDQU64(word, operand.Mem{Base: wordsHere, Disp: 64 * (i - headerFrom - 16)})
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
		VPADDD(word(j), gr.S[0], gr.S[0])
		VPADDD(word(j), gr.S[4], gr.S[4])
		LEAQ(headerSums.Offset(sumBytes*j), sumsOf[j])
	}
	XORQ(second, second)
	LEAQ(g.K.Offset(4*(headerFrom+32)), reg.R12)

	Label(name + "_hash")
	MOVQ(operand.U32(4), reg.R13)
	g.SumRounds(gs, name+"_sums", sumsOf[:n])
	g.WordRounds(gs, name+"_words", 3, true, nil)
	TESTQ(second, second)
	JNZ(operand.LabelRef(name + "_last"))
	Comment("The second hash.")
	for _, gr := range gs {
		for i, s := range gr.S {
			VPADDD_BCST(args.Offset(powMid+4*i), s, s)
		}
	}
	after := gs[0].S // as WordRounds leaves it, four turns from where it began
	g.hashDigests(name, gs, digestSums, 4)
	MOVQ(operand.U32(1), second)
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
