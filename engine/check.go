package engine

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/sluice-engine/sluice/kernels"
)

var (
	errMismatch = errors.New("verdict or output differs from the processor's")
	errHang     = errors.New("no answer in time")
	errStuck    = errors.New("an earlier call has not returned")
)

// check judges, with samples that nobody can foresee (math/rand/v2 is seeded by the operating system), what a device did of jobs [lo,hi) on its shadow of b: every verdict set, inexact ones decided again, exact
// ones audited. It mends inexact verdicts in the shadow. An error other than ctx's puts the device in quarantine.
func (e *Engine) check(ctx context.Context, s *service, b, shadow *kernels.Batch, lo, hi int) error {
	var again []int // jobs for the processor
	exact := make(map[int]bool)
	sure := -1 // one exact job that is audited whatever the rate
	seen := 0
	for i := lo; i < hi; i++ {
		var trusted bool
		switch v := shadow.Verdict(i); v {
		case kernels.Valid:
			trusted = s.ValidExact
		case kernels.Invalid:
			trusted = s.InvalidExact
		default:
			return fmt.Errorf("%w: job %d is %v", ErrUndecided, i, v)
		}
		switch {
		case !trusted:
			again = append(again, i)
		case rand.Float64() < e.config.AuditRate:
			again = append(again, i)
			exact[i] = true
		default:
			if seen++; rand.IntN(seen) == 0 {
				sure = i
			}
		}
	}
	if len(exact) == 0 && sure >= 0 {
		again = append(again, sure)
		exact[sure] = true
	}
	if len(again) == 0 {
		return nil
	}
	right, err := subset(b, again)
	if err != nil {
		return err
	}
	if err := e.judge.run(ctx, right, 0, right.Len()); err != nil {
		return &judgeError{err}
	}
	s.metrics.rechecks.Add(float64(len(again)))
	var wrong []int
	for j, i := range again {
		if shadow.Verdict(i) == right.Verdict(j) && string(shadow.Out(i)) == string(right.Out(j)) {
			continue
		}
		if exact[i] {
			wrong = append(wrong, i)
		}
		shadow.SetVerdict(i, right.Verdict(j))
		copy(shadow.Out(i), right.Out(j))
	}
	if len(wrong) > 0 {
		s.metrics.mismatches.Add(float64(len(wrong)))
		return fmt.Errorf("%w: %s, %d of %d audited jobs, first job %d", errMismatch, b.Kernel().Name, len(wrong), len(exact), wrong[0])
	}
	return nil
}

// judgeError is an error of the processor, which is no fault of the device that it judged.
type judgeError struct{ err error }

func (e *judgeError) Error() string { return e.err.Error() }
func (e *judgeError) Unwrap() error { return e.err }

// subset copies jobs into a batch of their own.
func subset(b *kernels.Batch, jobs []int) (*kernels.Batch, error) {
	bytes := 0
	for _, i := range jobs {
		bytes += len(b.Message(i))
	}
	s, err := kernels.NewIn(kernels.Heap, b.Kernel(), b.Flags(), len(jobs), bytes)
	if err != nil {
		return nil, err
	}
	for _, i := range jobs {
		row, err := s.Add(b.Message(i))
		if err != nil {
			return nil, err
		}
		copy(row, b.Row(i))
	}
	return s, nil
}
