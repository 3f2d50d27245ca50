package engine

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/sluice-engine/sluice/kernels"
)

// check takes what a device answered for jobs [lo,hi) into the batch, and looks whether it can stand: every verdict is
// one, inexact ones are decided again, exact ones audited. If it returns false, the span is to be decided elsewhere. The
// answers are copied first and then looked at, so that a device that still writes changes nothing that was checked.
func (r *run) check(c *call, lo, hi int) bool {
	s, b := c.part.service, r.batch
	b.Copy(c.part.shadow, lo, hi)
	var inexact, exact []int
	for i := lo; i < hi; i++ {
		v := b.Verdict(i)
		if v != kernels.Valid && v != kernels.Invalid {
			return s.lied(r, i, fmt.Sprintf("verdict byte %d without an error", v))
		}
		if !s.exact(v) {
			inexact = append(inexact, i)
		} else if v == kernels.Invalid && !zero(b.Out(i)) {
			return s.lied(r, i, "output of an invalid job")
		}
	}
	if exact = r.engine.draw(s, b, lo, hi); len(exact) > 0 {
		s.counts.audited.Add(uint64(len(exact)))
		lie := -1
		err := r.engine.again(r.ctx, b, exact, func(i int, v kernels.Verdict, out []byte) {
			if v != b.Verdict(i) || !bytes.Equal(out, b.Out(i)) {
				lie = i
			}
		})
		if err != nil {
			return false // the context is done, or the kernel panics on this job: the CPU is to say so itself
		}
		if lie >= 0 {
			return s.lied(r, lie, fmt.Sprintf("%v by the backend, not by the CPU", b.Verdict(lie)))
		}
	}
	if len(inexact) > 0 {
		overturned := uint64(0)
		err := r.engine.again(r.ctx, b, inexact, func(i int, v kernels.Verdict, out []byte) {
			if v != b.Verdict(i) || !bytes.Equal(out, b.Out(i)) {
				overturned++
				b.SetVerdict(i, v)
				copy(b.Out(i), out)
			}
		})
		if err != nil {
			return false
		}
		s.counts.rechecked.Add(uint64(len(inexact)))
		s.counts.overturned.Add(overturned)
	}
	s.member.succeeded(hi - lo)
	return true
}

// lied quarantines a backend that gave a wrong answer. It returns false.
func (s *service) lied(r *run, job int, what string) bool {
	s.counts.mismatches.Add(1)
	rule := ""
	if f := r.batch.Flags(); f != 0 {
		rule = " " + f.String()
	}
	s.member.quarantine(s, true, fmt.Sprintf("wrong answer: %s%s, job %d: %s", s.kernel.Name, rule, job, what))
	return false
}

func zero(p []byte) bool {
	for _, x := range p {
		if x != 0 {
			return false
		}
	}
	return true
}

// draw chooses the exact verdicts of [lo,hi) that are audited: AuditRate of them, at least one, or all where the backend
// was in quarantine not long ago.
func (e *Engine) draw(s *service, b *kernels.Batch, lo, hi int) (jobs []int) {
	rate := e.config.AuditRate
	if s.member.suspect.Load() > 0 {
		rate = 1
	}
	exact := func(i int) bool { return s.exact(b.Verdict(i)) }
	e.dice.Lock()
	defer e.dice.Unlock()
	n := 0
	skip := e.dice.gap(rate)
	for i := lo; i < hi; i++ {
		if !exact(i) {
			continue
		}
		n++
		if skip--; skip < 0 {
			jobs = append(jobs, i)
			skip = e.dice.gap(rate)
		}
	}
	if len(jobs) > 0 || n == 0 {
		return jobs
	}
	nth := e.dice.IntN(n)
	for i := lo; ; i++ {
		if !exact(i) {
			continue
		}
		if nth--; nth < 0 {
			return []int{i}
		}
	}
}

// dice is a generator that no backend can predict.
type dice struct {
	sync.Mutex
	*rand.Rand
}

func newDice() *dice {
	var seed [32]byte
	crand.Read(seed[:]) // never fails
	return &dice{Rand: rand.New(rand.NewChaCha8(seed))}
}

// gap is how many jobs to leave out before the next one, so that each is drawn with probability rate, independently of
// the others.
func (d *dice) gap(rate float64) int {
	if rate >= 1 {
		return 0
	}
	u := 1 - d.Float64() // in (0,1]
	return int(min(math.Log(u)/math.Log1p(-rate), kernels.MaxJobs))
}

const (
	againJobs  = 1024
	againBytes = 4 << 20
)

// again decides jobs of b by the CPU, in a batch of its own, and hands over each answer. Where it returns an error, some
// were not handed over.
func (e *Engine) again(ctx context.Context, b *kernels.Batch, jobs []int, each func(i int, v kernels.Verdict, out []byte)) error {
	for len(jobs) > 0 {
		n, size := 0, 0
		for n < len(jobs) && n < againJobs && (n == 0 || size+len(b.Message(jobs[n])) <= againBytes) {
			size += len(b.Message(jobs[n]))
			n++
		}
		own, err := kernels.NewIn(kernels.Heap, b.Kernel(), b.Flags(), n, size)
		if err != nil {
			return err
		}
		for _, i := range jobs[:n] {
			row, err := own.Add(b.Message(i))
			if err != nil {
				return err
			}
			copy(row, b.Row(i))
		}
		if err := e.cpu.Run(ctx, own, 0, n); err != nil {
			return err
		}
		for j, i := range jobs[:n] {
			each(i, own.Verdict(j), own.Out(j))
		}
		jobs = jobs[n:]
	}
	return nil
}
