package engine

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// counts are the statistics of a service; see [Stats].
type counts struct {
	spans
	stolen, rechecked, overturned, audited atomic.Uint64
	mismatches, faults, quarantines        atomic.Uint64
}

func (c *counts) stats() Stats {
	c.mu.Lock()
	defer c.mu.Unlock()
	return Stats{
		Jobs: c.valid + c.invalid, Valid: c.valid, Invalid: c.invalid,
		Spans: c.good, Stolen: c.stolen.Load(),
		Rechecked: c.rechecked.Load(), Overturned: c.overturned.Load(), Audited: c.audited.Load(),
		Mismatches: c.mismatches.Load(), Faults: c.faults.Load(), Busy: time.Duration(c.took.sum),
	}
}

// Metrics of the engine; labels as named. Those of services are read from the counts when they are collected.
var (
	perService = []string{"kernel", "backend"}

	jobsDesc       = prometheus.NewDesc("sluice_jobs_total", "Jobs that left the engine with a verdict of the backend.", perService, nil)
	verdictsDesc   = prometheus.NewDesc("sluice_verdicts_total", "Verdicts, by what they say.", append(perService, "verdict"), nil)
	spansDesc      = prometheus.NewDesc("sluice_spans_total", "Calls of a backend that decided jobs.", perService, nil)
	stolenDesc     = prometheus.NewDesc("sluice_stolen_jobs_total", "Jobs that the backend took over from another.", perService, nil)
	recheckedDesc  = prometheus.NewDesc("sluice_rechecks_total", "Inexact verdicts of the backend that the CPU decided again.", perService, nil)
	overturnedDesc = prometheus.NewDesc("sluice_overturned_total", "Inexact verdicts that the CPU decided otherwise.", perService, nil)
	auditedDesc    = prometheus.NewDesc("sluice_audits_total", "Exact verdicts of the backend that the CPU decided again.", perService, nil)
	mismatchesDesc = prometheus.NewDesc("sluice_mismatches_total", "Wrong answers of the backend that audits found.", perService, nil)
	faultsDesc     = prometheus.NewDesc("sluice_faults_total", "Calls of the backend that failed, panicked, came late or not at all.", perService, nil)
	quarantineDesc = prometheus.NewDesc("sluice_quarantines_total", "Quarantines of the backend, by the kernel that caused them.", perService, nil)
	busyDesc       = prometheus.NewDesc("sluice_busy_seconds_total", "Time in calls of the backend, all added up.", perService, nil)
	stateDesc      = prometheus.NewDesc("sluice_backend_state", "1 for the state that the backend is in.", []string{"backend", "state"}, nil)
	inFlightDesc   = prometheus.NewDesc("sluice_queue_jobs", "Jobs in batches that are being decided.", nil, nil)
	batchJobsDesc  = prometheus.NewDesc("sluice_batch_jobs", "Jobs in a batch.", []string{"kernel"}, nil)
	batchTimeDesc  = prometheus.NewDesc("sluice_batch_seconds", "Time from Run to its return. Where many batches are very short, some are timed, and the others count like the last of those.", []string{"kernel"}, nil)
	spanTimeDesc   = prometheus.NewDesc("sluice_span_seconds", "Time that a backend took for a span, as sluice_batch_seconds.", perService, nil)
	waitingDesc    = prometheus.NewDesc("sluice_queue_waiting_jobs", "Jobs in batches that wait for others to be decided.", nil, nil)
)

// metrics collects for one engine.
type metrics struct{ engine *Engine }

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{jobsDesc, verdictsDesc, spansDesc, stolenDesc, recheckedDesc, overturnedDesc, auditedDesc,
		mismatchesDesc, faultsDesc, quarantineDesc, busyDesc, stateDesc, memoryHitsDesc, memoryMissesDesc, inFlightDesc, waitingDesc,
		batchJobsDesc, batchTimeDesc, spanTimeDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	put := func(d *prometheus.Desc, t prometheus.ValueType, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, t, v, labels...)
	}
	e := m.engine
	put(inFlightDesc, prometheus.GaugeValue, float64(e.queue.inFlight()))
	put(waitingDesc, prometheus.GaugeValue, float64(e.queue.waiting()))
	for _, b := range e.members {
		status := b.status()
		for _, s := range states {
			v := 0.
			if s == status.State {
				v = 1
			}
			put(stateDesc, prometheus.GaugeValue, v, b.info.Name, string(s))
		}
		for _, s := range b.services {
			c, labels := s.counts.stats(), []string{s.kernel.Name, b.info.Name}
			for _, x := range []struct {
				desc  *prometheus.Desc
				value float64
			}{
				{jobsDesc, float64(c.Jobs)}, {spansDesc, float64(c.Spans)}, {stolenDesc, float64(c.Stolen)},
				{recheckedDesc, float64(c.Rechecked)}, {overturnedDesc, float64(c.Overturned)}, {auditedDesc, float64(c.Audited)},
				{mismatchesDesc, float64(c.Mismatches)}, {faultsDesc, float64(c.Faults)},
				{quarantineDesc, float64(s.counts.quarantines.Load())}, {busyDesc, c.Busy.Seconds()},
			} {
				put(x.desc, prometheus.CounterValue, x.value, labels...)
			}
			ch <- s.counts.times(labels)
			put(verdictsDesc, prometheus.CounterValue, float64(c.Valid), append(labels, "valid")...)
			put(verdictsDesc, prometheus.CounterValue, float64(c.Invalid), append(labels, "invalid")...)
		}
	}
	for _, k := range e.served {
		k.cpu.counts.collect(ch, &k.batches, k.kernel.Name)
		collectMemory(ch, k.kernel)
	}
}
