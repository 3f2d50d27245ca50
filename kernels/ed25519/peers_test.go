package ed25519

import (
	stded25519 "crypto/ed25519"
	"fmt"
	"math"
	"testing"
	"time"

	voi "github.com/oasisprotocol/curve25519-voi/primitives/ed25519"

	"github.com/sluice-engine/sluice/kernels"
)

// BenchmarkPeers times Run beside crypto/ed25519 and curve25519-voi, which take turns, on batches with all keys different and
// messages of 64 bytes. It reports the shortest turn of each in microseconds per job. The time per operation means nothing.
func BenchmarkPeers(b *testing.B) {
	for _, n := range []int{1, 8, 16, 64, 1024} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var names []string
			var turns []func()
			for _, rule := range Kernel.Rules {
				batch := distinct(b, rule, n)
				names = append(names, rule.String())
				turns = append(turns, func() { Kernel.Run(batch, 0, n) })
			}
			batch := distinct(b, kernels.ZIP215, n)
			each := func(decide func(key, message, signature []byte)) func() {
				return func() {
					for i := range n {
						decide(batch.Row(i)[:KeySize], batch.Message(i), batch.Row(i)[KeySize:])
					}
				}
			}
			names = append(names, "crypto", "voi", "voi-batch")
			options := &voi.Options{Verify: voi.VerifyOptionsZIP_215}
			turns = append(turns,
				each(func(key, message, signature []byte) { stded25519.Verify(key, message, signature) }),
				each(func(key, message, signature []byte) { voi.VerifyWithOptions(key, message, signature, options) }),
				func() {
					verifier := voi.NewBatchVerifierWithCapacity(n)
					for i := range n {
						verifier.AddWithOptions(batch.Row(i)[:KeySize], batch.Message(i), batch.Row(i)[KeySize:], options)
					}
					verifier.VerifyBatchOnly(nil)
				})
			best := make([]time.Duration, len(turns))
			for i := range best {
				best[i] = math.MaxInt64
			}
			for b.Loop() {
				for i, turn := range turns {
					start := time.Now()
					turn()
					best[i] = min(best[i], time.Since(start))
				}
			}
			for i, name := range names {
				b.ReportMetric(float64(best[i].Nanoseconds())/1000/float64(n), name+"-µs")
			}
		})
	}
}

// distinct makes a batch of n valid jobs, each of another key, with messages of 64 bytes.
func distinct(t testing.TB, rule kernels.Flags, n int) *kernels.Batch {
	return distinctFrom(t, rule, 0, n)
}

// distinctFrom is distinct with other keys.
func distinctFrom(t testing.TB, rule kernels.Flags, first, n int) *kernels.Batch {
	batch := kernels.New(Kernel, rule, n, 64*n)
	for i := first; i < first+n; i++ {
		seed := make([]byte, stded25519.SeedSize)
		seed[0], seed[1], seed[2] = byte(i), byte(i>>8), 1
		message := make([]byte, 64)
		copy(message, seed)
		key := stded25519.NewKeyFromSeed(seed)
		if err := Append(batch, key.Public().(stded25519.PublicKey), message, stded25519.Sign(key, message)); err != nil {
			t.Fatal(err)
		}
	}
	return batch
}
