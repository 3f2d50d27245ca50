// Package frame writes the frame of functions that hash one message in each lane of a vector: it brings blocks into
// the lanes, pads, keeps the state of lanes that are done, and stores digests. What happens to a block is the hash's.
//
// The functions take the address of a lanes.Span or lanes.Args (AVX-512), or lanes.Padded (AVX2) of
// kernels/internal/lanes.
//
// With AVX-512 a message is read where it lies, up to its last byte and no further: while all lanes have whole blocks
// these are loaded as they are; from then on loads are under a byte mask, the first byte of the padding is or-ed from a
// table, and the length is put into the lanes that have come to their last block. AVX2 has no byte masks: Go has
// copied what is behind the last whole block of each message, and padded it.
package frame

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	. "github.com/sluice-engine/sluice/kernels/_asm/internal/simd"
)

// Args is where the lanes are, as in a lanes.Args: in RDI, that of the caller or what [Lanes] has put together. The rest, the
// lanes.Span, is always the caller's, in RSI.
var (
	Args = operand.Mem{Base: reg.RDI}
	Span = operand.Mem{Base: reg.RSI}
)

// The fields of lanes.Span.
const (
	spanMessages = 0  // pointer
	spanBegins   = 8  // pointer to u32 of each job
	spanEnds     = 16 // the same
	spanJobs     = 24 // the same, or nil
	spanCounts   = 32 // the same, or nil
	spanRows     = 40 // pointer
	spanN        = 48 // u64
	spanSkip     = 56 // u64: 0 or 1
	spanWhole    = 64 // u64
	spanBlocks   = 72 // u64
	spanFlag     = 80 // u64
)

// The fields of lanes.Args behind that, and those of lanes.Headed and lanes.Padded.
const (
	argPtr   = 88  // [32]pointer: the message of each lane
	argOut   = 344 // [32]pointer: where its digest goes
	argSize  = 600 // [32]u64: bytes
	argLast  = 856 // [32]u32: index of the last block, padding included
	argsSize = 984
	argHead  = 984  // [32]pointer, with Head: the first block of each lane
	argFull  = 984  // [8]u64, AVX2: bytes before the tail
	argTail  = 1048 // [8][256]byte, AVX2: the last one or two blocks
	tailSize = 256
)

// The places of arguments; lane counts over all groups.
func Ptr(lane int) operand.Mem  { return Args.Offset(argPtr + 8*lane) }
func Out(lane int) operand.Mem  { return Args.Offset(argOut + 8*lane) }
func Size(lane int) operand.Mem { return Args.Offset(argSize + 8*lane) }
func Last(lane int) operand.Mem { return Args.Offset(argLast + 4*lane) }
func Whole() operand.Mem        { return Span.Offset(spanWhole) }
func Blocks() operand.Mem       { return Span.Offset(spanBlocks) }
func Flag() operand.Mem         { return Span.Offset(spanFlag) }

// The registers that the frame keeps while it calls into the hash, which may use all others but RDI, RSI and R14, the
// stack.
var (
	Block  = reg.RCX // index of the block
	Offset = reg.RDX // bytes before it
	Read   = reg.R9  // the same, from where the pointers point (AVX-512)
	ptrs   = reg.R11 // to the pointers of all lanes (AVX-512)
)

// Hash is one hash function on one machine.
type Hash struct {
	Machine
	Block     int // bytes: 64 or 128
	State     int // words between blocks, at most 8
	Digest    int // the first words of it that are the digest
	BigEndian bool

	// Merkle-Damgård strengthening (0x80, zeros, the length in bits, big-endian); without, a message is filled up with zeros.
	Strengthen bool

	// Head makes functions that take the first block of each message from elsewhere if the flag is 1: see lanes.Headed.
	// AVX-512 only.
	Head bool

	// Scratch is bytes of memory that the compression of each group uses, a multiple of a register.
	Scratch int

	// Memory gives each group its words in memory even if it is the only one.
	Memory bool

	// Regs says in which registers a group has its state; Temps which others its compression may use.
	Regs, Temps func(groups, group int) []reg.VecPhysical

	Init func(g *Group)

	// Compress takes the state in S and the block in Words to the next state in S; the old state is in Save.
	Compress func(gs []*Group, name string)

	// Finish may change the state before digests are stored.
	Finish func(gs []*Group, name string)

	swap, pad operand.Mem
	pairs     *Pairs
}

// Group is a vector of lanes: where its state and its words are.
type Group struct {
	Index int
	S, T  []reg.VecPhysical
	Words [16]operand.Op // registers or memory
	Save  operand.Mem    // vectors, one for each word of the state

	Scratch operand.Mem
}

// InMemory tells whether the words are.
func (g *Group) InMemory() bool { _, ok := g.Words[0].(operand.Mem); return ok }

// Data puts the constants of the frame into memory.
func (h *Hash) Data() {
	if h.BigEndian {
		h.swap = h.SwapControl(fmt.Sprintf("swap%d", 8*h.Bytes))
	}
	if h.Wide() {
		if h.Strengthen {
			h.pad = PadTable("pad80", 0x80)
		}
		if h.Digest < h.Lanes() {
			h.pairs = NewPairs()
		}
	}
}

// SaveBytes is the memory of one group for its state.
func (h *Hash) SaveBytes() int { return h.State * h.Bytes }

// Groups makes n groups with their memory on the stack, and extra bytes behind that.
func (h *Hash) Groups(n, extra int) (gs []*Group, rest operand.Mem) {
	inMemory := h.Memory || n > 1 || !h.Wide()
	size := n * h.SaveBytes()
	words := size
	if inMemory {
		size += n * 16 * h.Bytes
	}
	scratch := size
	size += n * h.Scratch
	m := Local(size + extra)
	for i := range n {
		g := &Group{Index: i, S: h.Regs(n, i), T: h.Temps(n, i), Save: m.Offset(i * h.SaveBytes()), Scratch: m.Offset(scratch + i*h.Scratch)}
		for w := range g.Words {
			if inMemory {
				g.Words[w] = m.Offset(words + (16*i+w)*h.Bytes)
			} else {
				g.Words[w] = Z[16+w]
			}
		}
		gs = append(gs, g)
	}
	return gs, m.Offset(size)
}

// Sum writes the function name(args) that hashes groups*lanes messages at a time.
func (h *Hash) Sum(name string, groups int) {
	TEXT(name, 0, "func(args *byte)")
	Pragma("noescape")
	Doc(fmt.Sprintf("%s hashes %d messages at a time; args is a *lanes.%s.", name, groups*h.Lanes(), h.argsType()))
	l := Lanes{Name: name, Lanes: groups * h.Lanes(), Digest: h.Digest * h.Word}
	Load(Param("args"), Span.Base)
	if !h.Wide() {
		MOVQ(Span.Base, Args.Base)
		gs, scratch := h.Groups(groups, 8*h.Lanes())
		h.sum(gs, name, scratch)
		VZEROUPPER()
		RET()
		return
	}
	masks := 16 * h.Lanes()
	gs, scratch := h.Groups(groups, masks+l.Bytes())
	l.Begin(scratch.Offset(masks))
	h.sum(gs, name, scratch)
	l.End()
	VZEROUPPER()
	RET()
}

// sum hashes the messages in the lanes.
func (h *Hash) sum(gs []*Group, name string, scratch operand.Mem) {
	XORQ(Block, Block)
	XORQ(Offset, Offset)
	if h.Wide() {
		XORQ(Read, Read)
		LEAQ(Ptr(0), ptrs)
		if h.Head {
			LEAQ(Args.Offset(argHead), reg.RAX)
			CMPQ(Flag(), operand.U8(0))
			CMOVQNE(reg.RAX, ptrs)
		}
	}
	for _, g := range gs {
		h.Init(g)
	}

	Label(name + "_block")
	for _, g := range gs {
		h.SaveState(g)
	}
	if h.Wide() {
		h.loadMasked(gs, name, scratch)
	} else {
		h.loadPadded(gs, scratch)
	}
	for _, g := range gs {
		h.LoadState(g)
	}
	h.Compress(gs, name)
	h.keep(gs, name)
	h.advance()
	CMPQ(Block, Blocks())
	JLT(operand.LabelRef(name + "_block"))

	if h.Finish != nil {
		h.Finish(gs, name)
	}
	for _, g := range gs {
		h.store(g)
	}
}

func (h *Hash) argsType() string {
	switch {
	case h.Head:
		return "Span, *lanes.Args or *lanes.Headed"
	case h.Wide():
		return "Span or *lanes.Args"
	}
	return "Padded"
}

// advance goes to the next block.
func (h *Hash) advance() {
	INCQ(Block)
	ADDQ(operand.I32(h.Block), Offset)
	switch {
	case h.Head:
		LEAQ(Ptr(0), ptrs)
		IMUL3Q(operand.I32(-h.Block), Flag(), Read)
		ADDQ(Offset, Read)
	case h.Wide():
		MOVQ(Offset, Read)
	}
}

// SaveState stores the state of a group in its memory, LoadState loads it.
func (h *Hash) SaveState(g *Group) {
	for i := range h.State {
		h.Move(g.S[i], g.Save.Offset(i*h.Bytes))
	}
}

func (h *Hash) LoadState(g *Group) {
	for i := range h.State {
		h.Move(g.Save.Offset(i*h.Bytes), g.S[i])
	}
}

// store writes the digests of a group to their places.
func (h *Hash) store(g *Group) {
	free := h.freeRegs(g.S[:h.Digest])
	h.StoreDigests(g, free, func(lane int) operand.Mem {
		MOVQ(Out(g.Index*h.Lanes()+lane), reg.RAX)
		return operand.Mem{Base: reg.RAX}
	})
}

// StoreDigests stores the digest of each lane where to says, which is asked for it just before. t are as many
// registers as the digest has words.
func (h *Hash) StoreDigests(g *Group, t []reg.VecPhysical, to func(lane int) operand.Mem) {
	w := g.S[:h.Digest]
	if h.BigEndian {
		h.swapAll(w, t[0])
	}
	half := h.Wide() && h.Digest < h.Lanes()
	h.Digests(w, t, h.pairs, func(x reg.VecPhysical, high bool, lane, part int) {
		h.StoreRow(x, high, half, to(lane).Offset(part*h.Bytes))
	})
}

// StoreNeighbours is StoreDigests for half rows where the digest of lane l+lanes/4 follows that of lane l, for l in the first
// and third quarter: whole registers are stored, to where to says for l.
func (h *Hash) StoreNeighbours(g *Group, t []reg.VecPhysical, to func(lane int) operand.Mem) {
	w := g.S[:h.Digest]
	if h.BigEndian {
		h.swapAll(w, t[0])
	}
	h.Digests(w, t, h.pairs, func(x reg.VecPhysical, high bool, lane, _ int) {
		if !high {
			h.Move(x, to(lane))
		}
	})
}

// swapAll reverses the bytes of words; t is for the control with AVX-512.
func (h *Hash) swapAll(words []reg.VecPhysical, t reg.VecPhysical) {
	var control operand.Op = h.swap
	if h.Wide() {
		h.Move(h.swap, t)
		control = t
	}
	for _, w := range words {
		VPSHUFB(control, w, w)
	}
}

// freeRegs is as many registers as used has that are not in it, nor in the state of another group.
func (h *Hash) freeRegs(used []reg.VecPhysical) (free []reg.VecPhysical) {
	n := 32
	if !h.Wide() {
		n = 16
	}
	for i := n - 1; i >= 0 && len(free) < len(used); i-- {
		r := h.Reg(i)
		taken := false
		for _, u := range used {
			taken = taken || u == r
		}
		if !taken {
			free = append(free, r)
		}
	}
	return free
}
