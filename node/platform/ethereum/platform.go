package ethereum

import (
	"cmp"
	"context"
	"errors"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
)

const name = "ethereum"

// Platform is Ethereum.
var Platform = &platform.Platform{Name: name, Sniff: sniff, Verify: verify}

// Bounds of what one structure may claim or hold.
const (
	// maxItem bounds an RLP block, body, receipts list or transaction, in bytes. EIP-7934 limits blocks to 10 MiB;
	// the receipts of a block full of logs stay below this as well.
	maxItem = 32 << 20
	// maxDocument bounds a JSON document, in bytes: a block with its transactions in hexadecimal and names.
	maxDocument = 64 << 20
	// maxEntries bounds the lists in a structure. A transaction takes 21,000 gas at least.
	maxEntries = 1 << 16
)

func verify(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) (*platform.Report, error) {
	report := platform.NewReport(name)
	v := newVerifier(e, src, report, opt)
	err := v.read(ctx)
	if p := (*platform.ParseError)(nil); err != nil && !errors.As(err, &p) {
		return report, err
	}
	return report, cmp.Or(v.flush(ctx), err) // what came before data that does not parse is decided
}

// verifier is the state of one Verify.
type verifier struct {
	src       *platform.Source
	report    *platform.Report
	collector *platform.Collector
	options   platform.Options

	net    network
	parent *parent
	keys   []recovered
	lone   int // transactions outside blocks so far
}

func newVerifier(e platform.Engine, src *platform.Source, r *platform.Report, opt platform.Options) *verifier {
	return &verifier{src: src, report: r, collector: platform.NewCollector(e, r, opt.BatchJobs), options: opt}
}

// read takes in the whole source.
func (v *verifier) read(ctx context.Context) error {
	head, err := v.src.Peek(platform.SniffBytes)
	if err != nil && err != io.EOF {
		return err
	}
	switch f, _ := formOf(head); f {
	case formEra1:
		return v.era1(ctx)
	case formJSON:
		return v.json(ctx)
	case formHex:
		return v.hex(ctx)
	case formYAML:
		return v.yaml(ctx)
	case formRLP:
		return v.rlp(ctx)
	case formTyped:
		return v.typed(ctx)
	}
	return v.src.Errorf(0, "neither RLP, nor hexadecimal, nor era1, nor Ethereum JSON")
}

// flush has everything decided that was sent: signatures first, then the keys that they gave.
func (v *verifier) flush(ctx context.Context) error {
	for {
		if err := v.collector.Flush(ctx); err != nil {
			return err
		}
		if len(v.keys) == 0 {
			return nil
		}
		if err := v.hashKeys(ctx); err != nil {
			return err
		}
	}
}

// loneTransaction checks a transaction outside a block. Its place in reports is its number in the file.
func (v *verifier) loneTransaction(ctx context.Context, t *transaction, r rules) error {
	t.index = v.lone
	v.lone++
	return v.block(ctx, &block{txs: []*transaction{t}, rules: r, offset: v.src.Offset()})
}
