package secp256k1

import (
	"sync"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// The awkward jobs, made once. The first of each is an ordinary valid one.
var (
	verifyJobs  = sync.OnceValue(func() []ecctest.Job { return ecctest.ECDSAJobs(ecctest.Secp256k1()) })
	recoverJobs = sync.OnceValue(func() []ecctest.Job { return ecctest.RecoverJobs(ecctest.Secp256k1()) })
	schnorrJobs = sync.OnceValue(func() []ecctest.Job { return ecctest.SchnorrJobs(ecctest.Secp256k1()) })
)

// check decides the jobs with Ref and with Run and logs how many there were.
func check(t *testing.T, k *kernels.Kernel, rule kernels.Flags, jobs []ecctest.Job) {
	t.Helper()
	if len(jobs) == 0 {
		t.Fatal("no jobs")
	}
	for _, way := range []struct {
		name string
		run  func(*kernels.Batch, int, int)
	}{{"Ref", k.Ref}, {"Run", k.Run}} {
		for _, d := range ecctest.Diff(k, rule, jobs, len(jobs), way.run) {
			t.Errorf("%s: %s", way.name, d)
		}
	}
	valid, invalid := ecctest.Count(jobs, rule)
	t.Logf("%s, rule %q: %d cases, %d valid, %d invalid", k.Name, rule, len(jobs), valid, invalid)
}

// only32 are the jobs whose message has 32 bytes, as libraries want for BIP 340.
func only32(jobs []ecctest.Job) []ecctest.Job {
	var out []ecctest.Job
	for _, j := range jobs {
		if len(j.Message) == 32 {
			out = append(out, j)
		}
	}
	return out
}
