//go:build linux

package vfiouser_test

import (
	"path/filepath"
	"testing"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/drivertest"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
	"github.com/sluice-engine/sluice/kernels/all"
)

// serve puts a chip in memory on a socket, until stop is called or the test ends.
func serve(t testing.TB) (c *fake.Chip, path string, stop func()) {
	t.Helper()
	c = fake.New(fake.Config{Kernels: all.Kernels})
	path = filepath.Join(t.TempDir(), "s")
	stop, err := (&vfiousertest.Server{Device: c}).Start(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); c.Close() })
	return c, path, stop
}

func open(t testing.TB) (driver.Device, drivertest.Faults) {
	t.Helper()
	c, path, _ := serve(t)
	d, err := vfiouser.Dial(path, vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

func TestConformance(t *testing.T) { drivertest.Run(t, open) }
