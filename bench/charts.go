package bench

import (
	"fmt"
	"html/template"
	"slices"

	"github.com/sluice-engine/sluice/kernels/all"
)

// Ours are blue, the others warm or grey; on lines each has a colour of its own.
var (
	ourColours  = []string{"#0b4f9c", "#5ba3e6", "#0f9488", "#7c3aed"}
	peerColours = []string{"#d97706", "#b91c1c", "#6b7280", "#65a30d", "#9d174d", "#92400e"}
)

const peerBar = "#b8bec8"

// chart is a drawing with its heading and what to know when reading it.
type chart struct {
	Title, Text string
	Drawings    []template.HTML
}

// place is a kernel with its rule and messages: what a curve over batch sizes keeps.
type place struct {
	name         string
	messageBytes int
	mixed        bool
}

func (x *Row) place() place { return place{x.name(), x.MessageBytes, x.Mixed} }

// headlines are the rows of each kernel and rule at its first message size, at the batch size next to headlineBatch, with
// that many threads.
func (r *Result) headlines(threads int) (groups [][]Row) {
	seen := map[string]bool{}
	for i := range r.Rows {
		first := &r.Rows[i]
		if seen[first.name()] {
			continue
		}
		seen[first.name()] = true
		var batches []int
		for j := range r.Rows {
			if x := &r.Rows[j]; x.place() == first.place() {
				batches = append(batches, x.Batch)
			}
		}
		slices.Sort(batches)
		batch := nearest(batches, headlineBatch)
		var rows []Row
		for _, x := range r.Rows {
			if x.place() == first.place() && x.Batch == batch && x.Threads == threads {
				rows = append(rows, x)
			}
		}
		if len(rows) > 0 {
			groups = append(groups, rows)
		}
	}
	return groups
}

// what says what the rows have in common.
func (x *Row) what() string {
	s := fmt.Sprintf("%s, batch %d", x.name(), x.Batch)
	if m := x.message(); m != "" {
		s += ", " + m
	}
	return s
}

// charts are all that the rows give something for.
func (r *Result) charts() (list []chart) {
	var hashes, others [][]Row
	for _, g := range r.headlines(1) {
		if k := all.ByName(g[0].Kernel); k != nil && isHash(k) {
			hashes = append(hashes, g)
		} else {
			others = append(others, g)
		}
	}
	const bars = "Bars begin at the left end of the axis, which is logarithmic: twice as long is not twice as fast. Ours are blue."
	if len(hashes) > 0 {
		list = append(list, chart{Title: "Hashes per second, one thread", Text: bars + " A unit of sha256d.pow is a double hash, one of sha256.chain a hash.",
			Drawings: []template.HTML{throughputBars(hashes)}})
	}
	if len(others) > 0 {
		list = append(list, chart{Title: "Verifications per second, one thread", Text: bars, Drawings: []template.HTML{throughputBars(others)}})
	}
	if c := r.ratioChart(); c != nil {
		list = append(list, *c)
	}
	if c := r.batchCurves(); c != nil {
		list = append(list, *c)
	}
	if c := r.sizeCurves(); c != nil {
		list = append(list, *c)
	}
	if c := r.scalingChart(); c != nil {
		list = append(list, *c)
	}
	return list
}

const (
	chartWidth = 980.
	barHeight  = 15.
	nameWidth  = 190.
	valueWidth = 90.
)

// throughputBars has a heading for each group and a bar for each row.
func throughputBars(groups [][]Row) template.HTML {
	least, most, n := groups[0][0].UnitsPerSecond, 0., 0
	for _, g := range groups {
		for _, x := range g {
			least, most = min(least, x.UnitsPerSecond), max(most, x.UnitsPerSecond)
		}
		n += len(g)
	}
	const head, foot = 22., 44.
	height := float64(len(groups))*head + float64(n)*(barHeight+3) + foot + 8
	s := newSVG(chartWidth, height, "units per second by kernel and contender")
	x := logAxis(nameWidth, chartWidth-valueWidth, least*0.9, most)
	bottom := height - foot
	for _, t := range x.ticks {
		s.line("grid", x.at(t), 4, x.at(t), bottom)
		s.text("tick", "middle", x.at(t), bottom+16, short(engineering(t)))
	}
	s.text("unit", "middle", (x.from+x.to)/2, bottom+34, "units per second (logarithmic)")
	y := 4.
	for _, g := range groups {
		s.text("head", "start", 0, y+15, g[0].what())
		y += head
		ours := 0
		for i := range g {
			row := &g[i]
			colour := peerBar
			if row.Ours {
				colour = ourColours[ours%len(ourColours)]
				ours++
			}
			title := fmt.Sprintf("%s: %s a %s, spread %.0f %%", row.Contender, duration(row.NsPerUnit), row.Unit, 100*row.Spread)
			s.text("name", "end", nameWidth-8, y+12, row.Contender)
			s.rect(colour, x.from, y, x.at(row.UnitsPerSecond)-x.from, barHeight, title)
			s.text("value", "start", x.at(row.UnitsPerSecond)+6, y+12, engineering(row.UnitsPerSecond)+"/s")
			y += barHeight + 3
		}
	}
	return s.html()
}

// ratioChart compares ours with the best peer.
func (r *Result) ratioChart() *chart {
	type bar struct {
		row  Row
		ours int
	}
	var bars []bar
	least, most := 1., 1.
	for _, g := range r.headlines(1) {
		ours := 0
		for _, x := range g {
			if x.Ratio > 0 {
				bars = append(bars, bar{x, ours})
				least, most = min(least, x.Ratio), max(most, x.Ratio)
			}
			if x.Ours {
				ours++
			}
		}
	}
	if len(bars) == 0 {
		return nil
	}
	const foot, wide = 44., 390.
	height := float64(len(bars))*(barHeight+4) + foot + 8
	s := newSVG(chartWidth, height, "how many times faster than the best peer")
	x := logAxis(wide, chartWidth-200, least*0.9, most)
	bottom := height - foot
	for _, t := range x.ticks {
		s.line("grid", x.at(t), 4, x.at(t), bottom)
		s.text("tick", "middle", x.at(t), bottom+16, short(engineering(t))+"x")
	}
	s.text("unit", "middle", (x.from+x.to)/2, bottom+34, "throughput against the best peer (logarithmic; 1x: as fast)")
	y := 4.
	for _, b := range bars {
		name := b.row.what() + ", " + b.row.Contender
		s.text("name", "end", wide-8, y+12, name)
		left, right := min(x.at(1), x.at(b.row.Ratio)), max(x.at(1), x.at(b.row.Ratio))
		s.rect(ourColours[b.ours%len(ourColours)], left, y, right-left, barHeight, name)
		s.text("value", "start", right+6, y+12, fmt.Sprintf("%sx %s", threeDigits(b.row.Ratio), b.row.BestPeer))
		y += barHeight + 4
	}
	s.line("mark", x.at(1), 4, x.at(1), bottom)
	return &chart{Title: "Against the best peer, one thread", Text: "Medians of turns of the same round. Bars to the left of 1x mean that the peer is faster.",
		Drawings: []template.HTML{s.html()}}
}
