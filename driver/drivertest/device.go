//go:build linux

package drivertest

import (
	"errors"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/event"
	"github.com/sluice-engine/sluice/driver/regs"
)

func read(t testing.TB, d driver.Device, offset uint32) uint32 {
	t.Helper()
	v, err := d.Read32(offset)
	if err != nil {
		t.Fatalf("read %#x: %v", offset, err)
	}
	return v
}

func write(t testing.TB, d driver.Device, offset, value uint32) {
	t.Helper()
	if err := d.Write32(offset, value); err != nil {
		t.Fatalf("write %#x: %v", offset, err)
	}
}

func registers(t *testing.T, open Open) {
	device(t, open, func(t *testing.T, d driver.Device, _ Faults) {
		i := d.Info()
		if i.Vendor != regs.Vendor || i.Device != regs.Device || i.BARSize < regs.BARSize || i.Vectors < 1 || i.Name == "" || i.Transport == "" {
			t.Errorf("info %+v", i)
		}
		if v := read(t, d, regs.GlobalID); v != regs.ID {
			t.Errorf("id %#x", v)
		}
		if v := read(t, d, regs.GlobalVersion); v>>24 != regs.VersionMajor {
			t.Errorf("version %#x", v)
		}
		for _, v := range []uint32{0, 1, 1 << 31, 0x12345678, 1<<32 - 1} {
			write(t, d, regs.GlobalScratch, v)
			if got := read(t, d, regs.GlobalScratch); got != v {
				t.Errorf("scratch %#x, wrote %#x", got, v)
			}
		}
		write(t, d, regs.GlobalID, 7)
		if v := read(t, d, regs.GlobalID); v != regs.ID {
			t.Errorf("a read-only register became %#x", v)
		}
		for q := range read(t, d, regs.GlobalLimits) & regs.GlobalLimitsQueuesMask {
			want := uint64(q)<<40 | 64
			if err := driver.Write64(d, regs.QueueSQBase(q), want); err != nil {
				t.Fatal(err)
			}
			if got, err := driver.Read64(d, regs.QueueSQBase(q)); err != nil || got != want {
				t.Errorf("queue %d: base %#x, %v, wrote %#x", q, got, err, want)
			}
		}
		for _, offset := range []uint32{1, 2, 6, i.BARSize, 1<<32 - 4} {
			_, err := d.Read32(offset)
			if err2 := d.Write32(offset, 0); !errors.Is(err, driver.ErrRange) || !errors.Is(err2, driver.ErrRange) {
				t.Errorf("register %#x: %v, %v", offset, err, err2)
			}
		}
		write(t, d, regs.GlobalError, 1<<32-1)
		write(t, d, regs.DoorbellSQTail(0), 1) // not enabled
		if v := read(t, d, regs.GlobalError); v != regs.GlobalErrorDoorbellMask {
			t.Errorf("error %#x after a wrong doorbell", v)
		}
		write(t, d, regs.GlobalError, regs.GlobalErrorDMAReadMask)
		if v := read(t, d, regs.GlobalError); v != regs.GlobalErrorDoorbellMask {
			t.Errorf("error %#x: clearing one bit cleared another", v)
		}
		write(t, d, regs.GlobalError, regs.GlobalErrorDoorbellMask)
		if v := read(t, d, regs.GlobalError); v != 0 {
			t.Errorf("error %#x after it was cleared", v)
		}
		for _, depth := range []uint32{0, 1, 3, 1 << 20} {
			write(t, d, regs.QueueDepth(0), depth)
			write(t, d, regs.QueueControl(0), regs.QueueControlEnableMask)
			if v := read(t, d, regs.QueueStatus(0)); v&regs.QueueStatusEnabledMask != 0 {
				t.Errorf("a queue of %d entries was accepted", depth)
			}
			write(t, d, regs.QueueControl(0), 0)
		}
		if v := read(t, d, regs.GlobalError); v != regs.GlobalErrorQueueMask {
			t.Errorf("error %#x after an impossible queue", v)
		}
	})
}

func dmaMaps(t *testing.T, open Open) {
	device(t, open, func(t *testing.T, d driver.Device, _ Faults) {
		r, err := dma.NewRegion(4 * driver.PageSize)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		const at = 1 << 33
		if err := d.Map(r.Memory, at); err != nil {
			t.Fatal(err)
		}
		for _, iova := range []uint64{at, at - driver.PageSize, at + 3*driver.PageSize} {
			if err := d.Map(r.Memory, iova); !errors.Is(err, driver.ErrOverlap) {
				t.Errorf("map over a mapping, at %#x: %v", iova, err)
			}
		}
		for _, bad := range []driver.Memory{{FD: r.FD}, {Bytes: r.Bytes[:100], FD: r.FD}, {Bytes: r.Bytes, FD: -1}} {
			if err := d.Map(bad, 1<<34); !errors.Is(err, driver.ErrRange) {
				t.Errorf("map of %d bytes of %d: %v", len(bad.Bytes), bad.FD, err)
			}
		}
		if err := d.Map(r.Memory, 1<<34+64); !errors.Is(err, driver.ErrRange) {
			t.Errorf("map off a page: %v", err)
		}
		part := driver.Memory{Bytes: r.Bytes[driver.PageSize : 2*driver.PageSize], FD: r.FD, Offset: driver.PageSize}
		if err := d.Map(part, at+4*driver.PageSize); err != nil {
			t.Errorf("map of a part beside it: %v", err)
		}
		for _, c := range []struct{ iova, size uint64 }{{1 << 35, driver.PageSize}, {at, driver.PageSize}, {at + driver.PageSize, driver.PageSize}} {
			if err := d.Unmap(c.iova, c.size); !errors.Is(err, driver.ErrNotMapped) {
				t.Errorf("unmap %#x at %#x: %v", c.size, c.iova, err)
			}
		}
		if err := d.Unmap(at, uint64(len(r.Bytes))); err != nil {
			t.Error(err)
		}
		if err := d.Map(r.Memory, at-2*driver.PageSize); err != nil {
			t.Errorf("map where something was: %v", err)
		}
	})
}

func interrupts(t *testing.T, open Open) {
	device(t, open, func(t *testing.T, d driver.Device, _ Faults) {
		n := min(d.Info().Vectors, 32)
		events := make([]*event.Event, n)
		for i := range events {
			e, err := event.New()
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			events[i] = e
			if err := d.Interrupt(i, e.FD()); err != nil {
				t.Fatalf("interrupt %d: %v", i, err)
			}
		}
		fired := func(i int, wait time.Duration) bool {
			ok, err := events[i].Wait(wait)
			if err != nil {
				t.Fatal(err)
			}
			return ok
		}
		write(t, d, regs.GlobalIntrEnable, 1<<32-1)
		for i := range n {
			write(t, d, regs.GlobalIntrTest, 1<<i)
			if !fired(i, 5*time.Second) {
				t.Fatalf("vector %d did not fire", i)
			}
			for j := range n {
				if fired(j, time.Millisecond) {
					t.Errorf("vector %d fired for %d", j, i)
				}
			}
		}
		write(t, d, regs.GlobalIntrEnable, 0)
		write(t, d, regs.GlobalIntrTest, 1)
		if fired(0, 5*time.Millisecond) {
			t.Error("a vector that is not enabled fired")
		}
		if v := read(t, d, regs.GlobalIntrPending); v != 1 {
			t.Errorf("pending %#x", v)
		}
		write(t, d, regs.GlobalIntrEnable, 1)
		if !fired(0, 5*time.Second) {
			t.Error("a pending vector did not fire when it was enabled")
		}
		if err := d.Interrupt(0, -1); err != nil {
			t.Fatal(err)
		}
		write(t, d, regs.GlobalIntrTest, 1)
		if fired(0, 5*time.Millisecond) {
			t.Error("a vector fired that was taken away")
		}
		for _, v := range []int{-1, d.Info().Vectors, 1 << 20} {
			if err := d.Interrupt(v, events[0].FD()); !errors.Is(err, driver.ErrRange) {
				t.Errorf("vector %d: %v", v, err)
			}
		}
	})
}

func reset(t *testing.T, open Open) {
	device(t, open, func(t *testing.T, d driver.Device, _ Faults) {
		r, err := dma.NewRegion(driver.PageSize)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		if err := d.Map(r.Memory, 1<<33); err != nil {
			t.Fatal(err)
		}
		for _, how := range []func() error{
			d.Reset,
			func() error { return d.Write32(regs.GlobalReset, regs.GlobalResetGoMask) },
		} {
			write(t, d, regs.GlobalScratch, 5)
			write(t, d, regs.DoorbellSQTail(0), 1)
			if err := how(); err != nil {
				t.Fatal(err)
			}
			for range 100 {
				if read(t, d, regs.GlobalReset) == 0 {
					break
				}
				time.Sleep(time.Millisecond)
			}
			if s, e, ready := read(t, d, regs.GlobalScratch), read(t, d, regs.GlobalError), read(t, d, regs.GlobalStatus); s != 0 || e != 0 || ready&regs.GlobalStatusReadyMask == 0 {
				t.Errorf("after a reset: scratch %#x, error %#x, status %#x", s, e, ready)
			}
		}
		if err := d.Unmap(1<<33, driver.PageSize); err != nil {
			t.Errorf("a reset took a mapping away: %v", err)
		}
	})
}

func closed(t *testing.T, open Open) {
	device(t, open, func(t *testing.T, d driver.Device, _ Faults) {
		if err := d.Close(); err != nil {
			t.Fatal(err)
		}
		_, err := d.Read32(regs.GlobalID)
		for what, err := range map[string]error{
			"read": err, "write": d.Write32(regs.GlobalScratch, 1), "reset": d.Reset(), "interrupt": d.Interrupt(0, -1),
			"unmap": d.Unmap(1<<33, driver.PageSize),
		} {
			if !errors.Is(err, driver.ErrClosed) {
				t.Errorf("%s after Close: %v", what, err)
			}
		}
	})
}
