//go:build amd64 && !purego

package ecvrf

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels/internal/cpu"
)

var _ = rand.IntN
// needLanes skips tests of code that this processor cannot run. Tests of Kernel.Run do not need it.
func needLanes(t testing.TB) {
	if cpu.Get() < cpu.IFMA {
		t.Skipf("this process runs without AVX-512 IFMA: %s found, %s=%q", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// TestPath fails if Run is not the code that the processor and SLUICE_CPU ask for.
func TestPath(t *testing.T) {
	want := ref
	if v := os.Getenv(cpu.Variable); cpu.Found() >= cpu.IFMA && v != "avx2" && v != "generic" {
		want = run
	}
	if reflect.ValueOf(Kernel.Run).Pointer() != reflect.ValueOf(want).Pointer() {
		t.Errorf("found %v, %s=%q: Run is not the code for that", cpu.Found(), cpu.Variable, os.Getenv(cpu.Variable))
	}
}

// BenchmarkLanes times Run and Ref by turns, jobs with alphas of 64 bytes, on one core, and reports the best µs per job of each.
func BenchmarkLanes(b *testing.B) {
	for _, rule := range Kernel.Rules {
		for _, n := range []int{1, 8, 16, 64, 256} {
			b.Run(fmt.Sprintf("%v/%d", rule, n), func(b *testing.B) {
				batch := proved(b, rule, n, 64)
				fast, slow := time.Hour, time.Hour
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					Kernel.Run(batch, 0, n)
					fast = min(fast, time.Since(start))
					if i%8 == 0 { // Ref takes 30 times as long
						start = time.Now()
						Kernel.Ref(batch, 0, n)
						slow = min(slow, time.Since(start))
					}
				}
				per := func(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 / float64(n) }
				b.ReportMetric(per(fast), "µs/job")
				b.ReportMetric(per(slow), "Ref-µs/job")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}
