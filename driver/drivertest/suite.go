//go:build linux

package drivertest

import (
	"context"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/ring"
)

// Faults is a chip that errs when told to; *fake.Chip is one.
type Faults interface {
	Plant(...fake.Fault)
	Remove()
}

// Open gives a device with a chip in it that nobody uses. It ends what it started in t.Cleanup; the suite closes the device.
// faults is nil if the chip cannot be told to err; those tests are then skipped.
type Open func(t testing.TB) (d driver.Device, faults Faults)

// Run runs the suite.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"registers", registers},
		{"dma", dmaMaps},
		{"interrupts", interrupts},
		{"reset", reset},
		{"closed", closed},
		{"ten times", tenTimes},
		{"kernels", kernelsOnRings},
		{"spans", spans},
		{"many callers", manyCallers},
		{"refused", refused},
		{"cancel", cancel},
		{"counters", counters},
		{"options", options},
		{"faults", faults},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer leaks(t)()
			c.run(t, open)
		})
	}
}

// leaks notes goroutines and descriptors, and then waits until there are no more of them.
func leaks(t *testing.T) func() {
	goroutines, descriptors := runtime.NumGoroutine(), fds(t)
	return func() {
		if t.Failed() {
			return
		}
		var g, d int
		for range 100 {
			if g, d = runtime.NumGoroutine(), fds(t); g <= goroutines && d <= descriptors {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		stacks := make([]byte, 1<<16)
		t.Errorf("%d goroutines, %d before; %d descriptors, %d before\n%s", g, goroutines, d, descriptors, stacks[:runtime.Stack(stacks, true)])
	}
}

func fds(t testing.TB) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// device opens a device for a test, which closes it before leaks are counted.
func device(t *testing.T, open Open, use func(t *testing.T, d driver.Device, f Faults)) {
	t.Helper()
	t.Run("on", func(t *testing.T) { // cleanups of open run at its end
		d, f := open(t)
		use(t, d, f)
		if err := d.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
}

// host is a device with a pool and queues.
type host struct {
	*ring.Host
	device driver.Device
	pool   *dma.Pool
	faults Faults
}

// start opens all three; the second function closes them.
func start(t testing.TB, open Open, o ring.Options) (*host, func()) {
	t.Helper()
	d, f := open(t)
	pool := dma.NewPool(d, dma.Config{Slab: 1 << 20})
	h, err := ring.Open(d, pool, o)
	if err != nil {
		t.Fatal(err)
	}
	return &host{h, d, pool, f}, func() {
		if err := h.Close(); err != nil {
			t.Errorf("close rings: %v", err)
		}
		if err := pool.Close(); err != nil {
			t.Errorf("close pool: %v", err)
		}
		if err := d.Close(); err != nil {
			t.Errorf("close device: %v", err)
		}
	}
}

// with runs a test on a host.
func with(t *testing.T, open Open, o ring.Options, use func(t *testing.T, h *host)) {
	t.Helper()
	t.Run("on", func(t *testing.T) {
		h, end := start(t, open, o)
		defer end()
		use(t, h)
	})
}

// nop proves that the queues work.
func (h *host) nop(t testing.TB) {
	t.Helper()
	for range 2 * h.Caps().Queues {
		if _, err := h.Do(context.Background(), ring.Command{Nop: true}); err != nil {
			t.Fatalf("nop: %v", err)
		}
	}
}
