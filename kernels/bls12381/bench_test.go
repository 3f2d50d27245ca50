package bls12381

import (
	"encoding/binary"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// BenchmarkVerify times jobs of 32-byte messages on one core.
func BenchmarkVerify(b *testing.B) {
	const jobs = 16
	batch := kernels.New(Kernel, 0, jobs, 32*jobs)
	message := make([]byte, 32)
	for i := range jobs {
		binary.LittleEndian.PutUint32(message, uint32(i))
		key, signature := sign(b, int64(i+1), message)
		if err := Append(batch, key, message, signature); err != nil {
			b.Fatal(err)
		}
	}
	for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				decide(batch, 0, jobs)
			}
			b.ReportMetric(float64(b.N)*jobs/b.Elapsed().Seconds(), "verdicts/s")
		})
	}
}
