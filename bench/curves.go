package bench

import (
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"
)

// curve is a line of a panel.
type curve struct {
	name   string
	ours   bool
	x, y   []float64
	titles []string
}

// panel is one of many small charts.
type panel struct {
	title, x, y string // titles of the axes have units
	curves      []curve
	label       func(x float64) string // of a tick on the horizontal axis
	value       func(y float64) string // of a tick on the vertical axis
	linear      bool                   // the vertical axis, which then begins at 0
	ideal       bool                   // also draw y = x
}

const (
	panelWidth, panelHeight = 320., 250.
	panelLeft, panelRight   = 66., 20.
	panelTop, panelBottom   = 26., 42.
	legendLine              = 15.
)

// draw gives the panel with a legend below.
func (p *panel) draw() template.HTML {
	height := panelHeight + legendLine*float64((len(p.curves)+1)/2)
	s := newSVG(panelWidth, height, p.title+": "+p.y+" over "+p.x)
	xs := map[float64]bool{}
	least, most := p.curves[0].y[0], p.curves[0].y[0]
	for _, c := range p.curves {
		for i := range c.x {
			xs[c.x[i]] = true
			least, most = min(least, c.y[i]), max(most, c.y[i])
		}
	}
	x := powersOfTwo(panelLeft, panelWidth-panelRight, slices.Sorted(maps.Keys(xs)))
	bottom := panelHeight - panelBottom
	if p.ideal {
		most = max(most, x.hi)
	}
	y := logAxis(bottom, panelTop, least, most)
	if p.linear {
		y = linearAxis(bottom, panelTop, most)
	}
	s.text("head", "start", 0, 14, p.title)
	for _, t := range y.ticks {
		s.line("grid", x.from, y.at(t), x.to, y.at(t))
	}
	for _, t := range y.sparse(16) {
		s.text("tick", "end", x.from-6, y.at(t)+4, short(p.value(t)))
	}
	for _, t := range x.ticks {
		s.line("grid", x.at(t), panelTop, x.at(t), bottom)
	}
	for _, t := range x.sparse(30) {
		s.text("tick", "middle", x.at(t), bottom+15, p.label(t))
	}
	s.text("unit", "middle", (x.from+x.to)/2, bottom+32, p.x)
	s.upright("unit", 14, (panelTop+bottom)/2, p.y)
	if p.ideal {
		ends := []float64{x.lo, x.hi}
		s.curve("#6b7280", true, []float64{x.at(ends[0]), x.at(ends[1])}, []float64{y.at(ends[0]), y.at(ends[1])}, nil)
	}
	ours, peers := 0, 0
	for i, c := range p.curves {
		colour := peerColours[peers%len(peerColours)]
		if c.ours {
			colour = ourColours[ours%len(ourColours)]
			ours++
		} else {
			peers++
		}
		px, py := make([]float64, len(c.x)), make([]float64, len(c.x))
		for j := range c.x {
			px[j], py[j] = x.at(c.x[j]), y.at(c.y[j])
		}
		s.curve(colour, false, px, py, c.titles)
		lx, ly := panelLeft-30+float64(i%2)*145, panelHeight+float64(i/2)*legendLine
		s.rect(colour, lx, ly, 10, 10, c.name)
		s.text("name", "start", lx+14, ly+9, c.name)
	}
	return s.html()
}

// add puts a point on the curve of that name, which begins where it is not there yet.
func (p *panel) add(x *Row, at, value float64) {
	i := slices.IndexFunc(p.curves, func(c curve) bool { return c.name == x.Contender })
	if i < 0 {
		i = len(p.curves)
		p.curves = append(p.curves, curve{name: x.Contender, ours: x.Ours})
	}
	c := &p.curves[i]
	c.x, c.y = append(c.x, at), append(c.y, value)
	c.titles = append(c.titles, fmt.Sprintf("%s, %s: %s a %s, spread %.0f %%", x.Contender, x.what(), duration(x.NsPerUnit), x.Unit, 100*x.Spread))
}

// points is how many different places on the horizontal axis there are.
func (p *panel) points() int {
	xs := map[float64]bool{}
	for _, c := range p.curves {
		for _, x := range c.x {
			xs[x] = true
		}
	}
	return len(xs)
}

// panels makes a panel for each key that rows have, in order, leaves out those of one point, and draws.
func panels[K comparable](rows []Row, key func(*Row) (K, bool), begin func(*Row) *panel, add func(*panel, *Row)) (drawings []template.HTML) {
	byKey := map[K]*panel{}
	var order []*panel
	for i := range rows {
		x := &rows[i]
		k, ok := key(x)
		if !ok {
			continue
		}
		if byKey[k] == nil {
			byKey[k] = begin(x)
			order = append(order, byKey[k])
		}
		add(byKey[k], x)
	}
	for _, p := range order {
		if p.points() > 1 {
			drawings = append(drawings, p.draw())
		}
	}
	return drawings
}

// batchCurves show what a batch size costs.
func (r *Result) batchCurves() *chart {
	drawings := panels(r.Rows,
		func(x *Row) (place, bool) { return x.place(), x.Threads == 1 },
		func(x *Row) *panel {
			title := x.name()
			if m := x.message(); m != "" {
				title += ", " + m
			}
			return &panel{title: title, x: "jobs in a batch (logarithmic)", y: "time of a " + x.Unit + " (logarithmic)", label: plainNumber, value: duration}
		},
		func(p *panel, x *Row) { p.add(x, float64(x.Batch), x.NsPerUnit) })
	if drawings == nil {
		return nil
	}
	return &chart{Title: "Batch sizes, one thread", Text: "Time of a unit, less is better. Where a curve of ours meets that of a peer, smaller batches are better left to the peer.", Drawings: drawings}
}

// sizeCurves show how fast bytes are hashed.
func (r *Result) sizeCurves() *chart {
	drawings := panels(r.Rows,
		func(x *Row) (string, bool) {
			return fmt.Sprint(x.name(), x.Batch), x.Threads == 1 && !x.Mixed && x.GBPerSecond > 0 && x.MessageBytes > 0
		},
		func(x *Row) *panel {
			return &panel{title: fmt.Sprintf("%s, batch %d", x.name(), x.Batch), x: "bytes of a message (logarithmic)", y: "GB/s", linear: true, label: bytesLabel, value: engineering}
		},
		func(p *panel, x *Row) { p.add(x, float64(x.MessageBytes), x.GBPerSecond) })
	if drawings == nil {
		return nil
	}
	return &chart{Title: "Message sizes, one thread", Text: "10⁹ bytes of messages per second, more is better.", Drawings: drawings}
}

// scalingChart shows what threads bring: bars for one number of threads, curves for several.
func (r *Result) scalingChart() *chart {
	counts := map[int]bool{}
	for i := range r.Rows {
		if r.Rows[i].Threads > 1 {
			counts[r.Rows[i].Threads] = true
		}
	}
	if len(counts) == 0 {
		return nil
	}
	most := slices.Max(slices.Collect(maps.Keys(counts)))
	c := &chart{Title: fmt.Sprintf("Threads: up to %d on %d cores", most, r.Machine.Cores), Text: "Throughput against that of one thread of the same contender. The dashed line is as many times as there are threads."}
	if len(counts) == 1 {
		c.Drawings = []template.HTML{scalingBars(r.headlines(most), most)}
		return c
	}
	headline := map[string]bool{}
	for _, g := range r.headlines(most) {
		headline[g[0].what()] = true
	}
	c.Drawings = panels(r.Rows,
		func(x *Row) (string, bool) { return x.what(), headline[x.what()] },
		func(x *Row) *panel {
			return &panel{title: x.what(), x: "threads (logarithmic)", y: "times one thread (logarithmic)", label: plainNumber, value: engineering, ideal: true}
		},
		func(p *panel, x *Row) {
			scaling := x.Scaling
			if x.Threads == 1 {
				scaling = 1
			}
			p.add(x, float64(x.Threads), scaling)
		})
	return c
}

func scalingBars(groups [][]Row, threads int) template.HTML {
	var rows []Row
	for _, g := range groups {
		for _, x := range g {
			if x.Ours {
				rows = append(rows, x)
			}
		}
	}
	const foot, wide = 44., 390.
	most := float64(threads)
	for _, x := range rows {
		most = max(most, x.Scaling)
	}
	height := float64(len(rows))*(barHeight+4) + foot + 8
	s := newSVG(chartWidth, height, "scaling over threads")
	x := linearAxis(wide, chartWidth-valueWidth, most*1.02)
	bottom := height - foot
	for _, t := range x.ticks {
		s.line("grid", x.at(t), 4, x.at(t), bottom)
		s.text("tick", "middle", x.at(t), bottom+16, short(engineering(t))+"x")
	}
	s.text("unit", "middle", (x.from+x.to)/2, bottom+34, fmt.Sprintf("throughput of %d threads, in times that of one", threads))
	y, ours := 4., 0
	for i := range rows {
		row := &rows[i]
		if i > 0 && row.what() == rows[i-1].what() {
			ours++
		} else {
			ours = 0
		}
		name := row.what() + ", " + row.Contender
		s.text("name", "end", wide-8, y+12, name)
		s.rect(ourColours[ours%len(ourColours)], x.from, y, x.at(row.Scaling)-x.from, barHeight, name)
		s.text("value", "start", max(x.at(row.Scaling), x.at(float64(threads)))+6, y+12, threeDigits(row.Scaling)+"x")
		y += barHeight + 4
	}
	s.line("ideal", x.at(float64(threads)), 4, x.at(float64(threads)), bottom)
	return s.html()
}

func plainNumber(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

func bytesLabel(x float64) string {
	if x >= 1024 {
		return plainNumber(x/1024) + " KiB"
	}
	return plainNumber(x)
}
