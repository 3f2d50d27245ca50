//go:build linux

package chip_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/backendtest"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/sim"
)

// simulator starts the simulator, and ends it with the test.
func simulator(t testing.TB, socket string) *sim.Sim {
	t.Helper()
	s, err := sim.Start(context.Background(), sim.Config{Socket: socket})
	if errors.Is(err, sim.ErrNoBinary) && os.Getenv("SLUICE_REQUIRE_SIM") != "1" {
		t.Skipf("no simulator; make sim builds it, SLUICE_REQUIRE_SIM=1 makes this an error: %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.Err() == nil {
			if err := s.Stop(); err != nil {
				t.Error(err)
			}
		}
	})
	return s
}

// TestSimulator: the RTL gives the verdicts of the reference.
func TestSimulator(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: the simulator takes minutes")
	}
	s := simulator(t, "")
	backendtest.Run(t, func(t testing.TB) backend.Backend {
		all, err := chip.Open(chip.Config{Device: s.Socket()})
		if err != nil {
			t.Fatal(err)
		}
		return all[0]
	}, backendtest.Options{Effort: 500 * time.Millisecond, Patience: 20 * time.Second})
}

// TestSimulatorKill is TestKill with the simulator.
func TestSimulatorKill(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "chip")
	first := simulator(t, socket)
	killDuringBatch(t, socket, 100_000, func() {}, func() {
		time.Sleep(100 * time.Millisecond) // the batch takes seconds
		if err := first.Kill(); err != nil {
			t.Error(err)
		}
	}, func() { simulator(t, socket) })
}
