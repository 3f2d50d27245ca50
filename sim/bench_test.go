//go:build linux

package sim_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/sim"
)

// BenchmarkKernels says for each kernel how fast the simulator's clock runs under load (kHz; kHz/core by CPU time), and how much the chip
// decides in a million cycles.
func BenchmarkKernels(b *testing.B) {
	for _, k := range all.Kernels {
		b.Run(k.Name, func(b *testing.B) {
			s, err := sim.Start(b.Context(), sim.Config{})
			if err != nil {
				b.Skip(err)
			}
			defer s.Stop()
			jobs, cycles := load(b, s, k)
			b.StopTimer()
			if err := s.Stop(); err != nil {
				b.Fatal(err)
			}
			st := s.Stats()
			b.ReportMetric(st.CyclesPerSecond/1000, "kHz")
			b.ReportMetric(float64(st.Cycles)/st.CPUSeconds/1000, "kHz/core") // what it would be on a machine that does nothing else
			b.ReportMetric(float64(jobs)/float64(cycles)*1e6, "jobs/Mcycle")
			b.ReportMetric(float64(st.BytesRead+st.BytesWritten)/float64(st.Cycles), "B/cycle")
		})
	}
}

// load has four batches of a kernel in flight all the time, b.N in all, and gives the chip's own counts.
func load(b *testing.B, s *sim.Sim, k *kernels.Kernel) (jobs, cycles uint64) {
	const n, callers = 256, 4
	messageBytes := 0
	if k.Message {
		messageBytes = 200
	}
	d, err := vfiouser.Dial(s.Socket(), vfiouser.Config{})
	if err != nil {
		b.Fatal(err)
	}
	defer d.Close()
	pool := dma.NewPool(d, dma.Config{})
	defer pool.Close()
	h, err := ring.Open(d, pool, ring.Options{Deadline: time.Minute})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	has := false
	for _, u := range h.Caps().Units {
		has = has || u.Kernel == uint16(k.ID)
	}
	if !has {
		b.Skip("the chip has no unit for it")
	}
	batch, err := kernels.NewIn(pool, k, k.Default(), n, n*messageBytes)
	if err != nil {
		b.Fatal(err)
	}
	if err := sample.Fill(batch, n, 1, messageBytes); err != nil {
		b.Fatal(err)
	}
	base, _ := pool.Address(batch.Region())
	if _, err := h.Counters(true); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	work, ended := make(chan ring.Command), make(chan error, callers)
	for range callers {
		go func() {
			var bad error
			for c := range work {
				if _, err := h.Do(context.Background(), c); err != nil {
					bad = fmt.Errorf("%s: %w", k.Name, err)
				}
			}
			ended <- bad
		}()
	}
	for i := range b.N { // spans of one batch, so that no two callers write the same bytes
		lo := i % callers * n / callers
		c, err := ring.Batch(batch.Region(), base, lo, lo+n/callers)
		if err != nil {
			b.Fatal(err)
		}
		work <- c
	}
	close(work)
	for range callers {
		if err := <-ended; err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	c, err := h.Counters(false)
	if err != nil {
		b.Fatal(err)
	}
	if v, err := d.Read32(regs.GlobalError); err != nil || v != 0 {
		b.Errorf("error register %#x, %v", v, err)
	}
	return c.Jobs, c.Busy
}
