// Package platformtest is what the tests of the platforms share.
package platformtest

import (
	"context"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// Engine has the kernels themselves decide jobs, each one once, so that a test can verify thousands of files that differ in
// one byte. It holds the jobs that it was given. It is a platform.Engine, for one goroutine.
type Engine map[Job]Result

// Job is all that a result depends on.
type Job struct {
	Kernel       string
	Rule         kernels.Flags
	Row, Message string
}

// Result is what became of a job.
type Result struct {
	Verdict kernels.Verdict
	Out     string
}

// Run implements platform.Engine.
func (e Engine) Run(ctx context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		job := Job{b.Kernel().Name, b.Flags(), string(b.Row(i)), string(b.Message(i))}
		known, ok := e[job]
		if !ok {
			b.Kernel().Run(b, i, i+1)
			e[job] = Result{b.Verdict(i), string(b.Out(i))}
			continue
		}
		b.SetVerdict(i, known.Verdict)
		copy(b.Out(i), known.Out)
	}
	return ctx.Err()
}

// Want compares the counts of a report; jobs has all of its kernels.
func Want(t *testing.T, r *platform.Report, blocks, transactions, wrong, notCheckable int64, jobs map[string]platform.Count) {
	t.Helper()
	if r.Blocks != blocks || r.Transactions != transactions || r.Wrong != wrong || r.NotCheckable != notCheckable {
		t.Errorf("%d blocks, %d transactions, %d wrong, %d not checkable; want %d, %d, %d, %d (%v %v)",
			r.Blocks, r.Transactions, r.Wrong, r.NotCheckable, blocks, transactions, wrong, notCheckable, r.InvalidAt, r.Why)
	}
	for name, c := range jobs {
		if r.Jobs[name] != c {
			t.Errorf("%s: %+v, want %+v", name, r.Jobs[name], c)
		}
	}
	for name := range r.Jobs {
		if _, ok := jobs[name]; !ok {
			t.Errorf("%s: %+v, none wanted", name, r.Jobs[name])
		}
	}
}
