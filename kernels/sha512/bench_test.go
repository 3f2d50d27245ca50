package sha512_test

import (
	"fmt"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/sha512"
)

// BenchmarkRun hashes batches of 256 messages of equal length.
func BenchmarkRun(b *testing.B) {
	for _, size := range []int{32, 256, 1024} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			const n = 256
			batch := kernels.New(sha512.Kernel, 0, n, n*size)
			if err := sample.Fill(batch, n, 1, size); err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(n * size))
			for b.Loop() {
				sha512.Kernel.Run(batch, 0, n)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/job")
		})
	}
}
