package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sluice-engine/sluice/engine"
)

const (
	cpuName      = "cpu"
	chipName     = "chip"
	noPreference = "none" // as the argument of --prefer
)

func (v *verifier) usesChip() bool { return slices.Contains(v.backends, chipName) }

// begin opens the engine, and the chip if it is to be used. end closes both.
func (v *verifier) begin(ctx context.Context) (end func() error, err error) {
	config := engine.Config{Backends: v.backends}
	if v.prefers {
		config.Prefer = slices.DeleteFunc(append([]string{}, v.prefer...), func(s string) bool { return s == noPreference })
	}
	if v.usesChip() {
		switch err := v.chip.open(ctx, v.stderr); {
		case err == nil:
			config.Chip = v.chip.chips()
		case slices.Contains(v.backends, cpuName) && ctx.Err() == nil:
			config.Backends = slices.DeleteFunc(slices.Clone(v.backends), func(s string) bool { return s == chipName })
			config.Prefer = slices.DeleteFunc(config.Prefer, func(s string) bool { return s == chipName })
			v.warn(chipName, err.Error())
		default:
			return nil, err
		}
	}
	if v.engine, err = engine.Open(config); err != nil {
		return nil, errors.Join(err, v.chip.close())
	}
	end = func() error {
		for _, s := range v.engine.Backends() {
			if s.State == engine.Quarantined {
				v.warn(s.Name, s.Reason)
			}
		}
		var err error
		if v.counters {
			err = v.chip.writeCounters(v.stderr, wantsColour(v.stderr))
		}
		return errors.Join(err, v.engine.Close(), v.chip.close())
	}
	if err := v.usable(); err != nil {
		v.counters = false
		return nil, errors.Join(err, end())
	}
	return end, nil
}

// usable says which backends cannot be used; without the CPU in the list that is an error.
func (v *verifier) usable() error {
	for _, s := range v.engine.Backends() {
		if s.State != engine.Refused {
			continue
		}
		if !slices.Contains(v.backends, cpuName) {
			return fmt.Errorf("backend %s cannot be used: %s", s.Name, s.Reason)
		}
		v.warn(s.Name, s.Reason)
	}
	return nil
}

func (v *verifier) warn(name, reason string) {
	fmt.Fprintf(v.stderr, "sluice: backend %s is out of use: %s\n", name, printable(reason))
}

// jobCounts is how many jobs backends decided, by their names and those of kernels.
type jobCounts map[string]map[string]int64

// jobsOf is what each backend decided so far.
func jobsOf(e *engine.Engine) jobCounts {
	jobs := jobCounts{}
	for _, s := range e.Backends() {
		for kernel, n := range s.Jobs {
			jobs.add(s.Name, kernel, n)
		}
	}
	return jobs
}

func (j jobCounts) add(backend, kernel string, n int64) {
	if n == 0 {
		return
	}
	if j[backend] == nil {
		j[backend] = map[string]int64{}
	}
	if j[backend][kernel] += n; j[backend][kernel] == 0 {
		delete(j[backend], kernel)
	}
	if len(j[backend]) == 0 {
		delete(j, backend)
	}
}

// less takes away what was counted before.
func (j jobCounts) less(before jobCounts) jobCounts {
	for backend, kernels := range before {
		for kernel, n := range kernels {
			j.add(backend, kernel, -n)
		}
	}
	return j
}

// include adds the jobs of another count.
func (j jobCounts) include(other jobCounts) {
	for backend, kernels := range other {
		for kernel, n := range kernels {
			j.add(backend, kernel, n)
		}
	}
}

// totals adds up the kernels of each backend.
func (j jobCounts) totals() map[string]int64 {
	sums := map[string]int64{}
	for backend, kernels := range j {
		for _, n := range kernels {
			sums[backend] += n
		}
	}
	return sums
}
