package ecvrf

import (
	"bytes"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestKnown decides the known answers of every rule again, with Run and with Ref.
func TestKnown(t *testing.T) {
	for _, rule := range Kernel.Rules {
		for name, decide := range map[string]func(*kernels.Batch, int, int){"Run": Kernel.Run, "Ref": Kernel.Ref} {
			t.Run(rule.String()+"/"+name, func(t *testing.T) {
				want, got := Kernel.Known(rule), Kernel.Known(rule)
				got.Unset(0, got.Len())
				decide(got, 0, got.Len())
				valid := 0
				for i := range want.Len() {
					if got.Verdict(i) != want.Verdict(i) {
						t.Errorf("job %d: %v, want %v", i, got.Verdict(i), want.Verdict(i))
					}
					if !bytes.Equal(got.Out(i), want.Out(i)) {
						t.Errorf("job %d: output %x, want %x", i, got.Out(i), want.Out(i))
					}
					if want.Verdict(i) == kernels.Valid {
						valid++
					}
				}
				if valid == 0 || valid == want.Len() {
					t.Errorf("%d of %d known answers are valid, want some of both", valid, want.Len())
				}
				t.Logf("%d cases, %d valid, %d invalid", want.Len(), valid, want.Len()-valid)
			})
		}
	}
}
