//go:build amd64 && !purego

package edwards8

import (
	"os"
	"testing"

	"github.com/sluice-engine/sluice/kernels/internal/cpu"
)

// TestRoutines fails if the routines are not those that the processor and SLUICE_CPU ask for.
func TestRoutines(t *testing.T) {
	asked := os.Getenv(cpu.Variable)
	if want := cpu.Found() >= cpu.IFMA && asked != "avx2"; ifma != want {
		t.Errorf("found %v, %s=%q: IFMA is taken: %v", cpu.Found(), cpu.Variable, asked, ifma)
	}
}
