package engine

import (
	"context"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// toy is a kernel for tests: a row of 8 bytes is valid if its number, times an odd constant, has the top bit set; the
// output is that product. Under the rule LowS it must not.
var toy = newToy(0x7001, "toy", nil)

const toyFactor = 0x9e3779b97f4a7c15

// newToy makes such a kernel; before is called at the start of Run, on the CPU.
func newToy(id kernels.ID, name string, before func(b *kernels.Batch, lo, hi int)) *kernels.Kernel {
	k := &kernels.Kernel{ID: id, Name: name, In: 8, Out: 8, Rules: []kernels.Flags{0, kernels.LowS}, Ref: toyRef}
	k.Run = func(b *kernels.Batch, lo, hi int) {
		if before != nil {
			before(b, lo, hi)
		}
		toyRef(b, lo, hi)
	}
	k.Known = func(rule kernels.Flags) *kernels.Batch {
		b := toyBatch(k, rule, 16, 99)
		toyRef(b, 0, 16)
		return b
	}
	return k
}

func toyRef(b *kernels.Batch, lo, hi int) {
	for i := lo; i < hi; i++ {
		x := binary.LittleEndian.Uint64(b.Row(i)) * toyFactor
		valid := x>>63 == 1 != (b.Flags() == kernels.LowS)
		if !valid {
			x = 0
		}
		binary.LittleEndian.PutUint64(b.Out(i), x)
		b.SetVerdict(i, kernels.Of(valid))
	}
}

// toyBatch has n jobs, about half of them valid.
func toyBatch(k *kernels.Kernel, rule kernels.Flags, n int, seed uint64) *kernels.Batch {
	b := kernels.New(k, rule, n, 0)
	r := rand.New(rand.NewPCG(seed, 0))
	for range n {
		row, err := b.Add(nil)
		if err != nil {
			panic(err)
		}
		binary.LittleEndian.PutUint64(row, r.Uint64())
	}
	return b
}

// checkRight fails unless every verdict and output is that of the reference.
func checkRight(t *testing.T, b *kernels.Batch) {
	t.Helper()
	want := b.Shadow()
	b.Kernel().Ref(want, 0, b.Len())
	if string(want.Verdicts()) == string(b.Verdicts()) && string(want.Outs()) == string(b.Outs()) {
		return
	}
	for i := range b.Len() {
		if b.Verdict(i) != want.Verdict(i) || string(b.Out(i)) != string(want.Out(i)) {
			t.Fatalf("job %d of %d is %v with output %x, want %v with %x", i, b.Len(), b.Verdict(i), b.Out(i), want.Verdict(i), want.Out(i))
		}
	}
}

// device is a backend for tests. It gives right answers until it is armed.
type device struct {
	name     string
	kernels  []backend.Support
	inFlight int
	fault    func(ctx context.Context, b *kernels.Batch, lo, hi int) error // while armed
	armed    atomic.Bool
	runs     atomic.Int64 // calls while armed
	jobs     atomic.Int64 // in those
	closes   atomic.Int64
	stuck    atomic.Int64 // calls that ignore their context and have not returned

	simulated bool
}

// exactToy is what most devices of the tests offer.
var exactToy = []backend.Support{{Kernel: toy.ID, Smallest: 1, ValidExact: true, InvalidExact: true}}

func newDevice(name string, fault func(ctx context.Context, b *kernels.Batch, lo, hi int) error) *device {
	return &device{name: name, kernels: exactToy, inFlight: 1, fault: fault}
}

func (d *device) Info() backend.Info {
	return backend.Info{Name: d.name, Kind: "test", Kernels: d.kernels, InFlight: d.inFlight, Simulated: d.simulated}
}

func (d *device) Run(ctx context.Context, b *kernels.Batch, lo, hi int) error {
	if d.armed.Load() {
		d.runs.Add(1)
		d.jobs.Add(int64(hi - lo))
		if d.fault != nil {
			return d.fault(ctx, b, lo, hi)
		}
	}
	return honest(ctx, b, lo, hi)
}

func (d *device) Close() error {
	d.closes.Add(1)
	return nil
}

func honest(_ context.Context, b *kernels.Batch, lo, hi int) error {
	b.Kernel().Ref(b, lo, hi)
	return nil
}

var errPlanted = errors.New("planted error")

// openToy opens an engine with the toy kernel, in which devices seem a hundred times as fast as the CPU and are armed
// once they are admitted.
func openToy(t testing.TB, c Config, devices ...*device) *Engine {
	t.Helper()
	if c.Kernels == nil {
		c.Kernels = []*kernels.Kernel{toy}
	}
	if c.Workers == 0 {
		c.Workers = 2
	}
	for _, d := range devices {
		c.Custom = append(c.Custom, d)
	}
	e, err := Open(c)
	if err != nil {
		t.Fatal(err)
	}
	seemFast(e)
	for _, d := range devices {
		d.armed.Store(true)
	}
	t.Cleanup(func() {
		for _, d := range devices {
			eventually(t, "stuck calls return", func() bool { return d.stuck.Load() == 0 })
		}
		if err := e.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return e
}

// seemFast makes the engine believe that devices are a hundred times as fast as the CPU.
func seemFast(e *Engine) {
	for _, m := range e.members {
		for _, s := range m.services {
			perJob := 1e-6
			if !m.trusted {
				perJob = 1e-8
			}
			s.model.seed(1, perJob, 1, perJob)
		}
	}
}

// statusOf finds a backend by its name.
func (e *Engine) statusOf(t testing.TB, name string) Status {
	t.Helper()
	for _, s := range e.Backends() {
		if s.Info.Name == name {
			return s
		}
	}
	t.Fatalf("no backend %q", name)
	return Status{}
}

// eventually waits for a condition that another goroutine brings about.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited 10 s in vain: %s", what)
		}
	}
}

// modes are the two ways in which the CPU can stand beside devices.
var modes = []struct {
	name     string
	backends []string
}{
	{"cpu serves", []string{"cpu"}},
	{"cpu stands by", []string{}},
}
