package backendtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// Info: what the backend says of itself makes sense and does not change.
func Info(open func() backend.Backend, o Options) error {
	o.complete()
	be := open()
	info := be.Info()
	err := checkInfo(info)
	if err == nil {
		err = decideOne(be, &o)
	}
	if again := be.Info(); err == nil && !reflect.DeepEqual(info, again) {
		err = fmt.Errorf("Info was %+v and is %+v", info, again)
	}
	return errors.Join(err, be.Close())
}

func checkInfo(info backend.Info) error {
	switch {
	case info.Name == "":
		return errors.New("the backend has no name")
	case !slices.Contains([]string{"cpu", "gpu", "chip"}, info.Kind):
		return fmt.Errorf("the backend is of kind %q", info.Kind)
	case info.Device == "":
		return errors.New("the backend does not say what it drives")
	case info.InFlight < 1:
		return fmt.Errorf("%d spans in flight pay", info.InFlight)
	case len(info.Kernels) == 0:
		return errors.New("the backend offers no kernel")
	}
	seen := make(map[kernels.ID]bool)
	for _, s := range info.Kernels {
		if seen[s.Kernel] {
			return fmt.Errorf("kernel %#x is offered twice", uint16(s.Kernel))
		}
		if seen[s.Kernel] = true; s.Smallest < 1 {
			return fmt.Errorf("kernel %#x pays from %d jobs", uint16(s.Kernel), s.Smallest)
		}
	}
	return nil
}

// first is the first kernel that the backend offers, with known answers.
func first(be backend.Backend, o *Options) (*Case, *kernels.Batch, error) {
	info := be.Info()
	for _, k := range o.Kernels {
		if s, ok := info.Supports(k.ID); ok {
			return &Case{Backend: be, Kernel: k, Rule: k.Default(), Options: *o, support: s}, k.Known(k.Default()), nil
		}
	}
	return nil, nil, errors.New("the backend offers none of the kernels")
}

func decideOne(be backend.Backend, o *Options) error {
	c, known, err := first(be, o)
	if err != nil {
		return err
	}
	return c.right(known, 0, known.Len())
}

// Unsupported: a kernel that the backend does not offer gives ErrUnsupported and no verdict.
func Unsupported(open func() backend.Backend, o Options) error {
	o.complete()
	be := open()
	info := be.Info()
	var errs []error
	foreign := &kernels.Kernel{ID: 0xfffe, Name: "foreign", In: 16, Out: 8, Message: true, Rules: []kernels.Flags{0}}
	foreign.Run = func(*kernels.Batch, int, int) {
		errs = append(errs, errors.New("the backend runs a kernel that it does not offer"))
	}
	foreign.Ref = foreign.Run
	for _, k := range append([]*kernels.Kernel{foreign}, o.Kernels...) {
		if _, ok := info.Supports(k.ID); ok {
			continue
		}
		b := kernels.New(k, k.Default(), 3, 0)
		for range 3 {
			if _, err := b.Add(nil); err != nil {
				return err
			}
		}
		if err := be.Run(context.Background(), b, 0, 3); !errors.Is(err, backend.ErrUnsupported) {
			errs = append(errs, fmt.Errorf("%s is not offered, and Run gives %v, not ErrUnsupported", k.Name, err))
		}
		for i := range 3 {
			if b.Verdict(i) != kernels.Unset {
				errs = append(errs, fmt.Errorf("%s is not offered, and job %d is %v", k.Name, i, b.Verdict(i)))
			}
		}
	}
	return errors.Join(errors.Join(errs...), be.Close())
}

// Close: it waits for running calls, which end well or with ErrClosed; after it, Run gives ErrClosed and no verdict; a
// second one does nothing.
func Close(open func() backend.Backend, o Options) error {
	o.complete()
	be := open()
	c, known, err := first(be, &o)
	if err != nil {
		return err
	}
	if err := c.right(known, 0, known.Len()); err != nil {
		return err
	}
	const goroutines = 4
	errs := make([]error, goroutines)
	var wg sync.WaitGroup
	started := make(chan struct{}, goroutines)
	for g := range goroutines {
		wg.Go(func() {
			for i := 0; errs[g] == nil; i++ {
				run, err := c.attempt(context.Background(), known, 0, known.Len(), false)
				if i == 0 {
					started <- struct{}{}
				}
				if run != nil && !errors.Is(run, backend.ErrClosed) {
					err = errors.Join(err, fmt.Errorf("Run while the backend closes: %w", run))
				}
				if errs[g] = err; run != nil {
					return
				}
			}
		})
	}
	for range goroutines {
		<-started
	}
	closed := make(chan error, 1)
	go func() { closed <- be.Close() }()
	select {
	case err := <-closed:
		if err != nil {
			return fmt.Errorf("Close: %w", err)
		}
	case <-time.After(o.Patience + 10*time.Second):
		return errors.New("Close does not return")
	}
	stopped := make(chan struct{})
	go func() {
		wg.Wait()
		close(stopped)
	}()
	select {
	case <-stopped:
	case <-time.After(o.Patience):
		return errors.New("after Close, calls still run or Run still succeeds")
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	b := known.Shadow()
	if err := be.Run(context.Background(), b, 0, b.Len()); !errors.Is(err, backend.ErrClosed) {
		return fmt.Errorf("Run after Close gives %v, not ErrClosed", err)
	}
	for i := range b.Len() {
		if b.Verdict(i) != kernels.Unset {
			return fmt.Errorf("Run after Close decides job %d", i)
		}
	}
	if err := be.Close(); err != nil {
		return fmt.Errorf("second Close: %w", err)
	}
	return nil
}

// Leak: opening, running and closing, again and again, leaves no goroutine behind.
func Leak(open func() backend.Backend, o Options) error {
	o.complete()
	round := func() error {
		be := open()
		err := decideOne(be, &o)
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if c, known, err := first(be, &o); err == nil {
			c.Backend.Run(ctx, known.Shadow(), 0, known.Len())
		}
		return errors.Join(err, be.Close())
	}
	if err := round(); err != nil { // what is started once for the process is not a leak
		return err
	}
	before := runtime.NumGoroutine()
	const rounds = 5
	for range rounds {
		if err := round(); err != nil {
			return err
		}
	}
	after := 0
	for end := time.Now().Add(o.Patience); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if after = runtime.NumGoroutine(); after < before+rounds {
			return nil
		}
	}
	return fmt.Errorf("%d goroutines before, %d after opening and closing the backend %d times", before, after, rounds)
}
