package ecvrf

import (
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestKnown decides the known answers of every rule again, with Run and with Ref.
func TestKnown(t *testing.T) {
	for _, rule := range Kernel.Rules {
		var jobs []job
		b := Kernel.Known(rule)
		for i := range b.Len() {
			j := job{name: "known answer", key: b.Row(i)[:KeySize], alpha: b.Message(i), proof: b.Row(i)[KeySize:]}
			if b.Verdict(i) == kernels.Valid {
				j.beta = b.Out(i)
			}
			jobs = append(jobs, j)
		}
		t.Run(rule.String(), func(t *testing.T) { check(t, rule, jobs) })
	}
}
