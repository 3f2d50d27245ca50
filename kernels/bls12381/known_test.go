package bls12381

import (
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestKnown decides the known answers again, with Run and with Ref.
func TestKnown(t *testing.T) {
	b := Kernel.Known(0)
	var jobs []job
	for i := range b.Len() {
		row := b.Row(i)
		jobs = append(jobs, job{
			"known answer", row[:KeySize], b.Message(i), row[KeySize:], b.Verdict(i) == kernels.Valid,
		})
	}
	check(t, jobs)
}
