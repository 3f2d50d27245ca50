//go:build linux

package sim_test

import (
	"testing"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/drivertest"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/sim"
)

// TestConformance runs the suite of drivers on the chip itself: one simulator serves all its clients, one after another.
func TestConformance(t *testing.T) {
	for _, c := range []struct {
		name   string
		config sim.Config
	}{
		{"plain", sim.Config{}},
		{"slow link", sim.Config{Latency: 300, WriteLatency: 90, Bandwidth: 8, Stall: 30, Seed: 7}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := start(t, c.config)
			drivertest.Run(t, func(t testing.TB) (driver.Device, drivertest.Faults) {
				d, err := vfiouser.Dial(s.Socket(), vfiouser.Config{})
				if err != nil {
					t.Fatal(err)
				}
				return d, nil
			})
		})
	}
}
