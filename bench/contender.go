package bench

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/kernels"
)

// Contender is something that decides jobs.
type Contender struct {
	Name string // "crypto/ed25519"; ours begin with "sluice"
	Note string // version, and what is particular about how it is measured; may be empty

	// Supports tells whether it decides jobs of the kernel by the rule, at least those that a benchmark has: valid ones.
	Supports func(k *kernels.Kernel, rule kernels.Flags) bool

	// Prepare readies it to decide the jobs of b, batch at a time; it is called once for each of the threads that will run
	// at the same time, each with jobs of its own. It may arrange memory, but do no work on the jobs that a verifier has
	// to do for each. ErrSkip leaves the contender out.
	Prepare func(b *kernels.Batch, batch, threads int) (Runner, error)

	ours bool
}

// Runner is a contender that is ready. One goroutine uses it.
type Runner struct {
	// Run decides jobs [lo,hi), which are one batch, and counts the valid ones. For kernels with outputs it writes them,
	// those of invalid jobs as zeros.
	Run func(lo, hi int) (valid int, err error)

	// Out is the output of job i, of the batch that Run decided last; nil where Run writes it into the batch it was
	// prepared for.
	Out func(i int) []byte
}

// bare is the kernel alone.
func bare() Contender {
	return Contender{
		Name:     "sluice",
		Note:     "the bare kernel: Kernel.Run",
		ours:     true,
		Supports: func(*kernels.Kernel, kernels.Flags) bool { return true },
		Prepare: func(b *kernels.Batch, _, _ int) (Runner, error) {
			run, verdicts := b.Kernel().Run, b.Verdicts()
			return Runner{Run: func(lo, hi int) (int, error) {
				run(b, lo, hi)
				return countValid(verdicts[lo:hi]), nil
			}}, nil
		},
	}
}

var validVerdict = []byte{byte(kernels.Valid)}

func countValid(verdicts []byte) int { return bytes.Count(verdicts, validVerdict) }

// engines are the engines of one run: one for each backend and number of threads.
type engines struct {
	ctx     context.Context
	kernels []*kernels.Kernel

	mu   sync.Mutex
	open map[engineKey]*engine.Engine
}

type engineKey struct {
	backend string
	threads int
}

func newEngines(ctx context.Context, ks []*kernels.Kernel) *engines {
	return &engines{ctx: ctx, kernels: ks, open: map[engineKey]*engine.Engine{}}
}

// get opens the engine, or finds it open.
func (e *engines) get(backend string, threads int) (*engine.Engine, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := engineKey{backend, threads}
	if x := e.open[key]; x != nil {
		return x, nil
	}
	x, err := engine.Open(engine.Config{Backends: []string{backend}, Kernels: e.kernels, Workers: threads})
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	e.open[key] = x
	for _, s := range x.Backends() {
		if s.Kind == backend && s.State == engine.Refused {
			return nil, fmt.Errorf("bench: backend %s cannot be used: %s", s.Name, s.Reason)
		}
	}
	return x, nil
}

func (e *engines) close() error {
	var errs []error
	for _, x := range e.open {
		errs = append(errs, x.Close())
	}
	return errors.Join(errs...)
}

// contender is Engine.Run with the backend: one engine, used by all threads, that has as many workers.
func (e *engines) contender(backend string) Contender {
	return Contender{
		Name:     "sluice/" + backend,
		Note:     "Engine.Run with the backend " + backend + " and as many workers as threads",
		ours:     true,
		Supports: func(*kernels.Kernel, kernels.Flags) bool { return true },
		Prepare: func(b *kernels.Batch, batch, threads int) (Runner, error) {
			x, err := e.get(backend, threads)
			if err != nil {
				return Runner{}, err
			}
			windows := make([]*kernels.Batch, b.Len()/batch)
			for i := range windows {
				if windows[i], err = copyJobs(b, i*batch, (i+1)*batch); err != nil {
					return Runner{}, err
				}
			}
			return Runner{
				Run: func(lo, _ int) (int, error) {
					w := windows[lo/batch]
					if err := x.Run(e.ctx, w); err != nil {
						return 0, err
					}
					return countValid(w.Verdicts()), nil
				},
				Out: func(i int) []byte { return windows[i/batch].Out(i % batch) },
			}, nil
		},
	}
}
