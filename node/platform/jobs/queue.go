package jobs

import "github.com/sluice-engine/sluice/node/platform"

// maxWaiting bounds the lines that wait for verdicts, as one line of a rare kernel would hold up all that follow.
const maxWaiting = 1 << 16

// queue brings verdicts, which come by kernel and rule, back into the order of the lines.
type queue struct {
	report  *platform.Report
	verdict func(valid bool)
	waiting []waiting
	head    int // waiting[:head] is done
}

type waiting struct {
	line    int
	decided bool
	valid   bool
	wrong   string // "" if right
}

// push enters a line and returns what takes its answer.
func (q *queue) push(line int) (answer func(valid bool, wrong string)) {
	if q.head == len(q.waiting) {
		// Answers of lines before this one came already, so nothing refers to the entries.
		q.waiting, q.head = q.waiting[:0], 0
	}
	i := len(q.waiting)
	q.waiting = append(q.waiting, waiting{line: line})
	return func(valid bool, wrong string) {
		w := &q.waiting[i]
		w.decided, w.valid, w.wrong = true, valid, wrong
	}
}

// full tells that everything collected is to be decided before the next push.
func (q *queue) full() bool { return len(q.waiting) >= maxWaiting }

// drain reports the answers from the front as far as they are there.
func (q *queue) drain() {
	for q.head < len(q.waiting) && q.waiting[q.head].decided {
		w := &q.waiting[q.head]
		q.head++
		if w.wrong != "" {
			q.report.Invalid(location(w.line, "line %d: %s", w.line+1, w.wrong))
		}
		if q.verdict != nil {
			q.verdict(w.valid)
		}
	}
}
