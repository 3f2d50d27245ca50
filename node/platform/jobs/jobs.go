package jobs

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

// Platform is jobs without a chain.
var Platform = &platform.Platform{Name: "jobs", Sniff: sniff, Verify: verify}

func verify(ctx context.Context, e platform.Engine, src *platform.Source, opt platform.Options) (*platform.Report, error) {
	r := platform.NewReport("jobs")
	head, err := src.Peek(len(kernels.Magic))
	if string(head) == kernels.Magic {
		return r, batches(ctx, e, src, opt, r)
	}
	if err != nil && !errors.Is(err, io.EOF) {
		return r, err
	}
	c := platform.NewCollector(e, r, opt.BatchJobs)
	q := &queue{report: r, verdict: opt.Verdict}
	err = lines(ctx, c, q, src, opt)
	// What was read before a parse error is decided all the same.
	var parse *platform.ParseError
	if err == nil || errors.As(err, &parse) {
		if failed := c.Flush(ctx); failed != nil {
			return r, errors.Join(err, failed)
		}
		q.drain()
	}
	return r, err
}

// lines reads JSON lines to the end.
func lines(ctx context.Context, c *platform.Collector, q *queue, src *platform.Source, opt platform.Options) error {
	jobs := 0
	for number := 0; ctx.Err() == nil; number++ {
		offset := src.Offset()
		line, err := src.ReadLine(MaxLine)
		if errors.Is(err, io.EOF) {
			if jobs == 0 {
				return src.Errorf(offset, "no job")
			}
			return nil
		} else if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		j, err := parseLine(line, offset)
		if err != nil {
			return src.Errorf(offsetOf(err, offset), "line %d: %w", number+1, err)
		}
		if err := collect(ctx, c, q, j, number); err != nil {
			return err
		}
		if jobs++; opt.Block != nil && jobs%1024 == 0 {
			opt.Block(src.Offset())
		}
	}
	return ctx.Err()
}

// collect hands a job to the collector and waits in line for its verdict.
func collect(ctx context.Context, c *platform.Collector, q *queue, j *job, number int) error {
	if q.full() {
		if err := c.Flush(ctx); err != nil {
			return err
		}
	}
	q.drain()
	answer := q.push(number)
	size := 0
	if j.kernel.Message {
		size = len(j.values.bytes["msg"])
	}
	err := c.Add(ctx, j.kernel, j.rule, size, j.add, func(valid bool, out []byte) {
		answer(valid, j.wrong(valid, out))
	})
	j.values = values{} // they are in the batch now
	return err
}

// sniff is sure of a batch's magic and of a first line that is a job; a line that names a kernel but is otherwise
// wrong, or too long to be seen whole, is likely.
func sniff(head []byte, _ string) platform.Confidence {
	if bytes.HasPrefix(head, []byte(kernels.Magic)) {
		return platform.Sure
	}
	line, _, whole := bytes.Cut(bytes.TrimLeft(head, " \t\r\n"), []byte("\n"))
	if len(line) == 0 || line[0] != '{' {
		return platform.No
	}
	if _, err := parseLine(line, 0); err == nil {
		return platform.Sure
	}
	if (whole || len(head) == platform.SniffBytes) && bytes.Contains(line, []byte(`"kernel"`)) {
		return platform.Likely
	}
	return platform.No
}

// location is where in a report job or line number i is.
func location(i int, format string, a ...any) platform.Location {
	return platform.Location{Transaction: -1, Input: i, Reason: fmt.Sprintf(format, a...)}
}
