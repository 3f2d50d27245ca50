package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/sluice-engine/sluice/node/platform"
)

// maxListed is how many false statements of a file the summary prints; --json has more.
const maxListed = 20

// writeSummary prints the table of the results, then what is false and what could not be checked.
func writeSummary(w io.Writer, results []result, colour bool) error {
	t := table{
		heading: []string{"FILE", "PLATFORM", "BLOCKS", "TRANSACTIONS", "VALID", "INVALID", "NOT CHECKABLE", "PER SECOND", "RESULT"},
		left:    []bool{true, true, false, false, false, false, false, false, true},
	}
	total := result{file: "total", report: platform.NewReport(""), backends: jobCounts{}}
	for i := range results {
		r := &results[i]
		r.addTo(&t)
		total.include(r)
	}
	if len(results) > 1 {
		total.addTo(&t)
	}
	var out strings.Builder
	if err := t.write(&out, colour); err != nil {
		return err
	}
	if err := total.backends.write(&out, colour); err != nil {
		return err
	}
	if _, n := total.decided(); n > 0 && total.report.Wrong == 0 {
		out.WriteString("\nInvalid verdicts in the line of a kernel are not faults of the file: a multisig script tries keys that\n" +
			"do not fit, a job file may expect \"invalid\".\n")
	}
	for i := range results {
		results[i].explain(&out, colour)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

// write prints who decided what, if the CPU was not alone.
func (j jobCounts) write(w io.Writer, colour bool) error {
	if len(j) == 0 || len(j) == 1 && j[cpuName] != nil {
		return nil
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return err
	}
	t := table{heading: []string{"BACKEND", "KERNEL", "JOBS"}, left: []bool{true, true, false}}
	for _, backend := range slices.Sorted(maps.Keys(j)) {
		for _, kernel := range slices.Sorted(maps.Keys(j[backend])) {
			t.add(plain, backend, kernel, grouped(j[backend][kernel]))
		}
	}
	return t.write(w, colour)
}

// include adds the numbers of a file to the total.
func (t *result) include(r *result) {
	a, b := t.report, r.report
	a.Blocks += b.Blocks
	a.Transactions += b.Transactions
	for name, c := range b.Jobs {
		sum := a.Jobs[name]
		a.Jobs[name] = platform.Count{Valid: sum.Valid + c.Valid, Invalid: sum.Invalid + c.Invalid}
	}
	a.LeftToLibrary += b.LeftToLibrary
	a.NotCheckable += b.NotCheckable
	a.Wrong += b.Wrong
	t.took += r.took
	t.backends.include(r.backends)
	if t.err == nil {
		t.err = r.err
	}
}

// addTo adds the line of the file and one for each kernel. In the line of the file "invalid" counts false
// statements, in those of kernels verdicts.
func (r *result) addTo(t *table) {
	rep := r.report
	good, bad := r.decided()
	look := map[outcome]style{valid: green, incomplete: yellow, invalid: red, failed: red, interrupted: yellow}
	o := r.outcome()
	t.add(look[o], printable(filepath.Base(r.file)), rep.Platform, grouped(rep.Blocks), grouped(rep.Transactions),
		grouped(good), grouped(rep.Wrong), grouped(rep.NotCheckable), rate(good+bad, r.took), string(o))
	for _, name := range slices.Sorted(maps.Keys(rep.Jobs)) {
		c := rep.Jobs[name]
		t.add(plain, "  "+name, "", "", "", grouped(c.Valid), grouped(c.Invalid))
	}
	if rep.LeftToLibrary > 0 {
		t.add(plain, fmt.Sprintf("  left to the library: %s", grouped(rep.LeftToLibrary)))
	}
}

// rate is jobs a second.
func rate(jobs int64, took time.Duration) string {
	if jobs == 0 || took <= 0 {
		return "-"
	}
	return grouped(int64(float64(jobs) / took.Seconds()))
}

// explain says what is false in the file, and what could not be checked and why.
func (r *result) explain(out *strings.Builder, colour bool) {
	rep, name := r.report, printable(filepath.Base(r.file))
	if rep.Wrong > 0 {
		fmt.Fprintf(out, "\n%s %s: %s\n", paint("INVALID", red, colour), name, counted(rep.Wrong, "false statement"))
		for _, l := range rep.InvalidAt[:min(maxListed, len(rep.InvalidAt))] {
			fmt.Fprintf(out, "  %s\n", printable(l.String()))
		}
		if rest := rep.Wrong - maxListed; rest > 0 {
			fmt.Fprintf(out, "  and %s more (--json lists the first %s)\n", grouped(rest), grouped(platform.MaxLocations))
		}
		if r.side != "" {
			fmt.Fprintf(out, "  with %s\n", printable(r.side))
		}
	}
	if rep.NotCheckable > 0 {
		fmt.Fprintf(out, "\n%s %s: %s, neither valid nor invalid\n", paint("NOT CHECKABLE", yellow, colour), name,
			counted(rep.NotCheckable, "statement"))
		reasons := slices.SortedFunc(maps.Keys(rep.Why), func(a, b string) int {
			return cmp.Or(cmp.Compare(rep.Why[b], rep.Why[a]), cmp.Compare(a, b))
		})
		for _, why := range reasons {
			fmt.Fprintf(out, "  %s: %s\n", grouped(rep.Why[why]), printable(why))
		}
	}
}

func counted(n int64, what string) string {
	if n != 1 {
		what += "s"
	}
	return grouped(n) + " " + what
}
