package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
)

// Event tells how far Run is.
type Event struct {
	Done, Total int    // steps
	Doing       string // "ed25519.verify ZIP215, batch 64"; empty at the end

	// What the step before gave.
	Rows    []Row
	Latency []Latency
}

// Run measures what the configuration says. progress, if not nil, is called before each step and at the end, never while
// something is measured.
//
// Errors: ErrConfig; ErrDisagree; ctx's; those of engines and contenders. There is no result then.
func Run(ctx context.Context, c Config, progress func(Event)) (_ *Result, err error) {
	if err := c.complete(); err != nil {
		return nil, err
	}
	groups, err := c.plan()
	if err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(Event) {}
	}
	engines := newEngines(ctx, c.Kernels)
	defer func() { err = errors.Join(err, engines.close()) }()
	r := &run{Config: c, engines: engines, progress: progress, contenders: c.ours}
	if c.ours == nil {
		r.contenders = append(r.contenders, bare())
		for _, name := range c.Backends {
			r.contenders = append(r.contenders, engines.contender(name))
		}
	}
	r.contenders = append(r.contenders, c.Peers...)
	for _, g := range groups {
		r.event.Total += len(g.batches)
		if c.Latency {
			r.event.Total += len(c.Backends)
		}
	}
	machine, err := describeMachine(engines, &c)
	if err != nil {
		return nil, err
	}
	r.result = &Result{Schema: Schema, Date: c.Date, Machine: *machine, Config: c.settings()}
	for i := range r.contenders {
		x := ContenderInfo{r.contenders[i].Name, r.contenders[i].ours, r.contenders[i].Note}
		if !slices.Contains(r.result.Contenders, x) {
			r.result.Contenders = append(r.result.Contenders, x)
		}
	}
	for i := range groups {
		if err := r.group(ctx, &groups[i]); err != nil {
			return nil, err
		}
	}
	r.result.Machine.GHzAfter = frequency()
	r.step("")
	return r.result, nil
}

// run is one run of Run.
type run struct {
	Config
	engines    *engines
	contenders []Contender
	progress   func(Event)
	event      Event
	result     *Result
}

// step tells what comes next, or the end.
func (r *run) step(doing string) {
	r.event.Doing = doing
	r.progress(r.event)
	r.event.Done++
	r.event.Rows, r.event.Latency = nil, nil
}

func (r *run) group(ctx context.Context, g *group) error {
	sets := make([]*kernels.Batch, r.Threads) // each thread has jobs of its own
	errs := make([]error, r.Threads)
	var made sync.WaitGroup
	for i := range sets {
		made.Go(func() { sets[i], errs[i] = g.jobsOf(g.jobs(), r.Seed+uint64(i)<<32) })
	}
	made.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	for _, batch := range g.batches {
		r.step(fmt.Sprintf("%s, batch %d", g, batch))
		if err := r.batch(ctx, g, sets, batch); err != nil {
			return err
		}
	}
	if !r.Latency {
		return nil
	}
	for _, name := range r.Backends {
		r.step(fmt.Sprintf("%s, latency by %s", g, name))
		if err := r.latency(ctx, g, sets[0], name); err != nil {
			return err
		}
	}
	return nil
}

func (g *group) String() string {
	s := g.kernel.Name
	if g.rule != 0 {
		s += " " + g.rule.String()
	}
	if g.keys > 0 {
		s += fmt.Sprintf(", %d keys", g.keys)
	}
	switch {
	case g.message == Mixed:
		s += fmt.Sprintf(", messages of 0 to %d bytes", MixedMax)
	case g.kernel.Message:
		s += fmt.Sprintf(", messages of %d bytes", g.message)
	}
	return s
}

// batch measures all contenders at one batch size, at all numbers of threads.
func (r *run) batch(ctx context.Context, g *group, sets []*kernels.Batch, batch int) error {
	jobs := g.setSize(batch)
	own := make([]*kernels.Batch, len(sets)) // just as many jobs
	for i, set := range sets {
		if own[i] = set; set.Len() != jobs {
			var err error
			if own[i], err = copyJobs(set, 0, jobs); err != nil {
				return err
			}
		}
	}
	expect := make([]answers, len(sets))
	var cells []*cell
	for _, threads := range r.threadCounts() {
		for i := range r.contenders {
			c := &r.contenders[i]
			if !c.Supports(g.kernel, g.rule) {
				continue
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			x, err := newCell(c, own[:threads], batch, expect)
			if errors.Is(err, ErrSkip) {
				continue
			}
			if err != nil {
				return err
			}
			cells = append(cells, x)
		}
	}
	if err := measure(ctx, cells, &r.Config); err != nil {
		return err
	}
	rows := g.rows(own[0], batch, cells)
	r.result.Rows = append(r.result.Rows, rows...)
	r.event.Rows = rows
	return nil
}
