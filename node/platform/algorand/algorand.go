package algorand

import (
	"context"
	"errors"
	"io"
	"slices"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/node/platform"
)

// Platform is Algorand.
var Platform = &platform.Platform{Name: "algorand", Sniff: sniff, Verify: verify}

// MaxBlock bounds a block with its certificate, in bytes. Transactions of a block may have 5 MB; what they changed in
// the state comes on top.
const MaxBlock = 32 << 20

func verify(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) (*platform.Report, error) {
	v := newVerifier(e, opt)
	var err error
	if opt.Prevouts != nil {
		v.accounts, err = readAccounts(opt.Prevouts)
	}
	if err == nil {
		err = v.blocks(ctx, src, opt)
	}
	// What was read before a parse error is decided all the same.
	var parse *platform.ParseError
	if err == nil || errors.As(err, &parse) {
		if failed := v.jobs.Flush(ctx); failed != nil {
			err = errors.Join(err, failed)
		}
	}
	return v.report, err
}

// address is an account: a public key, or the hash of what must sign for it.
type address [32]byte

// verifier holds the state of one Verify.
type verifier struct {
	report   *platform.Report
	jobs     *platform.Collector
	hashes   *platform.Collector // of Merkle trees, flushed level by level
	attempts *platform.Collector // at key dilutions; their verdicts are no statements of the file

	accounts  map[address]account // from the side file
	dilutions map[address]uint64  // found in this file
	seeds     []seed              // of the last blocks
	left      int                 // attempts at dilutions that may still be made
}

func newVerifier(e platform.Engine, opt platform.Options) *verifier {
	r := platform.NewReport("algorand")
	return &verifier{
		report:    r,
		jobs:      platform.NewCollector(e, r, opt.BatchJobs),
		hashes:    platform.NewCollector(e, r, opt.BatchJobs),
		attempts:  platform.NewCollector(e, platform.NewReport("algorand"), opt.BatchJobs),
		dilutions: map[address]uint64{},
		left:      maxAttempts,
	}
}

func (v *verifier) blocks(ctx context.Context, src *platform.Source, opt platform.Options) error {
	for n := 0; ctx.Err() == nil; n++ {
		b, err := readValue(src, MaxBlock)
		if errors.Is(err, io.EOF) {
			if n == 0 {
				return src.Errorf(0, "empty: no block")
			}
			return nil
		}
		if err == nil {
			err = v.block(ctx, b)
		}
		var d *decodeError
		if errors.As(err, &d) {
			err = &platform.ParseError{File: src.File, Offset: d.offset, Err: d.err}
		}
		if err != nil {
			return err
		}
		if opt.Block != nil {
			opt.Block(src.Offset())
		}
	}
	return ctx.Err()
}

// signature collects one Ed25519 signature. what names it in the report.
func (v *verifier) signature(ctx context.Context, at platform.Location, what string, key, message, sig []byte) error {
	if why := refused(key, sig); why != "" {
		at.Reason = what + ": " + why
		v.report.Invalid(at)
		return nil
	}
	at.Reason = what + " does not verify"
	return v.jobs.Add(ctx, ed25519.Kernel, kernels.ZIP215, len(message),
		func(b *kernels.Batch) error { return ed25519.Append(b, key, message, sig) },
		func(valid bool, _ []byte) {
			if !valid {
				v.report.Invalid(at)
			}
		})
}

// sniff looks for the beginning of a map of "block" and "cert".
func sniff(head []byte, _ string) platform.Confidence {
	h, ok := parseHead(head)
	if !ok || h.kind != kMap || h.n == 0 || h.n > 2 {
		return platform.No
	}
	rest := head[h.size:]
	const key = "\xa5block"
	if len(rest) <= len(key) || string(rest[:len(key)]) != key {
		return platform.No
	}
	b, ok := parseHead(rest[len(key):])
	if !ok || b.kind != kMap {
		return platform.No
	}
	first, ok := parseHead(rest[len(key)+b.size:])
	if !ok || first.kind != kStr {
		return platform.Likely
	}
	name := rest[len(key)+b.size+first.size:]
	name = name[:min(uint64(len(name)), first.n)]
	if slices.Contains([]string{"bi", "cc", "earn", "fc", "fees", "frac", "gen"}, string(name)) {
		return platform.Sure
	}
	return platform.Likely
}
