package lanes

import "unsafe"

// NextPadded is Next for AVX2: it sets the lanes of one group.
func (p *Plan) NextPadded(a *Padded) int {
	if p.at == p.n && !p.window() {
		return 0
	}
	lanes, n := p.choose()
	if lanes == 1 {
		p.Job = p.job(p.at)
		p.at++
		return 1
	}
	for l := range min(n, MaxPadded) {
		i := p.job(p.at + l)
		message, blocks := p.b.Message(i), int(p.count(p.at+l))
		a.Ptr[l] = unsafe.Pointer(unsafe.SliceData(message))
		a.Out[l] = unsafe.Pointer(unsafe.SliceData(p.b.Out(i)))
		a.Last[l] = uint32(blocks - 1)
		a.Size[l] = uint64(len(message))
		// The tail is what the whole blocks leave, and with zeros for padding the last one even if it is whole.
		full := min(len(message)/p.shape.Block, blocks-1) * p.shape.Block
		p.shape.pad(&a.Tail[l], message[full:], len(message), blocks-full/p.shape.Block)
		a.Full[l] = uint64(full)
	}
	// Lanes without a job repeat the last one and write its digest again.
	for l := n; l < min(lanes, MaxPadded); l++ {
		a.Ptr[l], a.Out[l], a.Size[l], a.Last[l] = a.Ptr[n-1], a.Out[n-1], a.Size[n-1], a.Last[n-1]
		a.Full[l], a.Tail[l] = a.Full[n-1], a.Tail[n-1]
	}
	a.Blocks = uint64(p.count(p.at))
	p.at += n
	return lanes
}
