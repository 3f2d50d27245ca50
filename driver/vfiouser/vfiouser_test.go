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

func open(t testing.TB) (driver.Device, drivertest.Faults) {
	t.Helper()
	c := fake.New(fake.Config{Kernels: all.Kernels})
	path := filepath.Join(t.TempDir(), "s")
	stop, err := (&vfiousertest.Server{Device: c}).Start(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(); c.Close() })
	d, err := vfiouser.Dial(path, vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return d, c
}

func TestConformance(t *testing.T) { drivertest.Run(t, open) }
