package engine

import (
	"math"
	"slices"
)

// offer is what a backend would take for its part of a batch: ready+a+c*n seconds for n jobs.
type offer struct {
	ready    float64 // seconds until it can begin
	line             // c in seconds per job of this batch
	smallest int     // fewer jobs than these it does not take
}

const rounding = 1e-6 // of a job

// split gives each offer a number of jobs, n in all, so that all end at the same time. Offers for which that would be
// fewer jobs than their smallest, or none, get 0. Where one of them alone would end sooner, it gets all; it does so, too,
// where none takes a part: of those for which n is enough, if there is one.
func split(n int, offers []offer) []int {
	parts, end := share(n, offers)
	best := -1
	for _, enough := range []bool{true, false} {
		for i, o := range offers {
			if alone := o.ready + o.at(float64(n)); alone < end && (n >= o.smallest || !enough) {
				best, end = i, alone
			}
		}
		if !math.IsInf(end, 1) {
			break
		}
	}
	if best >= 0 {
		clear(parts)
		parts[best] = n
	}
	return parts
}

// share divides the jobs among offers until each that is left gets its smallest; end is when all are done, infinite if
// none is left.
func share(n int, offers []offer) (parts []int, end float64) {
	in := make([]bool, len(offers))
	for i := range in {
		in[i] = true
	}
	parts = make([]int, len(offers))
	for slices.Contains(in, true) {
		// All that are in end at the same time: the sum of (end-ready-a)/c over them is n.
		var rate, done float64
		for i, o := range offers {
			if in[i] {
				rate += 1 / o.c
				done += (o.ready + o.a) / o.c
			}
		}
		end = (float64(n) + done) / rate
		// The one that is farthest from being worth its while leaves; then the others get more.
		worst, lack := -1, 0.
		for i, o := range offers {
			if share := (end - o.ready - o.a) / o.c; in[i] && share < max(1, float64(o.smallest))-rounding {
				if l := o.ready + o.at(float64(o.smallest)) - end; worst < 0 || l > lack {
					worst, lack = i, l
				}
			}
		}
		if worst >= 0 {
			in[worst] = false
			continue
		}
		left, last := n, 0
		for i, o := range offers {
			if in[i] {
				parts[i] = min(left, int((end-o.ready-o.a)/o.c+rounding))
				left -= parts[i]
				last = i
			}
		}
		parts[last] += left
		return parts, end
	}
	return parts, math.Inf(1)
}
