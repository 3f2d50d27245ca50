package dma

import "sort"

// space hands out ranges of [0,size), first fit, in multiples of grain.
type space struct {
	grain uint64
	free  []extent // sorted, never touching
}

type extent struct{ lo, hi uint64 }

func newSpace(lo, hi, grain uint64) *space {
	return &space{grain: grain, free: []extent{{lo, hi}}}
}

func (s *space) round(n uint64) uint64 { return (n + s.grain - 1) &^ (s.grain - 1) }

// take gives the lowest free range of n bytes on a multiple of align, a power of two not below the grain.
func (s *space) take(n, align uint64) (lo uint64, ok bool) {
	n = s.round(n)
	for i, f := range s.free {
		lo := (f.lo + align - 1) &^ (align - 1)
		if lo < f.lo || lo > f.hi || f.hi-lo < n {
			continue
		}
		var rest []extent
		if lo > f.lo {
			rest = append(rest, extent{f.lo, lo})
		}
		if lo+n < f.hi {
			rest = append(rest, extent{lo + n, f.hi})
		}
		s.free = append(s.free[:i], append(rest, s.free[i+1:]...)...)
		return lo, true
	}
	return 0, false
}

// give takes a range back that take gave.
func (s *space) give(lo, n uint64) {
	e := extent{lo, lo + s.round(n)}
	i := sort.Search(len(s.free), func(i int) bool { return s.free[i].lo >= e.hi })
	if i > 0 && s.free[i-1].hi > e.lo {
		panic("dma: range given back twice")
	}
	j := i
	if i < len(s.free) && s.free[i].lo == e.hi {
		e.hi = s.free[i].hi
		j++
	}
	if i > 0 && s.free[i-1].hi == e.lo {
		e.lo = s.free[i-1].lo
		i--
	}
	s.free = append(s.free[:i], append([]extent{e}, s.free[j:]...)...)
}

// whole tells whether [lo,hi) is free.
func (s *space) whole(lo, hi uint64) bool {
	return len(s.free) == 1 && s.free[0] == extent{lo, hi}
}
