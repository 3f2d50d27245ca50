package engine

import (
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// State of a backend in an engine.
type State string

const (
	Serving     State = "serving"     // gets jobs
	Standby     State = "standby"     // the CPU where it was not asked for: decides what others cannot, re-checks and audits
	Quarantined State = "quarantined" // failed while it served; gets no jobs until it passes the known answers again
	Refused     State = "refused"     // could not be opened, or failed the known answers of every kernel
)

var states = []State{Serving, Standby, Quarantined, Refused}

// Status is a backend as the engine sees it at one moment.
type Status struct {
	backend.Info // of a backend that could not be opened only Name and Kind

	State       State
	Reason      string    // why it is quarantined or refused; else empty
	Since       time.Time // of the state
	Quarantines uint64    // so far
	Services    []Service // what it serves or was refused for, in the order of Config.Kernels

	Refused map[string]string // by the names of kernels that it may not serve under each of its rules: why
	Jobs    map[string]int64  // by the names of kernels that it serves: jobs that left Run with its verdict
}

// Service is one kernel on one backend.
type Service struct {
	Kernel  *kernels.Kernel
	Rules   []kernels.Flags // admitted
	Refused string          // why rules of the kernel are not admitted; empty if all are
	Stats

	// The learned cost model: a span of n jobs takes Setup + n/Rate seconds when nothing else runs. A job of a kernel
	// without rows (a plain hash) counts one more for each 64 bytes of its message. Zero where nothing was measured,
	// as on the CPU when it is alone.
	Setup time.Duration
	Rate  float64
}

// Stats count what a backend did for a kernel since the engine was opened.
type Stats struct {
	Jobs       uint64        // that left Run with a verdict of this backend
	Valid      uint64        // of those
	Invalid    uint64        // of those
	Spans      uint64        // calls of the backend that decided jobs
	Stolen     uint64        // jobs that were taken over from another backend
	Rechecked  uint64        // inexact verdicts that the CPU decided again
	Overturned uint64        // of those: decided otherwise
	Audited    uint64        // exact verdicts that the CPU decided again
	Mismatches uint64        // audits that found another verdict or output, and answers that are no verdicts
	Faults     uint64        // calls that ended with an error, a panic, too late or not at all
	Busy       time.Duration // in calls, all added up
}

// Backends tells what the engine has, the CPU first, then the named ones, then custom ones.
func (e *Engine) Backends() []Status {
	s := make([]Status, len(e.members))
	for i, m := range e.members {
		s[i] = m.status()
	}
	return s
}
