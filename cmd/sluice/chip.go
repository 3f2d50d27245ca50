//go:build linux

package main

import (
	"github.com/spf13/cobra"
)

func newChip() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "chip",
		Short: "Simulate, look into and measure the chip",
		Long: `Chip is for those who build the chip or study it. Who only wants verdicts from it uses

  sluice verify --backend chip FILE

The chip is a card, or the simulator: the same RTL, compiled by Verilator, behind the same driver. make sim builds it.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newChipRun(), newChipInfo(), newChipStat(), newChipTrace(), newChipArea())
	return cmd
}
