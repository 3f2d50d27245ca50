package jobs

import (
	"bytes"
	"context"
	"errors"
	"io"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/node/platform"
)

// MaxBatch is the size that one batch of a file may have, in bytes.
const MaxBatch = 1 << 30

// batches reads a stream of batches. Jobs are numbered through all of them.
func batches(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options, r *platform.Report) error {
	for first := 0; ctx.Err() == nil; {
		offset := src.Offset()
		b, err := kernels.Read(src, all.ByID, MaxBatch)
		var format *kernels.FormatError
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.As(err, &format):
			return src.Errorf(offset+format.Offset, "batch: %s", format.Reason)
		case err != nil:
			return err
		}
		if err := decide(ctx, e, b, first, opt, r); err != nil {
			return err
		}
		first += b.Len()
		if opt.Block != nil {
			opt.Block(src.Offset())
		}
	}
	return ctx.Err()
}

// decide runs a batch and compares it with what the file said of it.
func decide(ctx context.Context, e platform.Engine, b *kernels.Batch, first int, opt platform.Options, r *platform.Report) error {
	verdicts, outs := bytes.Clone(b.Verdicts()), bytes.Clone(b.Outs())
	b.Unset(0, b.Len())
	if err := e.Run(ctx, b); err != nil {
		return err
	}
	var valid int64
	for i := range b.Len() {
		j := job{kernel: b.Kernel(), expect: kernels.Verdict(verdicts[i]) != kernels.Invalid}
		stated := outs[i*j.kernel.Out : (i+1)*j.kernel.Out]
		if kernels.Verdict(verdicts[i]) != kernels.Unset || !allZero(stated) {
			j.out = stated
		}
		ok := b.Verdict(i) == kernels.Valid
		if ok {
			valid++
		}
		if wrong := j.wrong(ok, b.Out(i)); wrong != "" {
			r.Invalid(location(first+i, "job %d: %s", first+i, wrong))
		}
		if opt.Verdict != nil {
			opt.Verdict(ok)
		}
	}
	r.Decided(b.Kernel(), valid, int64(b.Len())-valid)
	return nil
}

func allZero(p []byte) bool {
	for _, c := range p {
		if c != 0 {
			return false
		}
	}
	return true
}
