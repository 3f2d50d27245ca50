package ecvrf

import (
	"testing"
)

// TestPortable has the pool decided in Go, one by one and all together, whatever the processor has.
func TestPortable(t *testing.T) {
	for _, rule := range Kernel.Rules {
		jobs := pool(t, rule)
		b := batchOf(t, rule, jobs)
		for i := range jobs {
			runPortable(b, i, i+1)
		}
		compare(t, b, jobs, 0)
		b.Unset(0, b.Len())
		runPortable(b, 0, b.Len())
		compare(t, b, jobs, 0)
	}
}

// TestPortableAllocs: nothing is allocated once the memory is there.
func TestPortableAllocs(t *testing.T) {
	w := new(portable)
	for _, rule := range Kernel.Rules {
		for _, size := range []int{64, 1000} {
			b := proved(t, rule, 1, size)
			w.rule = rule
			if allocs := testing.AllocsPerRun(20, func() {
				if !w.verify(b.Row(0)[:KeySize], b.Message(0), b.Row(0)[KeySize:]) {
					t.Error("invalid")
				}
				w.output()
			}); allocs != 0 {
				t.Errorf("%v, %d bytes: %v allocations", rule, size, allocs)
			}
		}
	}
}
