//go:build linux

package sim

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
)

var (
	// ErrNoBinary: there is no simulator. It says how to build one.
	ErrNoBinary = errors.New("sim: no simulator; run `make sim`")
	// ErrStart: the simulator ended, or was given up, before it served its socket.
	ErrStart = errors.New("sim: the simulator did not start")
	// ErrEnded: the simulator ended although nobody told it to.
	ErrEnded = errors.New("sim: the simulator ended")
)

// Config of a simulator. Zero values are usable.
type Config struct {
	// Binary is the simulator; "" is $SLUICE_SIM, else sluice-sim beside this executable, else build/sim/sluice-sim of the
	// working tree that holds this executable or the current folder.
	Binary string
	// Socket is the path that it serves, at most 107 bytes; "" is one in a new temporary folder.
	Socket string

	// Trace is the FST file that gets the waves of the cycles [TraceFrom,TraceTo); "" is none, TraceTo 0 is no end.
	Trace              string
	TraceFrom, TraceTo uint64

	Latency      int    // cycles from a DMA read to its first line, 1 to 100,000; 0 is the simulator's default
	WriteLatency int    // cycles from a DMA write to its answer, 1 to 100,000; 0 is the simulator's default
	Bandwidth    int    // bytes a cycle in each direction, 1 to 64; 0 is 64
	Stall        int    // percent of the cycles, 0 to 90, in which the bus is not ready, at random
	Seed         uint64 // of what is random; 0 is 1
	CycleLimit   uint64 // after so many cycles it ends with an error; 0 is the simulator's default

	// Log gets what it says, a line for each client and for what it finds wrong; nil throws it away.
	Log io.Writer
}

// options are its command line, but for what Start adds.
func (c *Config) options() (o []string, err error) {
	for _, n := range []struct {
		name  string
		value int
		most  int
	}{
		{"latency", c.Latency, 100000},
		{"write-latency", c.WriteLatency, 100000},
		{"bandwidth", c.Bandwidth, 64},
		{"stall", c.Stall, 90},
	} {
		switch {
		case n.value < 0 || n.value > n.most:
			return nil, fmt.Errorf("sim: %s is %d, not 0 to %d", n.name, n.value, n.most)
		case n.value > 0:
			o = append(o, "--"+n.name, strconv.Itoa(n.value))
		}
	}
	for _, n := range []struct {
		name  string
		value uint64
	}{{"seed", c.Seed}, {"cycle-limit", c.CycleLimit}, {"from", c.TraceFrom}, {"to", c.TraceTo}} {
		if n.value > 0 {
			o = append(o, "--"+n.name, strconv.FormatUint(n.value, 10))
		}
	}
	if c.Trace != "" {
		o = append(o, "--trace", c.Trace)
	}
	return o, nil
}

// Find tells which simulator Start would run, and starts nothing. Errors: ErrNoBinary.
func (c *Config) Find() (string, error) { return c.binary() }

// binary finds the simulator. Errors: ErrNoBinary.
func (c *Config) binary() (string, error) {
	for _, given := range []struct{ path, by string }{{c.Binary, "Config.Binary"}, {os.Getenv("SLUICE_SIM"), "$SLUICE_SIM"}} {
		if given.path == "" {
			continue
		}
		if !executable(given.path) {
			return "", fmt.Errorf("%w (%s says %s, which cannot be run)", ErrNoBinary, given.by, given.path)
		}
		return filepath.Abs(given.path)
	}
	var looked []string
	try := func(path string) bool {
		looked = append(looked, path)
		return executable(path)
	}
	var from []string
	if exe, err := os.Executable(); err == nil {
		from = append(from, filepath.Dir(exe))
		if path := filepath.Join(filepath.Dir(exe), "sluice-sim"); try(path) {
			return path, nil
		}
	}
	if dir, err := os.Getwd(); err == nil {
		from = append(from, dir)
	}
	for _, dir := range from {
		root, ok := workingTree(dir)
		if !ok {
			continue
		}
		if path := filepath.Join(root, "build", "sim", "sluice-sim"); try(path) {
			return path, nil
		}
	}
	return "", fmt.Errorf("%w (looked for %v)", ErrNoBinary, looked)
}

func executable(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0
}

// workingTree is the folder above dir, or itself, that holds the sources of the simulator.
func workingTree(dir string) (string, bool) {
	for {
		if _, err := os.Stat(filepath.Join(dir, "sim", "zchip.h")); err == nil {
			return dir, true
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", false
		}
		dir = up
	}
}
