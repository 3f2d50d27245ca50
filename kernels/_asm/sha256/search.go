package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/sluice-engine/sluice/kernels/_asm/internal/sha2"
	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// chain repeats the hash of a 32-byte digest.
func (g *generator) chain(n int) {
	name := fmt.Sprintf("chain%d", 16*n)
	TEXT(name, 0, fmt.Sprintf("func(state *[%d][8][16]uint32, n int)", n))
	Pragma("noescape")
	Doc(name + " replaces the digest of each lane by its n-th iterated SHA-256, n > 0; state[g][w][l] is word w of lane 16g+l.")
	state, left := reg.RDI, reg.RCX
	Load(Param("state"), state)
	Load(Param("n"), left)
	gs, _ := g.Groups(n, 0)
	each := func(f func(s reg.VecPhysical, m operand.Mem)) {
		for j, gr := range gs {
			for i, s := range gr.S {
				f(s, operand.Mem{Base: state, Disp: 512*j + 64*i})
			}
		}
	}
	each(func(s reg.VecPhysical, m operand.Mem) { VMOVDQU32(m, s) })
	Label(name + "_next")
	stateToWords(g.Hash, gs)
	g.digestRounds(g.Hash, gs, name)
	g.AddIV(gs)
	DECQ(left)
	JNZ(operand.LabelRef(name + "_next"))
	each(func(s reg.VecPhysical, m operand.Mem) { VMOVDQU32(s, m) })
	VZEROUPPER()
	RET()
}

// The fields of powArgs in kernels/sha256/pow_amd64.go.
const (
	powMid    = 0   // [8]u32: state after the first block
	powStart  = 32  // [8]u32: registers of the working variables after rounds 0 to 2 of the second block, see below
	powC      = 64  // [64]u32: constant shares of the schedule
	powKW     = 320 // [64]u32: k plus those
	powNonce  = 576 // u32: the nonce of lane 0, as a number
	powLimit  = 580 // u32: the most significant word of the target
	powGroups = 584 // u64: groups of nonces to try; set to those left, the last one tried included, 0 at the end
	powHits   = 592 // u64: set to the lanes of the last group that may meet the target
)

// pow tries groups of nonces until one may meet the target. It decides by the most significant word of the hash alone, which
// is known after round 60 of the second hash: rounds 61 to 63 are left out, and the new a of rounds 57 to 60.
func (g *generator) pow(n int) {
	name := fmt.Sprintf("pow%d", 16*n)
	TEXT(name, 0, "func(args *byte)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s searches %d nonces at a time; see powArgs.", name, 16*n))
	args := operand.Mem{Base: reg.RDI}
	left := reg.RCX
	Load(Param("args"), reg.RDI)
	MOVQ(args.Offset(powGroups), left)
	gs, nonces := g.Groups(n, 64)
	VPBROADCASTD(args.Offset(powNonce), Z[0])
	VPADDD(g.lane, Z[0], Z[0])
	VMOVDQU32(Z[0], nonces)
	MOVL(operand.U32(16), reg.EDX)

	Label(name + "_group")
	VMOVDQU32(nonces, Z[0])
	VPBROADCASTD(reg.EDX, Z[1])
	Comment("The nonce is little-endian in the header, words are big-endian.")
	for j, gr := range gs {
		if j > 0 {
			VPADDD(Z[1], Z[0], Z[0])
		}
		VPSHUFB(g.swap, Z[0], Z[2])
		VMOVDQU32(Z[2], gr.Words[3])
	}
	VPADDD(Z[1], Z[0], Z[0])
	VMOVDQU32(Z[0], nonces)
	for _, gr := range gs {
		for i, s := range gr.S {
			VPBROADCASTD(args.Offset(powStart+4*i), s)
		}
		for range 3 { // the rounds that the caller did
			sha2.Turn(gr)
		}
	}
	k, again, second := operand.Mem{Base: reg.R12}, reg.R13, reg.R9
	header := &sha2.Constants{K: g.K, Share: args.Offset(powC), KW: args.Offset(powKW)}
	g.Rounds(gs, 3, 32, headerBlock, header, sha2.Always)
	for _, gr := range gs { // words 16 and 17 are the same in all lanes; from here on they need not be
		for i := 16; i < 18; i++ {
			VPBROADCASTD(args.Offset(powC+4*i), gr.T[0])
			VMOVDQU32(gr.T[0], gr.Words[i&15])
		}
	}
	MOVQ(operand.U32(2), again)
	XORQ(second, second)
	LEAQ(g.K.Offset(64), reg.R12)

	Label(name + "_rounds")
	Comment("Rounds 32 to 47 of both hashes and 48 to 63 of the first.")
	ADDQ(operand.U8(64), reg.R12)
	g.Rounds(gs, 16, 32, sha2.Message, &sha2.Constants{K: k.Offset(-64)}, sha2.Always)
	DECQ(again)
	JNZ(operand.LabelRef(name + "_rounds"))
	TESTQ(second, second)
	JNZ(operand.LabelRef(name + "_last"))
	for _, gr := range gs {
		for i, s := range gr.S {
			VPADDD_BCST(args.Offset(powMid+4*i), s, s)
		}
	}
	stateToWords(g.Hash, gs)
	g.LoadIV(gs)
	g.Rounds(gs, 0, 32, sha2.Digest256, &g.digest, sha2.Always)
	MOVQ(operand.U32(1), again)
	MOVQ(operand.U32(1), second)
	LEAQ(g.K.Offset(64), reg.R12)
	JMP(operand.LabelRef(name + "_rounds"))

	Label(name + "_last")
	g.Rounds(gs, 48, 61, sha2.Message, &sha2.Constants{K: g.K}, func(i int) bool { return i < 57 })
	Comment("e after round 60 is h after round 63.")
	mask := []reg.Register{reg.EAX, reg.EBX}
	for j, gr := range gs {
		e := gr.S[4]
		VPADDD_BCST(g.IVWord(7), e, e)
		VPSHUFB(g.swap, e, e)
		VPCMPUD_BCST(operand.U8(2), args.Offset(powLimit), e, reg.K1)
		KMOVW(reg.K1, mask[j])
	}
	if n == 2 {
		SHLL(operand.U8(16), reg.EBX)
		ORL(reg.EBX, reg.EAX)
	}
	TESTL(reg.EAX, reg.EAX)
	JNZ(operand.LabelRef(name + "_done"))
	DECQ(left)
	JNZ(operand.LabelRef(name + "_group"))

	Label(name + "_done")
	MOVQ(left, args.Offset(powGroups))
	MOVQ(reg.RAX, args.Offset(powHits))
	VZEROUPPER()
	RET()
}
