//go:build amd64 && !purego

package ed25519

import (
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// mostAlone is how many jobs of a rest take less time one after the other than a group of AVX2 lanes that is mostly empty.
const mostAlone = 3

// alone is how many of n jobs, the last, are decided so.
func alone(n int) int {
	if rest := n % edwards8.Lanes; rest <= mostAlone {
		return rest
	}
	return 0
}

// runNarrow decides jobs [lo,hi) with AVX2: in lanes, but for a small rest, or, under ZIP215, many by one equation.
func runNarrow(b *kernels.Batch, lo, hi int) {
	if b.Flags() == kernels.ZIP215 && hi-lo >= minCombined {
		run(b, lo, hi)
		return
	}
	eachNarrow(b, lo, hi)
}

// eachNarrow decides jobs [lo,hi), each for itself.
func eachNarrow(b *kernels.Batch, lo, hi int) {
	end := hi - alone(hi-lo)
	if lo < end {
		w := narrows.Get().(*narrow)
		w.decideEach(b, lo, end)
		narrows.Put(w)
	}
	runPortable(b, end, hi)
}

// narrows keeps the memory of past calls for later ones.
var narrows = sync.Pool{New: func() any { return newNarrow() }}

// narrow is what a group of lanes computes where products are dear enough for halved scalars to pay in every lane: the equation of
// [edwards8.Halved], a job in each lane. It is larger than 32 KiB, so that the heap aligns it to pages, and the vectors in it lie on cache
// lines.
type narrow struct {
	room    edwards8.Room
	x, y    edwards8.Pair // of A and R
	tables  [2]edwards8.Table
	scalars [3]edwards8.Scalars // u, v, and vs modulo L
	u, v    edwards8.Windows4
	vs      edwards8.Windows12
	p       edwards8.Point
	program edwards8.Program
	challenges
}

// newNarrow writes down the sum, from the highest windows down: u and v are below 2^130, so that 33 signed windows of 4 bits do, and 132
// bits of vs at a time are looked up in the tables of B and of 2^132 B.
func newNarrow() *narrow {
	const windows = 33
	w := new(narrow)
	base, high := edwards8.Base(), edwards8.HighBase()
	for i := windows - 1; i >= 0; i-- {
		doublings := 4
		if i == windows-1 {
			doublings = 0
		}
		w.program.AddCached(doublings, &w.tables[0], &w.u[i])
		w.program.AddCached(0, &w.tables[1], &w.v[i])
		if i%3 == 0 {
			w.program.AddAffine(0, base, &w.vs[i/3])
			w.program.AddAffine(0, high, &w.vs[i/3+edwards8.HighBit/12])
		}
	}
	return w
}

// decideEach decides jobs [lo,hi), each for itself.
func (w *narrow) decideEach(b *kernels.Batch, lo, hi int) {
	for ; lo < hi; lo += perTurn {
		n := min(perTurn, hi-lo)
		w.challenges.compute(b, lo, lo+n)
		for i := 0; i < n; i += edwards8.Lanes {
			w.decide(b, lo+i, min(edwards8.Lanes, n-i), &w.k[i/edwards8.Lanes])
		}
	}
}

// decide decides n jobs from lo on, with their challenges. Lanes that have no job, or whose job is refused before, compute with whatever is
// there: no lane touches another here.
func (w *narrow) decide(b *kernels.Batch, lo, n int, ks *edwards8.Residues) {
	rule := b.Flags()
	var fine, minusR uint8 // lanes whose job is not refused yet; which want -R
	var odd, ok [2]uint8
	var whole uint8 // lanes whose challenge cannot be halved
	for l := range edwards8.Lanes {
		row := b.Row(lo + min(l, n-1))
		key, r := row[:KeySize], row[KeySize:KeySize+32]
		var s, u, v, vs edwards8.Scalar
		if l < n && s.SetBytes(row[KeySize+32:]) && allowed(rule, key, r) {
			k := ks.Lane(l)
			var negative, halved bool
			if u, v, negative, halved = k.Halve(); halved {
				fine |= 1 << l
				if vs.Mul(&s, &v); negative {
					vs.Neg(&vs)
				} else {
					minusR |= 1 << l
				}
			} else {
				whole |= 1 << l
				u, v = edwards8.Scalar{}, edwards8.Scalar{}
			}
		}
		w.scalars[0].SetLane4(l, &u)
		w.scalars[1].SetLane4(l, &v)
		w.scalars[2].SetLane12(l, &vs)
		for i, encoded := range [2][]byte{key, r} {
			w.y[i].SetLane(l, encoded)
			odd[i] |= encoded[31] >> 7 << l
		}
	}
	w.room.Decompress(w.x[:], w.y[:], odd[:], ok[:])
	fine &= ok[0] & ok[1]
	for i, negative := range [2]uint8{edwards8.All, minusR} {
		x, y := &w.x[i], &w.y[i]
		x.Neg(x, negative)
		w.tables[i].Fill(x, y)
	}
	w.u.Set(&w.scalars[0])
	w.v.Set(&w.scalars[1])
	w.vs.Set(&w.scalars[2])
	w.program.Run(&w.p)
	if rule == kernels.ZIP215 {
		w.p.Double(3)
	}
	fine &= w.p.Identity()
	for l := range n {
		if whole>>l&1 == 1 {
			runPortable(b, lo+l, lo+l+1)
		} else {
			b.SetVerdict(lo+l, kernels.Of(fine>>l&1 == 1))
		}
	}
}
