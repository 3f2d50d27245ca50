package cpu

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// fake is a kernel of rows of one byte whose work is f.
func fake(f func(b *kernels.Batch, lo, hi int)) *kernels.Kernel {
	return &kernels.Kernel{ID: 0x7001, Name: "fake", In: 1, Rules: []kernels.Flags{0}, Run: f, Ref: f}
}

func fill(b *kernels.Batch) *kernels.Batch {
	for b.Len() < b.Cap() {
		if _, err := b.Add(nil); err != nil {
			panic(err)
		}
	}
	return b
}

func valid(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		b.SetVerdict(i, kernels.Valid)
	}
}

// TestEveryJobOnce: workers share a span without gaps or overlaps, and touch nothing else.
func TestEveryJobOnce(t *testing.T) {
	var runs [5000]atomic.Int32
	k := fake(func(b *kernels.Batch, lo, hi int) {
		for i := lo; i < hi; i++ {
			runs[i].Add(1)
		}
		valid(b, lo, hi)
	})
	for _, workers := range []int{1, 2, 7} {
		c := New(Config{Workers: workers, Kernels: []*kernels.Kernel{k}})
		for _, span := range [][2]int{{0, 5000}, {0, 1}, {17, 18}, {3, 3}, {1000, 4999}} {
			for i := range runs {
				runs[i].Store(0)
			}
			b := fill(kernels.New(k, 0, 5000, 0))
			if err := c.Run(context.Background(), b, span[0], span[1]); err != nil {
				t.Fatal(err)
			}
			for i := range runs {
				inside := i >= span[0] && i < span[1]
				if n := runs[i].Load(); inside != (n == 1) || !inside && n != 0 {
					t.Fatalf("%d workers, span %v: job %d ran %d times", workers, span, i, n)
				}
				if (b.Verdict(i) == kernels.Valid) != inside {
					t.Fatalf("%d workers, span %v: job %d is %v", workers, span, i, b.Verdict(i))
				}
			}
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPanic: a kernel that panics is a fault; only the jobs that make it panic stay unset.
func TestPanic(t *testing.T) {
	k := fake(func(b *kernels.Batch, lo, hi int) {
		valid(b, lo, hi)
		if lo <= 300 && 300 < hi {
			panic("planted")
		}
	})
	for _, workers := range []int{1, 3} {
		c := New(Config{Workers: workers, Kernels: []*kernels.Kernel{k}})
		b := fill(kernels.New(k, 0, 1000, 0))
		err := c.Run(context.Background(), b, 0, 1000)
		var fault *backend.Fault
		if !errors.As(err, &fault) || fault.Backend != "cpu" || !strings.Contains(err.Error(), "first job 300: planted") {
			t.Errorf("error %v, want a fault of cpu that names job 300 and the panic", err)
		}
		for i := range b.Len() {
			if want := kernels.Of(true); i != 300 && b.Verdict(i) != want || i == 300 && b.Verdict(i) != kernels.Unset {
				t.Errorf("%d workers: job %d is %v", workers, i, b.Verdict(i))
			}
		}
		b = fill(kernels.New(k, 0, 100, 0))
		if err := c.Run(context.Background(), b, 0, 100); err != nil {
			t.Errorf("a batch after the fault: %v", err)
		}
		c.Close()
	}
}

// TestFair: a small batch does not wait for a large one that came before it.
func TestFair(t *testing.T) {
	k := fake(func(b *kernels.Batch, lo, hi int) {
		time.Sleep(time.Duration(hi-lo) * 100 * time.Microsecond)
		valid(b, lo, hi)
	})
	for _, workers := range []int{1, 2} {
		c := New(Config{Workers: workers, Kernels: []*kernels.Kernel{k}})
		large, small := fill(kernels.New(k, 0, 20000, 0)), fill(kernels.New(k, 0, 20, 0))
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		done := make(chan error)
		go func() { done <- c.Run(ctx, large, 0, large.Len()) }()
		time.Sleep(20 * time.Millisecond)
		if err := c.Run(ctx, small, 0, small.Len()); err != nil {
			t.Fatal(err)
		}
		select {
		case <-done:
			t.Errorf("%d workers: the large batch ended before the small one", workers)
		default:
			cancel()
			<-done
		}
		c.Close()
	}
}

// TestHelpLater: a worker that was busy when a batch began helps as soon as it is at rest.
func TestHelpLater(t *testing.T) {
	var together, most atomic.Int32
	k := fake(func(b *kernels.Batch, lo, hi int) {
		n := together.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(time.Duration(hi-lo) * 100 * time.Microsecond)
		valid(b, lo, hi)
		together.Add(-1)
	})
	c := New(Config{Workers: 2, Kernels: []*kernels.Kernel{k}})
	defer c.Close()
	var first, second sync.WaitGroup
	ctx, cancel := context.WithCancel(context.Background())
	first.Go(func() { c.Run(ctx, fill(kernels.New(k, 0, 5000, 0)), 0, 5000) })
	time.Sleep(10 * time.Millisecond)
	second.Go(func() { c.Run(context.Background(), fill(kernels.New(k, 0, 1000, 0)), 0, 1000) })
	time.Sleep(10 * time.Millisecond)
	cancel()
	first.Wait()
	most.Store(0)
	second.Wait()
	if most.Load() != 2 {
		t.Errorf("at most %d workers at once on the batch that was left, want 2", most.Load())
	}
}

// TestCancel: a context that ends between spans ends the batch; what was not decided is unset.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	var calls atomic.Int32
	k := fake(func(b *kernels.Batch, lo, hi int) {
		valid(b, lo, hi)
		if calls.Add(1) == 2 {
			cancel()
		}
	})
	c := New(Config{Workers: 1, Kernels: []*kernels.Kernel{k}})
	defer c.Close()
	b := fill(kernels.New(k, 0, 1<<20, 0))
	valid(b, 0, b.Len()) // old verdicts
	if err := c.Run(ctx, b, 0, b.Len()); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want Canceled", err)
	}
	if b.Verdict(0) != kernels.Valid || b.Verdict(b.Len()-1) != kernels.Unset {
		t.Errorf("first and last are %v and %v, want valid and unset", b.Verdict(0), b.Verdict(b.Len()-1))
	}
	if err := c.Run(ctx, b, 0, 10); !errors.Is(err, context.Canceled) {
		t.Errorf("a context that is done: %v", err)
	}
}

func TestClosedAndUnsupported(t *testing.T) {
	k := fake(valid)
	c := New(Config{Workers: 3, Kernels: []*kernels.Kernel{k}})
	other := kernels.New(sha256.Node, 0, 1, 0)
	if err := c.Run(context.Background(), other, 0, 0); !errors.Is(err, backend.ErrUnsupported) {
		t.Errorf("another kernel: %v", err)
	}
	if err := c.Run(context.Background(), fill(kernels.New(fake(valid), 0, 1, 0)), 0, 1); !errors.Is(err, backend.ErrUnsupported) {
		t.Errorf("another kernel with the same id: %v", err)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	b := fill(kernels.New(k, 0, 1, 0))
	if err := c.Run(context.Background(), b, 0, 1); !errors.Is(err, backend.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
}

// TestConcurrent: many batches at once, each with its own verdicts.
func TestConcurrent(t *testing.T) {
	c := New(Config{Workers: 4})
	defer c.Close()
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			b := kernels.New(sha256.Kernel, 0, 300, 300*100)
			if err := sample.Fill(b, 300, uint64(g), 100); err != nil {
				t.Error(err)
				return
			}
			want := b.Shadow()
			sha256.Kernel.Ref(want, 0, 300)
			for range 20 {
				b.Unset(0, 300)
				if err := c.Run(context.Background(), b, 0, 300); err != nil {
					t.Error(err)
				}
				if string(b.Outs()) != string(want.Outs()) {
					t.Error("other digests than the reference")
				}
			}
		})
	}
	wg.Wait()
}

// TestAllocations: the hot path allocates nothing.
func TestAllocations(t *testing.T) {
	c := New(Config{Workers: 2})
	defer c.Close()
	b := kernels.New(sha256.Node, 0, 4096, 0)
	if err := sample.Fill(b, 4096, 1, 0); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		if err := c.Run(context.Background(), b, 0, 4096); err != nil {
			t.Fatal(err)
		}
	}); n > 0.5 {
		t.Errorf("%v allocations a batch", n)
	}
}

// TestInfo: every kernel is listed once, exact, and every feature is either found or explained.
func TestInfo(t *testing.T) {
	c := New(Config{Workers: 3})
	defer c.Close()
	info := c.Info()
	if info.Name != "cpu" || info.Kind != "cpu" || info.InFlight != 1 || !strings.HasSuffix(info.Device, ", 3 workers") {
		t.Errorf("info %+v", info)
	}
	if len(info.Kernels) != len(all.Kernels) {
		t.Errorf("%d kernels, want %d", len(info.Kernels), len(all.Kernels))
	}
	for _, k := range all.Kernels {
		if s, ok := info.Supports(k.ID); !ok || s != (backend.Support{Kernel: k.ID, Smallest: 1, ValidExact: true, InvalidExact: true}) {
			t.Errorf("%s: %+v", k.Name, s)
		}
	}
	if runtime.GOARCH == "amd64" && len(info.Features)+len(info.Missing) < 4 {
		t.Errorf("features %v, missing %v", info.Features, info.Missing)
	}
	for _, m := range info.Missing {
		if m.What == "" || m.Effect == "" || m.Remedy == "" {
			t.Errorf("missing without explanation: %+v", m)
		}
	}
	t.Logf("%s: %v, missing %v", info.Device, info.Features, info.Missing)
}

// TestSwitchedOff: what SLUICE_CPU takes away is listed as missing, and so is a value that is none.
func TestSwitchedOff(t *testing.T) {
	if m := switchedOff("ifma", "ifma", nil); m.What != "" {
		t.Errorf("nothing is switched off: %+v", m)
	}
	for _, m := range []backend.Missing{switchedOff("avx2", "ifma", nil), switchedOff("ifma", "ifma", errors.New("wrong"))} {
		if m.What == "" || m.Effect == "" || m.Remedy == "" {
			t.Errorf("missing without explanation: %+v", m)
		}
	}
}
