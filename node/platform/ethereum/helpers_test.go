package ethereum

import (
	"bytes"
	"context"
	"path/filepath"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

// runner verifies files by an engine that remembers.
type runner struct{ platformtest.Engine }

func newRunner() runner { return runner{platformtest.Engine{}} }

func (r runner) verify(data []byte) (*platform.Report, error) {
	return Platform.Verify(context.Background(), r, platform.NewSource("test", bytes.NewReader(data)), platform.Options{})
}

// geth is the path of a file of go-ethereum's module.
func geth(t testing.TB, file string) string {
	return vectors.Module(t, "github.com/ethereum/go-ethereum", file)
}

// glob lists files of the Ethereum vectors.
func glob(t testing.TB, pattern string, want int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(vectors.Dir(t), "ethereum", pattern))
	if err != nil || len(files) != want {
		t.Fatalf("%s: %d files, want %d, %v", pattern, len(files), want, err)
	}
	return files
}

// valid asks for a report without anything wrong, with the recovered senders of that many transactions.
func valid(t *testing.T, r *platform.Report, err error, blocks, txs int64) {
	t.Helper()
	switch {
	case err != nil:
		t.Fatal(err)
	case !r.Valid():
		t.Fatalf("%d wrong: %v", r.Wrong, r.InvalidAt[:min(5, len(r.InvalidAt))])
	case r.Blocks != blocks || r.Transactions != txs || r.Jobs["keccak256"] != (platform.Count{Valid: txs}):
		t.Fatalf("%d blocks, %d transactions, %v; want %d and %d", r.Blocks, r.Transactions, r.Jobs, blocks, txs)
	case txs > 0 && r.Jobs["secp256k1.recover"].Valid < txs:
		t.Fatalf("%v for %d transactions", r.Jobs, txs)
	}
}
