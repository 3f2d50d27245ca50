package engine

import (
	"context"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// TestPrefer: a preferred backend gets all that it can decide, whatever the cost models say; a simulated one is preferred
// unless the configuration says otherwise.
func TestPrefer(t *testing.T) {
	const n = 3000
	for _, test := range []struct {
		name      string
		prefer    []string
		simulated bool
		perJob    float64 // of the device; the CPU's is 1e-6
		want      int64   // jobs that it gets; -1: some
	}{
		{"slow", nil, false, 1, 0},
		{"slow and simulated", nil, true, 1, n},
		{"slow and simulated, none preferred", []string{}, true, 1, 0},
		{"slow and preferred by name", []string{"d"}, false, 1, n},
		{"slow and preferred by kind", []string{"test"}, false, 1, n},
		{"fast, but the CPU is preferred", []string{"cpu"}, false, 1e-8, 0},
		{"simulated, but the CPU is preferred", []string{"cpu"}, true, 1e-8, 0},
		{"both preferred, fast", []string{"cpu", "d"}, false, 1e-8, -1},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDevice("d", nil)
			d.simulated = test.simulated
			e := openToy(t, Config{Prefer: test.prefer}, d)
			for _, s := range e.members[1].services {
				s.model.seed(1, test.perJob, 1, test.perJob)
			}
			b := toyBatch(toy, 0, n, 1)
			if err := e.Run(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			checkRight(t, b)
			if jobs := e.statusOf(t, "d").Jobs["toy"]; jobs != test.want && (test.want >= 0 || jobs == 0) {
				t.Errorf("the device decided %d jobs, want %d", jobs, test.want)
			}
			if s := e.statusOf(t, "cpu"); s.State != Serving {
				t.Errorf("the CPU is %v", s.State)
			}
		})
	}
}

// TestPreferFaults: what a preferred backend fails to decide, or cannot, the CPU decides.
func TestPreferFaults(t *testing.T) {
	other := newToy(0x7010, "other", nil)
	d := newDevice("d", func(context.Context, *kernels.Batch, int, int) error { return errPlanted })
	d.simulated = true
	e := openToy(t, Config{Kernels: []*kernels.Kernel{toy, other}}, d)
	for _, k := range []*kernels.Kernel{toy, other} {
		for i := range 2 * faultsInRow {
			b := toyBatch(k, 0, 500, uint64(i))
			if err := e.Run(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			checkRight(t, b)
		}
	}
	if s := e.statusOf(t, "d"); s.State != Quarantined || d.runs.Load() != faultsInRow {
		t.Errorf("%v after %d calls", s.State, d.runs.Load())
	}
}

// TestPreferUnknown: who is to be preferred must be there.
func TestPreferUnknown(t *testing.T) {
	e, err := Open(Config{Kernels: []*kernels.Kernel{toy}, Prefer: []string{"gpu"}, Custom: []backend.Backend{newDevice("d", nil)}})
	if e != nil || !errors.Is(err, ErrBackend) {
		t.Errorf("%v, %v", e, err)
	}
}
