package p256

import (
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// BenchmarkKernel times valid jobs on one core; one operation is a batch of 128.
func BenchmarkKernel(b *testing.B) {
	var valid []ecctest.Job
	for _, j := range awkward() {
		if j.Valid {
			valid = append(valid, j)
		}
	}
	batch := ecctest.Batch(Kernel, 0, valid[len(valid)-128:])
	for name, run := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				run(batch, 0, batch.Len())
			}
			b.ReportMetric(float64(b.N)*float64(batch.Len())/b.Elapsed().Seconds(), "verdicts/s")
		})
	}
}
