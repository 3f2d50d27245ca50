package bitcoin

import (
	"bytes"
	"context"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// kernelEngine runs batches with the kernels themselves, on all cores.
type kernelEngine struct{}

func (kernelEngine) Run(ctx context.Context, b *kernels.Batch) error {
	n, cores := b.Len(), runtime.GOMAXPROCS(0)
	var wg sync.WaitGroup
	for i := range cores {
		wg.Go(func() { b.Kernel().Run(b, i*n/cores, (i+1)*n/cores) })
	}
	wg.Wait()
	return ctx.Err()
}

// memory is an engine that decides no job twice, for tests that verify the same data again with a byte changed,
// or with the same outputs in another form.
type memory struct {
	mu    sync.Mutex
	known map[string]answer
}

type answer struct {
	verdict kernels.Verdict
	out     []byte
}

// remembering is shared by all tests that need no engine of their own.
var remembering = &memory{known: map[string]answer{}}

func (m *memory) Run(ctx context.Context, b *kernels.Batch) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	job := func(i int) string { return b.Kernel().Name + string(b.Row(i)) + string(b.Message(i)) }
	var fresh []int
	for i := range b.Len() {
		if a, ok := m.known[job(i)]; ok {
			b.SetVerdict(i, a.verdict)
			copy(b.Out(i), a.out)
		} else {
			fresh = append(fresh, i)
		}
	}
	err := parallel(ctx, fresh, func(i int) { b.Kernel().Run(b, i, i+1) })
	if err != nil {
		return err
	}
	for _, i := range fresh {
		m.known[job(i)] = answer{b.Verdict(i), bytes.Clone(b.Out(i))}
	}
	return nil
}

// content is a file of the vectors, unpacked; "btcd:" begins the name of one of btcd's own testdata.
func content(t testing.TB, name string) []byte {
	t.Helper()
	if path, ok := strings.CutPrefix(name, "btcd:"); ok {
		return vectors.Unpack(t, vectors.Module(t, "github.com/btcsuite/btcd", path))
	}
	return vectors.Read(t, name)
}

// outcome is what Verify says, and how many signatures the engine answered.
type outcome struct {
	*platform.Report
	engine int64
	err    error
}

// share is the part of the signatures that went through the engine.
func (o outcome) share() float64 {
	if o.engine+o.LeftToLibrary == 0 {
		return 1
	}
	return float64(o.engine) / float64(o.engine+o.LeftToLibrary)
}

// holds tells whether the data was read, and nothing in it is false.
func (o outcome) holds() bool { return o.err == nil && o.Valid() }

// check verifies data, with the outputs of another file if that is not nil.
func check(t testing.TB, e platform.Engine, data, prevouts []byte) outcome {
	t.Helper()
	opt := platform.Options{}
	if prevouts != nil {
		opt.Prevouts = platform.NewSource("prevouts", bytes.NewReader(prevouts))
	}
	var o outcome
	o.Report, o.err = verifyCounted(t.Context(), e, platform.NewSource("data", bytes.NewReader(data)), opt, &o.engine)
	return o
}
