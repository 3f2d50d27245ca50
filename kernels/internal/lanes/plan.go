package lanes

import (
	"encoding/binary"
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
)

// Plan walks through the jobs of a span, group by group. It must not be copied while in use.
type Plan struct {
	Job int // the job to hash, after Next has returned 1

	b     *kernels.Batch
	shape *Shape
	costs *Costs

	lo, hi   int // jobs that no window has had yet; the window before lo is
	first, n int // n jobs from first on, of which at are done with
	at       int
	equal    uint32 // blocks of all jobs of the window; 0: they differ
	least    uint32 // bytes of the shortest message of the window
	order    *order // of the window if they differ
}

// Start begins a plan, new till then, of the jobs [lo,hi). b takes messages.
func (p *Plan) Start(b *kernels.Batch, lo, hi int, shape *Shape, costs *Costs) {
	p.b, p.shape, p.costs, p.lo, p.hi = b, shape, costs, lo, hi
}

// Next sets s, but for its flag, to the next jobs and returns how many lanes the function to call with it has. It
// returns 1 when Job is to be hashed alone, which must also set its verdict, and 0 when there are no jobs left; those
// that went into lanes are then valid.
func (p *Plan) Next(s *Span) int {
	if p.at == p.n && !p.window() {
		return 0
	}
	lanes, n := p.choose()
	if lanes == 1 {
		p.Job = p.job(p.at)
		p.at++
		return 1
	}
	first := p.first + p.at
	s.Messages = unsafe.Pointer(unsafe.SliceData(p.b.Messages()))
	s.Blocks = uint64(p.count(p.at))
	if p.equal != 0 {
		if left := p.n - p.at; left >= 2*lanes { // a division is dear
			n = left / lanes * lanes // all groups that are full
		}
		// Of job 0, Begins points before the section, to the header of the region.
		s.Ends = unsafe.Pointer(&p.b.Ends()[4*first])
		s.Begins = unsafe.Add(s.Ends, -4)
		s.Jobs, s.Counts = nil, nil
		s.Rows = unsafe.Pointer(&p.b.Outs()[first*p.b.Kernel().Out])
		s.Skip = 0
		if first == 0 {
			s.Skip = 1
		}
		s.Whole = p.shape.whole(int(p.least))
	} else {
		o := p.order
		s.Begins, s.Ends = unsafe.Pointer(&o.begins[p.at]), unsafe.Pointer(&o.ends[p.at])
		s.Jobs, s.Counts = unsafe.Pointer(&o.jobs[p.at]), unsafe.Pointer(&o.blocks[p.at])
		s.Rows = unsafe.Pointer(&p.b.Outs()[p.first*p.b.Kernel().Out])
		s.Skip = 0
		least := ^uint32(0)
		for i := p.at; i < p.at+n; i++ {
			least = min(least, o.ends[i]-o.begins[i])
		}
		s.Whole = p.shape.whole(int(least))
	}
	s.N = uint64(n)
	p.at += n
	return lanes
}

// window looks at the next jobs and tells whether there are any. It makes them valid: whatever they are, they will be hashed.
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
	setValid(p.b.Verdicts()[p.first : p.first+p.n])

	ends := p.b.Ends()[4*p.first : 4*(p.first+p.n)]
	begin := p.begin()
	size := binary.LittleEndian.Uint32(ends) - begin
	least := size
	p.equal = p.shape.Blocks(int(size))
	for ; len(ends) >= 8; ends = ends[8:] { // mostly all sizes are the same
		two := binary.LittleEndian.Uint64(ends)
		if two != uint64(begin+2*size)<<32|uint64(begin+size) {
			break
		}
		begin += 2 * size
	}
	for ; len(ends) >= 4; ends = ends[4:] {
		end := binary.LittleEndian.Uint32(ends)
		if end-begin != size {
			size = end - begin
			if p.shape.Blocks(int(size)) != p.equal {
				p.sort()
				return true
			}
			least = min(least, size)
		}
		begin = end
	}
	p.least = least
	return true
}

// SetValid makes the verdicts of jobs [lo,hi) valid.
func SetValid(b *kernels.Batch, lo, hi int) {
	v := b.Verdicts()[lo:hi]
	for ; len(v) > window; v = v[window:] {
		setValid(v[:window])
	}
	setValid(v)
}

// setValid sets at most window verdicts. Of a few, copying would cost more than a job.
func setValid(v []byte) {
	if len(v) > 128 {
		copy(v, allValid[:])
		return
	}
	for ; len(v) >= 8; v = v[8:] {
		binary.LittleEndian.PutUint64(v, uint64(kernels.Valid)*0x0101010101010101)
	}
	for i := range v {
		v[i] = byte(kernels.Valid)
	}
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
	o := orders.Get().(*order)
	p.order = o
	lo, hi := ^uint32(0), uint32(0)
	ends := p.b.Ends()[4*p.first : 4*(p.first+p.n)]
	first := p.begin()
	begin := first
	for i := range o.unordered[:p.n] {
		end := binary.LittleEndian.Uint32(ends[4*i:])
		blocks := p.shape.Blocks(int(end - begin))
		begin = end
		o.unordered[i] = blocks
		lo, hi = min(lo, blocks), max(hi, blocks)
	}
	o.sort(p.n, lo, hi)
	for i, j := range o.jobs[:p.n] {
		begin := first
		if j > 0 {
			begin = binary.LittleEndian.Uint32(ends[4*j-4:])
		}
		o.begins[i], o.ends[i] = begin, binary.LittleEndian.Uint32(ends[4*j:])
		o.blocks[i] = o.unordered[j%window]
	}
}

// begin is where the first message of the window begins in the arena.
func (p *Plan) begin() uint32 {
	if p.first == 0 {
		return 0
	}
	return uint32(p.b.MessageEnd(p.first - 1))
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
	return p.order.blocks[at]
}

// choose finds how to hash the jobs from at on. If all are equal, that is the most lanes while they are full, and near the end the way
// after which the rest costs the least; else the way whose cost is the smallest share of what the same jobs would cost alone. It returns
// the lanes (1: alone) and how many jobs go into them.
func (p *Plan) choose() (lanes, n int) {
	left := p.n - p.at
	if p.equal != 0 {
		if most := p.costs.Lanes[len(p.costs.Lanes)-1].Lanes; left >= most {
			return most, most
		}
		return p.finish(left)
	}
	longest := p.order.blocks[p.at]
	lanes, n = 1, 1
	cost, alone := int64(1), int64(1) // of the best way so far: one job alone
	work, summed := int64(0), 0       // the cost of the first jobs alone
	for i := range p.costs.Lanes {
		w := &p.costs.Lanes[i]
		k := min(w.Lanes, left)
		for ; summed < k; summed++ {
			work += p.costs.Alone.Of(p.order.blocks[p.at+summed])
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

// finish is choose for the last jobs, all of the same blocks and fewer than the most lanes.
func (p *Plan) finish(left int) (lanes, n int) {
	alone := p.costs.Alone.Of(p.equal)
	lanes, n = 1, 1
	least := int64(left) * alone
	first := &p.costs.Lanes[0]
	for i := range p.costs.Lanes {
		w := &p.costs.Lanes[i]
		k := min(w.Lanes, left)
		c := w.Of(p.equal)
		if rest := left - k; rest > 0 {
			groups := (rest + first.Lanes - 1) / first.Lanes
			c += min(int64(rest)*alone, int64(groups)*first.Of(p.equal))
		}
		if c < least {
			lanes, n, least = w.Lanes, k, c
		}
		if k == left {
			break // more lanes would be empty
		}
	}
	return lanes, n
}
