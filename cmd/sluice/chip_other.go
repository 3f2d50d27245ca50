//go:build !linux

package main

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/engine/chip"
)

// chipSource stands for the chip, which needs Linux.
type chipSource struct{ name, capture string }

func (c *chipSource) bind(*cobra.Command)                   {}
func (c *chipSource) bindCapture(*cobra.Command)            {}
func (c *chipSource) named() (string, error)                { return "", nil }
func (c *chipSource) open(context.Context, io.Writer) error { return chip.ErrPlatform }
func (c *chipSource) chips() chip.Config                    { return chip.Config{} }
func (c *chipSource) writeCounters(io.Writer, bool) error   { return chip.ErrPlatform }
func (c *chipSource) close() error                          { return nil }
func simulatorThere() (string, error)                       { return "", chip.ErrPlatform }

func newChip() *cobra.Command {
	return &cobra.Command{
		Use:   "chip",
		Short: "Simulate, look into and measure the chip (needs Linux)",
		Args:  usage(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return chip.ErrPlatform },
	}
}
