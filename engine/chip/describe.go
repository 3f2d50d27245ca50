//go:build linux

package chip

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// inFlight is how many calls of Run pay at once: while the answers of one are looked at, the chip works on the other.
const inFlight = 2

// smallest is the least number of jobs that is worth the way to a device and back.
const smallest = 64

// describe says what was found.
func describe(name string, d driver.Info, c ring.Caps, anyUnit bool) backend.Info {
	info := backend.Info{
		Name:      name,
		Kind:      "chip",
		Device:    "card " + d.Name,
		Version:   c.MapVersion(),
		Simulated: simulated(d),
		Kernels:   supports(c, anyUnit),
		InFlight:  inFlight,
	}
	if info.Simulated {
		info.Device = "simulator " + d.Name
		info.Missing = append(info.Missing, backend.Missing{What: "a card", Effect: "the chip is simulated: its answers count, its speed does not",
			Remedy: "bind a card to vfio-pci and leave --chip and $" + Env + " empty"})
	}
	for _, u := range c.Units {
		if k := lookup(u.Kernel); k != nil {
			f := fmt.Sprintf("%s:%d", k.Name, u.Units)
			if u.Inexact {
				f += "(inexact)"
			}
			info.Features = append(info.Features, f)
		}
	}
	var without []string
	for _, k := range regs.Kernels {
		if _, ok := info.Supports(kernels.ID(k.ID)); !ok {
			without = append(without, k.Name)
		}
	}
	if len(without) > 0 {
		info.Missing = append(info.Missing, backend.Missing{What: "units for " + strings.Join(without, ", "), Effect: "other backends decide these",
			Remedy: "hdl/doc/adding-a-unit.md says how to add one"})
	}
	return info
}

// supports lists what the units run. Where a kernel has exact units and others, only the exact ones are used, unless all may.
func supports(c ring.Caps, anyUnit bool) (all []backend.Support) {
	for _, k := range regs.Kernels {
		_, exact := c.Unit(k.ID, false)
		_, inexact := c.Unit(k.ID, true)
		if exact || inexact {
			exact = exact && !(inexact && anyUnit)
			all = append(all, backend.Support{Kernel: kernels.ID(k.ID), Smallest: smallest, ValidExact: exact, InvalidExact: exact})
		}
	}
	return all
}

// lookup is what the chip's tables say of a kernel, or nil.
func lookup(id uint16) *regs.Kernel {
	i := slices.IndexFunc(regs.Kernels, func(k regs.Kernel) bool { return k.ID == id })
	if i < 0 {
		return nil
	}
	return &regs.Kernels[i]
}

func names(all []backend.Support) (names []string) {
	for _, s := range all {
		name := lookup(uint16(s.Kernel)).Name
		if !s.ValidExact {
			name += " (inexact)"
		}
		names = append(names, name)
	}
	return names
}
