package blake2b_test

import (
	"fmt"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/sample"
)

// BenchmarkRun hashes batches of 256 messages of equal length.
func BenchmarkRun(b *testing.B) {
	for _, size := range []int{32, 256, 1024} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			const n = 256
			batch := kernels.New(blake2b.Kernel, 0, n, n*size)
			if err := sample.Fill(batch, n, 1, size); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(n * size))
			for b.Loop() {
				blake2b.Kernel.Run(batch, 0, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/job")
		})
	}
}
