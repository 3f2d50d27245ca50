package bench

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// WriteMarkdown writes the results as Markdown, whose tables are aligned, so that they can be read as they are.
func WriteMarkdown(w io.Writer, results []*Result) error {
	var out strings.Builder
	for i, r := range results {
		if i > 0 {
			out.WriteString("\n")
		}
		r.markdown(&out)
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (r *Result) markdown(out *strings.Builder) {
	out.WriteString("## " + r.title() + "\n\n")
	for _, f := range r.facts() {
		fmt.Fprintf(out, "* %s: %s\n", f[0], f[1])
	}
	fmt.Fprintf(out, "\n%s\n\n", howMeasured)
	writeTable(out, throughputHeading, r.throughput())
	if rows := r.latencies(); len(rows) > 0 {
		out.WriteString("\nSingle jobs through a stream:\n\n")
		writeTable(out, latencyHeading, rows)
	}
	noted := false
	for _, c := range r.Contenders {
		if c.Note == "" || !r.has(c.Name) {
			continue
		}
		if !noted {
			out.WriteString("\nContenders:\n\n")
			noted = true
		}
		fmt.Fprintf(out, "* %s: %s\n", c.Name, c.Note)
	}
}

const howMeasured = "Contenders decide the same jobs in turns; figures are medians of the turns. Spread is (longest - shortest) / median. " +
	"“Against best peer” says, for each of ours, how many times faster it is than the fastest of the others, by medians of the same rounds."

func (r *Result) title() string {
	if r.Date == "" {
		return r.Machine.CPU
	}
	return r.Machine.CPU + ", " + r.Date
}

// facts are name and value of what the reader has to know about the machine.
func (r *Result) facts() [][2]string {
	m := &r.Machine
	build := m.Go + " " + m.OS + "/" + m.Arch
	if m.Commit != "" {
		build += ", commit " + m.Commit[:min(12, len(m.Commit))]
		if m.Modified {
			build += " with changes"
		}
	}
	level := "all instructions that there are"
	if m.SluiceCPU != "" {
		level = "SLUICE_CPU=" + m.SluiceCPU
	}
	facts := [][2]string{
		{"Processor", fmt.Sprintf("%s, %d cores, %.2f GHz seen before and %.2f GHz after", m.CPU, m.Cores, m.GHzBefore, m.GHzAfter)},
		{"Instructions", strings.Join(m.Features, " ") + " (" + level + ")"},
		{"Program", build},
		{"Turns", fmt.Sprintf("%d of each contender, %d ms together", r.Config.Rounds, r.Config.TimeMS)},
	}
	for _, b := range m.Backends {
		facts = append(facts, [2]string{"Backend " + b.Name, b.Device})
	}
	return facts
}

func (r *Result) has(contender string) bool {
	return slices.ContainsFunc(r.Rows, func(x Row) bool { return x.Contender == contender })
}

// column is a column's heading, and whether its cells are flushed left, as words are.
type column struct {
	name string
	left bool
}

var throughputHeading = []column{
	{"kernel", true}, {"message", false}, {"batch", false}, {"threads", false}, {"contender", true},
	{"time of a unit", false}, {"units/s", false}, {"GB/s", false}, {"spread", false}, {"scaling", false}, {"against best peer", false},
}

// throughput has a line for each row. What is the same as in the line before is left empty.
func (r *Result) throughput() (lines [][]string) {
	var before [4]string
	for i := range r.Rows {
		x := &r.Rows[i]
		at := [4]string{x.name(), x.message(), strconv.Itoa(x.Batch), strconv.Itoa(x.Threads)}
		line := slices.Clone(at[:])
		for j := range at {
			if i == 0 || at[j] != before[j] {
				break
			}
			line[j] = ""
		}
		before = at
		unit := ""
		if x.UnitsPerJob > 1 {
			unit = " a " + x.Unit
		}
		ratio := ""
		if x.Ratio > 0 {
			ratio = fmt.Sprintf("%.2fx %s", x.Ratio, x.BestPeer)
		}
		lines = append(lines, append(line, x.Contender, duration(x.NsPerUnit)+unit, engineering(x.UnitsPerSecond),
			orEmpty(x.GBPerSecond, "%.2f"), fmt.Sprintf("%.0f %%", 100*x.Spread), orEmpty(x.Scaling, "%.2f"), ratio))
	}
	return lines
}

var latencyHeading = []column{
	{"kernel", true}, {"message", false}, {"backend", true}, {"load", true}, {"jobs/s", false}, {"p50", false}, {"p99", false},
}

func (r *Result) latencies() (lines [][]string) {
	for i := range r.Latency {
		l := &r.Latency[i]
		x := Row{Kernel: l.Kernel, Rule: l.Rule, MessageBytes: l.MessageBytes, Mixed: l.Mixed, Keys: l.Keys, JobSet: l.JobSet}
		load := fmt.Sprintf("%s jobs/s arrive", engineering(l.Rate))
		if l.Callers == 1 {
			load = "1 caller"
		} else if l.Callers > 1 {
			load = fmt.Sprintf("%d callers", l.Callers)
		}
		lines = append(lines, []string{x.name(), x.message(), l.Backend, load, engineering(l.JobsPerSecond),
			duration(l.P50us * 1000), duration(l.P99us * 1000)})
	}
	return lines
}

// name is the kernel with its rule, and the number of keys where they repeat.
func (x *Row) name() string {
	s := x.Kernel
	if x.Rule != "" {
		s += " " + x.Rule
	}
	if x.Keys > 0 && x.Keys < x.JobSet {
		s += fmt.Sprintf(", %d keys", x.Keys)
	}
	return s
}

// message is the length of the messages; "" without.
func (x *Row) message() string {
	switch {
	case x.Mixed:
		return fmt.Sprintf("0-%d B", MixedMax)
	case x.MessageBytes == 0:
		return ""
	case x.MessageBytes%1024 == 0:
		return fmt.Sprintf("%d KiB", x.MessageBytes/1024)
	}
	return fmt.Sprintf("%d B", x.MessageBytes)
}

// duration of ns, in three digits.
func duration(ns float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}} {
		if ns >= u.size*0.9995 {
			return threeDigits(ns/u.size) + " " + u.name
		}
	}
	return threeDigits(ns) + " ns"
}

// engineering writes a rate in three digits with k, M or G.
func engineering(x float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, " G"}, {1e6, " M"}, {1e3, " k"}} {
		if x >= u.size*0.9995 {
			return threeDigits(x/u.size) + u.name
		}
	}
	return threeDigits(x)
}

func threeDigits(x float64) string {
	digits := 2
	for limit := 9.995; digits > 0 && x >= limit; limit *= 10 {
		digits--
	}
	return strconv.FormatFloat(x, 'f', digits, 64)
}

// short leaves out zeros that say nothing, for the labels of axes: "1 k" for "1.00 k".
func short(s string) string {
	digits, unit, _ := strings.Cut(s, " ")
	if strings.Contains(digits, ".") {
		digits = strings.TrimRight(strings.TrimRight(digits, "0"), ".")
	}
	return strings.TrimSuffix(digits+" "+unit, " ")
}

func orEmpty(x float64, format string) string {
	if x == 0 {
		return ""
	}
	return fmt.Sprintf(format, x)
}

// writeTable writes an aligned Markdown table.
func writeTable(out *strings.Builder, heading []column, lines [][]string) {
	width := make([]int, len(heading))
	for i, h := range heading {
		width[i] = max(3, utf8.RuneCountInString(h.name))
		for _, l := range lines {
			width[i] = max(width[i], utf8.RuneCountInString(l[i]))
		}
	}
	line := func(cell func(i int) string) {
		for i := range heading {
			text := cell(i)
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(text))
			if heading[i].left {
				text += pad
			} else {
				text = pad + text
			}
			out.WriteString("| " + text + " ")
		}
		out.WriteString("|\n")
	}
	line(func(i int) string { return heading[i].name })
	line(func(i int) string {
		if heading[i].left {
			return strings.Repeat("-", width[i])
		}
		return strings.Repeat("-", width[i]-1) + ":"
	})
	for _, l := range lines {
		line(func(i int) string { return l[i] })
	}
}
