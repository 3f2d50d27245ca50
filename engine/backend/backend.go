// Package backend is the contract between the engine and what runs batches: the CPU, a GPU, a chip.
//
// It is small on purpose. What a backend need not know (dispatch, audit, re-checks, quarantine, metrics) is
// the engine's. Package engine/backendtest proves an implementation against the contract.
package backend

import (
	"context"
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
)

// Backend runs batches.
//
// All methods may be called from many goroutines at once.
type Backend interface {
	// Info describes the backend. It is cheap and the answer does not change while the backend is open.
	Info() Info

	// Run decides jobs [lo,hi) of b, whose verdicts and outputs are unset: it sets every verdict in that span and
	// writes every output row, zeros for invalid jobs. Or it returns an error and leaves the verdict of each job
	// that it did not decide unset. It touches no verdict or output outside the span, and nothing else of b; b may be
	// a shadow, whose verdicts and outputs are not in its region. An empty span succeeds.
	//
	// A fault of the device is an error (a [*Fault]), never an invalid verdict. Run returns soon after ctx is
	// done, with ctx's error unless all was decided by then, and nothing reads or writes b after that.
	Run(ctx context.Context, b *kernels.Batch, lo, hi int) error

	// Close waits for running calls, which it may cut short with ErrClosed, and frees the device. A second
	// Close does nothing.
	Close() error
}

// Memory is implemented by backends that want batches in memory of their own, such as memory that a device
// reaches by DMA. Batches in other memory work too, more slowly.
type Memory interface {
	Allocator() kernels.Allocator
}

// Info describes a backend.
type Info struct {
	Name     string    // unique in an engine: "cpu", "chip0"
	Kind     string    // "cpu", "gpu" or "chip"
	Device   string    // for people: "AMD EPYC, 2 cores", "simulator, 4 sha256 units"
	Version  string    // of driver, firmware or RTL; may be empty
	Features []string  // found and used: "avx512ifma", "sha"
	Missing  []Missing // not found, and what would help
	Kernels  []Support
	InFlight int // spans of a batch that pay when they run at once; at least 1

	// Simulated: software plays the device, so its speed tells nothing. Who asks for it wants it to be used: see
	// engine.Config.Prefer.
	Simulated bool
}

// Missing is something that would make a backend faster or usable.
type Missing struct {
	What   string // "AVX-512 IFMA"
	Effect string // "Ed25519 runs in 4 lanes instead of 8"
	Remedy string // what a person can do; may be empty
}

// Support tells how a backend runs one kernel.
type Support struct {
	Kernel   kernels.ID
	Smallest int // jobs below which the backend is not worth its latency; at least 1

	// Whether a verdict can be taken as it is. The engine has inexact ones decided again by the CPU.
	ValidExact, InvalidExact bool
}

// Supports finds the kernel's entry.
func (i *Info) Supports(id kernels.ID) (Support, bool) {
	for _, s := range i.Kernels {
		if s.Kernel == id {
			return s, true
		}
	}
	return Support{}, false
}

var (
	// ErrClosed: Run after, or cut short by, Close.
	ErrClosed = errors.New("backend: closed")
	// ErrUnsupported: the backend does not run this kernel or rule set.
	ErrUnsupported = errors.New("backend: kernel not supported")
)

// Fault is an error of a device. The jobs that it left unset are to be decided elsewhere.
type Fault struct {
	Backend string
	Err     error
}

func (f *Fault) Error() string { return fmt.Sprintf("backend %s: %v", f.Backend, f.Err) }
func (f *Fault) Unwrap() error { return f.Err }
