//go:build amd64 && !purego

package ecvrf

import (
	"crypto/sha512"
	"encoding/binary"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

//go:generate make -C ../.. gen

// path is the fastest code for this process.
func path() func(b *kernels.Batch, lo, hi int) {
	switch level := cpu.Get(); {
	case level >= cpu.IFMA:
		return run
	case level >= cpu.AVX2:
		return runNarrow
	}
	return runPortable
}

const (
	lanes     = edwards8.Lanes
	perTurn   = 64 // jobs that share an inversion, and tries for a point
	maxGroups = perTurn / lanes
)

// run decides jobs [lo,hi) in lanes. Even one job takes less than half of the reference's time so.
func run(b *kernels.Batch, lo, hi int) {
	if lo == hi {
		return
	}
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	w.batch, w.rule = b, b.Flags()
	for ; lo < hi; lo += perTurn {
		w.decide(lo, min(hi, lo+perTurn))
	}
	w.batch = nil
	clear(w.pieces[:])
}

// workspaces keeps the memory of past calls for later ones.
var workspaces = sync.Pool{New: func() any { return newWorkspace() }}

// workspace is what one turn computes. It is larger than 32 KiB, so that the heap aligns it to pages, and the vectors in it
// lie on cache lines: they come first.
type workspace struct {
	groups   [maxGroups]group
	products products
	curve    curve
	room     [4*maxGroups + 1]edwards8.Element

	u, v    edwards8.Program
	results [4 * maxGroups]*edwards8.Point
	hashing

	// Of the turn: jobs [lo,lo+n) of the batch, and in which lanes of each group no check has failed so far.
	batch *kernels.Batch
	rule  kernels.Flags
	lo, n int
	tries int // the most of try and increment: maxTries, but in tests
	fine  [maxGroups]uint8
}

// group is a job in each lane.
type group struct {
	x, y            edwards8.Pair // of Y and Gamma
	h, gamma8, u, v edwards8.Point
	sH, c, sB       edwards8.Scalars
}

// products is what the products of one group need.
type products struct {
	h, minusGamma, minusY edwards8.Table
	sH, c                 edwards8.Windows4
	sB                    edwards8.Windows12
}

// newWorkspace writes down the two double products, from the highest windows down. c has 128 bits, and so 33 signed windows of 4
// bits, as has the lower half of s in 11 windows of 12: with tables of B and of 2^132 B, U takes half the doublings that V does.
func newWorkspace() *workspace {
	const windows, short = 64, 33
	w := new(workspace)
	p := &w.products
	base, high := edwards8.Base(), edwards8.HighBase()
	for i := short - 1; i >= 0; i-- {
		doublings := 4
		if i == short-1 {
			doublings = 0
		}
		w.u.AddCached(doublings, &p.minusY, &p.c[i])
		if i%3 == 0 {
			w.u.AddAffine(0, base, &p.sB[i/3])
			w.u.AddAffine(0, high, &p.sB[i/3+edwards8.HighBit/12])
		}
	}
	for i := windows - 1; i >= 0; i-- {
		doublings := 4
		if i == windows-1 {
			doublings = 0
		}
		w.v.AddCached(doublings, &p.h, &p.sH[i])
		if i < short {
			w.v.AddCached(0, &p.minusGamma, &p.c[i])
		}
	}
	for g := range w.groups {
		of := &w.groups[g]
		copy(w.results[4*g:], []*edwards8.Point{&of.h, &of.gamma8, &of.u, &of.v})
	}
	w.hash, w.tries = sha512.New(), maxTries
	return w
}

// decide decides jobs [lo,hi), one to [perTurn] of them: RFC 9381, section 5.3, with validate_key. A check that fails takes the
// job's lane out of fine; the lane then computes with neutral points, so that no division by zero can touch others.
func (w *workspace) decide(lo, hi int) {
	w.lo, w.n = lo, hi-lo
	groups := (w.n + lanes - 1) / lanes
	for g := range groups {
		w.decode(g)
	}
	w.encodeToCurve(groups)
	for g := range groups {
		w.multiply(&w.groups[g])
	}
	w.curve.Normalise(w.results[:4*groups], w.room[:4*groups+1])
	w.conclude()
}

// decode reads the rows of a group: sections 5.4.4 and 5.4.5. Lanes without a job repeat the last one.
func (w *workspace) decode(g int) {
	of := &w.groups[g]
	var fine uint8
	var odd [2]uint8
	for l := range lanes {
		row := w.batch.Row(w.lo + min(lanes*g+l, w.n-1))
		key, gamma, c, s := row[:KeySize], row[KeySize:KeySize+32], row[KeySize+32:KeySize+48], row[KeySize+48:]
		k := edwards8.Scalar{binary.LittleEndian.Uint64(c), binary.LittleEndian.Uint64(c[8:])}
		var scalar edwards8.Scalar
		below := scalar.SetBytes(s)
		if w.rule == kernels.Draft03 {
			scalar.Reduce(&[8]uint64{scalar[0], scalar[1], scalar[2], scalar[3]})
			below = true
		}
		if below && allowedKey(key) && allowedGamma(w.rule, gamma) {
			fine |= 1 << l
		} else { // anything in range
			scalar, k = edwards8.Scalar{}, edwards8.Scalar{}
		}
		of.sH.SetLane4(l, &scalar)
		of.sB.SetLane12(l, &scalar)
		of.c.SetLane4(l, &k)
		for i, encoded := range [2][]byte{key, gamma} {
			of.y[i].SetLane(l, encoded)
			odd[i] |= encoded[31] >> 7 << l
		}
	}
	var ok [2]uint8
	w.curve.Decompress(of.x[:], of.y[:], odd[:], ok[:])
	fine &= ok[0] & ok[1]
	for i := range of.x {
		edwards8.SetNeutral(&of.x[i], &of.y[i], ^fine)
	}
	w.fine[g] = fine
}

// multiply sets U = sB - cY, V = sH - c Gamma and 8 Gamma. The points are negated, not c: see ref.go.
func (w *workspace) multiply(of *group) {
	p := &w.products
	of.gamma8.SetAffine(&of.x[1], &of.y[1])
	of.gamma8.Double(3)
	for i, t := range [2]*edwards8.Table{&p.minusY, &p.minusGamma} {
		var x edwards8.Element
		x.Neg(&of.x[i], edwards8.All)
		t.Fill(&x, &of.y[i])
	}
	p.h.FillProjective(&of.h)
	p.sH.Set(&of.sH)
	p.c.Set(&of.c)
	p.sB.Set(&of.sB)
	w.u.Run(&of.u)
	w.v.Run(&of.v)
}

// isFine tells whether no check of a job of the turn has failed.
func (w *workspace) isFine(j int) bool { return w.fine[j/lanes]>>(j%lanes)&1 == 1 }
