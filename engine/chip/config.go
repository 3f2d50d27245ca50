package chip

import (
	"errors"
	"time"

	"github.com/sluice-engine/sluice/driver"
)

// Env names the environment variable that stands for [Config.Device] where that is empty.
const Env = "SLUICE_CHIP"

// Config of the backends. The zero value finds cards.
type Config struct {
	// Device is the socket of a simulator, or the PCI address of a card, such as 0000:3b:00.0. Where it is empty, $SLUICE_CHIP
	// says so; where that is empty, too, every card with the ids of the chip is meant.
	Device string
	// Dial gives the device instead: once to begin with, and once each time that it was lost. The backend closes what it
	// got.
	Dial func() (driver.Device, error)
	// Timeout is how long a simulator may take to answer a register access; 0 means 5 s.
	Timeout time.Duration
	// Deadline is how long a submission may take from its queue to its completion, whatever the context says; 0 means 10 s,
	// or 10 minutes for a simulator.
	Deadline time.Duration
	// Inexact has units used whose verdicts are not exact, beside exact ones of the same kernel. Every verdict of such a
	// kernel is then to be decided again (backend.Support), which the engine does. Without it they are used only where a
	// kernel has no others.
	Inexact bool
	// Memory bounds the bytes of batches that Allocator gives; 0 means 1 GiB. The backend's own memory comes on top.
	Memory int64
}

var (
	// ErrNone: no device was named, and none was found.
	ErrNone = errors.New("chip: there is none")
	// ErrPlatform: chips can be driven on Linux only.
	ErrPlatform = errors.New("chip: needs Linux")
	// ErrOther: the chip that came back is not the one that went.
	ErrOther = errors.New("chip: another one than before")
	// ErrNotChip: the PCI function that is named is something else.
	ErrNotChip = errors.New("chip: no chip")
)
