//go:build linux

package drivertest

import (
	"bytes"
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sample"
)

// batch makes n jobs in the pool, every third with a changed row, and on the heap what the reference says of them.
func batch(t testing.TB, pool *dma.Pool, k *kernels.Kernel, rule kernels.Flags, n, messageBytes int) (b, want *kernels.Batch) {
	t.Helper()
	room := 0
	if k.Message {
		room = n * messageBytes
	}
	b, err := kernels.NewIn(pool, k, rule, n, room)
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.Fill(b, n, 7, messageBytes); err != nil {
		t.Fatal(err)
	}
	if k.ID != kernels.SHA256dPoW && k.ID != kernels.SHA256Chain { // whose rows hold counts: a change could take years
		for i := 0; k.In > 0 && i < n; i += 3 {
			b.Row(i)[i%k.In] ^= 1 << (i % 8)
		}
	}
	want = kernels.New(k, rule, n, room)
	for i := range n {
		row, err := want.Add(b.Message(i))
		if err != nil {
			t.Fatal(err)
		}
		copy(row, b.Row(i))
	}
	k.Ref(want, 0, n)
	return b, want
}

// command is that for jobs [lo,hi).
func (h *host) command(t testing.TB, b *kernels.Batch, lo, hi int) ring.Command {
	t.Helper()
	base, ok := h.pool.Address(b.Region())
	if !ok {
		t.Fatal("the batch is not in the pool")
	}
	c, err := ring.Batch(b.Region(), base, lo, hi)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// same compares jobs [lo,hi); all others must be unset.
func same(t testing.TB, got, want *kernels.Batch, lo, hi int) {
	t.Helper()
	for i := range got.Len() {
		v, out := want.Verdict(i), want.Out(i)
		if i < lo || i >= hi {
			v, out = kernels.Unset, make([]byte, len(out))
		}
		if got.Verdict(i) != v || !bytes.Equal(got.Out(i), out) {
			t.Fatalf("%s, job %d of [%d,%d): %v %x, want %v %x", got.Kernel().Name, i, lo, hi, got.Verdict(i), got.Out(i), v, out)
		}
	}
}

// supported are the kernels that the chip has.
func (h *host) supported(t testing.TB) (ks []*kernels.Kernel) {
	t.Helper()
	caps := h.Caps()
	for _, u := range caps.Units {
		k := all.ByID(kernels.ID(u.Kernel))
		if k == nil {
			t.Fatalf("the chip has kernel %#x, which nobody knows", u.Kernel)
		}
		if !u.Inexact {
			ks = append(ks, k)
		}
	}
	if len(ks) == 0 {
		t.Fatal("the chip has no kernel")
	}
	return ks
}

// kernelsOnRings runs batches of every kernel and rule.
func kernelsOnRings(t *testing.T, open Open) {
	with(t, open, ring.Options{}, func(t *testing.T, h *host) {
		for _, k := range h.supported(t) {
			for _, rule := range k.Rules {
				t.Run(k.Name+" "+rule.String(), func(t *testing.T) {
					n := 20
					if k.ID == kernels.BLS12381Verify {
						n = 3
					}
					b, want := batch(t, h.pool, k, rule, n, 100)
					defer b.Release()
					done, err := h.Do(context.Background(), h.command(t, b, 0, n))
					if err != nil || done.Decided != uint32(n) {
						t.Fatalf("%+v, %v", done, err)
					}
					same(t, b, want, 0, n)
					valid := bytes.Count(want.Verdicts(), []byte{byte(kernels.Valid)})
					t.Logf("%d jobs, %d valid, %d invalid", n, valid, n-valid)
				})
			}
		}
	})
}

// messageKernel is one with messages and outputs if there is one.
func (h *host) messageKernel(t testing.TB) *kernels.Kernel {
	ks := h.supported(t)
	for _, k := range ks {
		if k.Message {
			return k
		}
	}
	return ks[0]
}

// spans: the chip decides the span it is given and touches nothing else.
func spans(t *testing.T, open Open) {
	with(t, open, ring.Options{Depth: 2}, func(t *testing.T, h *host) { // the rings wrap all the time
		const n = 600
		k := h.messageKernel(t)
		b, want := batch(t, h.pool, k, k.Default(), n, 13)
		defer b.Release()
		for _, c := range [][2]int{{0, 0}, {0, 1}, {0, n}, {n, n}, {n - 1, n}, {1, 2}, {63, 65}, {64, 128}, {255, 258}, {1, n - 1}, {100, 400}} {
			b.Unset(0, n)
			if _, err := h.Do(context.Background(), h.command(t, b, c[0], c[1])); err != nil {
				t.Fatalf("%v: %v", c, err)
			}
			same(t, b, want, c[0], c[1])
		}
		if _, err := ring.Batch(b.Region(), 0, 5, 4); !errors.Is(err, driver.ErrRange) {
			t.Errorf("span [5,4): %v", err)
		}
		if _, err := ring.Batch(b.Region(), 0, 0, n+1); !errors.Is(err, driver.ErrRange) {
			t.Errorf("a job too many: %v", err)
		}
		if _, err := ring.Batch(make([]byte, 100), 0, 0, 0); !errors.Is(err, driver.ErrRange) {
			t.Errorf("no batch: %v", err)
		}
	})
}

// manyCallers decide spans of one batch at once, more than the queues hold.
func manyCallers(t *testing.T, open Open) {
	with(t, open, ring.Options{Depth: 4}, func(t *testing.T, h *host) {
		const n, callers = 480, 24
		k := h.messageKernel(t)
		b, want := batch(t, h.pool, k, k.Default(), n, 40)
		defer b.Release()
		var wg sync.WaitGroup
		for c := range callers {
			wg.Go(func() {
				for i := c * n / callers; i < (c+1)*n/callers; i += 2 {
					if _, err := h.Do(context.Background(), h.command(t, b, i, i+2)); err != nil {
						t.Errorf("jobs %d: %v", i, err)
						return
					}
				}
			})
		}
		wg.Wait()
		if t.Failed() {
			return
		}
		same(t, b, want, 0, n)
		if s := h.Stats(); s.Completions != n/2 || s.Submissions != n/2 || s.Garbage+s.Unknown+s.Stale+s.Duplicate+s.Resets != 0 {
			t.Errorf("%+v", s)
		}
	})
}

// refused: commands that the chip must not do give an error completion; no verdict is set, and the queues go on.
func refused(t *testing.T, open Open) {
	with(t, open, ring.Options{}, func(t *testing.T, h *host) {
		const n = 40
		k := h.messageKernel(t)
		b, want := batch(t, h.pool, k, k.Default(), n, 64)
		defer b.Release()
		good := h.command(t, b, 0, n)
		small, err := h.pool.Alloc(64)
		if err != nil {
			t.Fatal(err)
		}
		defer h.pool.Free(small)
		for _, c := range []struct {
			name   string
			change func(c *ring.Command)
			status uint8
			bits   uint32
		}{
			{"kernel", func(c *ring.Command) { c.Kernel = 0x7f }, regs.StatusBadKernel, regs.GlobalErrorDescriptorMask},
			{"kernel beyond the bitmap", func(c *ring.Command) { c.Kernel = 0xffff }, regs.StatusBadKernel, regs.GlobalErrorDescriptorMask},
			{"rules", func(c *ring.Command) { c.Rules = 1 << 31 }, regs.StatusBadRules, regs.GlobalErrorDescriptorMask},
			{"span goes back", func(c *ring.Command) { c.Lo, c.Hi = 2, 1 }, regs.StatusBadSpan, regs.GlobalErrorDescriptorMask},
			{"too many jobs", func(c *ring.Command) { c.Hi = 1<<32 - 1 }, regs.StatusBadSpan, regs.GlobalErrorDescriptorMask},
			{"verdicts off the grid", func(c *ring.Command) { c.Verdict++ }, regs.StatusBadAddress, regs.GlobalErrorDescriptorMask},
			{"ends off the grid", func(c *ring.Command) { c.Ends += 4 }, regs.StatusBadAddress, regs.GlobalErrorDescriptorMask},
			{"verdicts beyond the end", func(c *ring.Command) { c.Verdict = 1<<64 - 64; c.Hi = 200 }, regs.StatusBadAddress, regs.GlobalErrorDescriptorMask},
			{"arena too small", func(c *ring.Command) { c.MessageBytes = 100 }, regs.StatusBadMessage, regs.GlobalErrorDescriptorMask},
			{"ends elsewhere", func(c *ring.Command) { c.Ends = c.Messages }, regs.StatusBadMessage, regs.GlobalErrorDescriptorMask},
			{"ends not mapped", func(c *ring.Command) { c.Ends = 1 << 38 }, regs.StatusDMARead, regs.GlobalErrorDMAReadMask},
			{"messages not mapped", func(c *ring.Command) { c.Messages = 0 }, regs.StatusDMARead, regs.GlobalErrorDMAReadMask},
			{"verdicts not mapped", func(c *ring.Command) { c.Verdict = 1 << 63 }, regs.StatusDMAWrite, regs.GlobalErrorDMAWriteMask},
		} {
			if !k.Message && (c.status == regs.StatusBadMessage || c.name == "ends off the grid" || c.bits == regs.GlobalErrorDMAReadMask) {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				if _, err := h.TakeErrors(); err != nil {
					t.Fatal(err)
				}
				cmd := good
				c.change(&cmd)
				_, err := h.Do(context.Background(), cmd)
				var f *ring.Failure
				if !errors.As(err, &f) || f.Status != c.status || f.Decided != 0 {
					t.Errorf("%v, want status %s", err, regs.StatusName(c.status))
				}
				if i := bytes.IndexFunc(b.Verdicts(), func(r rune) bool { return r != 0 }); i >= 0 {
					t.Errorf("job %d has a verdict", i)
				}
				e, err := h.TakeErrors()
				if err != nil || e.Bits != c.bits {
					t.Errorf("error register %+v, %v, want %#x", e, err, c.bits)
				}
				if c.bits != regs.GlobalErrorDescriptorMask && e.Address == 0 && c.name != "messages not mapped" {
					t.Error("the error register has no address")
				}
				if e, err := h.TakeErrors(); err != nil || e.Bits != 0 {
					t.Errorf("error register %+v, %v after it was cleared", e, err)
				}
				b.Unset(0, n)
			})
		}
		if _, err := h.Do(context.Background(), good); err != nil {
			t.Fatal(err)
		}
		same(t, b, want, 0, n)
		if s := h.Stats(); s.Resets != 0 || s.Aborts != 0 {
			t.Errorf("%+v", s)
		}
	})
}

func cancel(t *testing.T, open Open) {
	with(t, open, ring.Options{}, func(t *testing.T, h *host) {
		ctx, stop := context.WithCancel(context.Background())
		stop()
		if _, err := h.Do(ctx, ring.Command{Nop: true}); !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		if s := h.Stats(); s.Submissions != 0 {
			t.Errorf("%+v", s)
		}
		h.nop(t)
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		if _, err := h.Do(context.Background(), ring.Command{Nop: true}); !errors.Is(err, ring.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	})
}

func counters(t *testing.T, open Open) {
	with(t, open, ring.Options{}, func(t *testing.T, h *host) {
		if _, err := h.Counters(true); err != nil {
			t.Fatal(err)
		}
		const n = 30
		k := h.messageKernel(t)
		b, _ := batch(t, h.pool, k, k.Default(), n, 64)
		defer b.Release()
		for i := range 3 {
			if _, err := h.Do(context.Background(), h.command(t, b, 10*i, 10*i+10)); err != nil {
				t.Fatal(err)
			}
		}
		c, err := h.Counters(true)
		if err != nil {
			t.Fatal(err)
		}
		if c.Submissions != 3 || c.Jobs != n || c.Cycles == 0 || c.Busy == 0 || c.Busy > c.Cycles ||
			c.BytesRead < uint64(n*(64+k.In)) || c.BytesWritten < uint64(n*(1+k.Out)+3*regs.CompletionSize) {
			t.Errorf("%+v", c)
		}
		sum := uint64(0)
		for i, u := range c.Units {
			if kernels.ID(h.Caps().Units[i].Kernel) != k.ID && u.Jobs != 0 {
				t.Errorf("unit row %d: %+v", i, u)
			}
			sum += u.Jobs
		}
		if sum != n {
			t.Errorf("units decided %d jobs, want %d", sum, n)
		}
		caps, err := ring.Inspect(h.device) // while the Host works on
		if err != nil || !reflect.DeepEqual(caps, h.Caps()) {
			t.Errorf("Inspect: %+v, %v; the Host says %+v", caps, err, h.Caps())
		}
		h.nop(t)
		nops := uint64(2 * h.Caps().Queues)
		if c, err = caps.Counters(h.device, false); err != nil || c.Submissions != nops || c.Jobs != 0 {
			t.Errorf("after a reset of the counters and %d commands: %+v, %v", nops, c, err)
		}
	})
}

func options(t *testing.T, open Open) {
	device(t, open, func(t *testing.T, d driver.Device, _ Faults) {
		pool := dma.NewPool(d, dma.Config{})
		defer pool.Close()
		for _, o := range []ring.Options{{Queues: 100}, {Queues: -1}, {Depth: 3}, {Depth: 1}, {Depth: 1 << 30}} {
			if _, err := ring.Open(d, pool, o); !errors.Is(err, driver.ErrRange) {
				t.Errorf("%+v: %v", o, err)
			}
		}
		if n := pool.InUse(); n != 0 {
			t.Errorf("%d bytes in use", n)
		}
	})
}

// tenTimes opens and closes everything ten times, with work between.
func tenTimes(t *testing.T, open Open) {
	for range 10 {
		with(t, open, ring.Options{Tick: time.Hour}, func(t *testing.T, h *host) { // so every interrupt counts
			h.nop(t)
			if s := h.Stats(); s.LostInterrupts != 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}
