package main

import (
	"flag"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/bench"
)

func newBench() *cobra.Command {
	var o bench.Options
	cmd := &cobra.Command{
		Use:   "bench [flags]",
		Short: "Measure kernels and backends",
		Long: `Bench measures how fast kernels decide jobs: alone, as "sluice", and through the engine with a backend, as "sluice/cpu".
They take turns on the same jobs in one process; a row is the median of the turns, with their spread. Beside libraries of
others they are measured by make bench-peers.

The chip is the one that $SLUICE_CHIP names (sluice chip run starts a simulated one), else a card.

Nothing else should run on the machine meanwhile.`,
		Example: `  sluice bench --kernel ed25519.verify --batch 8,64,1024
  sluice bench --kernel sha256 --message 64,1024,mixed --threads 4
  sluice bench --sweep --latency --threads 2 --out report`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.Date = time.Now().UTC().Format(time.DateOnly)
			var progress func(bench.Event)
			if isTerminal(cmd.ErrOrStderr()) {
				progress = bench.Progress(cmd.ErrOrStderr())
			}
			return bench.Main(cmd.Context(), &o, cmd.OutOrStdout(), progress)
		},
	}
	var fs flag.FlagSet
	bench.Bind(&fs, &o)
	cmd.Flags().AddGoFlagSet(&fs)
	return cmd
}
