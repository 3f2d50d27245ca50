package main

import (
	"runtime"
	"runtime/debug"
	"slices"

	"github.com/sluice-engine/sluice/bench"
	"github.com/sluice-engine/sluice/kernels"
)

// peers is the table of all contenders, in the order of the kernels.
func peers() []bench.Contender {
	return slices.Concat(hashes(), edwards(), weierstrass(), pairings(), libraries())
}

// job is a kernel and the rules that a peer has.
type job struct {
	kernel kernels.ID
	rules  []kernels.Flags // nil: all
}

// decider decides jobs [lo,hi) of b, writes their outputs and counts the valid ones.
type decider func(b *kernels.Batch, lo, hi int) (valid int)

// peer is a contender whose decider is made anew for each thread.
func peer(name, note string, j job, prepare func(b *kernels.Batch) (decider, error)) bench.Contender {
	return bench.Contender{
		Name: name,
		Note: note,
		Supports: func(k *kernels.Kernel, rule kernels.Flags) bool {
			return k.ID == j.kernel && (j.rules == nil || slices.Contains(j.rules, rule))
		},
		Prepare: func(b *kernels.Batch, _, _ int) (bench.Runner, error) {
			decide, err := prepare(b)
			if err != nil {
				return bench.Runner{}, err
			}
			return bench.Runner{Run: func(lo, hi int) (int, error) { return decide(b, lo, hi), nil }}, nil
		},
	}
}

// simple is a peer whose decider needs nothing prepared.
func simple(name, note string, j job, decide decider) bench.Contender {
	return peer(name, note, j, func(*kernels.Batch) (decider, error) { return decide, nil })
}

// one makes a decider of a function that decides one job.
func one(decide func(b *kernels.Batch, i int) bool) decider {
	return func(b *kernels.Batch, lo, hi int) (valid int) {
		for i := lo; i < hi; i++ {
			if decide(b, i) {
				valid++
			}
		}
		return valid
	}
}

// version is that of a module in this build; for the standard library that of Go.
func version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if module == "" || !ok {
		return runtime.Version()
	}
	for _, d := range info.Deps {
		if d.Path == module {
			return d.Version
		}
	}
	return "of unknown version"
}
