//go:build amd64 && !purego

package ed25519

import (
	"sync"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// perTurn is how many challenges are hashed together.
const perTurn = 2 * edwards8.Lanes

// workspaces keeps the memory of past calls for later ones.
var workspaces = sync.Pool{New: func() any { return newWorkspace() }}

// workspace is what decides jobs each for itself, a job in each lane, with half of the doublings that sB - kA takes: multiplied by the v of
// [edwards8.Halves], the equation sB - kA - R = 0 is
//
//	(vs)B + u(-A) + |v|(-R or R) = 0
//
// where u and |v| have half of the length, and the upper half of vs is looked up in a table of its own, of 2^132 B. That keeps every
// verdict, on points of small order too, because u = vk modulo 8L, not L, and v is odd. A workspace is larger than 32 KiB, so that the heap
// aligns it to pages, and the vectors in it lie on cache lines.
type workspace struct {
	room    edwards8.Room
	x, y    edwards8.Pair // of A and R
	tables  [2]edwards8.Table
	scalars [3]edwards8.Scalars // u, |v|, and vs modulo L
	u, v    edwards8.Windows4
	vs      edwards8.Windows12
	p       edwards8.Point
	halves  edwards8.Halves
	halved  edwards8.Halved
	challenges
	short, long edwards8.Program // for u and v of up to HalvedBits, and of up to LongBits
}

func newWorkspace() *workspace {
	w := new(workspace)
	w.short, w.long = w.program(33), w.program(34)
	return w
}

// program writes down the sum for u and v with so many signed windows of 4 bits, from the highest down; 132 bits of vs have 11 of 12.
func (w *workspace) program(windows int) (p edwards8.Program) {
	const half = edwards8.HighBit / 12
	base, high := edwards8.Base(), edwards8.HighBase()
	for i := windows - 1; i >= 0; i-- {
		doublings := 4
		if i == windows-1 {
			doublings = 0
		}
		p.AddCached(doublings, &w.tables[0], &w.u[i])
		p.AddCached(0, &w.tables[1], &w.v[i])
		if i%3 == 0 && i/3 < half {
			p.AddAffine(0, base, &w.vs[i/3])
			p.AddAffine(0, high, &w.vs[i/3+half])
		}
	}
	return p
}

// decideEach decides jobs [lo,hi), each for itself: in lanes, but for a rest that takes less time otherwise.
func (w *workspace) decideEach(b *kernels.Batch, lo, hi int) {
	ifma := cpu.Get() >= cpu.IFMA
	end := hi - alone(hi-lo, ifma)
	for ; lo < end; lo += perTurn {
		n := min(perTurn, end-lo)
		w.challenges.compute(b, lo, lo+n)
		for i := 0; i < n; i += edwards8.Lanes {
			w.decide(b, lo+i, min(edwards8.Lanes, n-i), &w.k[i/edwards8.Lanes])
		}
	}
	switch {
	case end == hi:
	case ifma:
		w.few(b, end, hi)
	default:
		runPortable(b, end, hi)
	}
}

// alone is how many of n jobs, the last, are not decided in lanes, as a group of lanes would be mostly empty: with IFMA, two jobs share a
// group; with AVX2, code without vectors is the faster one for up to three.
func alone(n int, ifma bool) int {
	most := 3
	if ifma {
		most = edwards8.MaxHalved
	}
	if rest := n % edwards8.Lanes; rest <= most {
		return rest
	}
	return 0
}

// decide decides n jobs from lo on, with their challenges. Lanes that have no job, or whose job is refused before, compute with whatever is
// there: no lane touches another here.
func (w *workspace) decide(b *kernels.Batch, lo, n int, ks *edwards8.Residues) {
	rule := b.Flags()
	var fine, minusR uint8 // lanes whose job is not refused yet; which want -R
	var odd, ok [2]uint8
	var whole uint8 // lanes whose challenge cannot be halved
	w.halves.Set(ks)
	program := w.short
	for l := range edwards8.Lanes {
		row := b.Row(lo + min(l, n-1))
		key, r := row[:KeySize], row[KeySize:KeySize+32]
		var s, u, v, vs edwards8.Scalar
		if l < n && s.SetBytes(row[KeySize+32:]) && allowed(rule, key, r) {
			var negative, halved bool
			if u, v, negative, halved = w.halves.Lane(l, edwards8.LongBits); halved {
				fine |= 1 << l
				if max(u.BitLen(), v.BitLen()) > edwards8.HalvedBits {
					program = w.long
				}
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
	program.Run(&w.p)
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
