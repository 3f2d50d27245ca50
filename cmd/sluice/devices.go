package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

func newDevices() *cobra.Command {
	var asJSON bool
	var source chipSource
	cmd := &cobra.Command{
		Use:   "devices",
		Short: "Show what does the work, and what is missing",
		Long: `Devices opens every backend, lets it prove itself by known answers, and shows the processor features that were
found, what is missing and how to get it, and the kernels with their rules. The first rule of a kernel is its default.
It starts nothing: a simulated chip is shown if it runs.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			config := engine.Config{Backends: engine.Names(), Chip: chip.Config{Device: source.name}}
			name, err := source.named()
			there := err == nil && name != ""
			if !there {
				config.Backends = slices.DeleteFunc(config.Backends, func(s string) bool { return s == chipName })
			}
			e, err := engine.Open(config)
			if err != nil {
				return err
			}
			defer e.Close()
			d := describe(e.Backends())
			if !there {
				d.Backends = append(d.Backends, absentChip())
			}
			if asJSON {
				return writeJSON(cmd.OutOrStdout(), d)
			}
			return d.write(cmd.OutOrStdout(), wantsColour(cmd.OutOrStdout()))
		},
	}
	cmd.Flags().StringVar(&source.name, "chip", "", "the chip: `SOCKET` of a simulator, or PCI address of a card (default $"+chip.Env+", else the cards\n"+
		"that there are)")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

// absent is the state of a backend of which there is no device.
const absent = "absent"

// absentChip says how to get a chip.
func absentChip() device {
	m := missing{What: "a card", Effect: "there is no chip", Remedy: "simulate one: make sim builds the simulator, sluice chip run starts it"}
	if path, err := simulatorThere(); err == nil {
		m.Remedy = "simulate one: sluice chip run starts " + path + ", sluice verify --backend chip does so by itself"
	} else if errors.Is(err, chip.ErrPlatform) {
		m.Remedy = "use Linux"
	}
	return device{Name: chipName, Kind: chipName, State: absent, Features: []string{}, Missing: []missing{m}, Kernels: []string{}, Refused: map[string]string{}}
}

// devices is what `sluice devices` prints; docs/cli.md describes its JSON.
type devices struct {
	Backends []device     `json:"backends"`
	Kernels  []kernelInfo `json:"kernels"`
}

type device struct {
	Name     string            `json:"name"`
	Kind     string            `json:"kind"`
	Device   string            `json:"device"`
	Version  string            `json:"version"`
	State    string            `json:"state"`
	Reason   string            `json:"reason,omitempty"` // why it does not serve
	Features []string          `json:"features"`
	Missing  []missing         `json:"missing"`
	Kernels  []string          `json:"kernels"` // that it serves
	Refused  map[string]string `json:"refused"` // that it may not serve, and why
}

type missing struct {
	What   string `json:"what"`
	Effect string `json:"effect"`
	Remedy string `json:"remedy"`
}

type kernelInfo struct {
	Name    string   `json:"name"`
	ID      uint16   `json:"id"`
	In      int      `json:"in"` // bytes
	Message bool     `json:"message"`
	Out     int      `json:"out"`   // bytes
	Rules   []string `json:"rules"` // "" is the plain rule
}

func describe(backends []engine.Status) devices {
	var d devices
	for _, s := range backends {
		b := device{
			Name: s.Info.Name, Kind: s.Info.Kind, Device: s.Info.Device, Version: s.Info.Version,
			State: string(s.State), Reason: s.Reason, Refused: s.Refused,
			Features: append([]string{}, s.Info.Features...), Missing: []missing{}, Kernels: []string{},
		}
		for _, m := range s.Info.Missing {
			b.Missing = append(b.Missing, missing(m))
		}
		for _, k := range all.Kernels {
			if _, ok := s.Info.Supports(k.ID); ok && s.Refused[k.Name] == "" {
				b.Kernels = append(b.Kernels, k.Name)
			}
		}
		d.Backends = append(d.Backends, b)
	}
	for _, k := range all.Kernels {
		d.Kernels = append(d.Kernels, kernelInfo{k.Name, uint16(k.ID), k.In, k.Message, k.Out, ruleNames(k)})
	}
	return d
}

func ruleNames(k *kernels.Kernel) []string {
	names := make([]string, len(k.Rules))
	for i, r := range k.Rules {
		names[i] = r.String()
	}
	return names
}

// write prints the backends, one after the other, then the table of the kernels.
func (d devices) write(w io.Writer, colour bool) error {
	var out strings.Builder
	for _, b := range d.Backends {
		b.write(&out, colour)
	}
	t := table{
		heading: []string{"KERNEL", "IN", "MESSAGE", "OUT", "BACKENDS", "RULES"},
		left:    []bool{true, false, true, false, true, true},
	}
	for _, k := range d.Kernels {
		var served []string
		for _, b := range d.Backends {
			if slices.Contains(b.Kernels, k.Name) {
				served = append(served, b.Name)
			}
		}
		message := "no"
		if k.Message {
			message = "yes"
		}
		rules := strings.Join(k.Rules, ", ")
		if rules == "" {
			rules = "plain"
		} else if k.Rules[0] == "" {
			rules = "plain" + rules
		}
		t.add(plain, k.Name, strconv.Itoa(k.In), message, strconv.Itoa(k.Out), strings.Join(served, " "), rules)
	}
	if err := t.write(&out, colour); err != nil {
		return err
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (b device) write(out *strings.Builder, colour bool) {
	look := map[string]style{string(engine.Serving): green, absent: yellow}[b.State]
	if look == plain {
		look = red
	}
	line := []string{paint(b.Name, bold, colour)}
	if b.Device != "" {
		line = append(line, b.Device)
	}
	if b.Version != "" && b.Kind != cpuName {
		line = append(line, "version "+b.Version)
	}
	fmt.Fprintf(out, "%s\n", strings.Join(append(line, paint(b.State, look, colour)), "  "))
	if b.Reason != "" {
		fmt.Fprintf(out, "  because %s\n", b.Reason)
	}
	if len(b.Features) > 0 {
		fmt.Fprintf(out, "  found: %s\n", strings.Join(b.Features, " "))
	}
	for _, m := range b.Missing {
		fmt.Fprintf(out, "  missing: %s: %s", m.What, m.Effect)
		if m.Remedy != "" {
			fmt.Fprintf(out, " (to get it: %s)", m.Remedy)
		}
		out.WriteByte('\n')
	}
	for _, k := range all.Kernels {
		if why := b.Refused[k.Name]; why != "" {
			fmt.Fprintf(out, "  %s: %s: %s\n", paint("refused", red, colour), k.Name, why)
		}
	}
	out.WriteByte('\n')
}
