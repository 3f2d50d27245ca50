//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
)

func newChipInfo() *cobra.Command {
	var source chipSource
	var asJSON, everything bool
	cmd := &cobra.Command{
		Use:   "info [flags] [NAME...]",
		Short: "Show the registers of the chip, by name",
		Long: `Info reads the registers of the chip, takes them apart into their fields, and changes nothing but the snapshot of the
counters. NAME limits it to registers whose names begin so: global, unit, counter, queue[1], global.error.
hdl/doc/zregisters.md says what each of them means.`,
		Example: `  sluice chip info
  sluice chip info global queue[0]
  sluice chip info --json counter | jq '.[] | select(.value > 0)'`,
		RunE: func(cmd *cobra.Command, names []string) (err error) {
			if err := source.open(cmd.Context(), cmd.ErrOrStderr()); err != nil {
				return err
			}
			defer func() { err = errors.Join(err, source.close()) }()
			d, err := source.dial()
			if err != nil {
				return err
			}
			defer d.Close()
			read, err := readRegisters(d, names, everything)
			if err != nil {
				return err
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), read)
			}
			return writeRegisters(cmd.OutOrStdout(), read)
		},
	}
	source.bind(cmd)
	cmd.Flags().BoolVar(&everything, "all", false, "also elements of arrays that are zero")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

// register is the value of a register; docs/cli.md describes its JSON.
type register struct {
	Name   string  `json:"name"`
	Offset uint32  `json:"offset"`
	Width  int     `json:"width"` // bits
	Value  uint64  `json:"value"`
	Fields []field `json:"fields"`
	Text   string  `json:"text,omitempty"` // what the value stands for
}

type field struct {
	Name  string `json:"name"`
	Value uint64 `json:"value"`
}

// readRegisters reads those that can be read and whose names begin with one of names, or all. Of arrays, elements that are
// zero are left out unless everything is wanted.
func readRegisters(d driver.Device, names []string, everything bool) ([]register, error) {
	caps, err := ring.Inspect(d)
	if err != nil {
		return nil, err
	}
	if err := d.Write32(regs.CounterControl, regs.CounterControlSnapshotMask); err != nil {
		return nil, err
	}
	out := []register{}
	for _, r := range regs.Map {
		if r.Access == "wo" {
			continue
		}
		for b := range r.Blocks {
			if strings.HasPrefix(r.Name, "queue.") && b >= caps.Queues {
				break
			}
			for i := range r.Count {
				at := register{Name: nameOf(&r, b, i), Offset: r.Offset + uint32(b*r.Stride+i*r.Width/8), Width: r.Width}
				if !wanted(at.Name, names) {
					continue
				}
				if r.Width == 64 {
					at.Value, err = driver.Read64(d, at.Offset)
				} else {
					var v uint32
					v, err = d.Read32(at.Offset)
					at.Value = uint64(v)
				}
				if err != nil {
					return nil, fmt.Errorf("register %s: %w", at.Name, err)
				}
				if r.Count > 1 && at.Value == 0 && !everything {
					continue
				}
				at.decode(&r, &caps, i)
				out = append(out, at)
			}
		}
	}
	if len(out) == 0 && len(names) > 0 {
		return nil, fmt.Errorf("no register that can be read begins with %s; sluice chip info lists them", strings.Join(names, " or "))
	}
	return out, nil
}

// nameOf is the name of an element: queue[1].depth, unit.row[3].
func nameOf(r *regs.Register, block, i int) string {
	name := r.Name
	if r.Blocks > 1 {
		first, rest, _ := strings.Cut(name, ".")
		name = fmt.Sprintf("%s[%d].%s", first, block, rest)
	}
	if r.Count > 1 {
		name += fmt.Sprintf("[%d]", i)
	}
	return name
}

func wanted(name string, prefixes []string) bool {
	return len(prefixes) == 0 || slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}

// decode takes the value apart.
func (at *register) decode(r *regs.Register, caps *ring.Caps, i int) {
	at.Fields = []field{}
	for _, f := range r.Fields {
		at.Fields = append(at.Fields, field{f.Name, at.Value >> f.Lo & (1<<(f.Hi-f.Lo+1) - 1)})
	}
	switch {
	case at.Offset == regs.GlobalID:
		v := at.Value
		at.Text = string([]byte{byte(v >> 24), byte(v >> 16), byte(v >> 8), byte(v)})
	case r.Name == "unit.row" && at.Value != 0:
		at.Text = kernelName(uint16(at.Value & regs.UnitRowKernelMask))
	case r.Name == "global.kernels":
		var names []string
		for _, k := range regs.Kernels {
			if int(k.ID)/32 == i && at.Value>>(k.ID%32)&1 != 0 {
				names = append(names, k.Name)
			}
		}
		at.Text = strings.Join(names, " ")
	case strings.HasPrefix(r.Name, "counter.unit_"):
		for _, u := range caps.Units {
			if u.Row() == i {
				at.Text = kernelName(u.Kernel)
			}
		}
	}
}

func writeRegisters(w io.Writer, all []register) error {
	t := table{heading: []string{"REGISTER", "OFFSET", "VALUE", "FIELDS"}, left: []bool{true, false, false, true}}
	for _, r := range all {
		var says []string
		for _, f := range r.Fields {
			says = append(says, fmt.Sprintf("%s=%d", f.Name, f.Value))
		}
		if r.Text != "" {
			says = append(says, printable(r.Text))
		}
		if len(says) == 0 {
			says = []string{grouped(int64(r.Value))}
		}
		t.add(plain, r.Name, fmt.Sprintf("0x%04x", r.Offset), fmt.Sprintf("0x%0*x", r.Width/4, r.Value), strings.Join(says, " "))
	}
	return t.write(w, false)
}
