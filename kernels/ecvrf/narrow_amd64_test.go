//go:build amd64 && !purego

package ecvrf

import "testing"

// TestAlone: AVX2 takes whole groups of lanes, and rests that are large enough.
func TestAlone(t *testing.T) {
	for n, want := range []int{0, 1, 2, 3, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0} {
		if got := alone(n); got != want {
			t.Errorf("of %d jobs %d are decided alone, want %d", n, got, want)
		}
	}
}
