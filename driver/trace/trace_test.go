//go:build linux

package trace_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/gopacket/pcapgo"
	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/drivertest"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/trace"
	"github.com/sluice-engine/sluice/kernels/all"
)

// TestConformance: a device that is recorded is a device like any other.
func TestConformance(t *testing.T) {
	drivertest.Run(t, func(t testing.TB) (driver.Device, drivertest.Faults) {
		c := fake.New(fake.Config{Kernels: all.Kernels})
		var file bytes.Buffer
		d, err := trace.New(c, &file, trace.Options{Buffer: 1 << 16})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			d.Close()
			if s, err := d.Stats(), d.Err(); err != nil || s.Lost != 0 {
				t.Errorf("%+v, %v", s, err)
			}
			if n := uint64(len(records(t, &file))); n != d.Stats().Records || n < 2 {
				t.Errorf("%d records in the file, want %d", n, d.Stats().Records)
			}
		})
		return d, c
	})
}

// records reads a file.
func records(t testing.TB, file io.Reader) (all []trace.Record) {
	t.Helper()
	r, err := pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, _, err := r.ReadPacketData()
		if err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		x, err := trace.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
}
