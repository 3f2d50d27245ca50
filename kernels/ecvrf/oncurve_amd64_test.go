//go:build amd64 && !purego

package ecvrf

import (
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// TestOnCurve: whatever Y and Gamma are, each lane computes with points of the curve, for which the formulas are complete. Elsewhere a
// Z of zero could come out, and spoil the inversion that the lane shares with other points; nobody knows such a proof to test with.
func TestOnCurve(t *testing.T) {
	if cpu.Get() < cpu.IFMA {
		t.Skip("this process runs without AVX-512 IFMA")
	}
	for _, rule := range Kernel.Rules {
		honest := proved(t, rule, perTurn, 20)
		w := newWorkspace()
		w.rule = rule
		none := 0
		for first := range 16 {
			b := kernels.New(Kernel, rule, perTurn, 20*perTurn)
			for i := range perTurn {
				row := append([]byte(nil), honest.Row(i)...)
				bad := row[:KeySize]
				if i%2 == 0 {
					bad = row[KeySize:][:32]
				}
				if (first+i)%3 != 0 { // half of all y are of no point
					clear(bad)
					bad[0], bad[1] = byte(2+i), byte(first)
				}
				if err := Append(b, row[:KeySize], honest.Message(i), row[KeySize:]); err != nil {
					t.Fatal(err)
				}
			}
			w.batch = b
			w.decide(0, perTurn)
			for g := range w.groups {
				of := &w.groups[g]
				if w.fine[g] != edwards8.All {
					none++
				}
				for i, p := range []*edwards8.Point{&of.h, &of.gamma8, &of.u, &of.v} {
					var x, y edwards8.Pair
					var odd, ok [2]uint8
					y[0] = p.Y
					_, odd[0] = p.X.Canonical(&p.X)
					w.curve.Decompress(x[:], y[:], odd[:], ok[:])
					if on := ok[0] & x[0].Equal(&p.X); on != edwards8.All {
						t.Fatalf("%v, proofs %d, group %d: %s is on the curve only in lanes %08b", rule, first, g, []string{"H", "8 Gamma", "U", "V"}[i], on)
					}
				}
			}
		}
		if none < 50 {
			t.Errorf("%v: only in %d groups some were no points", rule, none)
		}
	}
}
