package secp256k1

import (
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// BenchmarkKernels times valid jobs on one core; one operation is a batch.
func BenchmarkKernels(b *testing.B) {
	for _, k := range []*kernels.Kernel{Verify, Recover, Schnorr} {
		var valid []ecctest.Job
		for _, j := range three()[k] {
			if j.Valid && len(j.Message) < 128 {
				valid = append(valid, j)
			}
		}
		batch := ecctest.Batch(k, 0, valid[len(valid)-128:])
		for _, way := range []struct {
			name string
			run  func(*kernels.Batch, int, int)
		}{{"Ref", k.Ref}, {"Run", k.Run}} {
			b.Run(k.Name+"/"+way.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					way.run(batch, 0, batch.Len())
				}
				b.ReportMetric(float64(b.N)*float64(batch.Len())/b.Elapsed().Seconds(), "verdicts/s")
			})
		}
	}
}
