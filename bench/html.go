package bench

import (
	_ "embed"
	"html/template"
	"io"
)

//go:embed report.html.tmpl
var pageText string

var page = template.Must(template.New("report").Parse(pageText))

// WriteHTML writes the results as one page with charts. It needs no network and no script.
func WriteHTML(w io.Writer, results []*Result) error {
	type section struct {
		Title   string
		Facts   [][2]string
		Charts  []chart
		Columns []column
		Lines   [][]string

		LatencyColumns []column
		LatencyLines   [][]string

		Contenders []ContenderInfo
	}
	var sections []section
	for _, r := range results {
		s := section{Title: r.title(), Facts: r.facts(), Charts: r.charts(), Columns: throughputHeading, Lines: r.throughput(),
			LatencyColumns: latencyHeading, LatencyLines: r.latencies()}
		for _, c := range r.Contenders {
			if r.has(c.Name) {
				s.Contenders = append(s.Contenders, c)
			}
		}
		sections = append(sections, s)
	}
	return page.Execute(w, struct {
		How      string
		Sections []section
	}{howMeasured, sections})
}

// For the template.

func (c column) Name() string { return c.name }
func (c column) Left() bool   { return c.left }
