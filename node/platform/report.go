package platform

import (
	"fmt"
	"strings"

	"github.com/sluice-engine/sluice/kernels"
)

// Count is the verdicts of one kernel.
type Count struct {
	Valid   int64 `json:"valid"`
	Invalid int64 `json:"invalid"`
}

// Report is what a file's verdicts mean. A file is valid when all that it states was checked or counted, and
// nothing of it is false.
type Report struct {
	Platform     string
	Blocks       int64
	Transactions int64

	// Jobs counts what the engine decided, by kernel name. An invalid verdict is not by itself a fault of the
	// file: a multisig script tries keys that do not match.
	Jobs map[string]Count

	// LeftToLibrary is the number of signatures that the chain's library checked because no kernel fits.
	LeftToLibrary int64

	// NotCheckable is the number of statements that could not be decided because what they depend on is not at
	// hand, such as inputs without their previous outputs. They are never counted as valid.
	NotCheckable int64
	// Why gives the reasons of NotCheckable, with their numbers.
	Why map[string]int64

	// Messages counts the messages of a network capture by their command; nil for everything else. Most state
	// nothing that could be checked.
	Messages map[string]int64

	// Wrong is the number of false statements; InvalidAt locates the first of them, MaxLocations at most.
	Wrong     int64
	InvalidAt []Location
}

// MaxLocations bounds Report.InvalidAt, so that hostile input cannot fill the memory.
const MaxLocations = 1000

// Location says where something is false. Numbers that do not apply are -1.
type Location struct {
	Block       string `json:"block,omitempty"` // height or hash, as the platform names blocks
	Transaction int    `json:"transaction"`     // index in the block
	Input       int    `json:"input"`           // index of input, signature, vote or line
	Reason      string `json:"reason"`
}

func (l Location) String() string {
	var s []string
	if l.Block != "" {
		s = append(s, "block "+l.Block)
	}
	if l.Transaction >= 0 {
		s = append(s, fmt.Sprintf("transaction %d", l.Transaction))
	}
	if l.Input >= 0 {
		s = append(s, fmt.Sprintf("input %d", l.Input))
	}
	return strings.Join(append(s, l.Reason), ": ")
}

// NewReport makes an empty report.
func NewReport(platform string) *Report {
	return &Report{Platform: platform, Jobs: map[string]Count{}, Why: map[string]int64{}}
}

// Valid tells whether nothing was found to be false.
func (r *Report) Valid() bool { return r.Wrong == 0 }

// Decided counts verdicts of a kernel.
func (r *Report) Decided(k *kernels.Kernel, valid, invalid int64) {
	c := r.Jobs[k.Name]
	c.Valid += valid
	c.Invalid += invalid
	r.Jobs[k.Name] = c
}

// Invalid records a false statement.
func (r *Report) Invalid(l Location) {
	r.Wrong++
	if len(r.InvalidAt) < MaxLocations {
		r.InvalidAt = append(r.InvalidAt, l)
	}
}

// Skip counts n statements that cannot be decided.
func (r *Report) Skip(why string, n int64) {
	if n > 0 {
		r.NotCheckable += n
		r.Why[why] += n
	}
}
