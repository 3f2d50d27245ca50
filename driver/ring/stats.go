//go:build linux

package ring

import (
	"fmt"
	"sync/atomic"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
)

// counts are Stats that change.
type counts struct {
	Submissions, Completions, Garbage, Unknown, Stale, Duplicate, LostInterrupts, Aborts, Again, Resets atomic.Uint64
}

// Stats counts what a Host saw since Open.
type Stats struct {
	Submissions, Completions uint64

	// Completions that were dropped: malformed, of no slot, of an earlier use of the slot, of a command that had completed.
	Garbage, Unknown, Stale, Duplicate uint64

	LostInterrupts uint64 // completions found by looking
	Aborts         uint64 // of queues
	Again          uint64 // commands submitted again after an abort for another one
	Resets         uint64 // of the chip
}

// Stats is cheap.
func (h *Host) Stats() Stats {
	c := &h.stats
	return Stats{c.Submissions.Load(), c.Completions.Load(), c.Garbage.Load(), c.Unknown.Load(), c.Stale.Load(), c.Duplicate.Load(),
		c.LostInterrupts.Load(), c.Aborts.Load(), c.Again.Load(), c.Resets.Load()}
}

// Counters are those of the chip, all of one cycle; hdl/doc/zregisters.md says what each means.
type Counters struct {
	Cycles, Busy, Submissions, Jobs, StallIn, StallUnit, StallOut, BytesRead, BytesWritten uint64
	Units                                                                                  []UnitCounters // as in Caps.Units
}

// UnitCounters are those of one row of the unit table.
type UnitCounters struct{ Busy, Jobs uint64 }

// Counters takes a snapshot; with reset the chip starts to count from zero after it.
func (h *Host) Counters(reset bool) (Counters, error) {
	h.counting.Lock()
	defer h.counting.Unlock()
	return h.caps.Counters(h.device, reset)
}

// Counters is Host.Counters for a device that has these capabilities, with or without a Host. Two that run at once get each
// other's snapshots.
func (caps *Caps) Counters(d driver.Device, reset bool) (c Counters, err error) {
	how := uint32(regs.CounterControlSnapshotMask)
	if reset {
		how |= regs.CounterControlResetMask
	}
	if err := d.Write32(regs.CounterControl, how); err != nil {
		return c, fmt.Errorf("ring: snapshot: %w", err)
	}
	read := func(to *uint64, offset uint32) {
		if err == nil {
			*to, err = driver.Read64(d, offset)
		}
	}
	read(&c.Cycles, regs.CounterCycles)
	read(&c.Busy, regs.CounterBusy)
	read(&c.Submissions, regs.CounterSubmissions)
	read(&c.Jobs, regs.CounterJobs)
	read(&c.StallIn, regs.CounterStallIn)
	read(&c.StallUnit, regs.CounterStallUnit)
	read(&c.StallOut, regs.CounterStallOut)
	read(&c.BytesRead, regs.CounterBytesRead)
	read(&c.BytesWritten, regs.CounterBytesWritten)
	for _, u := range caps.Units {
		var n UnitCounters
		read(&n.Busy, regs.CounterUnitBusy(u.row))
		read(&n.Jobs, regs.CounterUnitJobs(u.row))
		c.Units = append(c.Units, n)
	}
	return c, err
}

// Errors is the chip's error register.
type Errors struct {
	Bits    uint32 // regs.GlobalError…Mask
	Queue   uint32 // of the first error
	Address uint64 // of the first error, if it was of DMA
}

// TakeErrors reads the chip's error register and clears what it read.
func (h *Host) TakeErrors() (e Errors, err error) {
	if e.Bits, err = h.device.Read32(regs.GlobalError); err != nil || e.Bits == 0 {
		return e, err
	}
	if e.Queue, err = h.device.Read32(regs.GlobalErrorQueue); err != nil {
		return e, err
	}
	if e.Address, err = driver.Read64(h.device, regs.GlobalErrorAddress); err != nil {
		return e, err
	}
	return e, h.write(regs.GlobalError, e.Bits)
}
