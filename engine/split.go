package engine

import "slices"

// offer is what a backend would take for its part of a batch: ready+a+c*n seconds for n jobs.
type offer struct {
	ready    float64 // seconds until it can begin
	line             // c in seconds per job of this batch
	smallest int     // fewer jobs than these it does not take
}

const rounding = 1e-6 // of a job

// split gives each offer a number of jobs, n in all, so that all end at the same time. Offers for which that would be
// fewer jobs than their smallest, or none, get 0. If none takes a
// part, the one that would end first gets all: of those for which n is enough, if there is one.
func split(n int, offers []offer) []int {
	in := make([]bool, len(offers))
	for i := range in {
		in[i] = true
	}
	parts := make([]int, len(offers))
	for {
		// All that are in end at T: the sum of (T-start)/c over them is n.
		var rate, done float64
		for i, o := range offers {
			if in[i] {
				rate += 1 / o.c
				done += (o.ready + o.a) / o.c
			}
		}
		end := (float64(n) + done) / rate
		worst, lack := -1, 0.
		for i, o := range offers {
			if !in[i] {
				continue
			}
			// The one that is farthest from being worth its while goes first; then the others get more.
			if share := (end - o.ready - o.a) / o.c; share < max(1, float64(o.smallest))-rounding {
				if l := (o.ready + o.a + o.c*float64(o.smallest)) - end; worst < 0 || l > lack {
					worst, lack = i, l
				}
			}
		}
		if worst < 0 {
			left := n
			last := -1
			for i, o := range offers {
				if in[i] {
					parts[i] = min(left, int((end-o.ready-o.a)/o.c+rounding))
					left -= parts[i]
					last = i
				}
			}
			parts[last] += left
			return parts
		}
		in[worst] = false
		if !slices.Contains(in, true) {
			break
		}
	}
	best := -1
	ends := func(i int) float64 { return offers[i].ready + offers[i].at(float64(n)) }
	for _, small := range []bool{false, true} {
		for i, o := range offers {
			if (small || n >= o.smallest) && (best < 0 || ends(i) < ends(best)) {
				best = i
			}
		}
		if best >= 0 {
			break
		}
	}
	clear(parts)
	parts[best] = n
	return parts
}
