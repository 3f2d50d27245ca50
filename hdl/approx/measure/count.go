package main

import (
	"math/rand/v2"
	"runtime"
	"sync"

	"github.com/sluice-engine/sluice/hdl/approx"
)

// measure counts errors; the counts depend on the options only, not on the machine.
func measure(o options) *result {
	r := &result{options: o}
	for _, k := range adders() {
		r.Rows = append(r.Rows, row{Bits: k})
	}
	const share = 1 << 16 // sums of one task
	tasks := make(chan func(*result))
	var group sync.WaitGroup
	var lock sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			mine := &result{Rows: make([]row, len(r.Rows))}
			for task := range tasks {
				task(mine)
			}
			lock.Lock()
			defer lock.Unlock()
			r.add(mine)
		})
	}
	for i := range o.Headers {
		tasks <- func(r *result) { search(r, o, rand.New(rand.NewPCG(o.Seed, uint64(i)))) }
	}
	for from := 0; from < o.Sums; from += share {
		tasks <- func(r *result) {
			sums(r, min(share, o.Sums-from), rand.New(rand.NewPCG(^o.Seed, uint64(from))))
		}
	}
	close(tasks)
	group.Wait()
	return r
}

// add adds counts.
func (r *result) add(s *result) {
	r.Hits += s.Hits
	for i := range r.Rows {
		to, from := &r.Rows[i], &s.Rows[i]
		to.Sums += from.Sums
		to.Hashes += from.Hashes
		to.Missed += from.Missed
		to.False += from.False
		to.Midstates += from.Midstates
	}
}

// search tries nonces in a row of one random header.
func search(r *result, o options, random *rand.Rand) {
	var header [80]byte
	for i := range header {
		header[i] = byte(random.Uint32())
	}
	work, first := approx.NewWork(&header), random.Uint32()
	for i, k := range adders() {
		if !work.MidstateRight(approx.Adder(k)) {
			r.Rows[i].Midstates++
		}
	}
	for n := range o.Nonces {
		nonce := first + uint32(n)
		exact := work.Hash(nonce, approx.Exact)
		hit := zeros(&exact) >= o.Zeros
		if hit {
			r.Hits++
		}
		for i, k := range adders() {
			if k == 0 {
				continue
			}
			hash := work.Hash(nonce, approx.Adder(k))
			if hash == exact {
				break // no carry went further than this: longer looks are right too
			}
			r.Rows[i].Hashes++
			switch taken := zeros(&hash) >= o.Zeros; {
			case hit && !taken:
				r.Rows[i].Missed++
			case !hit && taken:
				r.Rows[i].False++
			}
		}
	}
}

// sums adds random numbers.
func sums(r *result, n int, random *rand.Rand) {
	for range n {
		x := random.Uint64()
		a, b := uint32(x), uint32(x>>32)
		for i, k := range adders() {
			if k == 0 {
				continue
			}
			if approx.Adder(k).Add(a, b) == a+b {
				break
			}
			r.Rows[i].Sums++
		}
	}
}

// zeros are the leading zero bits of a hash, as Bitcoin counts: from the last byte down.
func zeros(hash *[32]byte) int {
	n := 0
	for i := 31; i >= 0; i-- {
		for b := 7; b >= 0; b-- {
			if hash[i]>>b&1 != 0 {
				return n
			}
			n++
		}
	}
	return n
}
