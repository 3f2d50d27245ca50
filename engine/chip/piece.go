//go:build linux

package chip

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/kernels"
)

var (
	// ErrVerdict: the chip said that a job is decided, but its verdict is none.
	ErrVerdict = errors.New("chip: no verdict")
	// ErrCount: the chip ended a command early, and the number of verdicts is not the one that it states.
	ErrCount = errors.New("chip: wrong number of verdicts")
)

// piece is a submission: jobs [lo,hi) of a batch, and where the chip finds what it needs.
type piece struct {
	batch   *kernels.Batch
	lo, hi  int
	command ring.Command
	memory  []byte // of the backend: copies, verdicts, outputs
	verdict []byte // a part of it, of jobs [lo,hi)
	out     []byte // the same
}

// decide has the chip decide jobs [lo,hi), and takes the verdicts that it vouches for into the batch.
func (t *task) decide(ctx context.Context, lo, hi int) error {
	pool := t.link.memory.own
	p, err := t.prepare(pool, lo, hi)
	if err != nil {
		return err
	}
	done, err := t.link.host.Do(ctx, p.command)
	if errors.Is(err, ring.ErrLost) {
		return err // the chip may still use the memory: it is never given back
	}
	defer pool.Free(p.memory)
	return p.accept(done.Status, done.Decided, err)
}

// section is a part of a piece's memory.
type section struct {
	size int
	skip int // bytes before it, so that job 0 would lie on a multiple of 64
	at   int
}

// prepare lays out the memory of a piece, copies into it what the chip cannot reach, and writes the command.
func (t *task) prepare(pool *dma.Pool, lo, hi int) (*piece, error) {
	b, k, n := t.batch, t.batch.Kernel(), hi-lo
	p := &piece{batch: b, lo: lo, hi: hi}
	from, to := begin(b, lo), begin(b, hi)
	base, near := t.link.memory.batches.Address(b.Region())
	// The chip counts jobs from the first one of the batch where it reads them in place, else from the first of the copy.
	first := 0
	var rows, ends, messages section
	if near {
		first = lo
	} else {
		rows.size, messages.size = n*k.In, to-from
		if k.Message {
			ends.size = 4 * n
		}
	}
	verdict := section{size: n, skip: first % align}
	out := section{size: n * k.Out, skip: first * k.Out % align}
	total := 0
	for _, s := range []*section{&rows, &ends, &messages, &verdict, &out} {
		s.at = total + s.skip
		total = (s.at + s.size + align - 1) &^ (align - 1)
	}
	memory, err := pool.Alloc(total) // zeroed: all verdicts are unset
	if err != nil {
		return nil, fmt.Errorf("chip: memory for %d jobs of %s: %w", n, k.Name, err)
	}
	own, _ := pool.Address(memory)
	part := func(s section) []byte { return memory[s.at : s.at+s.size] }
	p.memory, p.verdict, p.out = memory, part(verdict), part(out)
	c := &p.command
	*c = ring.Command{Kernel: uint16(k.ID), Rules: uint32(b.Flags()), Inexact: t.inexact, Lo: uint32(first), Hi: uint32(first + n),
		Verdict: own + uint64(verdict.at) - uint64(first), Out: own + uint64(out.at) - uint64(first*k.Out)}
	if near {
		region := b.Region()
		offset := func(i int) uint64 { return base + binary.LittleEndian.Uint64(region[24+8*i:]) }
		c.In, c.Ends, c.Messages, c.MessageBytes = offset(0), offset(1), offset(2), uint32(to)
		return p, nil
	}
	copy(part(rows), b.Rows()[lo*k.In:hi*k.In])
	if k.Message {
		copy(part(messages), b.Messages()[from:to])
		for i := range n {
			binary.LittleEndian.PutUint32(part(ends)[4*i:], uint32(b.MessageEnd(lo+i)-from))
		}
	}
	at := func(s section) uint64 { return own + uint64(s.at) }
	c.In, c.Ends, c.Messages, c.MessageBytes = at(rows), at(ends), at(messages), uint32(to-from)
	return p, nil
}

// align is what the chip wants of addresses.
const align = kernels.SectionAlign

// accept takes verdicts and outputs into the batch, as far as the chip vouches for them: all of a command that it
// completed; of one that ended early those that are there, if their number is the one that it states; none of one that
// never completed, or whose end the chip calls its own fault. failed is the error of the command, which it returns.
func (p *piece) accept(status uint8, decided uint32, failed error) error {
	p.verdict = bytes.Clone(p.verdict) // what is looked at is what is taken, even from a chip that still writes
	n, unset := 0, -1
	for i, v := range p.verdict {
		if v == byte(kernels.Valid) || v == byte(kernels.Invalid) {
			n++
		} else if unset < 0 || v != byte(kernels.Unset) {
			unset = i
		}
	}
	switch {
	case failed == nil && unset >= 0:
		return fmt.Errorf("%w: job %d is %v after a command that succeeded", ErrVerdict, p.lo+unset, kernels.Verdict(p.verdict[unset]))
	case failed == nil:
		p.take()
		return nil
	case status == 0 || status == regs.StatusInternal || status == regs.StatusOk:
		return failed // no completion; or one that contradicts itself
	case unset >= 0 && p.verdict[unset] != byte(kernels.Unset):
		return fmt.Errorf("%w: job %d is %v: %w", ErrVerdict, p.lo+unset, kernels.Verdict(p.verdict[unset]), failed)
	case uint32(n) != decided:
		return fmt.Errorf("%w: %d, it says %d: %w", ErrCount, n, decided, failed)
	}
	p.take()
	return failed
}

// take copies the answers of all jobs that have one into the batch.
func (p *piece) take() {
	w := p.batch.Kernel().Out
	for i, v := range p.verdict {
		if v != byte(kernels.Unset) {
			copy(p.batch.Out(p.lo+i), p.out[i*w:(i+1)*w])
			p.batch.SetVerdict(p.lo+i, kernels.Verdict(v))
		}
	}
}
