//go:build linux

package drivertest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/kernels"
)

// quick makes the tests of faults wait little.
var quick = ring.Options{Deadline: 150 * time.Millisecond, Grace: 50 * time.Millisecond, Tick: 20 * time.Millisecond}

// patient is for faults that are seen at once: nothing may depend on the deadline.
var patient = ring.Options{Deadline: time.Minute, Grace: time.Minute, Tick: 20 * time.Millisecond}

func faults(t *testing.T, open Open) {
	can := false
	device(t, open, func(_ *testing.T, _ driver.Device, f Faults) { can = f != nil })
	if !can {
		t.Skip("this chip cannot be told to err")
	}
	const n = 20
	one := func(name string, o ring.Options, f fake.Fault, check func(t *testing.T, h *host, err error, s ring.Stats)) {
		t.Run(name, func(t *testing.T) {
			with(t, open, o, func(t *testing.T, h *host) {
				k := h.messageKernel(t)
				b, want := batch(t, h.pool, k, k.Default(), n, 50)
				defer b.Release()
				h.nop(t) // so that slots have earlier generations
				h.nop(t)
				h.faults.Plant(f)
				_, err := h.Do(context.Background(), h.command(t, b, 0, n))
				check(t, h, err, h.Stats())
				for i := range n {
					if v := b.Verdict(i); v != kernels.Unset && v != want.Verdict(i) {
						t.Errorf("job %d is %v, want %v or unset", i, v, want.Verdict(i))
					}
				}
				if err == nil && f != fake.Liar {
					same(t, b, want, 0, n)
				}
				if f == fake.Removal {
					return
				}
				b.Unset(0, n)
				if _, err := h.Do(context.Background(), h.command(t, b, 0, n)); err != nil {
					t.Fatalf("afterwards: %v", err)
				}
				same(t, b, want, 0, n)
				h.nop(t)
			})
		})
	}
	dropped := func(count func(s ring.Stats) uint64) func(*testing.T, *host, error, ring.Stats) {
		return func(t *testing.T, h *host, err error, s ring.Stats) {
			for range 100 { // the duplicate may come after the caller was told
				if count(s) == 1 {
					break
				}
				time.Sleep(time.Millisecond)
				s = h.Stats()
			}
			if err != nil || count(s) != 1 || s.Garbage+s.Unknown+s.Stale+s.Duplicate != 1 || s.Resets+s.Aborts != 0 {
				t.Errorf("%v, %+v", err, s)
			}
		}
	}
	one("bogus id", patient, fake.BogusID, dropped(func(s ring.Stats) uint64 { return s.Unknown }))
	one("stale id", patient, fake.StaleID, dropped(func(s ring.Stats) uint64 { return s.Stale }))
	one("duplicate id", patient, fake.DuplicateID, dropped(func(s ring.Stats) uint64 { return s.Duplicate }))
	one("garbage", patient, fake.Garbage, dropped(func(s ring.Stats) uint64 { return s.Garbage }))
	one("lost interrupt", ring.Options{Poll: -1, Tick: 10 * time.Millisecond}, fake.LostInterrupt, func(t *testing.T, h *host, err error, s ring.Stats) {
		if err != nil || s.LostInterrupts > 1 || s.Aborts != 0 {
			t.Errorf("%v, %+v", err, s)
		}
	})
	one("partial", patient, fake.Partial, func(t *testing.T, h *host, err error, s ring.Stats) {
		if !errors.Is(err, ring.ErrPartial) {
			t.Error(err)
		}
	})
	one("liar", patient, fake.Liar, func(t *testing.T, h *host, err error, s ring.Stats) {
		if err != nil { // who reads the verdicts finds those that are unset
			t.Error(err)
		}
	})
	one("internal", patient, fake.Internal, func(t *testing.T, h *host, err error, s ring.Stats) {
		var f *ring.Failure
		if !errors.As(err, &f) || f.Decided != n/2 {
			t.Error(err)
		}
	})
	one("stall", quick, fake.Stall, func(t *testing.T, h *host, err error, s ring.Stats) {
		if !errors.Is(err, ring.ErrDeadline) || errors.Is(err, ring.ErrReset) || s.Aborts != 1 || s.Resets != 0 {
			t.Errorf("%v, %+v", err, s)
		}
	})
	one("lost completion", quick, fake.LostCompletion, func(t *testing.T, h *host, err error, s ring.Stats) {
		if !errors.Is(err, ring.ErrReset) || !errors.Is(err, ring.ErrDeadline) || s.Resets != 1 {
			t.Errorf("%v, %+v", err, s)
		}
	})
	one("hang", quick, fake.Hang, func(t *testing.T, h *host, err error, s ring.Stats) {
		if !errors.Is(err, ring.ErrReset) || !errors.Is(err, ring.ErrDeadline) || s.Aborts != 1 || s.Resets != 1 {
			t.Errorf("%v, %+v", err, s)
		}
	})
	one("removal", patient, fake.Removal, func(t *testing.T, h *host, err error, s ring.Stats) {
		if !errors.Is(err, driver.ErrGone) || s.Resets != 1 {
			t.Errorf("%v, %+v", err, s)
		}
		if _, err := h.Do(context.Background(), ring.Command{Nop: true}); !errors.Is(err, driver.ErrGone) || !errors.Is(h.Err(), driver.ErrGone) {
			t.Errorf("afterwards: %v, %v", err, h.Err())
		}
	})
	t.Run("removal at rest", func(t *testing.T) { removal(t, open) })
	t.Run("hang of many", func(t *testing.T) { hangOfMany(t, open) })
	t.Run("cancel a stall", func(t *testing.T) { cancelStall(t, open) })
	t.Run("reset while busy", func(t *testing.T) { resetWhileBusy(t, open) })
	t.Run("close while busy", func(t *testing.T) { closeWhileBusy(t, open) })
}

func removal(t *testing.T, open Open) {
	with(t, open, patient, func(t *testing.T, h *host) {
		h.nop(t)
		h.faults.Remove()
		if _, err := h.Do(context.Background(), ring.Command{Nop: true}); !errors.Is(err, driver.ErrGone) {
			t.Error(err)
		}
	})
}

// callers runs many commands at once and gives the outcome of each.
func callers(h *host, n int, ctx context.Context) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { _, errs[i] = h.Do(ctx, ring.Command{Nop: true}) })
	}
	wg.Wait()
	return errs
}

// hangOfMany: when the chip hangs with many commands in flight, each caller is told once, and one reset helps all.
func hangOfMany(t *testing.T, open Open) {
	o := quick
	o.Depth = 8
	with(t, open, o, func(t *testing.T, h *host) {
		h.faults.Plant(fake.Hang)
		var hung, fine int
		for i, err := range callers(h, 16, context.Background()) {
			switch {
			case err == nil:
				fine++
			case errors.Is(err, ring.ErrReset) || errors.Is(err, ring.ErrDeadline):
				hung++
			default:
				t.Errorf("caller %d: %v", i, err)
			}
		}
		if s := h.Stats(); hung == 0 || s.Resets == 0 || s.Resets > 2 {
			t.Errorf("%d hung, %d fine, %+v", hung, fine, s)
		}
		h.nop(t)
	})
}

// cancelStall: who cancels gets the error of the context soon; others on the same queue do not notice.
func cancelStall(t *testing.T, open Open) {
	o := patient
	o.Queues = 1
	with(t, open, o, func(t *testing.T, h *host) {
		h.faults.Plant(fake.Stall)
		ctx, stop := context.WithCancel(context.Background())
		cancelled := make(chan error)
		go func() {
			_, err := h.Do(ctx, ring.Command{Nop: true})
			cancelled <- err
		}()
		for h.Stats().Submissions == 0 {
			time.Sleep(time.Millisecond)
		}
		others := make(chan []error)
		go func() { others <- callers(h, 10, context.Background()) }()
		for h.Stats().Submissions < 11 {
			time.Sleep(time.Millisecond)
		}
		stop()
		if err := <-cancelled; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
		for i, err := range <-others {
			if err != nil {
				t.Errorf("caller %d: %v", i, err)
			}
		}
		if s := h.Stats(); s.Resets != 0 || s.Aborts != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// resetWhileBusy: somebody resets the chip under our feet. Commands in flight are lost, which the deadline finds.
func resetWhileBusy(t *testing.T, open Open) {
	with(t, open, quick, func(t *testing.T, h *host) {
		h.faults.Plant(fake.Stall)
		told := make(chan error, 1)
		go func() {
			_, err := h.Do(context.Background(), ring.Command{Nop: true})
			told <- err
		}()
		for h.Stats().Submissions == 0 {
			time.Sleep(time.Millisecond)
		}
		if err := h.device.Reset(); err != nil {
			t.Fatal(err)
		}
		if err := <-told; !errors.Is(err, ring.ErrReset) {
			t.Error(err)
		}
		h.nop(t)
	})
}

func closeWhileBusy(t *testing.T, open Open) {
	with(t, open, patient, func(t *testing.T, h *host) {
		h.faults.Plant(fake.Stall, fake.Stall, fake.Hang)
		told := make(chan []error)
		go func() { told <- callers(h, 40, context.Background()) }()
		for h.Stats().Submissions < 20 {
			time.Sleep(time.Millisecond)
		}
		if err := h.Close(); err != nil {
			t.Error(err)
		}
		closed := 0
		for i, err := range <-told {
			if err != nil && !errors.Is(err, ring.ErrClosed) {
				t.Errorf("caller %d: %v", i, err)
			}
			if err != nil {
				closed++
			}
		}
		if closed == 0 {
			t.Error("nobody was told")
		}
	})
}
