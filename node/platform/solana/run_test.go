package solana

import (
	"bytes"
	"context"

	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

// runner verifies files by an engine that remembers.
type runner struct{ platformtest.Engine }

func newRunner() runner { return runner{platformtest.Engine{}} }

func (r runner) verify(data []byte, opt platform.Options) (*platform.Report, error) {
	return Platform.Verify(context.Background(), r, platform.NewSource("test", bytes.NewReader(data)), opt)
}

func side(data []byte) platform.Options {
	return platform.Options{Prevouts: platform.NewSource("side", bytes.NewReader(data))}
}
