package dma

import (
	"math/rand/v2"
	"testing"
)

// TestSpace takes and gives at random: ranges never overlap, are aligned, lie inside, and in the end all is one again.
func TestSpace(t *testing.T) {
	const lo, hi = 4096, 1 << 17
	r := rand.New(rand.NewPCG(1, 2))
	s := newSpace(lo, hi, 64)
	taken := map[uint64]uint64{}
	full := 0
	for range 20000 {
		if r.IntN(2) == 0 {
			n, align := 1+r.Uint64N(8192), uint64(64)<<r.IntN(7)
			at, ok := s.take(n, align)
			if !ok {
				full++
				continue
			}
			if at%align != 0 || at < lo || at+n > hi {
				t.Fatalf("%d bytes at %#x", n, at)
			}
			for other, size := range taken {
				if at < other+size && other < at+n {
					t.Fatalf("%#x+%#x overlaps %#x+%#x", at, n, other, size)
				}
			}
			taken[at] = n
			continue
		}
		for at, n := range taken {
			s.give(at, n)
			delete(taken, at)
			break
		}
	}
	for at, n := range taken {
		s.give(at, n)
	}
	if !s.whole(lo, hi) {
		t.Errorf("left: %v", s.free)
	}
	if full == 0 {
		t.Error("the space was never full")
	}
	if _, ok := s.take(hi-lo+1, 64); ok {
		t.Error("took more than there is")
	}
	if at, ok := s.take(hi-lo, 64); !ok || at != lo {
		t.Error("could not take all")
	}
}

func TestGiveTwice(t *testing.T) {
	s := newSpace(0, 4096, 64)
	at, _ := s.take(100, 64)
	s.give(at, 100)
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	s.give(at, 100)
}
