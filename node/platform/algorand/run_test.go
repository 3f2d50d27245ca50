package algorand

import (
	"bytes"
	"context"
	"strings"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

const (
	blockFile       = "algorand/testnet_block_24099447.msgp"
	signaturesFile  = "algorand/testnet_block_24099447.sigs.csv"
	credentialsFile = "algorand/testnet_block_24099447.credentials.csv"
)

// runner verifies files by an engine that remembers.
type runner struct{ platformtest.Engine }

func newRunner() runner { return runner{platformtest.Engine{}} }

func (r runner) verify(data []byte, opt platform.Options) (*platform.Report, error) {
	return Platform.Verify(context.Background(), r, platform.NewSource("test", bytes.NewReader(data)), opt)
}

func side(data string) platform.Options {
	return platform.Options{Prevouts: platform.NewSource("side", strings.NewReader(data))}
}

// allValid decides every job valid without looking.
type allValid struct{}

func (allValid) Run(_ context.Context, b *kernels.Batch) error {
	for i := range b.Len() {
		b.SetVerdict(i, kernels.Valid)
	}
	return nil
}
