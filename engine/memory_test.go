package engine

import (
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/sluice-engine/sluice/kernels"
)

// TestMemory reads the counters of a kernel that has a memory, and finds none of one that has not.
func TestMemory(t *testing.T) {
	registry := prometheus.NewRegistry()
	k := newToy(toy.ID+1, "toy.memory", nil)
	asked := uint64(0)
	k.Memory = func() (hits, misses uint64) {
		asked++
		return 10 * asked, asked
	}
	e, err := Open(Config{Backends: []string{}, Kernels: []*kernels.Kernel{toy, k}, Registerer: registry})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for range 2 {
		if _, err := registry.Gather(); err != nil {
			t.Fatal(err)
		}
	}
	asked = 4
	err = testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP sluice_memory_hits_total Things that the kernel's code for the CPU asked its memory of past batches for, and found.
# TYPE sluice_memory_hits_total counter
sluice_memory_hits_total{kernel="toy.memory"} 50
# HELP sluice_memory_misses_total Things that the kernel's code for the CPU asked its memory of past batches for in vain.
# TYPE sluice_memory_misses_total counter
sluice_memory_misses_total{kernel="toy.memory"} 5
`), "sluice_memory_hits_total", "sluice_memory_misses_total")
	if err != nil {
		t.Error(err)
	}
}
