//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/kernels"
)

// chipStat is one run of `sluice chip stat`.
type chipStat struct {
	source  chipSource
	names   []string
	jobs    int
	message int
	time    time.Duration
	watch   bool
	json    bool
}

func newChipStat() *cobra.Command {
	var s chipStat
	cmd := &cobra.Command{
		Use:   "stat [flags]",
		Short: "Keep the units of the chip busy, and show by its counters how busy they are",
		Long: `Stat gives the chip batches of each kernel that it has, one kernel after the other, compares every answer with the CPU's,
and shows the counters of the chip. For those of the work of another command: sluice verify --backend chip --counters.

  UNIT, UNITS        a kernel, and how many units run it
  CYCLES/JOB         cycles that one unit worked on a job
  BUSY               part of the cycles in which a unit worked, of those in which the chip had work
  NO DATA            cycles in which a unit was idle and the dispatcher waited for data
  NO UNIT            cycles in which a job was ready and no unit took it
  NO ROOM            cycles in which a result was ready and was not collected
  READ, WRITTEN      bytes by DMA, those of queues included, per cycle`,
		Example: `  sluice chip stat --kernel sha256,keccak256 --message 1024
  sluice chip stat --kernel sha256d --watch
  sluice chip stat --latency 500 --bandwidth 8     # what a slow link costs`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if s.jobs < 1 || s.jobs > 1<<20 || s.message < 0 || s.message > 1<<20 || s.time < 0 {
				return usageError(cmd, errors.New("--jobs is 1 to 1048576, --message 0 to 1048576, --time not negative"))
			}
			return s.run(cmd.Context(), cmd.OutOrStdout(), cmd.ErrOrStderr())
		},
	}
	s.source.bind(cmd)
	s.source.bindInexact(cmd)
	bindLink(cmd, &s.source.config)
	f := cmd.Flags()
	f.StringSliceVar(&s.names, "kernel", nil, "comma-separated `LIST` of kernels (default all that the chip has)")
	f.IntVar(&s.jobs, "jobs", 1024, "jobs in a batch")
	f.IntVar(&s.message, "message", 64, "`BYTES` of the message of a hash")
	f.DurationVar(&s.time, "time", time.Second, "how long each kernel is kept busy, at least one batch")
	f.BoolVar(&s.watch, "watch", false, "go on until Ctrl-C")
	f.BoolVar(&s.json, "json", false, "print one JSON object a line")
	return cmd
}

func (s *chipStat) run(ctx context.Context, stdout, stderr io.Writer) (err error) {
	if err := s.source.open(ctx, stderr); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.source.close()) }()
	be, err := openChip(&s.source)
	if err != nil {
		return err
	}
	defer be.Close()
	ks, err := chosen(be.Info(), s.names)
	if err != nil {
		return err
	}
	loads := make([]*chipLoad, len(ks))
	for i, k := range ks {
		if loads[i], err = newChipLoad(be, k, s.jobs, s.message); err != nil {
			return err
		}
	}
	measure := func(k *kernels.Kernel, l *chipLoad) (chipCounters, error) {
		if _, _, err := s.source.counters(true); err != nil {
			return chipCounters{}, err
		}
		l.differ = 0
		if err := l.runFor(ctx, be, s.time); err != nil {
			return chipCounters{}, fmt.Errorf("%s: %w", k.Name, err)
		}
		caps, n, err := s.source.counters(false)
		c := countersOf(&caps, &n)
		c.Kernel, c.Differ = k.Name, l.differ
		return c, err
	}
	for {
		t := countersTable()
		var differs strings.Builder
		for i, k := range ks {
			c, err := measure(k, loads[i])
			if s.watch && errors.Is(err, context.Canceled) {
				return nil
			}
			if err != nil {
				return err
			}
			if s.json {
				if err := writeJSON(stdout, c); err != nil {
					return err
				}
			}
			c.add(&t)
			if c.Differ > 0 {
				fmt.Fprintf(&differs, "%s of %s of %s differ from the CPU's: units that are not exact\n", grouped(int64(c.Differ)),
					counted(int64(c.Jobs), "answer"), k.Name)
			}
		}
		if !s.json {
			if err := t.write(stdout, wantsColour(stdout)); err != nil {
				return err
			}
			if _, err := io.WriteString(stdout, differs.String()); err != nil {
				return err
			}
		}
		if !s.watch {
			return nil
		}
	}
}
