//go:build linux

package fake_test

import (
	"testing"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/drivertest"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/kernels/all"
)

func TestConformance(t *testing.T) {
	drivertest.Run(t, func(t testing.TB) (driver.Device, drivertest.Faults) {
		c := fake.New(fake.Config{Kernels: all.Kernels})
		t.Cleanup(func() { c.Close() })
		return c, c
	})
}
