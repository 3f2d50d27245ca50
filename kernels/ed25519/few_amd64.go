//go:build amd64 && !purego

package ed25519

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// few decides one or two jobs, with four lanes for each: one for each product, and one for the upper half of vs.
func (w *workspace) few(b *kernels.Batch, lo, hi int) {
	w.challenges.compute(b, lo, hi)
	var fine uint8
	var odd, ok [2]uint8
	var s [edwards8.MaxHalved]edwards8.Scalar
	for i := range hi - lo {
		row := b.Row(lo + i)
		key, r := row[:KeySize], row[KeySize:KeySize+32]
		if s[i].SetBytes(row[KeySize+32:]) && allowed(b.Flags(), key, r) {
			fine |= 1 << i
		}
		for point, encoded := range [2][]byte{key, r} {
			w.y[point].SetLane(i, encoded)
			odd[point] |= encoded[31] >> 7 << i
		}
	}
	w.room.Decompress(w.x[:], w.y[:], odd[:], ok[:])
	fine &= ok[0] & ok[1]
	for i := range hi - lo {
		k := w.k[0].Lane(i)
		if fine>>i&1 == 1 && !w.halved.Set(i, &s[i], &k, &w.x[0], &w.y[0], &w.x[1], &w.y[1]) {
			w.decide(b, lo, hi-lo, &w.k[0]) // longer u and v will do, most likely
			return
		}
	}
	p := w.halved.Compute()
	if b.Flags() == kernels.ZIP215 {
		p.Double(3)
	}
	holds := p.Identity()
	for i := range hi - lo {
		b.SetVerdict(lo+i, kernels.Of(fine>>i&1 == 1 && holds>>(4*i)&1 == 1))
	}
}
