//go:build linux

package chip

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/vfio"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/engine/backend"
	"golang.org/x/sys/unix"
)

// Open opens the chip that the configuration names, or a backend for each card that it finds. Errors: ErrNone; those of
// devices that could not be opened, beside the backends for those that could.
func Open(c Config) ([]backend.Backend, error) { return open(c, vfio.Sys) }

func open(c Config, sys string) (all []backend.Backend, err error) {
	dials, err := find(c, sys)
	if err != nil {
		return nil, err
	}
	var bad []error
	for i, dial := range dials {
		own := c
		own.Dial = dial
		b, err := newBackend(fmt.Sprintf("chip%d", i), own)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		all = append(all, b)
	}
	return all, errors.Join(bad...)
}

// find gives a function for each device that is meant.
func find(c Config, sys string) ([]func() (driver.Device, error), error) {
	if c.Dial != nil {
		return []func() (driver.Device, error){c.Dial}, nil
	}
	name := c.Device
	if name == "" {
		name = os.Getenv(Env)
	}
	if name != "" {
		return []func() (driver.Device, error){func() (driver.Device, error) { return dial(name, c.Timeout, sys) }}, nil
	}
	cards, err := vfio.Find(sys, regs.Vendor, regs.Device)
	if err != nil {
		return nil, err
	}
	if len(cards) == 0 {
		return nil, fmt.Errorf("%w: no socket of a simulator is named (--chip or $%s), and no PCI card has the id %04x:%04x; sluice chip run starts a simulator",
			ErrNone, Env, regs.Vendor, regs.Device)
	}
	dials := make([]func() (driver.Device, error), len(cards))
	for i, card := range cards {
		dials[i] = func() (driver.Device, error) { return dial(card.Address, c.Timeout, sys) }
	}
	return dials, nil
}

// Dial opens the device by its name: the socket of a simulator, or a PCI address. Its errors say what to do.
func Dial(name string) (driver.Device, error) { return dial(name, 0, vfio.Sys) }

func dial(name string, timeout time.Duration, sys string) (driver.Device, error) {
	card, err := vfio.At(sys, name)
	if err == nil {
		if card.Vendor != regs.Vendor || card.Device != regs.Device {
			return nil, fmt.Errorf("%w: %s is %04x:%04x, a chip is %04x:%04x", ErrNotChip, name, card.Vendor, card.Device, regs.Vendor, regs.Device)
		}
		d, err := vfio.Open(card)
		if err != nil {
			return nil, fmt.Errorf("chip: card %s: %w", name, err)
		}
		return d, nil
	}
	if !errors.Is(err, vfio.ErrAddress) {
		return nil, fmt.Errorf("chip: card %s: %w (lspci -d %04x:%04x lists those that there are)", name, err, regs.Vendor, regs.Device)
	}
	if timeout <= 0 {
		timeout = 5 * time.Second
	}
	d, err := vfiouser.Dial(name, vfiouser.Config{Timeout: timeout})
	switch {
	case err == nil:
		return d, nil
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("chip: %s: no such socket; start the simulator with: sluice chip run --socket %s", name, name)
	case errors.Is(err, unix.ECONNREFUSED):
		if file, err := os.Stat(name); err == nil && file.Mode().Type() != fs.ModeSocket {
			return nil, fmt.Errorf("chip: %s is no socket, nor the PCI address of a card", name)
		}
		return nil, fmt.Errorf("chip: %s: the simulator is no longer there; start it again with: sluice chip run --socket %s", name, name)
	case errors.Is(err, unix.EBUSY):
		return nil, fmt.Errorf("chip: %s: another program uses this simulator, which serves one at a time: %w", name, err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, fmt.Errorf("chip: %s: no answer within %v; a simulator serves one program at a time: does another one use it? (%w)", name, timeout, err)
	}
	return nil, fmt.Errorf("chip: %s: %w", name, err)
}
