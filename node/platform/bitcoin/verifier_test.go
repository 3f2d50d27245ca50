package bitcoin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"

	"github.com/btcsuite/btcd/wire/v2"

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

// TestBlocksGiven decides a part of a file with the outputs that all of it spends, in the order of the inputs: each block gets
// its own.
func TestBlocksGiven(t *testing.T) {
	m, fresh, _, _ := scene(t)
	three := m.mine(m.block(pay(40e8, anyone, fresh)))
	m.mine(m.block(pay(30e8, anyone, wire.OutPoint{Hash: three.Transactions[1].TxHash()}), pay(50e8, anyone, coinbaseOf(three))))
	made := map[wire.OutPoint]*wire.TxOut{}
	var given bytes.Buffer
	for _, b := range m.blocks {
		for i, tx := range b.Transactions {
			for _, in := range tx.TxIn {
				if i == 0 {
					continue
				}
				if err := wire.WriteTxOut(&given, 0, 0, made[in.PreviousOutPoint]); err != nil {
					t.Fatal(err)
				}
			}
			for k, out := range tx.TxOut {
				made[wire.OutPoint{Hash: tx.TxHash(), Index: uint32(k)}] = out
			}
		}
	}
	n := int64(len(m.blocks))
	for from := range n {
		for to := from; to <= n+1; to++ {
			if to == from && to > 0 {
				continue
			}
			r, err := Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("", bytes.NewReader(m.file())), platform.Options{
				Blocks: platform.Range{From: from, To: to}, Prevouts: platform.NewSource("", bytes.NewReader(given.Bytes()))})
			last := min(to, n)
			if to == 0 {
				last = n
			}
			if err != nil || r.Wrong != 0 || r.Blocks != last-from || r.Why[noPrevout] != 0 {
				t.Errorf("blocks %d to %d of %d: %+v, %v", from, to, n, r, err)
			}
		}
	}
	more := append(bytes.Clone(given.Bytes()), given.Bytes()...)
	_, err := Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("", bytes.NewReader(m.file())), platform.Options{
		Blocks: platform.Range{From: 1}, Prevouts: platform.NewSource("", bytes.NewReader(more))})
	if err == nil || !strings.Contains(err.Error(), "outputs more than the inputs spend") {
		t.Errorf("outputs of other blocks: %v", err)
	}
	_, err = NewVerifier(t.Context(), Config{Engine: kernelEngine{}, Partial: true, Given: platform.NewSource("given", bytes.NewReader(given.Bytes()))})
	if err == nil || !strings.Contains(err.Error(), "given: outputs in the order of inputs") {
		t.Errorf("no order: %v", err)
	}
}

// TestBlocks decides a part of a file: as many blocks as asked for, and nothing behind them is read. What the blocks before
// would have given is not checkable.
func TestBlocks(t *testing.T) {
	m, _, _, _ := scene(t)
	whole := m.file()
	n := int64(len(m.blocks))
	verify := func(data []byte, r platform.Range) (*platform.Report, error) {
		return Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("", bytes.NewReader(data)), platform.Options{Blocks: r})
	}
	for _, c := range []struct {
		r    platform.Range
		want int64
	}{
		{platform.Range{}, n}, {platform.Range{To: 1}, 1}, {platform.Range{To: n - 1}, n - 1}, {platform.Range{To: n}, n}, {platform.Range{To: n + 9}, n},
		{platform.Range{From: 1}, n - 1}, {platform.Range{From: 2, To: 3}, 1}, {platform.Range{From: n}, 0},
	} {
		r, err := verify(whole, c.r)
		if err != nil || r.Blocks != c.want || r.Wrong != 0 {
			t.Errorf("%+v: %d blocks, %d false, %v; want %d", c.r, r.Blocks, r.Wrong, err, c.want)
		}
	}
	cut := whole[:len(whole)-10]
	if _, err := verify(cut, platform.Range{}); err == nil {
		t.Error("a file that ends early is no error")
	}
	if r, err := verify(cut, platform.Range{To: n - 1}); err != nil || r.Blocks != n-1 {
		t.Errorf("the end of the file is read although nobody asked: %v", err)
	}
	var headers []byte
	for _, b := range m.blocks {
		var w bytes.Buffer
		if err := b.Header.Serialize(&w); err != nil {
			t.Fatal(err)
		}
		headers = append(headers, w.Bytes()...)
	}
	if r, err := verify(headers, platform.Range{From: 1, To: 3}); err != nil || r.Blocks != 2 {
		t.Errorf("headers: %d, %v", r.Blocks, err)
	}
}
