//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/sim"
)

func newChipRun() *cobra.Command {
	var c sim.Config
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "run [flags]",
		Short: "Start the simulator and keep it until Ctrl-C",
		Long: `Run starts the simulator of the chip, says where its socket is and what to type next, and ends it with Ctrl-C. It serves
one program at a time, one after the other. At the end it says how many cycles it simulated and how fast.`,
		Example: `  sluice chip run --socket /tmp/chip
  sluice chip run --latency 500 --bandwidth 8     # a slow link
  sluice chip run --trace waves.fst --to 100000   # waves of the first 100,000 cycles`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.Trace == "" && (c.TraceFrom > 0 || c.TraceTo > 0) {
				return usageError(cmd, errors.New("--from and --to are for --trace"))
			}
			c.Log = cmd.ErrOrStderr()
			return runChip(cmd.Context(), c, asJSON, cmd.OutOrStdout())
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.Socket, "socket", "", "`PATH` of the socket (default one in a new temporary folder)")
	f.StringVar(&c.Trace, "trace", "", "FST `FILE` for waves")
	bindWindow(cmd, &c)
	f.Uint64Var(&c.CycleLimit, "cycle-limit", 0, "end with an error after so many `CYCLES` (default the simulator's own)")
	bindLink(cmd, &c)
	f.BoolVar(&asJSON, "json", false, "print one JSON object when the simulator is there, and one at its end")
	return cmd
}

// bindWindow adds the flags for the part of the run that waves are kept of.
func bindWindow(cmd *cobra.Command, c *sim.Config) {
	cmd.Flags().Uint64Var(&c.TraceFrom, "from", 0, "first `CYCLE` of the waves")
	cmd.Flags().Uint64Var(&c.TraceTo, "to", 0, "`CYCLE` after the last one of the waves (default no end)")
}

// bindLink adds the flags for what lies between the chip and memory.
func bindLink(cmd *cobra.Command, c *sim.Config) {
	f := cmd.Flags()
	f.IntVar(&c.Latency, "latency", 0, "`CYCLES` from a DMA read to its data (default the simulator's own)")
	f.IntVar(&c.WriteLatency, "write-latency", 0, "`CYCLES` from a DMA write to its answer (default the simulator's own)")
	f.IntVar(&c.Bandwidth, "bandwidth", 0, "`BYTES` a cycle in each direction, 1 to 64 (default 64)")
	f.IntVar(&c.Stall, "stall", 0, "`PERCENT` of the cycles in which the bus is not ready, at random")
	f.Uint64Var(&c.Seed, "seed", 0, "`SEED` of what is random (default 1)")
}

// chipThere is what `sluice chip run --json` says first.
type chipThere struct {
	Socket  string     `json:"socket"`
	PID     int        `json:"pid"`
	Version string     `json:"version"`
	Queues  int        `json:"queues"`
	Units   []chipUnit `json:"units"`
}

type chipUnit struct {
	Kernel  string `json:"kernel"`
	Units   int    `json:"units"`
	Inexact bool   `json:"inexact"`
}

func runChip(ctx context.Context, c sim.Config, asJSON bool, stdout io.Writer) error {
	s, err := sim.Start(ctx, c)
	if err != nil {
		return err
	}
	there, err := lookAt(s.Socket())
	if err != nil {
		return fmt.Errorf("%w (the simulator was ended: %w)", err, s.Stop())
	}
	there.PID = s.PID()
	if asJSON {
		err = writeJSON(stdout, there)
	} else {
		err = there.write(stdout)
	}
	if err != nil {
		s.Stop()
		return err
	}
	select {
	case <-ctx.Done():
	case <-s.Done():
		return s.Err()
	}
	if err := s.Stop(); err != nil {
		return err
	}
	stats := s.Stats()
	if asJSON {
		return writeJSON(stdout, stats)
	}
	_, err = fmt.Fprintf(stdout, "\n%s simulated at %s a second; %s; %s B read and %s B written by DMA\n", counted(int64(stats.Cycles), "cycle"),
		grouped(int64(stats.CyclesPerSecond)), counted(int64(stats.Clients)-1, "client"), grouped(int64(stats.BytesRead)), grouped(int64(stats.BytesWritten)))
	return err
}

// lookAt opens the chip for a moment and tells what it has.
func lookAt(name string) (*chipThere, error) {
	d, err := chip.Dial(name)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	caps, err := ring.Inspect(d)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	there := &chipThere{Socket: name, Version: caps.MapVersion(), Queues: caps.Queues, Units: []chipUnit{}}
	for _, u := range caps.Units {
		there.Units = append(there.Units, chipUnit{kernelName(u.Kernel), u.Units, u.Inexact})
	}
	return there, nil
}

func (c *chipThere) write(w io.Writer) error {
	var units []string
	for _, u := range c.Units {
		s := fmt.Sprintf("%d %s", u.Units, u.Kernel)
		if u.Inexact {
			s += " (inexact)"
		}
		units = append(units, s)
	}
	name := printable(c.Socket)
	_, err := fmt.Fprintf(w, `simulator of the chip, version %s, %d queues
units: %s
socket: %s

In another terminal:

  export %s=%s
  sluice verify --backend chip FILE     have the chip verify a file
  sluice chip info                      its registers
  sluice chip stat                      how busy its units are under load

Ctrl-C ends it.
`, c.Version, c.Queues, strings.Join(units, ", "), name, chip.Env, name)
	return err
}
