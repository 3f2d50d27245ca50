package engine

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// State of a backend in an engine.
type State string

const (
	Serving     State = "serving"
	Quarantined State = "quarantined" // it failed; see Status.Reason
)

// Status of one backend, for people and metrics.
type Status struct {
	Info    backend.Info
	State   State
	Reason  string            // why it is in quarantine
	Refused map[string]string // kernels that it may not serve, and why
	Jobs    map[string]int64  // decided, by kernel name
}

// member is a backend in an engine.
type member struct {
	backend.Backend
	info  backend.Info
	judge bool // it is the engine's own processor: trusted

	mu      sync.Mutex
	state   State
	reason  string
	times   int // in quarantine, so far
	stuck   int // calls of Run that the engine gave up and that have not returned
	refused map[kernels.ID]string
	kernels map[kernels.ID]*service
}

// service is one kernel on one backend.
type service struct {
	backend.Support
	model   model
	metrics *series
}

func newMember(b backend.Backend, judge bool) *member {
	return &member{
		Backend: b,
		info:    b.Info(),
		judge:   judge,
		state:   Serving,
		refused: map[kernels.ID]string{},
		kernels: map[kernels.ID]*service{},
	}
}

// serves gives the service of a kernel, if the backend may serve it now.
func (m *member) serves(id kernels.ID) *service {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state != Serving {
		return nil
	}
	return m.kernels[id]
}

// run is Backend.Run with panics turned into faults.
func (m *member) run(ctx context.Context, b *kernels.Batch, lo, hi int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &backend.Fault{Backend: m.info.Name, Err: fmt.Errorf("panic: %v", p)}
		}
	}()
	return m.Run(ctx, b, lo, hi)
}

// prove checks the known answers of a kernel under all its rules, and lets the cost model learn from them.
func (m *member) prove(ctx context.Context, k *kernels.Kernel, s *service) error {
	for _, rule := range k.Rules {
		known := k.Known(rule)
		work := known.Shadow()
		start := time.Now()
		if err := m.run(ctx, work, 0, work.Len()); err != nil {
			return fmt.Errorf("%w: %s %s: %w", ErrKnownAnswers, k.Name, rule, err)
		}
		s.model.learn(work.Len(), time.Since(start))
		if i := differ(known, work, 0, known.Len()); i >= 0 {
			return fmt.Errorf("%w: %s %s: job %d is %v, want %v", ErrKnownAnswers, k.Name, rule, i, work.Verdict(i), known.Verdict(i))
		}
	}
	return nil
}

// differ is the first job in [lo,hi) whose verdict or output differs, or -1.
func differ(a, b *kernels.Batch, lo, hi int) int {
	for i := lo; i < hi; i++ {
		if a.Verdict(i) != b.Verdict(i) || string(a.Out(i)) != string(b.Out(i)) {
			return i
		}
	}
	return -1
}

// status is a snapshot.
func (m *member) status(find func(kernels.ID) *kernels.Kernel) Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	s := Status{Info: m.info, State: m.state, Reason: m.reason, Refused: map[string]string{}, Jobs: map[string]int64{}}
	for id, why := range m.refused {
		s.Refused[name(find, id)] = why
	}
	for id, service := range m.kernels {
		s.Jobs[name(find, id)] = service.metrics.decided.Load()
	}
	return s
}

func name(find func(kernels.ID) *kernels.Kernel, id kernels.ID) string {
	if k := find(id); k != nil {
		return k.Name
	}
	return fmt.Sprintf("%#x", uint16(id))
}
