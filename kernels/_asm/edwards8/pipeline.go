package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// One square takes 37 cycles from its first operation to its last, and keeps the pipes busy for 18 of them. The processor starts the next
// one, of another element, only when it comes into its window of some hundred operations. So squares of many elements are interleaved
// here as they would be with a window without bounds: modulo scheduling (Rau 1994). One square is scheduled such that it can be repeated
// every interval cycles; each of some elements is a chain of squares, one interval behind the one before; and a turn of the loop is one
// square of each.

// value is a vector of a square, before it has a register. An operation makes one out of others; accumulate says that it takes the
// register of the first.
type value int

type operation struct {
	kind       kind
	to         value
	from       []value
	accumulate bool
}

type kind int

const (
	opZero kind = iota
	opHigh      // + high half of a product
	opLow       // + low half
	opTwice
	opCarry // what is above the limb
	opMask  // what is not
	opAdd
	opTimes19
	opAdd19 // + 19 times the low half
)

// The pipes that operations need: one of the pair that multiplies, of the pair that shifts, or any of the four. A zero needs none.
type pipe int

const (
	pipeNone pipe = iota
	pipeMultiply
	pipeShift
	pipeAny
)

var kinds = map[kind]struct {
	pipe    pipe
	latency int
	emit    func(from []reg.VecPhysical, to reg.VecPhysical)
}{
	opZero:    {pipeNone, 0, func(_ []reg.VecPhysical, to reg.VecPhysical) { VPXORQ(to, to, to) }},
	opHigh:    {pipeMultiply, 4, func(x []reg.VecPhysical, to reg.VecPhysical) { VPMADD52HUQ(x[2], x[1], to) }},
	opLow:     {pipeMultiply, 4, func(x []reg.VecPhysical, to reg.VecPhysical) { VPMADD52LUQ(x[2], x[1], to) }},
	opTwice:   {pipeShift, 2, func(x []reg.VecPhysical, to reg.VecPhysical) { VPSLLQ(operand.U8(1), x[0], to) }},
	opCarry:   {pipeShift, 2, func(x []reg.VecPhysical, to reg.VecPhysical) { VPSRLQ(operand.U8(51), x[0], to) }},
	opMask:    {pipeAny, 2, func(x []reg.VecPhysical, to reg.VecPhysical) { VPANDQ_BCST(maskMem, x[0], to) }},
	opAdd:     {pipeAny, 2, func(x []reg.VecPhysical, to reg.VecPhysical) { VPADDQ(x[0], x[1], to) }},
	opTimes19: {pipeMultiply, 4, func(x []reg.VecPhysical, to reg.VecPhysical) { VPMULLQ_BCST(nineteenMem, x[0], to) }},
	opAdd19:   {pipeMultiply, 4, func(x []reg.VecPhysical, to reg.VecPhysical) { VPMADD52LUQ_BCST(nineteenMem, x[1], to) }},
}

// formula is a list of operations that make five limbs, values out, of the limbs, values 0 to 4. A chain of them begins with what the one before made: [formula.owner].
type formula struct {
	operations []operation
	out        limbs
	next       value
}

type limbs [5]value

// in are the limbs that a formula begins with.
var in = limbs{0, 1, 2, 3, 4}

func (f *formula) do(k kind, from ...value) value {
	to := f.next
	f.next++
	f.operations = append(f.operations, operation{k, to, from, k == opHigh || k == opLow || k == opAdd19})
	return to
}

// squareFormula is what [squared] and [carry] do; see there.
func squareFormula() *formula {
	f := &formula{next: 5}
	var c [10]value // 0: not there yet, as no column is a limb
	madd := func(k kind, column, i, j int) {
		if c[column] == 0 {
			c[column] = f.do(opZero)
		}
		c[column] = f.do(k, c[column], in[i], in[j])
	}
	cross := func(k kind, up int) {
		for i := range 5 {
			for j := i + 1; j < 5; j++ {
				madd(k, i+j+up, i, j)
			}
		}
		for i := range c {
			if c[i] != 0 {
				c[i] = f.do(opTwice, c[i])
			}
		}
	}
	cross(opHigh, 1)
	for i := range 5 {
		madd(opHigh, 2*i+1, i, i)
	}
	cross(opLow, 0)
	for i := range 5 {
		madd(opLow, 2*i, i, i)
	}
	var x, above [5]value
	for i := range x {
		x[i] = f.do(opAdd, c[i], f.do(opTimes19, c[i+5]))
	}
	for i := range x {
		above[i], x[i] = f.do(opCarry, x[i]), f.do(opMask, x[i])
	}
	for i := range 4 {
		f.out[i+1] = f.do(opAdd, above[i], x[i+1])
	}
	f.out[0] = f.do(opAdd19, x[0], above[4])
	return f
}

// schedule gives each operation the cycle in which it starts, such that a formula can start every interval cycles. Of operations that
// are ready, those go first on which the longest chain waits.
func (f *formula) schedule(interval int) []int {
	n := len(f.operations)
	maker := map[value]int{}
	for i, o := range f.operations {
		maker[o.to] = i
	}
	height := make([]int, n) // cycles from the start of an operation to the end
	for i := n - 1; i >= 0; i-- {
		height[i] += kinds[f.operations[i].kind].latency
		for _, v := range f.operations[i].from {
			if j, ok := maker[v]; ok {
				height[j] = max(height[j], height[i])
			}
		}
	}
	start := slices.Repeat([]int{-1}, n)
	taken := map[pipe][]int{pipeMultiply: make([]int, interval), pipeShift: make([]int, interval), pipeAny: make([]int, interval)}
	for left, cycle := n, 0; left > 0; cycle++ {
		if cycle > 100*n {
			panic("no schedule")
		}
		var ready []int
		for i, o := range f.operations {
			ok := start[i] < 0
			for _, v := range o.from {
				j, made := maker[v]
				ok = ok && (!made || start[j] >= 0 && start[j]+kinds[f.operations[j].kind].latency <= cycle)
			}
			if ok {
				ready = append(ready, i)
			}
		}
		slices.SortStableFunc(ready, func(i, j int) int { return height[j] - height[i] })
		at := cycle % interval
		for _, i := range ready {
			p := kinds[f.operations[i].kind].pipe
			if p != pipeNone {
				if taken[pipeAny][at] == 4 || p != pipeAny && taken[p][at] == 2 {
					continue
				}
				taken[pipeAny][at]++
				if p != pipeAny {
					taken[p][at]++
				}
			}
			start[i] = cycle
			left--
		}
	}
	for i, o := range f.operations { // a zero only when it is used
		if o.kind == opZero {
			start[i] = start[slices.IndexFunc(f.operations, func(u operation) bool { return slices.Contains(u.from, o.to) })]
		}
	}
	return start
}

// A place is an operation of a chain; an owner is a value of a chain, where the limbs that a formula makes are the limbs of the next.
type place struct{ chain, operation int }

type owner struct {
	chain int
	value value
}

func (f *formula) owner(chain int, v value) owner {
	if i := slices.Index(f.out[:], v); i >= 0 {
		v = in[i]
	}
	return owner{chain, v}
}

// pipeline is a formula for some chains that take turns.
type pipeline struct {
	*formula
	head, turn, tail []place // before the loop, in it, and instead of its last turn
	carried          []owner // what one turn of the loop leaves to the next
	held             map[owner]reg.VecPhysical
	free             []reg.VecPhysical
}

func newPipeline(f *formula, chains, interval int) *pipeline {
	p := &pipeline{formula: f, held: map[owner]reg.VecPhysical{}, free: append([]reg.VecPhysical(nil), Z[:]...)}
	start := f.schedule(interval)
	period := chains * interval
	type timed struct {
		place
		cycle int
		late  bool // belongs to the square that the turn before began
	}
	var all []timed
	for c := range chains {
		for i, t := range start {
			if t += c * interval; t >= 2*period || c == 0 && t >= period {
				panic("the interval is too short")
			}
			all = append(all, timed{place{c, i}, t % period, t >= period})
		}
	}
	slices.SortStableFunc(all, func(a, b timed) int { return a.cycle - b.cycle })
	for _, t := range all {
		p.turn = append(p.turn, t.place)
		if t.chain > 0 && !t.late {
			p.head = append(p.head, t.place)
		}
		if t.chain == 0 || t.late {
			p.tail = append(p.tail, t.place)
		}
	}
	made := map[owner]bool{}
	for _, at := range p.turn {
		o := p.operations[at.operation]
		for _, v := range o.from {
			if n := p.owner(at.chain, v); !made[n] && !slices.Contains(p.carried, n) {
				p.carried = append(p.carried, n)
			}
		}
		made[p.owner(at.chain, o.to)] = true
	}
	return p
}

// take gives the value a register.
func (p *pipeline) take(n owner) reg.VecPhysical {
	if len(p.free) == 0 {
		panic("out of registers")
	}
	r := p.free[0]
	p.free, p.held[n] = p.free[1:], r
	return r
}

// drop takes its register away.
func (p *pipeline) drop(n owner) {
	p.free = append(p.free, p.held[n])
	delete(p.held, n)
}

// emit writes the operations down. Values in after are still wanted then. made is called when a limb of a chain is there, in its register,
// by an operation of the list.
func (p *pipeline) emit(list []place, after []owner, made func(n owner, r reg.VecPhysical)) {
	// wanted tells whether the value is used behind an operation of the list, before it is made anew.
	wanted := func(n owner, behind int) bool {
		for _, at := range list[behind+1:] {
			o := p.operations[at.operation]
			for _, v := range o.from {
				if p.owner(at.chain, v) == n {
					return true
				}
			}
			if p.owner(at.chain, o.to) == n {
				return false
			}
		}
		return slices.Contains(after, n)
	}
	for i, at := range list {
		o := p.operations[at.operation]
		var from []reg.VecPhysical
		var names []owner
		for _, v := range o.from {
			n := p.owner(at.chain, v)
			from, names = append(from, p.held[n]), append(names, n)
		}
		if o.accumulate { // nobody else wants the sum so far
			delete(p.held, names[0])
			names = names[1:]
		}
		for _, n := range names {
			if _, ok := p.held[n]; ok && !wanted(n, i) {
				p.drop(n)
			}
		}
		to := p.owner(at.chain, o.to)
		if o.accumulate {
			p.held[to] = from[0]
		} else {
			p.take(to)
		}
		r := p.held[to]
		kinds[o.kind].emit(from, r)
		if slices.Contains(in[:], to.value) {
			made(to, r)
		}
		if !wanted(to, i) {
			p.drop(to)
		}
	}
}

// square3 is square2 for three elements, in a pipeline, which takes a tenth less for each.
func square3() {
	const name = "square3"
	const chains, interval = 3, 19
	TEXT(name, NOSPLIT, "func(out, a *byte, n int)")
	Pragma("noescape")
	Doc(name + " sets three consecutive elements out = a^(2^n), tight, n > 0; they may be the same memory.")
	out, a, _ := pointers("out", "a")
	Load(Param("n"), reg.RCX)
	p := newPipeline(squareFormula(), chains, interval)
	nothing := func(owner, reg.VecPhysical) {}
	for _, c := range []int{1, 2, 0} {
		for i, v := range in {
			VMOVDQU64(limb(a.Offset(320*c), i), p.take(owner{c, v}))
		}
	}
	p.emit(p.head, p.carried, nothing)
	var first five
	for _, n := range p.carried {
		first = append(first, p.held[n])
	}
	spare := p.free[0]
	DECQ(reg.RCX)
	JZ(operand.LabelRef(name + "_last"))
	Label(name + "_next")
	before, free := p.held, p.free
	p.held, p.free = map[owner]reg.VecPhysical{}, append([]reg.VecPhysical(nil), free...)
	for n, r := range before {
		p.held[n] = r
	}
	p.emit(p.turn, p.carried, nothing)
	var last five
	for _, n := range p.carried {
		last = append(last, p.held[n])
	}
	move(last, first, spare)
	DECQ(reg.RCX)
	JNZ(operand.LabelRef(name + "_next"))
	Label(name + "_last")
	p.held, p.free = before, free
	left := map[owner]bool{} // limbs that are still to be stored
	for c := range chains {
		for _, v := range in {
			left[owner{c, v}] = true
		}
	}
	save := func(n owner, r reg.VecPhysical) {
		VMOVDQU64(r, limb(out.Offset(320*n.chain), int(n.value)))
		delete(left, n)
	}
	p.emit(p.tail, nil, save)
	for c := range chains { // those that the turn before has made already
		for _, v := range in {
			if n := (owner{c, v}); left[n] {
				save(n, p.held[n])
			}
		}
	}
	VZEROUPPER()
	RET()
}
