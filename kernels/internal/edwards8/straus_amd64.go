//go:build amd64 && !purego

package edwards8

import (
	"runtime"
	"unsafe"
)

// Product is what [Product.Compute] multiplies and adds: sB + kP in one or two groups of lanes.
type Product struct {
	P      Points
	Tables [2]Table   // of the points P
	K      [2]Scalars // by SetLane4
	S      [2]Scalars // by SetLane12

	k [2]Windows4
	s [2]Windows12
	q [2]Cached
}

// strausArgs is what the assembly reads, by offset: see kernels/_asm/edwards8/straus.go.
type strausArgs struct {
	p      *Point
	q      *Cached
	tables *Table
	k      *Windows4
	base   *Multiples
	s      *Windows12
	groups int
}

// Compute sets m.P = sB + kP in the first groups, one or two, where base is [Base] and P is the points of the tables. T of m.P is
// undefined. It shares the doublings between the two products (Straus).
func (m *Product) Compute(groups int, base *Multiples) {
	for g := range groups {
		m.P[g].SetIdentity()
		m.k[g].Set(&m.K[g])
		m.s[g].Set(&m.S[g])
	}
	if !ifma {
		m.computeNarrow(groups, base)
		return
	}
	a := strausArgs{&m.P[0], &m.q[0], &m.Tables[0], &m.k[0], base, &m.s[0], groups}
	straus((*byte)(unsafe.Pointer(&a)))
	runtime.KeepAlive(m)
}
