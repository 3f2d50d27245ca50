//go:build linux

package ring

import (
	"fmt"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
)

// Caps is what a chip was built with.
type Caps struct {
	Version uint32 // of the register map: major, minor, patch in 8, 8 and 16 bits
	Queues  int    // queue pairs
	Depth   int    // largest ring, entries
	Vectors int    // interrupts
	MaxJobs uint32 // in one command
	Units   []Unit
}

// MapVersion writes the version of the register map: 0.1.0.
func (c *Caps) MapVersion() string {
	v := c.Version
	return fmt.Sprintf("%d.%d.%d", v&regs.GlobalVersionMajorMask>>regs.GlobalVersionMajorShift,
		v&regs.GlobalVersionMinorMask>>regs.GlobalVersionMinorShift, v&regs.GlobalVersionPatchMask>>regs.GlobalVersionPatchShift)
}

// Unit is a row of the unit table.
type Unit struct {
	Kernel  uint16
	Units   int  // that run the kernel
	Inexact bool // its verdicts are to be checked
	Program bool // of the general unit
	row     uint32
}

// Row is where it stands in the unit table, and its counters in theirs.
func (u *Unit) Row() int { return int(u.row) }

// Unit finds the row of a kernel whose verdicts are exact, or not.
func (c *Caps) Unit(kernel uint16, inexact bool) (Unit, bool) {
	for _, u := range c.Units {
		if u.Kernel == kernel && u.Inexact == inexact {
			return u, true
		}
	}
	return Unit{}, false
}

// Inspect tells what the chip of a device was built with, and changes nothing. Errors: ErrChip, driver.ErrGone, those of the
// device.
func Inspect(d driver.Device) (Caps, error) {
	if err := identify(d); err != nil {
		return Caps{}, err
	}
	return readCaps(d)
}

// readCaps reads them, and holds them against each other: a chip that contradicts itself is not used.
func readCaps(d driver.Device) (c Caps, err error) {
	read := func(offset uint32) (v uint32) {
		if err == nil {
			v, err = d.Read32(offset)
		}
		return v
	}
	c.Version = read(regs.GlobalVersion)
	limits := read(regs.GlobalLimits)
	field := func(mask, shift uint32) int { return int(limits & mask >> shift) }
	c.Queues = field(regs.GlobalLimitsQueuesMask, regs.GlobalLimitsQueuesShift)
	c.Vectors = field(regs.GlobalLimitsVectorsMask, regs.GlobalLimitsVectorsShift)
	depth := field(regs.GlobalLimitsDepthMask, regs.GlobalLimitsDepthShift)
	page := field(regs.GlobalLimitsPageMask, regs.GlobalLimitsPageShift)
	c.MaxJobs = read(regs.GlobalMaxJobs)
	var bitmap, seen [4]uint32
	for i := range bitmap {
		bitmap[i] = read(regs.GlobalKernels(uint32(i)))
	}
	for i := range uint32(regs.Units) {
		row := read(regs.UnitRow(i))
		u := Unit{Kernel: uint16(row & regs.UnitRowKernelMask), Units: int(row & regs.UnitRowUnitsMask >> regs.UnitRowUnitsShift),
			Inexact: row&regs.UnitRowInexactMask != 0, Program: row&regs.UnitRowProgramMask != 0, row: i}
		if u.Units == 0 {
			continue
		}
		if u.Kernel < 128 {
			seen[u.Kernel/32] |= 1 << (u.Kernel % 32)
		}
		c.Units = append(c.Units, u)
	}
	switch {
	case err != nil:
		return c, err
	case c.Queues < 1 || c.Queues > regs.Queues || depth < 1 || depth > 15 || 1<<page != regs.PageSize || c.MaxJobs == 0:
		return c, fmt.Errorf("%w: impossible limits %#x, %d jobs", ErrChip, limits, c.MaxJobs)
	case bitmap != seen:
		return c, fmt.Errorf("%w: kernels %x in the bitmap, %x in the unit table", ErrChip, bitmap, seen)
	}
	c.Depth = 1 << depth
	return c, nil
}
