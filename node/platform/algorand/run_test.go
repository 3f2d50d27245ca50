package algorand

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

const (
	blockFile       = "algorand/testnet_block_24099447.msgp"
	signaturesFile  = "algorand/testnet_block_24099447.sigs.csv"
	credentialsFile = "algorand/testnet_block_24099447.credentials.csv"
)

// runner decides batches by the kernels themselves, each job once, so that a test can verify many files that differ
// in one byte.
type runner struct {
	known map[string]result
	fresh int // jobs that were not known
}

type result struct {
	verdict kernels.Verdict
	out     []byte
}

func newRunner() *runner { return &runner{known: map[string]result{}} }

func (r *runner) Run(ctx context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		key := b.Kernel().Name + " " + b.Flags().String() + " " + hex.EncodeToString(b.Row(i)) + " " + hex.EncodeToString(b.Message(i))
		known, ok := r.known[key]
		if !ok {
			r.fresh++
			b.Kernel().Run(b, i, i+1)
			known = result{b.Verdict(i), bytes.Clone(b.Out(i))}
			r.known[key] = known
		}
		b.SetVerdict(i, known.verdict)
		copy(b.Out(i), known.out)
	}
	return ctx.Err()
}

func (r *runner) verify(data []byte, opt platform.Options) (*platform.Report, error) {
	return Platform.Verify(context.Background(), r, platform.NewSource("test", bytes.NewReader(data)), opt)
}

func side(data string) platform.Options {
	return platform.Options{Prevouts: platform.NewSource("side", strings.NewReader(data))}
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

// allValid decides every job valid without looking.
type allValid struct{}

func (allValid) Run(_ context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		b.SetVerdict(i, kernels.Valid)
	}
	return nil
}
