package engine

import (
	"context"
	"fmt"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// BenchmarkOverhead sets Run on batches of 256 jobs against the bare kernel on as many cores: one worker against
// Kernel.Run, two against two goroutines with half a batch each. Both take turns in one process; overhead-% compares
// the shortest turn of each, as whatever else runs on the machine only makes turns longer.
func BenchmarkOverhead(b *testing.B) {
	for _, workers := range []int{1, 2} {
		for _, k := range []*kernels.Kernel{ed25519.Kernel, secp256k1.Verify, sha256.Kernel, sha256.Node, keccak256.Kernel} {
			b.Run(fmt.Sprintf("%s/workers=%d", k.Name, workers), func(b *testing.B) { overhead(b, k, workers) })
		}
	}
}

func overhead(b *testing.B, k *kernels.Kernel, workers int) {
	const n = 256
	e, err := Open(Config{Workers: workers, Kernels: []*kernels.Kernel{k}})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	batch := kernels.New(k, k.Default(), n, arena(k, n*64))
	if err := sample.Fill(batch, n, 1, 64); err != nil {
		b.Fatal(err)
	}
	ctx := context.Background()
	engine := func() {
		if err := e.Run(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	bare := func() { k.Run(batch, 0, n) }
	if workers == 2 {
		bare = func() {
			var wg sync.WaitGroup
			wg.Add(1)
			go func() {
				defer wg.Done()
				k.Run(batch, n/2, n)
			}()
			k.Run(batch, 0, n/2)
			wg.Wait()
		}
	}
	// Several batches a turn, so that a turn is long beside the clock and the scheduler's jitter.
	turn := func(f func(), times int) time.Duration {
		start := time.Now()
		for range times {
			f()
		}
		return time.Since(start)
	}
	times := max(1, int(200*time.Microsecond/max(1, turn(bare, 3)/3)))
	for range 20 {
		engine() // the CPU backend learns what a job costs
	}
	of, by := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	for b.Loop() {
		of, by = min(of, turn(bare, times)), min(by, turn(engine, times))
	}
	b.ReportMetric(100*(float64(by)/float64(of)-1), "overhead-%")
	b.ReportMetric(float64(of.Nanoseconds())/float64(times*n), "bare-ns/job")
	b.ReportMetric(float64(by.Nanoseconds())/float64(times*n), "engine-ns/job")
	b.ReportMetric(0, "ns/op")
}

func arena(k *kernels.Kernel, size int) int {
	if k.Message {
		return size
	}
	return 0
}

// BenchmarkStream is single jobs from many goroutines.
func BenchmarkStream(b *testing.B) {
	e, err := Open(Config{Kernels: []*kernels.Kernel{sha256.Kernel}})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	s, err := e.Stream(sha256.Kernel, 0, StreamConfig{})
	if err != nil {
		b.Fatal(err)
	}
	message := make([]byte, 100)
	add := func(batch *kernels.Batch) error { return sha256.Append(batch, message) }
	for _, goroutines := range []int{1, 100, 1000} {
		b.Run(fmt.Sprintf("callers=%d", goroutines), func(b *testing.B) {
			b.ReportAllocs()
			b.SetParallelism(goroutines)
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if valid, _, err := s.Do(context.Background(), len(message), add); !valid || err != nil {
						b.Errorf("%v, %v", valid, err)
					}
				}
			})
		})
	}
}

// TestRunAllocations: with the CPU alone, Run allocates nothing.
func TestRunAllocations(t *testing.T) {
	for _, workers := range []int{1, 2} {
		e, err := Open(Config{Workers: workers, Kernels: []*kernels.Kernel{sha256.Node}})
		if err != nil {
			t.Fatal(err)
		}
		batch := kernels.New(sha256.Node, 0, 256, 0)
		if err := sample.Fill(batch, 256, 1, 0); err != nil {
			t.Fatal(err)
		}
		n := testing.AllocsPerRun(200, func() {
			if err := e.Run(context.Background(), batch); err != nil {
				t.Fatal(err)
			}
		})
		if n != 0 {
			t.Errorf("%d workers: %v allocations a batch", workers, n)
		}
		e.Close()
	}
}

// BenchmarkRunFixed is what Run costs beside the kernel: a batch of one job that costs next to nothing.
func BenchmarkRunFixed(b *testing.B) {
	e := openToy(b, Config{Workers: 1})
	batch := toyBatch(toy, 0, 1, 1)
	b.ReportAllocs()
	for b.Loop() {
		if err := e.Run(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
}
