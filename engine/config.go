package engine

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/cpu"
)

var (
	// ErrClosed: the engine or stream was closed.
	ErrClosed = errors.New("engine: closed")
	// ErrBackend: Open was asked for a backend that does not exist.
	ErrBackend = errors.New("engine: unknown backend")
	// ErrKnownAnswers: a backend does not reproduce the known answers of a kernel.
	ErrKnownAnswers = errors.New("engine: wrong known answers")
	// ErrUndecided: a backend reported success and left verdicts unset.
	ErrUndecided = errors.New("engine: verdicts left unset")
)

// Config of an Engine. The zero value runs everything on the processor.
type Config struct {
	// Backends names what to use, see [Names]; none means "cpu". Without "cpu" the processor still judges, takes
	// small batches and takes over from backends that fail.
	Backends []string
	// Custom are further backends. The engine closes them.
	Custom []backend.Backend

	Workers int // cores for the processor's part; 0 means GOMAXPROCS

	// AuditRate is the share of exact verdicts that the processor decides again, 0 to 1; at least one of each span is.
	// 0 means DefaultAuditRate; a negative rate means just that one.
	AuditRate float64

	// QueueJobs bounds the jobs of running and waiting calls of Run; more callers wait. 0 means DefaultQueueJobs. A
	// larger batch waits until it is alone.
	QueueJobs int

	// Hang is how long past four times its predicted time a backend may take for a span before the processor takes
	// over; 0 means DefaultHang.
	Hang time.Duration
	// Grace is how long a backend that lost its span may take to let go of the batch; 0 means DefaultGrace.
	Grace time.Duration
	// Probation is how long a backend stays in quarantine before it may prove itself again, twice as long after each
	// further time; 0 means DefaultProbation, negative means for ever.
	Probation time.Duration

	Registerer prometheus.Registerer // for the metrics; nil: they are not registered
	Logger     *slog.Logger          // for quarantines and admissions; nil: silence
}

// What the zero values of Config mean.
const (
	DefaultAuditRate = 1.0 / 256
	DefaultQueueJobs = 1 << 20
	DefaultHang      = 2 * time.Second
	DefaultGrace     = 250 * time.Millisecond
	DefaultProbation = 30 * time.Second
)

func (c Config) withDefaults() Config {
	if len(c.Backends) == 0 && len(c.Custom) == 0 {
		c.Backends = []string{"cpu"}
	}
	if c.AuditRate == 0 {
		c.AuditRate = DefaultAuditRate
	}
	c.AuditRate = min(max(c.AuditRate, 0), 1)
	setDefault(&c.QueueJobs, DefaultQueueJobs)
	setDefault(&c.Hang, DefaultHang)
	setDefault(&c.Grace, DefaultGrace)
	setDefault(&c.Probation, DefaultProbation)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}

func setDefault[T comparable](p *T, value T) {
	var zero T
	if *p == zero {
		*p = value
	}
}

// backends is the table of what Config.Backends may name.
var backends = []struct {
	name string
	open func(c Config) (backend.Backend, error)
}{
	{"cpu", func(c Config) (backend.Backend, error) { return cpu.New(cpu.Config{Workers: c.Workers}), nil }},
}

// Names lists the backends that Config.Backends may name.
func Names() []string {
	var names []string
	for _, b := range backends {
		names = append(names, b.name)
	}
	return names
}

func openBackend(name string, c Config) (backend.Backend, error) {
	for _, b := range backends {
		if b.name == name {
			return b.open(c)
		}
	}
	return nil, fmt.Errorf("%w: %q (known: %s)", ErrBackend, name, strings.Join(Names(), ", "))
}
