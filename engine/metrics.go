package engine

import (
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the collectors of one engine.
type metrics struct {
	jobs        *prometheus.CounterVec // kernel, backend
	verdicts    *prometheus.CounterVec // kernel, verdict
	latency     *prometheus.HistogramVec
	batch       *prometheus.HistogramVec
	queue       prometheus.Gauge
	rechecks    *prometheus.CounterVec
	mismatches  *prometheus.CounterVec
	faults      *prometheus.CounterVec
	stolen      *prometheus.CounterVec
	quarantines *prometheus.CounterVec
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "sluice", Name: name, Help: help}, labels)
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Namespace: "sluice", Name: name, Help: help, Buckets: buckets}, labels)
	}
	return &metrics{
		jobs:        counter("jobs_total", "Jobs decided, by the backend whose verdict counted.", "kernel", "backend"),
		verdicts:    counter("verdicts_total", "Verdicts given.", "kernel", "verdict"),
		latency:     histogram("run_seconds", "Time of a call of Run, waiting included.", prometheus.ExponentialBuckets(10e-6, 4, 12), "kernel"),
		batch:       histogram("batch_jobs", "Jobs of a call of Run.", prometheus.ExponentialBuckets(1, 4, 11), "kernel"),
		queue:       prometheus.NewGauge(prometheus.GaugeOpts{Namespace: "sluice", Name: "queue_jobs", Help: "Jobs of running and waiting calls of Run."}),
		rechecks:    counter("rechecks_total", "Jobs of a backend that the processor decided again: inexact verdicts and audits.", "kernel", "backend"),
		mismatches:  counter("mismatches_total", "Audited jobs with another verdict or output than the processor's.", "kernel", "backend"),
		faults:      counter("faults_total", "Calls of a backend that failed or hung.", "kernel", "backend"),
		stolen:      counter("stolen_total", "Spans that were taken from a slower backend.", "kernel", "backend"),
		quarantines: counter("quarantines_total", "Times that a backend was put in quarantine.", "backend"),
	}
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.jobs, m.verdicts, m.latency, m.batch, m.queue, m.rechecks, m.mismatches, m.faults, m.stolen, m.quarantines}
}

// series are the metrics of one kernel on one backend.
type series struct {
	decided                                    atomic.Int64
	jobs, rechecks, mismatches, faults, stolen prometheus.Counter
}

func (m *metrics) series(kernel, backend string) *series {
	return &series{
		jobs:       m.jobs.WithLabelValues(kernel, backend),
		rechecks:   m.rechecks.WithLabelValues(kernel, backend),
		mismatches: m.mismatches.WithLabelValues(kernel, backend),
		faults:     m.faults.WithLabelValues(kernel, backend),
		stolen:     m.stolen.WithLabelValues(kernel, backend),
	}
}

func (s *series) add(jobs int) {
	s.decided.Add(int64(jobs))
	s.jobs.Add(float64(jobs))
}

// kernelSeries are the metrics of one kernel, whatever the backend.
type kernelSeries struct {
	valid, invalid prometheus.Counter
	latency, batch prometheus.Observer
}

func (m *metrics) kernel(name string) *kernelSeries {
	return &kernelSeries{
		valid:   m.verdicts.WithLabelValues(name, "valid"),
		invalid: m.verdicts.WithLabelValues(name, "invalid"),
		latency: m.latency.WithLabelValues(name),
		batch:   m.batch.WithLabelValues(name),
	}
}

func (k *kernelSeries) run(jobs, valid int, d time.Duration) {
	k.valid.Add(float64(valid))
	k.invalid.Add(float64(jobs - valid))
	k.latency.Observe(d.Seconds())
	k.batch.Observe(float64(jobs))
}
