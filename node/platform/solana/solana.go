package solana

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/node/platform"
)

// Platform is Solana.
var Platform = &platform.Platform{Name: "solana", Sniff: sniff, Verify: verify}

// form is one of the forms that a file may have.
type form int

const (
	formBinary form = iota
	formHex
	formEntries
	formShreds
)

// formOf tells the form from the first bytes. The signature count that begins a raw transaction is a small number
// and no character that text begins with.
func formOf(head []byte) form {
	head = bytes.TrimLeft(head, " \t\r\n")
	switch {
	case len(head) > 0 && head[0] == '[':
		return formShreds
	case bytes.HasPrefix(head, []byte("entry,")):
		return formEntries
	case len(head) > 0 && isHex(head[0]):
		return formHex
	}
	return formBinary
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func verify(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) (*platform.Report, error) {
	v := newVerifier(e, opt)
	head, err := src.Peek(64)
	if len(head) == 0 && err != nil {
		return v.report, src.Errorf(0, "empty: no Solana transaction, entry or shred")
	}
	switch formOf(head) {
	case formShreds:
		err = v.shreds(ctx, src)
	case formEntries:
		err = v.entries(ctx, src)
	case formHex:
		err = v.hexLines(ctx, src)
	default:
		err = v.binary(ctx, src)
	}
	// What was read before a parse error is decided all the same.
	var parse *platform.ParseError
	if err == nil || errors.As(err, &parse) {
		if failed := v.flush(ctx); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return v.report, err
}

// verifier holds the state of one Verify.
type verifier struct {
	report *platform.Report
	opt    platform.Options
	jobs   *platform.Collector // signatures and chains
	hashes *platform.Collector // Merkle trees, decided before the chains that need their roots
	next   int                 // number in its block of the transaction to come
	poh    history
}

func newVerifier(e platform.Engine, opt platform.Options) *verifier {
	r := platform.NewReport("solana")
	return &verifier{
		report: r,
		opt:    opt,
		jobs:   platform.NewCollector(e, r, opt.BatchJobs),
		hashes: platform.NewCollector(e, r, opt.BatchJobs),
	}
}

// flush decides what is still collected.
func (v *verifier) flush(ctx context.Context) error {
	if err := v.chain(ctx); err != nil {
		return err
	}
	return v.jobs.Flush(ctx)
}

// binary reads a file that is one raw transaction.
func (v *verifier) binary(ctx context.Context, src *platform.Source) error {
	raw, err := src.ReadAll(MaxTransaction)
	if err != nil {
		return err
	}
	t, err := Decode(raw)
	if err != nil {
		return parseError(src, 0, 1, err)
	}
	return v.transaction(ctx, "", t)
}

// hexLines reads transactions as hex, one a line.
func (v *verifier) hexLines(ctx context.Context, src *platform.Source) error {
	for ctx.Err() == nil {
		t, err := nextHexLine(src)
		if err != nil || t == nil {
			return err
		}
		if err := v.transaction(ctx, "", t); err != nil {
			return err
		}
		v.progress(src)
	}
	return ctx.Err()
}

// progress tells how far the source was read, now and then.
func (v *verifier) progress(src *platform.Source) {
	if v.opt.Block != nil && v.report.Transactions%256 == 0 {
		v.opt.Block(src.Offset())
	}
}

// transaction collects the signatures of the next transaction of the block.
func (v *verifier) transaction(ctx context.Context, block string, t *Transaction) error {
	number := v.next
	v.next++
	v.report.Transactions++
	wrong := func(signer int, reason string) {
		v.report.Invalid(platform.Location{Block: block, Transaction: number, Input: signer, Reason: reason})
	}
	if t.Fault != "" {
		wrong(-1, t.Fault)
	}
	for i := range t.Signers() {
		err := v.jobs.Add(ctx, ed25519.Kernel, kernels.Strict, len(t.Message),
			func(b *kernels.Batch) error { return ed25519.Append(b, t.Key(i), t.Message, t.Signature(i)) },
			func(valid bool, _ []byte) {
				if !valid {
					wrong(i, fmt.Sprintf("signature of %x does not verify", t.Key(i)))
				}
			})
		if err != nil {
			return err
		}
	}
	return nil
}

// parseError places a decoder's error in the source: the decoded bytes began at offset, and each took width bytes
// of the file.
func parseError(src *platform.Source, offset int64, width int, err error) error {
	var d *DecodeError
	if errors.As(err, &d) {
		return &platform.ParseError{File: src.File, Offset: offset + int64(width*d.Offset), Err: err}
	}
	return &platform.ParseError{File: src.File, Offset: offset, Err: err}
}
