//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/driver/trace"
	"github.com/sluice-engine/sluice/kernels/all"
)

// The files of `sluice chip trace`.
const (
	wavesFile     = "waves.fst"
	captureFile   = "bus.pcapng"
	dissectorFile = "sluice.lua"
)

// chipTrace is one run of `sluice chip trace`.
type chipTrace struct {
	source  chipSource
	kernel  string
	jobs    int
	message int
	out     string
	json    bool
}

func newChipTrace() *cobra.Command {
	var c chipTrace
	cmd := &cobra.Command{
		Use:   "trace [flags]",
		Short: "Run one batch with waves and bus traffic recorded",
		Long: `Trace has the chip decide one batch, compares the answers with the CPU's, and leaves a folder with

  waves.fst     every signal of the RTL, for GTKWave or Surfer (only of a simulator that it starts itself)
  bus.pcapng    registers, doorbells, queue entries, DMA mappings and interrupts, for Wireshark
  sluice.lua    the dissector that Wireshark needs for it

and says how to open them.`,
		Example: `  sluice chip trace --kernel sha256d --jobs 8 --out trace
  sluice chip trace --kernel keccak256 --message 1000 --from 0 --to 5000`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if c.jobs < 1 || c.jobs > 1<<20 || c.message < 0 || c.message > 1<<20 {
				return usageError(cmd, errors.New("--jobs is 1 to 1048576, --message 0 to 1048576"))
			}
			if all.ByName(c.kernel) == nil {
				return usageError(cmd, fmt.Errorf("unknown kernel %q (see: sluice devices)", c.kernel))
			}
			return c.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	f := cmd.Flags()
	f.StringVar(&c.source.name, "chip", "", "record the traffic of this chip, `SOCKET` or PCI address, without waves")
	c.source.bindInexact(cmd)
	bindLink(cmd, &c.source.config)
	f.StringVar(&c.kernel, "kernel", "sha256", "`NAME` of the kernel")
	f.IntVar(&c.jobs, "jobs", 16, "jobs in the batch")
	f.IntVar(&c.message, "message", 100, "`BYTES` of the message of a hash")
	f.StringVar(&c.out, "out", "sluice-trace", "`FOLDER` for the files")
	bindWindow(cmd, &c.source.config)
	f.BoolVar(&c.json, "json", false, "print one JSON object")
	return cmd
}

// traced is what `sluice chip trace --json` prints.
type traced struct {
	Kernel    string `json:"kernel"`
	Jobs      int    `json:"jobs"`
	Waves     string `json:"waves,omitempty"` // files
	Capture   string `json:"capture"`
	Dissector string `json:"dissector"`
	chipCounters
}

func (c *chipTrace) run(ctx context.Context, stdout, stderr io.Writer) error {
	if err := os.MkdirAll(c.out, 0o755); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	at := func(name string) string { return filepath.Join(c.out, name) }
	t := traced{Kernel: c.kernel, Jobs: c.jobs, Capture: at(captureFile), Dissector: at(dissectorFile)}
	if err := os.WriteFile(t.Dissector, trace.Dissector(), 0o644); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	c.source.capture = t.Capture
	if c.source.name == "" { // waves are of a simulator of its own, whatever the environment says
		t.Waves = at(wavesFile)
		c.source.config.Trace = t.Waves
		if err := c.source.begin(ctx, stderr); err != nil {
			return err
		}
	}
	err := c.source.open(ctx, stderr)
	if err == nil {
		err = c.decide(ctx, &t)
	}
	if err := errors.Join(err, c.source.close()); err != nil {
		return err
	}
	if c.json {
		return writeJSON(stdout, t)
	}
	return t.write(stdout)
}

// decide runs the batch.
func (c *chipTrace) decide(ctx context.Context, t *traced) error {
	be, err := openChip(&c.source)
	if err != nil {
		return err
	}
	defer be.Close()
	ks, err := chosen(be.Info(), []string{c.kernel})
	if err != nil {
		return err
	}
	load, err := newChipLoad(be, ks[0], c.jobs, c.message)
	if err != nil {
		return err
	}
	if err := load.run(ctx, be); err != nil {
		return err
	}
	caps, n, err := c.source.counters(false)
	if err != nil {
		return err
	}
	t.chipCounters = countersOf(&caps, &n)
	t.chipCounters.Kernel, t.Differ = c.kernel, load.differ
	return nil
}

func (t *traced) write(w io.Writer) error {
	how := "decided as the CPU does"
	if t.Differ > 0 {
		how = fmt.Sprintf("decided, %s otherwise than by the CPU, as the units are not exact", grouped(int64(t.Differ)))
	}
	fmt.Fprintf(w, "%s of %s %s, in %s busy cycles\n\n", counted(int64(t.Jobs), "job"), t.Kernel, how, grouped(int64(t.Busy)))
	if t.Waves != "" {
		fmt.Fprintf(w, "  gtkwave %s\n  surfer %s\n", quoted(t.Waves), quoted(t.Waves))
	}
	_, err := fmt.Fprintf(w, "  wireshark -X lua_script:%s %s\n", quoted(t.Dissector), quoted(t.Capture))
	return err
}
