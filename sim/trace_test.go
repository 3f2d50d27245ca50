//go:build linux

package sim_test

import (
	"context"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/sim"
	"golang.org/x/sys/unix"
)

// TestTrace: waves are of the cycles that were asked for, and complete when the simulator is told to end.
func TestTrace(t *testing.T) {
	start(t, sim.Config{})
	for name, c := range map[string]sim.Config{
		"all":    {},
		"window": {TraceFrom: 100, TraceTo: 150},
		"rest":   {TraceFrom: 200},
		"never":  {TraceFrom: 1 << 40},
	} {
		t.Run(name, func(t *testing.T) {
			c.Trace = filepath.Join(t.TempDir(), "out.fst")
			s := traced(t, c)
			d := dial(t, s)
			for range 200 {
				if _, err := d.Read32(regs.GlobalID); err != nil {
					t.Fatal(err)
				}
			}
			if err := s.Stop(); err != nil {
				t.Fatal(err)
			}
			first, last := times(t, c.Trace)
			to := s.Stats().Cycles
			if c.TraceTo != 0 {
				to = c.TraceTo
			}
			if name == "never" {
				if first != last {
					t.Errorf("waves from %d to %d", first, last)
				}
			} else if first != 2*c.TraceFrom || last != 2*to-1 {
				t.Errorf("waves from %d to %d, want %d to %d", first, last, 2*c.TraceFrom, 2*to-1)
			}
		})
	}
	s := traced(t, sim.Config{Trace: filepath.Join(t.TempDir(), "a")})
	dial(t, s).Close()
	if err := unix.Kill(s.PID(), unix.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-s.Done()
	if err := s.Err(); !errors.Is(err, sim.ErrEnded) {
		t.Error(err)
	}
	if s.Stats().Clients != 1 {
		t.Errorf("%+v", s.Stats())
	}
	if _, err := sim.Start(context.Background(), sim.Config{Trace: "/nowhere/out.fst"}); err == nil || !strings.Contains(err.Error(), "cannot be written") {
		t.Error(err)
	}
}

// traced is start for a configuration with waves, which need a build of their own.
func traced(t *testing.T, c sim.Config) *sim.Sim {
	t.Helper()
	s, err := sim.Start(t.Context(), c)
	if err != nil && strings.Contains(err.Error(), "make waves") && os.Getenv("SLUICE_REQUIRE_SIM") != "1" {
		t.Skipf("%v (SLUICE_REQUIRE_SIM=1 makes this a failure)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Stop() })
	return s
}

// times are the first and the last time of an FST file, from its header block.
func times(t *testing.T, path string) (first, last uint64) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	const header = 329 // bytes of the block, which begins with its type, 0
	if len(b) < header+1 || b[0] != 0 || binary.BigEndian.Uint64(b[1:]) != header {
		t.Fatalf("%d bytes, no FST header", len(b))
	}
	return binary.BigEndian.Uint64(b[9:]), binary.BigEndian.Uint64(b[17:])
}
