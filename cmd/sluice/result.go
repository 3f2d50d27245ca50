package main

import (
	"context"
	"errors"
	"time"

	"github.com/sluice-engine/sluice/node/platform"
)

// A result is what became of one file.
type result struct {
	file     string
	side     string // the side file that was used: previous outputs, validators, transactions
	report   *platform.Report
	took     time.Duration
	backends jobCounts // by backend and kernel
	err      error     // the file could not be read to its end, or not be verified
}

// outcome sums a result up in one word.
type outcome string

const (
	valid       outcome = "valid"       // all that the file states was checked, and is true
	incomplete  outcome = "incomplete"  // nothing was found false, but something could not be checked
	invalid     outcome = "INVALID"     // something is false
	failed      outcome = "NOT READ"    // the file could not be read, or nothing of it checked
	interrupted outcome = "interrupted" // a signal came before the end
)

func (r *result) outcome() outcome {
	switch {
	case r.report.Wrong > 0:
		return invalid
	case errors.Is(r.err, context.Canceled):
		return interrupted
	case r.err != nil:
		return failed
	case r.report.NotCheckable > 0:
		return incomplete
	}
	return valid
}

// decided counts the verdicts of all kernels.
func (r *result) decided() (valid, invalid int64) {
	for _, c := range r.report.Jobs {
		valid += c.Valid
		invalid += c.Invalid
	}
	return valid, invalid
}

// checked tells whether anything at all was decided, by the engine or by the chain's library.
func (r *result) checked() bool {
	v, i := r.decided()
	return v+i+r.report.LeftToLibrary+r.report.Wrong > 0
}

// exitCode is the status of the process for these results: see the help of verify.
func exitCode(results []result) int {
	code := exitValid
	for i := range results {
		switch results[i].outcome() {
		case invalid:
			return exitInvalid
		case interrupted:
			code = exitInterrupted
		case failed:
			code = max(code, exitFailed)
		}
	}
	return code
}
