package bitcoin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// failing is an engine that fails from the nth call on.
type failing struct {
	n     int64
	calls atomic.Int64
}

var errFailing = errors.New("the engine fails")

func (f *failing) Run(ctx context.Context, b *kernels.Batch) error {
	if f.calls.Add(1) > f.n {
		return errFailing
	}
	return kernelEngine{}.Run(ctx, b)
}

// TestEngineFails has the engine fail at every point of the way: the error comes out, and nothing is called
// false for it.
func TestEngineFails(t *testing.T) {
	data := content(t, "bitcoin/chain/blocks1-256.bz2")
	const calls = 3 // hashes, the Merkle trees of seven blocks, signatures
	for n := range int64(calls + 2) {
		r, err := Platform.Verify(t.Context(), &failing{n: n}, platform.NewSource("", bytes.NewReader(data)), platform.Options{})
		if err != nil && !errors.Is(err, errFailing) || r == nil || r.Wrong != 0 {
			t.Errorf("after %d calls: %v, %+v", n, err, r)
		}
		if (err == nil) != (n >= calls) {
			t.Errorf("after %d calls: %v", n, err)
		}
	}
}

// TestEngineLies has the engine call everything invalid, and then everything valid. The first costs time; the
// second would be the end of every check, which is why an engine re-checks and audits its backends.
func TestEngineLies(t *testing.T) {
	data := content(t, "bitcoin/blocks/277647.dat.bz2")
	prevouts := content(t, "bitcoin/blocks/277647.utxostore.bz2")
	o := check(t, liar(kernels.Invalid), data, prevouts)
	if !o.holds() || o.engine != 0 || o.LeftToLibrary != 732 {
		t.Errorf("all invalid: %v, %d signatures by the engine, %d left", o.err, o.engine, o.LeftToLibrary)
	}
	if o := check(t, liar(kernels.Valid), data, prevouts); !o.holds() || o.engine != 732 {
		t.Errorf("all valid: %v, %d signatures by the engine, %d left", o.err, o.engine, o.LeftToLibrary)
	}
}

// liar gives every signature one verdict, and hashes as it should.
type liar kernels.Verdict

func (l liar) Run(ctx context.Context, b *kernels.Batch) error {
	if b.Kernel().Out > 0 {
		return kernelEngine{}.Run(ctx, b)
	}
	for i := range b.Len() {
		b.SetVerdict(i, kernels.Verdict(l))
	}
	return nil
}

func TestCancelled(t *testing.T) {
	data := content(t, "btcd:blockchain/testdata/blk_0_to_14131.dat")
	ctx, cancel := context.WithCancel(t.Context())
	opt := platform.Options{Block: func(int64) { cancel() }}
	_, err := Platform.Verify(ctx, kernelEngine{}, platform.NewSource("", bytes.NewReader(data)), opt)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestReaderFails has the reader fail: that is no ParseError, and the blocks before are decided.
func TestReaderFails(t *testing.T) {
	data := content(t, "bitcoin/chain/blocks1-256.bz2")
	want := errors.New("the disk is gone")
	r, err := Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("f", &thenFails{bytes.NewReader(data[:len(data)-300]), want}), platform.Options{})
	var parse *platform.ParseError
	if !errors.Is(err, want) || errors.As(err, &parse) || r.Blocks < 200 {
		t.Errorf("%v, %d blocks", err, r.Blocks)
	}
	if _, err := Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("f", iotest.ErrReader(want)), platform.Options{}); !errors.Is(err, want) {
		t.Error(err)
	}
}

type thenFails struct {
	*bytes.Reader
	err error
}

func (r *thenFails) Read(p []byte) (int, error) {
	if r.Len() == 0 {
		return 0, r.err
	}
	return r.Reader.Read(p)
}

// TestErrorKeepsReport: what was decided before a place that cannot be read is reported.
func TestErrorKeepsReport(t *testing.T) {
	data := append(content(t, "bitcoin/chain/blocks1-256.bz2"), "garbage!"...)
	o := check(t, kernelEngine{}, data, nil)
	var parse *platform.ParseError
	if !errors.As(o.err, &parse) || parse.Offset != int64(len(data)-8) || o.Blocks != 255 || !o.Valid() {
		t.Errorf("%v %+v", o.err, o.Report)
	}
}

func ExamplePlatform() {
	// The first block of Bitcoin, as it may come from a person. An *engine.Engine decides the batches.
	src := platform.NewSource("genesis.hex", bytes.NewReader([]byte(genesis+"\n")))
	report, err := Platform.Verify(context.Background(), kernelEngine{}, src, platform.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(report.Blocks, "block,", report.Transactions, "transaction, valid:", report.Valid())
	fmt.Println(report.Jobs["sha256d"].Valid, "hashes")
	// Output:
	// 1 block, 1 transaction, valid: true
	// 2 hashes
}
