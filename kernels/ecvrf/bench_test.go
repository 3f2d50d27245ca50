package ecvrf

import (
	"encoding/binary"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/vrfprove"
)

// BenchmarkVerify times jobs with alphas of 64 bytes on one core.
func BenchmarkVerify(b *testing.B) {
	for _, rule := range Kernel.Rules {
		for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
			b.Run(rule.String()+"/"+name, func(b *testing.B) {
				batch := proved(b, rule, 64, 64)
				b.ReportAllocs()
				for b.Loop() {
					decide(batch, 0, batch.Len())
				}
				b.ReportMetric(float64(b.N)*float64(batch.Len())/b.Elapsed().Seconds(), "verdicts/s")
			})
		}
	}
}

// proved makes a batch of n valid jobs.
func proved(t testing.TB, rule kernels.Flags, n, size int) *kernels.Batch {
	batch := kernels.New(Kernel, rule, n, n*size)
	alpha := make([]byte, size)
	for i := range n {
		binary.LittleEndian.PutUint32(alpha, uint32(i))
		key, proof := vrfprove.Prove(rule, [32]byte{byte(i % 16)}, alpha)
		if err := Append(batch, key[:], alpha, proof[:]); err != nil {
			t.Fatal(err)
		}
	}
	return batch
}
