package engine

import (
	"bytes"
	"math/bits"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/sluice-engine/sluice/kernels"
)

// histogram counts values in buckets that grow fourfold: up to 1, 4, 16 … units, and above. (Those of the Prometheus library
// take as long as a small batch of hashes when there are several of them.)
type histogram struct {
	buckets [steps + 1]uint64
	sum     int64 // units of 1
}

const (
	steps    = 11
	timeUnit = 10_000 // ns of the first bucket of times
)

// add counts a value; the bound of the first bucket is unit.
func (h *histogram) add(value, unit int64) {
	i := 0
	if q := (value + unit - 1) / unit; q > 1 {
		i = min(steps, (bits.Len64(uint64(q-1))+1)/2)
	}
	h.buckets[i]++
	h.sum += value
}

// metric is the histogram for Prometheus: so many buckets, the bound of the first being unit, and all values divided by per.
func (h *histogram) metric(d *prometheus.Desc, buckets int, unit, per float64, labels ...string) prometheus.Metric {
	cumulative := make(map[float64]uint64, buckets)
	count, bound := uint64(0), unit/per
	for i, n := range h.buckets {
		count += n
		if i < buckets {
			cumulative[bound] = count
			bound *= 4
		}
	}
	return prometheus.MustNewConstHistogram(d, count, float64(h.sum)/per, cumulative, labels...)
}

// batches are the batches of a kernel. They are guarded by the lock of the CPU's spans, which a batch takes anyway if the
// CPU decides it alone.
type batches struct {
	jobs histogram
	took timed
}

// timed is a histogram of times. A time of 0 means that nobody looked: it counts like the last one.
type timed struct {
	histogram
	last time.Duration
}

func (t *timed) add(took time.Duration) {
	if took == 0 {
		took = t.last
	}
	t.last = took
	t.histogram.add(int64(took), timeUnit)
}

// spans are the calls of a service that came back, and what they said.
type spans struct {
	mu             sync.Mutex
	valid, invalid uint64
	good           uint64 // calls that decided jobs
	took           timed
}

// call counts a call that took some time.
func (s *spans) call(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took.add(took)
}

// batch counts a batch of n jobs.
func (s *spans) batch(k *batches, n int, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.jobs.add(int64(n), 1)
	k.took.add(took)
}

// useful counts the call as one that decided jobs.
func (s *spans) useful() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.good++
}

// decided counts the verdicts of jobs [lo,hi).
func (s *spans) decided(b *kernels.Batch, lo, hi int) {
	valid, invalid := verdicts(b, lo, hi)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.valid += valid
	s.invalid += invalid
}

// whole counts a batch and the one call that decided it: as call, useful, decided and batch.
func (s *spans) whole(k *batches, b *kernels.Batch, took, all time.Duration) {
	valid, invalid := verdicts(b, 0, b.Len())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.valid += valid
	s.invalid += invalid
	s.good++
	s.took.add(took)
	k.jobs.add(int64(b.Len()), 1)
	k.took.add(all)
}

// collect gives the metrics of a kernel's batches.
func (s *spans) collect(ch chan<- prometheus.Metric, k *batches, kernel string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	ch <- k.jobs.metric(batchJobsDesc, 10, 1, 1, kernel)
	ch <- k.took.metric(batchTimeDesc, steps, timeUnit, 1e9, kernel)
}

// times is the metric of how long calls took.
func (s *spans) times(labels []string) prometheus.Metric {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.took.metric(spanTimeDesc, steps, timeUnit, 1e9, labels...)
}

// verdicts counts those of jobs [lo,hi).
func verdicts(b *kernels.Batch, lo, hi int) (valid, invalid uint64) {
	v := b.Verdicts()[lo:hi]
	n := bytes.Count(v, []byte{byte(kernels.Valid)})
	if n < len(v) {
		invalid = uint64(bytes.Count(v, []byte{byte(kernels.Invalid)}))
	}
	return uint64(n), invalid
}
