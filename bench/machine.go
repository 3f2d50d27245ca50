package bench

import (
	"os"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/klauspost/cpuid/v2"

	"github.com/sluice-engine/sluice/engine"
)

// Machine says where something was measured.
type Machine struct {
	CPU       string   `json:"cpu"`
	Features  []string `json:"features"`
	Cores     int      `json:"cores"`      // logical, that this process may use
	GHzBefore float64  `json:"ghz_before"` // seen, see frequency
	GHzAfter  float64  `json:"ghz_after"`
	OS        string   `json:"os"`
	Arch      string   `json:"arch"`
	Go        string   `json:"go"`
	Commit    string   `json:"commit"`
	Modified  bool     `json:"modified"`   // the tree had changes that were not committed
	SluiceCPU string   `json:"sluice_cpu"` // the environment variable that lowers the level; empty: all that there is

	Backends []BackendInfo `json:"backends"`
}

// BackendInfo describes a backend of the engine.
type BackendInfo struct {
	Name    string `json:"name"`
	Device  string `json:"device"`
	Version string `json:"version,omitempty"`
}

// describeMachine gathers the facts, and opens the engines of one thread for that.
func describeMachine(e *engines, c *Config) (*Machine, error) {
	m := &Machine{
		CPU:       cpuid.CPU.BrandName,
		Features:  []string{},
		Cores:     runtime.GOMAXPROCS(0),
		GHzBefore: frequency(),
		OS:        runtime.GOOS,
		Arch:      runtime.GOARCH,
		Go:        runtime.Version(),
		Commit:    c.Commit,
		SluiceCPU: os.Getenv("SLUICE_CPU"),
	}
	if m.CPU == "" {
		m.CPU = runtime.GOARCH
	}
	m.Commit, m.Modified = strings.CutSuffix(m.Commit, "-dirty")
	if info, ok := debug.ReadBuildInfo(); ok && m.Commit == "" {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				m.Commit = s.Value
			case "vcs.modified":
				m.Modified = s.Value == "true"
			}
		}
	}
	if c.ours != nil {
		return m, nil
	}
	for _, name := range c.Backends {
		x, err := e.get(name, 1)
		if err != nil {
			return nil, err
		}
		for _, s := range x.Backends() {
			if s.Kind == "cpu" {
				m.Features = append([]string{}, s.Features...)
			}
			if s.State == engine.Serving {
				m.Backends = append(m.Backends, BackendInfo{s.Name, s.Device, s.Version})
			}
		}
	}
	return m, nil
}
