package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
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
