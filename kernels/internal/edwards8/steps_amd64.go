//go:build amd64 && !purego

package edwards8

import "unsafe"

// Step is a part of a sum of products: 2^doublings times what is there, plus a multiple from a table. Its layout is known to the
// assembly, kernels/_asm/edwards8/steps.go.
type Step struct {
	table     unsafe.Pointer // a *Table or *Multiples
	window    *Window
	doublings int
	affine    int // 1 for *Multiples
	keepT     int // 1 if a step without doublings follows
}

// Program is steps in their order. It is meant to be made once and run with the tables and windows, which it points to, filled
// anew.
type Program []Step

// AddCached appends a step that adds the multiple of a table's points that a window of 4 bits says.
func (s *Program) AddCached(doublings int, t *Table, w *Window) {
	s.append(Step{table: unsafe.Pointer(t), window: w, doublings: doublings})
}

// AddAffine appends a step that adds the multiple of one point that a window of 12 bits says.
func (s *Program) AddAffine(doublings int, m *Multiples, w *Window) {
	s.append(Step{table: unsafe.Pointer(m), window: w, doublings: doublings, affine: 1})
}

func (s *Program) append(step Step) {
	if n := len(*s); step.doublings == 0 && n > 0 {
		(*s)[n-1].keepT = 1
	}
	*s = append(*s, step)
}

// Run sets p to what the steps make of the neutral point. T of p is undefined.
func (s Program) Run(p *Point) {
	var room [unsafe.Sizeof(Cached{}) + 63]byte
	q := (*Cached)(unsafe.Add(unsafe.Pointer(&room), -uintptr(unsafe.Pointer(&room))&63)) // on a multiple of 64: 5 % faster
	p.SetIdentity()
	if !ifma {
		s.runNarrow(p, q)
		return
	}
	if len(s) > 0 {
		steps(p.ptr(), q.ptr(), (*byte)(unsafe.Pointer(unsafe.SliceData(s))), len(s))
	}
}
