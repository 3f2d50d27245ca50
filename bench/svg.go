package bench

import (
	"fmt"
	"html"
	"html/template"
	"math"
	"strings"
)

// svg is a drawing that is part of an HTML page; the page's style sheet has its classes. Coordinates are pixels from the top
// left.
type svg struct {
	body          strings.Builder
	width, height float64
	label         string // what it shows, for those who cannot see it
}

func newSVG(width, height float64, label string) *svg {
	return &svg{width: width, height: height, label: label}
}

func (s *svg) html() template.HTML {
	return template.HTML(fmt.Sprintf(`<svg role="img" aria-label="%s" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f">%s</svg>`,
		html.EscapeString(s.label), s.width, s.height, s.width, s.height, s.body.String()))
}

func (s *svg) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&s.body, `<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

func (s *svg) rect(fill string, x, y, w, h float64, title string) {
	fmt.Fprintf(&s.body, `<rect fill="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>`,
		fill, x, y, max(w, 0), h, html.EscapeString(title))
}

// text is anchored at its start, middle or end.
func (s *svg) text(class, anchor string, x, y float64, text string) {
	fmt.Fprintf(&s.body, `<text class="%s" text-anchor="%s" x="%.1f" y="%.1f">%s</text>`, class, anchor, x, y, html.EscapeString(text))
}

// upright is text that reads from bottom to top, centred.
func (s *svg) upright(class string, x, y float64, text string) {
	fmt.Fprintf(&s.body, `<text class="%s" text-anchor="middle" transform="translate(%.1f,%.1f) rotate(-90)">%s</text>`, class, x, y, html.EscapeString(text))
}

func (s *svg) curve(colour string, dashed bool, xs, ys []float64, titles []string) {
	var points strings.Builder
	for i := range xs {
		fmt.Fprintf(&points, "%.1f,%.1f ", xs[i], ys[i])
	}
	dash := ""
	if dashed {
		dash = ` stroke-dasharray="5 4"`
	}
	fmt.Fprintf(&s.body, `<polyline fill="none" stroke="%s" stroke-width="2"%s points="%s"/>`, colour, dash, strings.TrimSpace(points.String()))
	for i := range titles {
		fmt.Fprintf(&s.body, `<circle fill="%s" cx="%.1f" cy="%.1f" r="3"><title>%s</title></circle>`, colour, xs[i], ys[i], html.EscapeString(titles[i]))
	}
}

// axis maps values to pixels.
type axis struct {
	from, to float64 // pixels
	lo, hi   float64 // values
	log      bool
	ticks    []float64
}

func (a *axis) at(v float64) float64 {
	lo, hi := a.lo, a.hi
	if a.log {
		v, lo, hi = math.Log(max(v, 1e-12)), math.Log(lo), math.Log(hi)
	}
	return a.from + (a.to-a.from)*(v-lo)/(hi-lo)
}

// logAxis has ticks at 1, 10, 100 …, and at 2 and 5 times those where it is short. It begins and ends beyond the values, at
// a tick.
func logAxis(from, to, least, most float64) *axis {
	a := &axis{from: from, to: to, log: true}
	steps := []float64{1}
	if math.Log10(most/least) < 2.5 {
		steps = []float64{1, 2, 5}
	}
	for decade := math.Floor(math.Log10(least)); len(a.ticks) == 0 || a.ticks[len(a.ticks)-1] < most; decade++ {
		for _, s := range steps {
			if v := s * math.Pow(10, decade); len(a.ticks) == 0 || a.ticks[len(a.ticks)-1] < most {
				a.ticks = append(a.ticks, v)
			}
		}
	}
	for len(a.ticks) > 2 && a.ticks[1] <= least {
		a.ticks = a.ticks[1:]
	}
	if len(a.ticks) == 1 { // all values are one tick
		a.ticks = append(a.ticks, 10*a.ticks[0])
	}
	a.lo, a.hi = a.ticks[0], a.ticks[len(a.ticks)-1]
	return a
}

// powersOfTwo is an axis for sizes, with ticks at the values given; labels that would touch are left out by [axis.sparse].
func powersOfTwo(from, to float64, values []float64) *axis {
	lo, hi := values[0], values[len(values)-1]
	if lo == hi {
		hi = 2 * lo
	}
	return &axis{from: from, to: to, lo: lo, hi: hi, log: true, ticks: values}
}

// linearAxis begins at 0.
func linearAxis(from, to, most float64) *axis {
	step := math.Pow(10, math.Floor(math.Log10(most)))
	switch n := most / step; { // 1 to 10
	case n < 2:
		step /= 5
	case n < 5:
		step /= 2
	}
	a := &axis{from: from, to: to}
	for v := 0.; len(a.ticks) < 2 || a.ticks[len(a.ticks)-1] < most; v += step {
		a.ticks = append(a.ticks, v)
	}
	a.hi = a.ticks[len(a.ticks)-1]
	return a
}

// sparse are the ticks whose labels are at least gap pixels from each other; the last one always.
func (a *axis) sparse(gap float64) (ticks []float64) {
	last := math.Inf(1)
	for i := len(a.ticks) - 1; i >= 0; i-- {
		if at := a.at(a.ticks[i]); math.Abs(last-at) >= gap {
			ticks = append(ticks, a.ticks[i])
			last = at
		}
	}
	return ticks
}
