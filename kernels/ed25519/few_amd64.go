//go:build amd64 && !purego

package ed25519

import (
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// few decides one or two jobs whose A and R are the first two points, with four lanes and half of the doublings for each. fine is the lanes
// of jobs that are not refused yet. false: it could not, and decided nothing; that depends on k only.
func (w *workspace) few(b *kernels.Batch, lo, hi int, fine uint8) bool {
	for i := range hi - lo {
		var s edwards8.Scalar
		k := w.k[0].Lane(i)
		if fine>>i&1 == 1 && (!s.SetBytes(b.Row(lo + i)[KeySize+32:]) ||
			!w.halved.Set(i, &s, &k, &w.x[0], &w.y[0], &w.x[1], &w.y[1])) {
			return false
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
	return true
}
