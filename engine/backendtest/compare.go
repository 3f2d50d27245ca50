package backendtest

import (
	"bytes"
	"context"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
)

const (
	guardVerdict = kernels.Verdict(0xa7) // of jobs beside the span
	guardOut     = 0x5c                  // of their outputs
)

// attempt has the backend decide jobs [lo,hi) of a batch that holds the answers, on a shadow with guards beside the span,
// and compares. With partly, jobs may be unset. The error of Run is returned as it is, in run.
func (c *Case) attempt(ctx context.Context, want *kernels.Batch, lo, hi int, partly bool) (run, err error) {
	got := want.Shadow()
	guard(got, lo, hi)
	region := bytes.Clone(want.Region())
	run = c.Backend.Run(ctx, got, lo, hi)
	if !bytes.Equal(region, want.Region()) {
		return run, fmt.Errorf("the backend changed the batch: %s", difference(want, region))
	}
	return run, c.compare(got, want, lo, hi, partly || run != nil)
}

// guard marks verdicts and outputs beside [lo,hi).
func guard(b *kernels.Batch, lo, hi int) {
	for i := range b.Len() {
		if i >= lo && i < hi {
			continue
		}
		b.SetVerdict(i, guardVerdict)
		for j := range b.Out(i) {
			b.Out(i)[j] = guardOut
		}
	}
}

// difference says in which section of the region the first change is.
func difference(b *kernels.Batch, was []byte) string {
	is := b.Region()
	at := 0
	for at < len(is) && is[at] == was[at] {
		at++
	}
	in := kernels.HeaderSize
	switch rows := len(b.Rows()); {
	case at < in:
		return fmt.Sprintf("byte %d of the header", at)
	case at < in+rows:
		return fmt.Sprintf("byte %d of row %d", (at-in)%b.Kernel().In, (at-in)/b.Kernel().In)
	}
	return fmt.Sprintf("byte %d of the region, behind the rows", at)
}

// compare checks the answers in [lo,hi) and the guards beside it.
func (c *Case) compare(got, want *kernels.Batch, lo, hi int, partly bool) error {
	for i := range want.Len() {
		v, w := got.Verdict(i), want.Verdict(i)
		if i < lo || i >= hi {
			if v != guardVerdict {
				return fmt.Errorf("the backend was given [%d,%d) and wrote the verdict of job %d", lo, hi, i)
			}
			for _, x := range got.Out(i) {
				if x != guardOut {
					return fmt.Errorf("the backend was given [%d,%d) and wrote the output of job %d", lo, hi, i)
				}
			}
			continue
		}
		switch {
		case v == kernels.Unset && partly:
		case v != kernels.Valid && v != kernels.Invalid:
			return fmt.Errorf("job %d of [%d,%d) is %v, want %v: %s", i, lo, hi, v, w, describe(want, i))
		case v == kernels.Valid && !c.support.ValidExact, v == kernels.Invalid && !c.support.InvalidExact:
			// The engine decides it again.
		case v != w:
			return fmt.Errorf("job %d of [%d,%d) is %v, want %v: %s", i, lo, hi, v, w, describe(want, i))
		case !bytes.Equal(got.Out(i), want.Out(i)):
			return fmt.Errorf("job %d of [%d,%d) has output %x, want %x: %s", i, lo, hi, got.Out(i), want.Out(i), describe(want, i))
		}
	}
	return nil
}

// describe shows a job, so that it can be tried alone.
func describe(b *kernels.Batch, i int) string {
	m := b.Message(i)
	if len(m) > 256 {
		return fmt.Sprintf("row %x, message of %d bytes %x…", b.Row(i), len(m), m[:256])
	}
	return fmt.Sprintf("row %x, message %x", b.Row(i), m)
}

// right is attempt for a run that must succeed.
func (c *Case) right(want *kernels.Batch, lo, hi int) error {
	run, err := c.attempt(context.Background(), want, lo, hi, false)
	if run != nil {
		return fmt.Errorf("Run of [%d,%d): %w", lo, hi, run)
	}
	return err
}
