package ed25519

import (
	stded25519 "crypto/ed25519"
	"encoding/binary"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// BenchmarkVerify times jobs of 128-byte messages by 16 keys on one core.
func BenchmarkVerify(b *testing.B) {
	for _, rule := range Kernel.Rules {
		for name, decide := range map[string]func(*kernels.Batch, int, int){"Ref": Kernel.Ref, "Run": Kernel.Run} {
			b.Run(rule.String()+"/"+name, func(b *testing.B) {
				batch := signed(b, rule, 256, 128)
				b.ReportAllocs()
				for b.Loop() {
					decide(batch, 0, batch.Len())
				}
				b.ReportMetric(float64(b.N)*float64(batch.Len())/b.Elapsed().Seconds(), "verdicts/s")
			})
		}
	}
}

// signed makes a batch of n valid jobs.
func signed(t testing.TB, rule kernels.Flags, n, size int) *kernels.Batch {
	batch := kernels.New(Kernel, rule, n, n*size)
	message := make([]byte, size)
	for i := range n {
		seed := make([]byte, stded25519.SeedSize)
		seed[0] = byte(i % 16)
		binary.LittleEndian.PutUint32(message, uint32(i))
		key := stded25519.NewKeyFromSeed(seed)
		if err := Append(batch, key.Public().(stded25519.PublicKey), message, stded25519.Sign(key, message)); err != nil {
			t.Fatal(err)
		}
	}
	return batch
}
