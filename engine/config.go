package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

var (
	// ErrClosed: the engine or stream is closed.
	ErrClosed = errors.New("engine: closed")
	// ErrConfig: a field of a Config or StreamConfig is out of its range.
	ErrConfig = errors.New("engine: bad configuration")
	// ErrBackend: no backend has that name.
	ErrBackend = errors.New("engine: unknown backend")
	// ErrKernel: the engine was opened without that kernel.
	ErrKernel = errors.New("engine: kernel not served")
	// ErrKnownAnswer: a backend did not reproduce the known answers of a kernel.
	ErrKnownAnswer = errors.New("engine: known answer missed")
	// ErrStream: the function given to Do did not append exactly one job.
	ErrStream = errors.New("engine: not one job")
)

// Config of an engine. The zero value is usable: all kernels, on the CPU.
type Config struct {
	// Backends are names of the engine's table ([Names]): nil means {"cpu"}. One that cannot be opened, or fails
	// its known answers, is refused: it is in [Engine.Backends] with the reason, and the others serve. Where "cpu" is
	// not among them, the CPU gets no jobs of its own accord, but is still there for re-checks and audits, and for
	// all that no other backend can decide.
	Backends []string
	// Chip says which chip the backend "chip" is.
	Chip chip.Config
	// Prefer are names or kinds of backends that get every job that they can decide, however slow they are; the CPU gets what
	// they cannot, what they fail to, and what is to be checked. nil means simulated devices, whose speed says nothing of
	// their worth; an empty list means none: what is fastest is used.
	Prefer []string
	// Custom are backends that the caller opened; their names differ from each other and from all in the table. None is
	// trusted, whatever its kind. The engine closes them; if Open fails, they stay open.
	Custom []backend.Backend
	// Kernels are what the engine serves; nil means all.
	Kernels []*kernels.Kernel
	// Workers is the number of cores to use; 0 means GOMAXPROCS.
	Workers int

	// AuditRate is the part of the exact verdicts of a device that the CPU decides again, above 0, at most 1; at least
	// one job of each span. 0 means 1/256.
	AuditRate float64
	// QueueJobs bounds the jobs in all batches that are being decided; further calls of Run wait, in order. A batch of
	// more jobs runs alone. 0 means 1,048,576.
	QueueJobs int

	// Hang is how long a device may take for a span, beside eight times what the cost model predicts. Then the span is
	// taken over and the device quarantined. 0 means 5 s.
	Hang time.Duration
	// Grace is how long a device may take to give up a span after it was told to. Then its call is abandoned. So it bounds
	// how long Run takes to return after its context is done. 0 means 1 s.
	Grace time.Duration
	// Probation is how long a quarantined backend waits for its next known-answer test; it doubles with each further
	// quarantine, up to 64 times. 0 means 30 s, below 0: it is never admitted again.
	Probation time.Duration

	// Registerer gets the engine's metrics until Close; nil means none.
	Registerer prometheus.Registerer
	// Logger gets quarantines, admissions and refusals; nil means silence.
	Logger *slog.Logger
}

// complete checks the fields and fills in the defaults.
func (c *Config) complete() error {
	switch {
	case !(c.AuditRate >= 0 && c.AuditRate <= 1):
		return fmt.Errorf("%w: AuditRate %v is not between 0 and 1", ErrConfig, c.AuditRate)
	case c.QueueJobs < 0:
		return fmt.Errorf("%w: QueueJobs %d is negative", ErrConfig, c.QueueJobs)
	case c.Workers < 0:
		return fmt.Errorf("%w: Workers %d is negative", ErrConfig, c.Workers)
	case c.Hang < 0:
		return fmt.Errorf("%w: Hang %v is negative", ErrConfig, c.Hang)
	case c.Grace < 0:
		return fmt.Errorf("%w: Grace %v is negative", ErrConfig, c.Grace)
	}
	if c.Backends == nil {
		c.Backends = []string{"cpu"}
	}
	if c.Kernels == nil {
		c.Kernels = all.Kernels
	}
	seen := make(map[kernels.ID]bool)
	for _, k := range c.Kernels {
		if seen[k.ID] {
			return fmt.Errorf("%w: two kernels with the id %#x", ErrConfig, uint16(k.ID))
		}
		if k.Run == nil || k.Known == nil || len(k.Rules) == 0 {
			return fmt.Errorf("%w: kernel %s lacks Run, Known or Rules", ErrConfig, k.Name)
		}
		seen[k.ID] = true
	}
	if c.AuditRate == 0 {
		c.AuditRate = 1. / 256
	}
	if c.QueueJobs == 0 {
		c.QueueJobs = 1 << 20
	}
	if c.Hang == 0 {
		c.Hang = 5 * time.Second
	}
	if c.Grace == 0 {
		c.Grace = time.Second
	}
	if c.Probation == 0 {
		c.Probation = 30 * time.Second
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return nil
}
