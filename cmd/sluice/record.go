package main

import (
	"encoding/json"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
)

// record is a result as --json prints it, one object a line. docs/cli.md describes the keys; they are an
// interface, so none is renamed or removed.
type record struct {
	File            string                    `json:"file"`
	Platform        string                    `json:"platform"`
	Prevouts        string                    `json:"prevouts,omitempty"`
	Blocks          int64                     `json:"blocks"`
	Transactions    int64                     `json:"transactions"`
	Jobs            map[string]platform.Count `json:"jobs"`
	NotCheckable    int64                     `json:"not_checkable"`
	NotCheckableWhy map[string]int64          `json:"not_checkable_why,omitempty"`
	LeftToLibrary   int64                     `json:"left_to_library"`
	Valid           bool                      `json:"valid"`
	Wrong           int64                     `json:"wrong"`
	InvalidAt       []platform.Location       `json:"invalid_at"`
	Seconds         float64                   `json:"seconds"`
	Backends        map[string]int64          `json:"backends"`
	BackendJobs     jobCounts                 `json:"backend_jobs"`
	Error           string                    `json:"error,omitempty"`
}

func recordOf(r *result) record {
	rec := record{
		File:            r.file,
		Platform:        r.report.Platform,
		Prevouts:        r.side,
		Blocks:          r.report.Blocks,
		Transactions:    r.report.Transactions,
		Jobs:            r.report.Jobs,
		NotCheckable:    r.report.NotCheckable,
		NotCheckableWhy: r.report.Why,
		LeftToLibrary:   r.report.LeftToLibrary,
		Valid:           r.report.Valid() && r.err == nil,
		Wrong:           r.report.Wrong,
		InvalidAt:       r.report.InvalidAt,
		Seconds:         r.took.Seconds(),
		Backends:        r.backends.totals(),
		BackendJobs:     r.backends,
	}
	if rec.InvalidAt == nil {
		rec.InvalidAt = []platform.Location{}
	}
	if rec.BackendJobs == nil {
		rec.BackendJobs = jobCounts{}
	}
	if r.err != nil {
		rec.Error = r.err.Error()
	}
	return rec
}

// writeJSON prints v on one line. Names and reasons are printed as they are, not escaped for HTML.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
