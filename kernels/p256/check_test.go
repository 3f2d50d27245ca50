package p256

import (
	"sync"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// awkward are the jobs of ecctest, made once. The first is an ordinary valid one.
var awkward = sync.OnceValue(func() []ecctest.Job { return ecctest.ECDSAJobs(ecctest.P256()) })

// check decides the jobs with Ref and with Run and logs how many there were.
func check(t *testing.T, rule kernels.Flags, jobs []ecctest.Job) {
	t.Helper()
	if len(jobs) == 0 {
		t.Fatal("no jobs")
	}
	for _, d := range ecctest.Diff(Kernel, rule, jobs, len(jobs), Kernel.Ref) {
		t.Errorf("Ref: %s", d)
	}
	for _, d := range ecctest.Diff(Kernel, rule, jobs, len(jobs), Kernel.Run) {
		t.Errorf("Run: %s", d)
	}
	valid, invalid := ecctest.Count(jobs, rule)
	t.Logf("rule %q: %d cases, %d valid, %d invalid", rule, len(jobs), valid, invalid)
}
