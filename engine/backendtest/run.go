package backendtest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/sample"
)

// Options of the suite. The zero value tests all kernels of package kernels/all.
type Options struct {
	// Kernels are those that the backend is tested with, as far as it offers them; nil means all.
	Kernels []*kernels.Kernel
	// Fill appends n valid jobs to a batch; nil means sample.Fill.
	Fill func(b *kernels.Batch, n int, seed uint64, messageBytes int) error
	// Effort is about how long Ref, and in each property the backend, is kept busy for a kernel and rule. 0 means 100 ms,
	// or 20 ms with -short.
	Effort time.Duration
	// Patience is how long the backend may take to return after its context is done. 0 means 2 s.
	Patience time.Duration
}

func (o *Options) complete() {
	if o.Kernels == nil {
		o.Kernels = all.Kernels
	}
	if o.Fill == nil {
		o.Fill = sample.Fill
	}
	if o.Effort == 0 {
		o.Effort = 100 * time.Millisecond
		if testing.Short() {
			o.Effort /= 5
		}
	}
	if o.Patience == 0 {
		o.Patience = 2 * time.Second
	}
}

// Case is one backend with one kernel under one rule.
type Case struct {
	Backend backend.Backend
	Kernel  *kernels.Kernel
	Rule    kernels.Flags
	Options Options

	support backend.Support
	pool    *kernels.Batch // jobs with the answers of Ref
}

// Each are the properties of a backend that are tested for each kernel and rule.
var Each = []struct {
	Name string
	Test func(c *Case) error
}{
	{"known", (*Case).Known},
	{"pool", (*Case).Pool},
	{"spans", (*Case).Spans},
	{"huge", (*Case).Huge},
	{"cancel", (*Case).Cancel},
	{"concurrent", (*Case).Concurrent},
}

// Once are the properties that are tested once. open gives a new backend each time.
var Once = []struct {
	Name string
	Test func(open func() backend.Backend, o Options) error
}{
	{"info", Info},
	{"unsupported", Unsupported},
	{"close", Close},
	{"leak", Leak},
}

// Run tests a backend. open gives a new one each time and closes nothing; Run closes what it was given.
func Run(t *testing.T, open func(t testing.TB) backend.Backend, o Options) {
	o.complete()
	for _, p := range Once {
		t.Run(p.Name, func(t *testing.T) {
			if err := p.Test(func() backend.Backend { return open(t) }, o); err != nil {
				t.Error(err)
			}
		})
	}
	be := open(t)
	info := be.Info()
	offered := 0
	for _, k := range o.Kernels {
		if _, ok := info.Supports(k.ID); !ok {
			t.Logf("%s: %s is not offered", info.Name, k.Name)
			continue
		}
		offered++
		for _, rule := range k.Rules {
			name := k.Name
			if rule != 0 {
				name += "/" + rule.String()
			}
			t.Run(name, func(t *testing.T) { runCase(t, &Case{Backend: be, Kernel: k, Rule: rule, Options: o}) })
		}
	}
	if offered == 0 {
		t.Errorf("%s offers none of the kernels", info.Name)
	}
	if err := be.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func runCase(t *testing.T, c *Case) {
	if err := c.Prepare(); errors.Is(err, backend.ErrUnsupported) {
		t.Skipf("the backend offers the kernel without this rule: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	valid, invalid := count(c.pool)
	t.Logf("%d jobs, %d valid, %d invalid", c.pool.Len(), valid, invalid)
	for _, p := range Each {
		t.Run(p.Name, func(t *testing.T) {
			if err := p.Test(c); err != nil {
				t.Error(err)
			}
		})
	}
}

// Prepare makes the jobs and their answers. It returns an error that is backend.ErrUnsupported if the backend does not
// run the rule.
func (c *Case) Prepare() error {
	c.Options.complete()
	info := c.Backend.Info()
	c.support, _ = info.Supports(c.Kernel.ID)
	known := c.Kernel.Known(c.Rule)
	if err := c.Backend.Run(context.Background(), known.Shadow(), 0, min(1, known.Len())); errors.Is(err, backend.ErrUnsupported) {
		return err
	}
	var err error
	c.pool, err = makePool(c.Kernel, c.Rule, &c.Options)
	return err
}

func count(b *kernels.Batch) (valid, invalid int) {
	for i := range b.Len() {
		if b.Verdict(i) == kernels.Valid {
			valid++
		} else {
			invalid++
		}
	}
	return valid, invalid
}
