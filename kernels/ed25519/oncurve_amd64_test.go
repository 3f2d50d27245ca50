//go:build amd64 && !purego

package ed25519

import (
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/edwards8"
)

// TestOnCurve: whatever the keys are, each lane computes with points of the curve, for which the formulas are complete. Elsewhere a
// Z of zero could come out, and spoil the inversion that the lane shares with other groups; nobody knows such a key to test with.
func TestOnCurve(t *testing.T) {
	if cpu.Get() < cpu.IFMA {
		t.Skip("this process runs without AVX-512 IFMA")
	}
	w := new(workspace)
	w.base = edwards8.Base()
	honest := distinct(t, kernels.RFC8032, perTurn)
	none := 0
	for first := range 32 {
		b := kernels.New(Kernel, kernels.RFC8032, perTurn, 64*perTurn)
		for i := range perTurn {
			row := honest.Row(i)
			key := append([]byte(nil), row[:KeySize]...)
			if (first+i)%3 != 0 { // half of all y are of no point
				clear(key)
				key[0], key[1] = byte(i), byte(first)
			}
			if err := Append(b, key, honest.Message(i), row[KeySize:]); err != nil {
				t.Fatal(err)
			}
		}
		for _, n := range []int{perTurn, edwards8.Lanes} {
			w.decide(b, 0, n)
			for g := range n / edwards8.Lanes {
				p := w.product.P[g]
				if p.Z.Zero() != 0 {
					t.Fatalf("keys %d, group %d: Z is zero in lanes %08b", first, g, p.Z.Zero())
				}
				w.room.Normalise([]*edwards8.Point{&p}, make([]edwards8.Element, 2))
				var x, y edwards8.Pair
				var odd, ok [2]uint8
				y[0] = p.Y
				_, odd[0] = p.X.Canonical(&p.X)
				w.room.Decompress(x[:], y[:], odd[:], ok[:])
				if on := ok[0] & x[0].Equal(&p.X); on != edwards8.All {
					t.Fatalf("keys %d, group %d: on the curve only in lanes %08b", first, g, on)
				}
			}
		}
		for i := range perTurn {
			row := b.Row(i)
			var x, y edwards8.Pair
			var odd, ok [2]uint8
			y[0].SetLane(0, row[:KeySize])
			w.room.Decompress(x[:], y[:], odd[:], ok[:])
			if ok[0]&1 == 0 {
				none++
			}
		}
	}
	if none < 100 {
		t.Errorf("only %d keys were no points", none)
	}
}
