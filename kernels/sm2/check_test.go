package sm2

import (
	"sync"
	"testing"

	"github.com/sluice-engine/sluice/kernels/ecctest"
)

// awkward are the jobs of ecctest, made once. The first is an ordinary valid one.
var awkward = sync.OnceValue(func() []ecctest.Job { return ecctest.SM2Jobs(ecctest.SM2()) })

// check decides the jobs with Ref and with Run and logs how many there were.
func check(t *testing.T, jobs []ecctest.Job) {
	t.Helper()
	if len(jobs) == 0 {
		t.Fatal("no jobs")
	}
	for _, d := range ecctest.Diff(Kernel, 0, jobs, len(jobs), Kernel.Ref) {
		t.Errorf("Ref: %s", d)
	}
	for _, d := range ecctest.Diff(Kernel, 0, jobs, len(jobs), Kernel.Run) {
		t.Errorf("Run: %s", d)
	}
	valid, invalid := ecctest.Count(jobs, 0)
	t.Logf("%d cases, %d valid, %d invalid", len(jobs), valid, invalid)
}
