package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/mmcloughlin/avo/ir"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/pass"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// reorder is a pass that puts the instructions of a loop, from the label to the last vector instruction before the branch, into the order in
// which a simple model of the processor could start them, and gives out the vector registers anew. Instructions that are far apart, but do
// not wait for each other, so come within the window of the real one. It wins 6 % of the additions to buckets, where three kinds of work are
// to be mixed, and nothing elsewhere.
func reorder(function, label string) pass.Interface {
	return pass.FunctionPass(func(f *ir.Function) error {
		if f.Name != function {
			return nil
		}
		start := slices.IndexFunc(f.Nodes, func(n ir.Node) bool { l, ok := n.(ir.Label); return ok && string(l) == label })
		if start < 0 {
			return fmt.Errorf("%s: no label %s", function, label)
		}
		var body []*ir.Instruction
		end := start + 1 // behind the last vector instruction
		for i := start + 1; i < len(f.Nodes); i++ {
			in, ok := f.Nodes[i].(*ir.Instruction)
			if !ok || in.IsBranch {
				break
			}
			body = append(body, in)
			if strings.HasPrefix(in.Opcode, "V") {
				end = i + 1
			}
		}
		body = body[:end-start-1]
		b := newBlock(body)
		order, err := b.order()
		if err != nil {
			return fmt.Errorf("%s: %w", function, err)
		}
		b.allocate(order)
		for i, j := range order {
			f.Nodes[start+1+i] = body[j]
		}
		return nil
	})
}

// The model: how many instructions it looks ahead, from the first that has not started; what it can start in a cycle.
const (
	window      = 130
	perCycle    = 6 // vector instructions
	loadsCycle  = 2
	vectorPipes = 4
	pairOfPipes = 2
)

// block is a straight run of instructions, in which no vector register has a value before or behind.
type block struct {
	steps []step
	made  []int // uses of the vector that an instruction makes, that are still to come
}

// step is what matters of an instruction. Vectors are named by the instruction that makes them.
type step struct {
	*ir.Instruction
	pipe    pipe
	latency int
	from    []int       // vectors that it reads, in the order of operands; without old
	makes   bool        // a vector
	old     int         // the vector that it changes, in whose register the new one is; -1: none
	after   map[int]int // instructions that must have started so many cycles before
	early   bool        // a load or a zero, which need not wait: it goes where it is wanted first
	store   bool
	loads   int
}

func vector(op operand.Op) (reg.VecPhysical, bool) {
	r, ok := op.(reg.VecPhysical)
	return r, ok && r.Kind() == reg.KindVector
}

// address is a place in memory, by its registers at the time. Scratch is no memory of callers.
type address struct {
	base, index         reg.Register
	baseAt, indexAt     int // by which instruction they were set
	displacement, scale int
	constant, scratch   bool
}

// mayMeet tells whether vectors at the addresses may have a byte in common.
func (a *address) mayMeet(b *address) bool {
	if a.constant || b.constant || a.scratch != b.scratch {
		return false
	}
	same := a.base == b.base && a.index == b.index && a.baseAt == b.baseAt && a.indexAt == b.indexAt && a.scale == b.scale
	d := a.displacement - b.displacement
	return !same || d < 64 && d > -64
}

func newBlock(body []*ir.Instruction) *block {
	b := &block{steps: make([]step, len(body)), made: make([]int, len(body))}
	type access struct {
		by int
		address
	}
	holds := map[int]int{}       // vector registers to who made what they hold
	readers := map[int][]int{}   // of vectors
	setBy := map[reg.ID]int{}    // other registers
	readBy := map[reg.ID][]int{} // since they were set
	var loads, stores []access
	for i, in := range body {
		s := &b.steps[i]
		*s = step{Instruction: in, old: -1, after: map[int]int{}}
		s.pipe, s.latency = modelOf(in)
		after := func(j, latency int) {
			if j != i {
				s.after[j] = max(s.after[j], latency)
			}
		}
		at := func(op operand.Op) (m address, ok bool) {
			mem, ok := op.(operand.Mem)
			if !ok {
				return m, false
			}
			version := func(r reg.Register) int {
				if r == nil {
					return 0
				}
				return setBy[reg.ToPhysical(r).ID()] // 0 is the label, too: what is there is set before or by nobody
			}
			return address{mem.Base, mem.Index, version(mem.Base), version(mem.Index), mem.Disp, int(mem.Scale), mem.Symbol.Name != "",
				mem.Base == reg.R14}, true
		}
		target := in.Operands[len(in.Operands)-1]
		var to reg.VecPhysical
		if r, ok := vector(target); ok && slices.Contains(in.Outputs, target) {
			to, s.makes = r, true
		}
		if s.makes && changes(in) {
			s.old = mustHold(holds, to)
			after(s.old, b.steps[s.old].latency)
			for _, j := range readers[s.old] {
				after(j, 0)
			}
			b.made[s.old]++
		}
		for n, op := range in.Operands {
			if m, ok := at(op); ok {
				if slices.Contains(in.Inputs, op) {
					s.loads++
					for _, x := range stores {
						if m.mayMeet(&x.address) {
							after(x.by, 5)
						}
					}
					loads = append(loads, access{i, m})
				}
				if slices.Contains(in.Outputs, op) {
					s.store = true
					for _, x := range append(slices.Clone(loads), stores...) {
						if m.mayMeet(&x.address) {
							after(x.by, 0)
						}
					}
					stores = append(stores, access{i, m})
				}
				continue
			}
			if r, ok := vector(op); ok && !isZero(in) && (n < len(in.Operands)-1 || !s.makes) {
				v := mustHold(holds, r)
				s.from = append(s.from, v)
				after(v, b.steps[v].latency)
			}
		}
		for _, v := range s.from {
			readers[v] = append(readers[v], i)
		}
		for _, v := range unique(s.from) {
			b.made[v]++
		}
		if s.makes {
			holds[int(to.PhysicalIndex())] = i
			s.early = s.old < 0 && len(s.from) == 0
		}
		for _, r := range in.InputRegisters() {
			if r.Kind() != reg.KindVector {
				id := reg.ToPhysical(r).ID()
				if j, ok := setBy[id]; ok {
					after(j, 1)
				}
				readBy[id] = append(readBy[id], i)
			}
		}
		for _, r := range in.OutputRegisters() {
			if r.Kind() != reg.KindVector {
				id := reg.ToPhysical(r).ID()
				if j, ok := setBy[id]; ok {
					after(j, 0)
				}
				for _, j := range readBy[id] {
					after(j, 0)
				}
				setBy[id], readBy[id] = i, nil
			}
		}
	}
	return b
}

func mustHold(holds map[int]int, r reg.VecPhysical) int {
	v, ok := holds[int(r.PhysicalIndex())]
	if !ok {
		panic(fmt.Sprint("a vector from before the block: ", r))
	}
	return v
}

// changes tells whether the instruction needs what was in the register of its vector: it adds to that, or leaves some lanes.
func changes(in *ir.Instruction) bool {
	return strings.HasPrefix(in.Opcode, "VPMADD52") ||
		slices.ContainsFunc(in.Operands, operand.IsK)
}

// isZero tells whether the instruction makes a zero, of what registers whatever.
func isZero(in *ir.Instruction) bool {
	return in.Opcode == "VPXORQ" && in.Operands[0] == in.Operands[1]
}

func unique(x []int) []int {
	x = slices.Clone(x)
	slices.Sort(x)
	return slices.Compact(x)
}

// modelOf gives the pipe that an instruction takes, and how long its result takes.
func modelOf(in *ir.Instruction) (pipe, int) {
	switch in.Opcode {
	case "VPMADD52LUQ", "VPMADD52HUQ":
		return pipeMultiply, 4
	case "VPMULLQ":
		return pipeMultiply, 3
	case "VPSLLQ", "VPSRLQ", "VPUNPCKLQDQ", "VPUNPCKHQDQ":
		return pipeShift, 2
	case "VSHUFI64X2":
		return pipeShift, 4
	case "VPADDQ", "VPSUBQ", "VPANDQ", "VINSERTI64X4":
		return pipeAny, 2
	case "VPXORQ":
		return pipeNone, 0 // a zero
	case "VMOVDQU64", "VPBROADCASTQ":
		return pipeNone, 7
	}
	return pipeNone, 1
}

// order gives the instructions in the order in which the model starts them. Those of the same cycle keep their order.
func (b *block) order() (order []int, err error) {
	start := slices.Repeat([]int{-1}, len(b.steps))
	left := slices.Clone(b.made)
	live, cycle := 0, 0
	var ready func(i, depth int) bool
	ready = func(i, depth int) bool {
		for j, latency := range b.steps[i].after {
			switch {
			case start[j] < 0 && (!b.steps[j].early || depth == 2 || !ready(j, depth+1)):
				return false
			case b.steps[j].early:
			case start[j] >= 0 && start[j]+latency > cycle:
				return false
			}
		}
		return true
	}
	var begin func(i int)
	begin = func(i int) {
		s := &b.steps[i]
		for _, j := range before(s) {
			if start[j] < 0 {
				begin(j) // an early one
			}
		}
		start[i] = cycle
		order = append(order, i)
		used := unique(s.from)
		if s.old >= 0 {
			used = unique(append(used, s.old))
		}
		for _, v := range used {
			if left[v]--; left[v] == 0 {
				live--
			}
		}
		if s.makes && left[i] > 0 {
			live++
		}
	}
	// room tells whether there are registers for i and what early ones it wants.
	room := func(i int) bool {
		s := &b.steps[i]
		wanted, freed := 0, 0
		for _, j := range before(s) {
			if start[j] < 0 {
				wanted++
			}
		}
		for _, v := range unique(s.from) {
			if left[v] == 1 {
				freed++
			}
		}
		made := wanted - freed
		if s.makes && s.old < 0 {
			made++
		}
		most := max(wanted, made)
		return most <= 0 || live+most <= len(Z)
	}
	for head, idle := 0, 0; len(order) < len(b.steps); cycle++ {
		if idle++; idle > 60 {
			return nil, fmt.Errorf("no order: stuck at instruction %d", head)
		}
		taken := map[pipe]int{}
		started, loads, stores := 0, 0, 0
	again:
		for head < len(b.steps) && start[head] >= 0 {
			head++
		}
		for i, seen := head, 0; i < len(b.steps) && seen < window && started < perCycle; i++ {
			if start[i] >= 0 {
				continue
			}
			seen++
			s := &b.steps[i]
			if s.early && left[i] > 0 || !ready(i, 0) {
				continue
			}
			l := s.loads
			for j := range s.after {
				if start[j] < 0 {
					l += b.steps[j].loads
				}
			}
			total := taken[pipeMultiply] + taken[pipeShift] + taken[pipeAny]
			switch {
			case s.pipe != pipeNone && total == vectorPipes, s.pipe != pipeAny && s.pipe != pipeNone && taken[s.pipe] == pairOfPipes:
				continue
			case l > 0 && loads > 0 && loads+l > loadsCycle, s.store && stores > 0, !room(i):
				continue
			}
			n := len(order)
			begin(i)
			started += len(order) - n
			loads += l
			if s.store {
				stores++
			}
			if s.pipe != pipeNone {
				taken[s.pipe]++
			}
			idle = 0
			goto again
		}
	}
	return order, nil
}

// before gives what must have started before, in the order of the program.
func before(s *step) []int {
	var list []int
	for j := range s.after {
		list = append(list, j)
	}
	slices.Sort(list)
	return list
}

// allocate gives each vector a register, for the instructions in that order, and writes it into them.
func (b *block) allocate(order []int) {
	left := slices.Clone(b.made)
	at := make([]int, len(b.steps))
	var free []int
	for r := range Z {
		free = append(free, r)
	}
	for _, i := range order {
		s := &b.steps[i]
		var from []int
		for _, v := range s.from {
			from = append(from, at[v])
		}
		for _, v := range unique(s.from) {
			if left[v]--; left[v] == 0 {
				free = append(free, at[v])
			}
		}
		switch {
		case s.old >= 0:
			if left[s.old]--; left[s.old] != 0 {
				panic("a vector is changed that is still wanted")
			}
			at[i] = at[s.old]
		case s.makes:
			at[i], free = free[0], free[1:]
		}
		if s.makes && left[i] == 0 {
			free = append(free, at[i])
		}
		zero := isZero(s.Instruction)
		for n, op := range s.Operands {
			r, ok := vector(op)
			if !ok {
				continue
			}
			to := at[i]
			if !zero && (n < len(s.Operands)-1 || !s.makes) {
				to, from = from[0], from[1:]
			}
			s.Operands[n] = withSize(Z[to], r)
		}
	}
}

// withSize is as much of the register z as the other has.
func withSize(z, other reg.VecPhysical) operand.Op {
	switch other.Size() {
	case 16:
		return z.AsX()
	case 32:
		return z.AsY()
	}
	return z
}
