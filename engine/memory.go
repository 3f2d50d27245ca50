package engine

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/sluice-engine/sluice/kernels"
)

// What kernels on the CPU remember between batches; see [kernels.Kernel]. It is the process's, whatever engine uses it.
var (
	memoryHitsDesc   = prometheus.NewDesc("sluice_memory_hits_total", "Things that the kernel's code for the CPU asked its memory of past batches for, and found.", []string{"kernel"}, nil)
	memoryMissesDesc = prometheus.NewDesc("sluice_memory_misses_total", "Things that the kernel's code for the CPU asked its memory of past batches for in vain.", []string{"kernel"}, nil)
)

// collectMemory sends what the kernel counts, if it has a memory.
func collectMemory(ch chan<- prometheus.Metric, k *kernels.Kernel) {
	if k.Memory == nil {
		return
	}
	hits, misses := k.Memory()
	ch <- prometheus.MustNewConstMetric(memoryHitsDesc, prometheus.CounterValue, float64(hits), k.Name)
	ch <- prometheus.MustNewConstMetric(memoryMissesDesc, prometheus.CounterValue, float64(misses), k.Name)
}
