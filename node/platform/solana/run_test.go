package solana

import (
	"bytes"
	"context"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// runner decides batches by the kernels themselves, each job once, so that a test can verify many files that differ
// in one byte.
type runner map[string]result

type result struct {
	verdict kernels.Verdict
	out     []byte
}

func (r runner) Run(ctx context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		key := b.Kernel().Name + b.Flags().String() + string(b.Row(i)) + string(b.Message(i))
		known, ok := r[key]
		if !ok {
			b.Kernel().Run(b, i, i+1)
			known = result{b.Verdict(i), bytes.Clone(b.Out(i))}
			r[key] = known
		}
		b.SetVerdict(i, known.verdict)
		copy(b.Out(i), known.out)
	}
	return ctx.Err()
}

func (r runner) verify(data []byte, opt platform.Options) (*platform.Report, error) {
	return Platform.Verify(context.Background(), r, platform.NewSource("test", bytes.NewReader(data)), opt)
}

func side(data []byte) platform.Options {
	return platform.Options{Prevouts: platform.NewSource("side", bytes.NewReader(data))}
}

// want compares the counts of a report.
func want(t *testing.T, r *platform.Report, blocks, transactions, wrong, notCheckable int64, jobs map[string]platform.Count) {
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
