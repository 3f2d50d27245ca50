package ed25519

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
			row := b.Row(i)
			jobs = append(jobs, job{
				name: "known answer", key: row[:KeySize], message: b.Message(i), signature: row[KeySize:],
				valid: b.Verdict(i) == kernels.Valid,
			})
		}
		t.Run(rule.String(), func(t *testing.T) { check(t, rule, jobs) })
	}
}
