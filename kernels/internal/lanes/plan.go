package lanes

import (
	"encoding/binary"
	"math/bits"
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
)

// Plan walks through the jobs of a span, group by group. It must not be copied while in use.
type Plan struct {
	Job int // the job to hash, after Next has returned 1

	b     *kernels.Batch
	shape *Shape
	costs *Costs

	reciprocal uint64 // ceil(2^64/block)
	lo, hi     int    // jobs that no window has had yet; the window before lo is
	first, n   int    // n jobs from first on, of which at are in groups already
	at         int
	equal      uint32 // blocks of all jobs of the window; 0: they differ
	order      *order // then this is their order
}

// Start makes a plan of the jobs [lo,hi). b takes messages.
func Start(b *kernels.Batch, lo, hi int, shape *Shape, costs *Costs) Plan {
	return Plan{b: b, shape: shape, costs: costs, lo: lo, hi: hi, reciprocal: ^uint64(0)/uint64(shape.Block) + 1}
}

// Next fills a with the next group and returns how many lanes its function must have. It returns 1 when Job is to be hashed
// alone, which must also set its verdict, and 0 when all jobs are in groups; those of the lanes are then valid.
func (p *Plan) Next(a *Args) int {
	lanes, n := p.group()
	if lanes > 1 {
		p.fill(a, lanes, n)
		p.at += n
	}
	return lanes
}

// NextPadded is Next for AVX2.
func (p *Plan) NextPadded(a *Padded) int {
	lanes, n := p.group()
	if lanes > 1 {
		p.fill(&a.Args, lanes, n)
		p.pad(a, lanes, n)
		p.at += n
	}
	return lanes
}

// group decides how to hash the next jobs: n of them, in lanes. A single job is passed.
func (p *Plan) group() (lanes, n int) {
	if p.at == p.n && !p.window() {
		return 0, 0
	}
	if lanes, n = p.choose(); lanes == 1 {
		p.Job = p.job(p.at)
		p.at++
	}
	return lanes, n
}

// window looks at the next jobs and tells whether there are any. At the end it sets the verdicts.
func (p *Plan) window() bool {
	if p.order != nil {
		orders.Put(p.order)
		p.order = nil
	}
	if p.lo == p.hi {
		return false
	}
	p.first, p.n, p.at = p.lo, min(window, p.hi-p.lo), 0
	p.lo += p.n
	copy(p.b.Verdicts()[p.first:p.first+p.n], allValid[:])

	ends := p.b.Ends()[4*p.first : 4*(p.first+p.n)]
	begin := p.begin(p.first)
	size := binary.LittleEndian.Uint32(ends) - begin
	p.equal = p.blocks(size)
	for ; len(ends) >= 4; ends = ends[4:] {
		end := binary.LittleEndian.Uint32(ends)
		if end-begin != size { // mostly all sizes are the same
			size = end - begin
			if p.blocks(size) != p.equal {
				p.sort()
				break
			}
		}
		begin = end
	}
	return true
}

// allValid is the verdicts of a window.
var allValid = func() (v [window]byte) {
	for i := range v {
		v[i] = byte(kernels.Valid)
	}
	return v
}()

// sort orders the jobs of the window.
func (p *Plan) sort() {
	p.equal = 0
	p.order = orders.Get().(*order)
	lo, hi := ^uint32(0), uint32(0)
	begin := p.begin(p.first)
	ends := p.b.Ends()[4*p.first:]
	for i := range p.order.blocks[:p.n] {
		end := binary.LittleEndian.Uint32(ends[4*i:])
		blocks := p.blocks(end - begin)
		begin = end
		p.order.blocks[i] = blocks
		lo, hi = min(lo, blocks), max(hi, blocks)
	}
	p.order.sort(p.n, lo, hi)
}

// begin is where the message of job i begins in the arena.
func (p *Plan) begin(i int) uint32 {
	if i == 0 {
		return 0
	}
	return uint32(p.b.MessageEnd(i - 1))
}

// blocks is Shape.Blocks without a division.
func (p *Plan) blocks(bytes uint32) uint32 {
	s := p.shape
	n, _ := bits.Mul64(uint64(bytes)+uint64(s.Least+s.Block-1), p.reciprocal)
	return max(1, uint32(n))
}

// job is the job at a place of the window, in the order of lanes; count is its blocks.
func (p *Plan) job(at int) int {
	if p.equal != 0 {
		return p.first + at
	}
	return p.first + int(p.order.jobs[at])
}

func (p *Plan) count(at int) uint32 {
	if p.equal != 0 {
		return p.equal
	}
	return p.order.blocks[p.order.jobs[at]]
}

// choose finds how to hash the jobs from at on: the way whose cost is the smallest share of what the same jobs would cost
// alone.
func (p *Plan) choose() (lanes, n int) {
	left := p.n - p.at
	longest := p.count(p.at)
	lanes, n = 1, 1
	cost, alone := int64(1), int64(1) // of the best way so far: one job alone
	work, summed := int64(0), 0       // the cost of the first jobs alone
	for i := range p.costs.Lanes {
		w := &p.costs.Lanes[i]
		k := min(w.Lanes, left)
		if p.equal != 0 {
			work = int64(k) * p.costs.Alone.Of(p.equal)
		} else {
			for ; summed < k; summed++ {
				work += p.costs.Alone.Of(p.count(p.at + summed))
			}
		}
		if c := w.Of(longest); c*alone < cost*work {
			lanes, n, cost, alone = w.Lanes, k, c, work
		}
		if k == left {
			break // more lanes would be empty
		}
	}
	return lanes, n
}

// fill points the lanes at the next n jobs. Lanes without one repeat the last job and write its digest again.
func (p *Plan) fill(a *Args, lanes, n int) {
	var least uint32 // bytes of the shortest message
	if p.equal != 0 {
		least = p.fillEqual(a, n)
	} else {
		least = p.fillOrdered(a, n)
	}
	for l := n; l < lanes; l++ {
		a.Ptr[l], a.Out[l], a.Size[l], a.Last[l] = a.Ptr[n-1], a.Out[n-1], a.Size[n-1], a.Last[n-1]
	}
	a.Whole = uint64(least) / uint64(p.shape.Block)
	a.Blocks = uint64(p.count(p.at))
}

// fillEqual is fill for consecutive jobs of as many blocks.
func (p *Plan) fillEqual(a *Args, n int) (least uint32) {
	first := p.first + p.at
	messages, out, width := p.memory()
	ends := p.b.Ends()[4*first:]
	begin := p.begin(first)
	least = ^uint32(0)
	sizes := a.Size[:n]
	for l := range sizes { // loops of few variables each, which stay in registers
		end := binary.LittleEndian.Uint32(ends)
		ends = ends[4:]
		size := end - begin
		begin = end
		sizes[l] = uint64(size)
		least = min(least, size)
	}
	at := uint64(p.begin(first))
	ptr := a.Ptr[:n]
	for l, size := range sizes {
		ptr[l] = unsafe.Add(messages, at) // the region goes on behind the arena, so this is in it
		at += size
	}
	outs, offset := a.Out[:n], first*width
	for l := range outs {
		outs[l] = unsafe.Add(out, offset)
		offset += width
	}
	last := a.Last[:n]
	for l := range last {
		last[l] = p.equal - 1
	}
	return least
}

// fillOrdered is fill for a window in order.
func (p *Plan) fillOrdered(a *Args, n int) (least uint32) {
	messages, out, width := p.memory()
	least = ^uint32(0)
	for l, j := range p.order.jobs[p.at : p.at+min(n, Max)] {
		i := p.first + int(j)
		begin, end := p.begin(i), uint32(p.b.MessageEnd(i))
		a.Ptr[l] = unsafe.Add(messages, begin)
		a.Out[l] = unsafe.Add(out, i*width)
		a.Size[l] = uint64(end - begin)
		a.Last[l] = p.order.blocks[j%window] - 1
		least = min(least, end-begin)
	}
	return least
}

// memory is where messages and outputs begin, and the width of the latter.
func (p *Plan) memory() (messages, out unsafe.Pointer, width int) {
	return unsafe.Pointer(unsafe.SliceData(p.b.Messages())), unsafe.Pointer(unsafe.SliceData(p.b.Outs())), p.b.Kernel().Out
}

// pad copies and pads the tails of the n jobs that fill has just put into lanes.
func (p *Plan) pad(a *Padded, lanes, n int) {
	s := p.shape
	for l := range n {
		size := int(a.Size[l])
		// The tail is what the whole blocks leave, and with zeros for padding the last one even if it is whole.
		full := min(size/s.Block, int(a.Last[l])) * s.Block
		rest := unsafe.Slice((*byte)(unsafe.Add(a.Ptr[l], full)), size-full)
		s.pad(&a.Tail[l], rest, size, int(a.Last[l])+1-full/s.Block)
		a.Full[l] = uint64(full)
	}
	for l := n; l < lanes; l++ {
		a.Full[l], a.Tail[l] = a.Full[n-1], a.Tail[n-1]
	}
}
