package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// value is a result of an operation or a word at the beginning: a register from when it is made until it is used for the last
// time.
type value struct {
	emit func(dst reg.VecPhysical) // nil: there from the beginning
	args []*value
	f    operand.U8 // of three arguments, the table of VPTERNLOG

	uses int // that are still to come
	reg  reg.VecPhysical
}

// code is straight-line code on 512-bit registers: operations in the order in which they are written, each on values that were made before.
type code struct {
	ops  []*value
	free []reg.VecPhysical // the one that has been free for longest first
}

// have is a value that is in a register.
func have(r reg.VecPhysical) *value { return &value{reg: r} }

func (c *code) add(v *value) *value {
	for _, a := range v.args {
		a.uses++
	}
	c.ops = append(c.ops, v)
	return v
}

// ternary is f of three values.
func (c *code) ternary(f operand.U8, x, y, z *value) *value {
	return c.add(&value{f: f, args: []*value{x, y, z}})
}

func (c *code) xor(x, y *value) *value {
	v := &value{args: []*value{x, y}}
	v.emit = func(dst reg.VecPhysical) { VPXORQ(y.reg, x.reg, dst) }
	return c.add(v)
}

// xorAll is x with one word of memory in all lanes.
func (c *code) xorAll(m operand.Mem, x *value) *value {
	v := &value{args: []*value{x}}
	v.emit = func(dst reg.VecPhysical) { VPXORQ_BCST(m, x.reg, dst) }
	return c.add(v)
}

// rol is x rotated left by n bits; x itself if that is none.
func (c *code) rol(n int, x *value) *value {
	if n == 0 {
		return x
	}
	v := &value{args: []*value{x}}
	v.emit = func(dst reg.VecPhysical) { VPROLQ(operand.U8(n), x.reg, dst) }
	return c.add(v)
}

// write emits the operations. Those of keep stay in their registers.
func (c *code) write(keep []*value) {
	for _, v := range keep {
		v.uses++
	}
	for _, v := range c.ops {
		var dying []*value
		for _, a := range v.args {
			if a.uses--; a.uses == 0 {
				dying = append(dying, a)
			}
		}
		switch {
		case len(dying) > 0:
			v.reg = dying[0].reg
			for _, a := range dying[1:] {
				c.free = append(c.free, a.reg)
			}
		case len(c.free) == 0:
			panic("more values than registers")
		default:
			v.reg, c.free = c.free[0], c.free[1:]
		}
		if v.emit != nil {
			v.emit(v.reg)
			continue
		}
		// The destination is the first of the operands.
		first := 0
		for i, a := range v.args {
			if a.reg == v.reg {
				first = i
			}
		}
		if len(dying) == 0 {
			VMOVDQA64(v.args[0].reg, v.reg)
		}
		order := [3]int{first, (first + 1) % 3, (first + 2) % 3}
		VPTERNLOGQ(turned(v.f, order), v.args[order[2]].reg, v.args[order[1]].reg, v.reg)
	}
}

// turned is the table of a function whose operand order[i] comes at place i.
func turned(f operand.U8, order [3]int) (t operand.U8) {
	for i := range 8 {
		bits := 0
		for place, operand := range order {
			bits |= i >> (2 - place) & 1 << (2 - operand)
		}
		t |= f >> bits & 1 << i
	}
	return t
}
