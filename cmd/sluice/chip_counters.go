//go:build linux

package main

import (
	"fmt"
	"io"

	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// chipCounters are the counters of the chip over some time, as --json prints them; docs/cli.md describes the keys.
type chipCounters struct {
	Kernel       string         `json:"kernel,omitempty"` // that was run, if it was one
	Cycles       uint64         `json:"cycles"`
	Busy         uint64         `json:"busy"` // cycles with a submission in work
	Submissions  uint64         `json:"submissions"`
	Jobs         uint64         `json:"jobs"`
	StallIn      uint64         `json:"stall_in"`
	StallUnit    uint64         `json:"stall_unit"`
	StallOut     uint64         `json:"stall_out"`
	BytesRead    uint64         `json:"bytes_read"`
	BytesWritten uint64         `json:"bytes_written"`
	Differ       uint64         `json:"differ"` // answers of units that are not exact which were others than the CPU's
	Units        []unitCounters `json:"units"`
}

type unitCounters struct {
	Kernel      string  `json:"kernel"`
	Units       int     `json:"units"`
	Inexact     bool    `json:"inexact"`
	Jobs        uint64  `json:"jobs"`
	Busy        uint64  `json:"busy"`        // cycles, added up over the units
	Utilisation float64 `json:"utilisation"` // part of the chip's busy cycles in which its units worked
}

func countersOf(caps *ring.Caps, c *ring.Counters) chipCounters {
	out := chipCounters{Cycles: c.Cycles, Busy: c.Busy, Submissions: c.Submissions, Jobs: c.Jobs, StallIn: c.StallIn, StallUnit: c.StallUnit,
		StallOut: c.StallOut, BytesRead: c.BytesRead, BytesWritten: c.BytesWritten, Units: []unitCounters{}}
	for i, u := range caps.Units {
		n := c.Units[i]
		out.Units = append(out.Units, unitCounters{kernelName(u.Kernel), u.Units, u.Inexact, n.Jobs, n.Busy, ratio(n.Busy, c.Busy*uint64(u.Units))})
	}
	return out
}

func kernelName(id uint16) string {
	if k := all.ByID(kernels.ID(id)); k != nil {
		return k.Name
	}
	return fmt.Sprintf("kernel %#04x", id)
}

func ratio(a, b uint64) float64 {
	if b == 0 {
		return 0
	}
	return float64(a) / float64(b)
}

// countersTable is the table of counters: a line for each unit that worked, and what only the whole chip has.
func countersTable() table {
	return table{
		heading: []string{"UNIT", "UNITS", "JOBS", "CYCLES/JOB", "BUSY", "NO DATA", "NO UNIT", "NO ROOM", "READ B/CYCLE", "WRITTEN B/CYCLE"},
		left:    []bool{true, false, false, false, false, false, false, false, false, false},
	}
}

func percent(part float64) string { return fmt.Sprintf("%.1f%%", 100*part) }

// chip gives the cells that only the whole chip has: stalls and bytes, of its busy cycles.
func (c *chipCounters) chip() []string {
	perCycle := func(n uint64) string { return fmt.Sprintf("%.2f", ratio(n, c.Busy)) }
	return []string{percent(ratio(c.StallIn, c.Busy)), percent(ratio(c.StallUnit, c.Busy)), percent(ratio(c.StallOut, c.Busy)),
		perCycle(c.BytesRead), perCycle(c.BytesWritten)}
}

func (u *unitCounters) cells() []string {
	name := u.Kernel
	if u.Inexact {
		name += " (inexact)"
	}
	return []string{name, grouped(int64(u.Units)), grouped(int64(u.Jobs)), fmt.Sprintf("%.1f", ratio(u.Busy, u.Jobs)), percent(u.Utilisation)}
}

// add adds lines: one where a single kernel was run, else one for each unit that worked and one for the chip.
func (c *chipCounters) add(t *table) {
	for _, u := range c.Units {
		switch {
		case u.Kernel == c.Kernel && u.Jobs > 0:
			t.add(plain, append(u.cells(), c.chip()...)...)
		case c.Kernel == "" && u.Jobs > 0:
			t.add(plain, u.cells()...)
		}
	}
	if c.Kernel == "" {
		t.add(plain, append([]string{"the chip", "", grouped(int64(c.Jobs)), fmt.Sprintf("%.1f", ratio(c.Busy, c.Jobs)), percent(ratio(c.Busy, c.Cycles))}, c.chip()...)...)
	}
}

// writeCounters prints the table of the counters of the device that was used last.
func (s *chipSource) writeCounters(w io.Writer, colour bool) error {
	caps, n, err := s.counters(false)
	if err != nil {
		return fmt.Errorf("counters of the chip: %w", err)
	}
	c := countersOf(&caps, &n)
	t := countersTable()
	c.add(&t)
	return t.write(w, colour)
}
