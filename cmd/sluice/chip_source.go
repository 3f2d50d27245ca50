//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/trace"
	"github.com/sluice-engine/sluice/driver/vfio"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/sim"
)

// chipSource finds the chip that a command uses, or starts a simulator.
type chipSource struct {
	name    string     // what the user calls it; "" finds one
	capture string     // file for its traffic; "": none
	inexact bool       // use units whose verdicts are not exact, too
	config  sim.Config // of a simulator that is started

	stderr  io.Writer
	started *sim.Sim
	file    *os.File
	traced  *trace.Device
	device  driver.Device // opened last
	cards   int           // that were found, where none was named
}

// bind adds the flag that names the chip.
func (c *chipSource) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.name, "chip", "", "the chip: `SOCKET` of a simulator, or PCI address of a card\n"+
		"(default $"+chip.Env+", else the card that there is, else a simulator that is started for this command)")
}

// bindInexact adds the flag for approximate units.
func (c *chipSource) bindInexact(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&c.inexact, "inexact", false, "use units whose verdicts are not exact, too, and tell how many verdicts of their kernels differ\n"+
		"from the CPU's")
}

// bindCapture adds the flag for captures.
func (c *chipSource) bindCapture(cmd *cobra.Command) {
	cmd.Flags().StringVar(&c.capture, "capture", "", "pcapng `FILE` for what passes between driver and chip")
}

// named is the chip that the command line or the environment names, or a card; "" if there is none.
func (c *chipSource) named() (string, error) {
	if c.name != "" {
		return c.name, nil
	}
	if name := os.Getenv(chip.Env); name != "" {
		return name, nil
	}
	cards, err := vfio.Find(vfio.Sys, regs.Vendor, regs.Device)
	if err != nil || len(cards) == 0 {
		return "", err
	}
	c.cards = len(cards)
	return cards[0].Address, nil
}

// open makes sure that there is a chip, if need be by a simulator. close ends what it began. Errors say what to do.
func (c *chipSource) open(ctx context.Context, stderr io.Writer) (err error) {
	c.stderr = stderr
	if c.name, err = c.named(); err != nil {
		return err
	}
	if c.name != "" && c.started == nil && c.config != (sim.Config{}) {
		return fmt.Errorf("flags of the link and of waves are for a simulator that this command starts, not for %s, which is there", printable(c.name))
	}
	if c.name == "" {
		if err := c.begin(ctx, stderr); err != nil {
			return fmt.Errorf("no chip is named (--chip, $%s), there is no card, and no simulator can be started: %w", chip.Env, err)
		}
	}
	if c.capture != "" {
		if c.file, err = os.Create(c.capture); err != nil {
			return errors.Join(fmt.Errorf("--capture: %w", err), c.close())
		}
	}
	return nil
}

// begin starts a simulator.
func (c *chipSource) begin(ctx context.Context, stderr io.Writer) (err error) {
	if c.started, err = sim.Start(ctx, c.config); err != nil {
		return err
	}
	c.name = c.started.Socket()
	fmt.Fprintf(stderr, "simulator of the chip: %s\n", printable(c.name))
	return nil
}

// quoted makes a file name safe to type.
func quoted(name string) string {
	if strings.ContainsAny(name, " '\"\\$`\n\t;&|<>()*?[]#~!{}") {
		return "'" + strings.ReplaceAll(name, "'", `'\''`) + "'"
	}
	return name
}

// dial opens the device.
func (c *chipSource) dial() (driver.Device, error) {
	d, err := chip.Dial(c.name)
	if err != nil {
		return nil, err
	}
	if c.file != nil {
		t, err := trace.New(d, c.file, trace.Options{})
		if err != nil {
			return nil, errors.Join(fmt.Errorf("--capture %s: %w", c.capture, err), d.Close())
		}
		c.traced, d = t, t
	}
	c.device = d
	return d, nil
}

// chips are what backends are to use: all cards, if there are several, none is named and none is to be listened to.
func (c *chipSource) chips() chip.Config {
	if c.cards > 1 && c.file == nil {
		return chip.Config{Inexact: c.inexact}
	}
	return c.one()
}

// one is the chip that is named, or the first card.
func (c *chipSource) one() chip.Config { return chip.Config{Dial: c.dial, Inexact: c.inexact} }

// counters are those of the device that was opened last and is not closed yet.
func (c *chipSource) counters(reset bool) (ring.Caps, ring.Counters, error) {
	if c.device == nil {
		return ring.Caps{}, ring.Counters{}, errors.New("no single chip was used; --chip names one")
	}
	caps, err := ring.Inspect(c.device)
	if err != nil {
		return caps, ring.Counters{}, err
	}
	n, err := caps.Counters(c.device, reset)
	return caps, n, err
}

// close ends what open began; devices are closed before. What became of the capture and of the simulator is said; the error
// is that of the capture.
func (c *chipSource) close() (err error) {
	if c.file != nil {
		if c.traced != nil {
			if err = c.traced.Err(); err != nil {
				err = fmt.Errorf("--capture %s: %w", c.capture, err)
			}
			s := c.traced.Stats()
			fmt.Fprintf(c.stderr, "%s: %s, %s lost\n", printable(c.capture), counted(int64(s.Records), "record"), grouped(int64(s.Lost)))
		}
		err = errors.Join(err, c.file.Close())
		c.file = nil
	}
	if c.started != nil {
		// A simulator that ended badly harmed no verdict: who used it got faults, and has said so.
		if err := c.started.Stop(); err != nil {
			fmt.Fprintln(c.stderr, "sluice:", oneLine(err))
		}
		c.started = nil
	}
	return err
}

// simulatorThere is the simulator that would be started.
func simulatorThere() (string, error) { return new(sim.Config).Find() }
