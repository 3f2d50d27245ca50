package bench

import (
	"errors"
	"flag"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

func TestConfigErrors(t *testing.T) {
	for name, c := range map[string]Config{
		"threads":       {Threads: -1},
		"many threads":  {Threads: MaxThreads + 1},
		"time":          {Time: -1},
		"rounds":        {Rounds: -1},
		"keys":          {Keys: -1},
		"backend":       {Backends: []string{"abacus"}},
		"batch 0":       {Batches: []int{0}},
		"large batch":   {Batches: []int{MaxBatch + 1}},
		"message":       {Messages: []int{-2}},
		"long message":  {Messages: []int{MaxMessageBytes + 1}},
		"no such rule":  {Kernels: []*kernels.Kernel{sha256.Kernel}, Rules: []kernels.Flags{kernels.ZIP215}},
		"mixed":         {Kernels: []*kernels.Kernel{ed25519.Kernel}, Messages: []int{Mixed}},
		"large arena":   {Kernels: []*kernels.Kernel{sha256.Kernel}, Messages: []int{MaxMessageBytes}, Batches: []int{MaxBatch}},
		"empty kernels": {Kernels: []*kernels.Kernel{}},
	} {
		if _, err := Run(t.Context(), c, nil); !errors.Is(err, ErrConfig) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestPlan: defaults name every kernel, long jobs have small batches, and keys that are remembered are measured both ways.
func TestPlan(t *testing.T) {
	var c Config
	if err := c.complete(); err != nil {
		t.Fatal(err)
	}
	groups, err := c.plan()
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, g := range groups {
		kinds[g.kernel.Name]++
		if g.kernel.Name == "sha256" && g.message != 64 && !reflect.DeepEqual(g.batches, []int{256}) {
			t.Errorf("%s: batches %v", &g, g.batches)
		}
		for _, n := range g.batches {
			if g.setSize(n)%n != 0 || g.setSize(n) > g.jobs() {
				t.Errorf("%s: batch %d of %d jobs", &g, n, g.setSize(n))
			}
		}
	}
	if len(kinds) != len(all.Kernels) || kinds["sha256"] != 5 || kinds["ed25519.verify"] != 3 || kinds["ecvrf.verify"] != 2 {
		t.Errorf("groups %v", kinds)
	}
	if b := DefaultBatches(sha256.PoW, true); b[len(b)-1] != 16 {
		t.Errorf("batches of proof of work %v", b)
	}
	if n := nearest([]int{1, 8, 64, 1024}, 256); n != 64 && n != 1024 {
		t.Errorf("nearest to 256: %d", n)
	}
	if n := nearest([]int{1, 200, 4096}, 256); n != 200 {
		t.Errorf("nearest to 256: %d", n)
	}
	c.Threads = 6
	if n := c.threadCounts(); !reflect.DeepEqual(n, []int{1, 2, 4, 6}) {
		t.Errorf("threads %v", n)
	}
	c.Threads = 1
	if n := c.threadCounts(); !reflect.DeepEqual(n, []int{1}) {
		t.Errorf("threads %v", n)
	}
}

func TestFlags(t *testing.T) {
	parse := func(args ...string) (Options, error) {
		var o Options
		fs := flag.NewFlagSet("test", flag.ContinueOnError)
		fs.SetOutput(io.Discard)
		Bind(fs, &o)
		return o, fs.Parse(args)
	}
	o, err := parse("-kernel", "sha256,ed25519.verify", "-rule", "plain,zip215", "-batch", "1,8", "-batch", "64", "-message", "64,mixed",
		"-threads", "3", "-time", "20ms", "-backend", "cpu", "-json", "-sweep", "-latency", "-out", "x", "-seed", "5", "-keys", "9")
	if err != nil {
		t.Fatal(err)
	}
	want := Options{JSON: true, Out: "x", Config: Config{
		Kernels: []*kernels.Kernel{sha256.Kernel, ed25519.Kernel}, Rules: []kernels.Flags{0, kernels.ZIP215}, Batches: []int{1, 8, 64},
		Messages: []int{64, Mixed}, Threads: 3, Time: 20 * time.Millisecond, Backends: []string{"cpu"}, Rounds: 7, Sweep: true,
		Latency: true, Seed: 5, Keys: 9,
	}}
	if len(o.Kernels) != 2 || o.Kernels[0] != want.Kernels[0] || o.Kernels[1] != want.Kernels[1] {
		t.Errorf("kernels %v", o.Kernels)
	}
	o.Kernels, want.Kernels = nil, nil
	if !reflect.DeepEqual(o, want) {
		t.Errorf("options %+v, want %+v", o, want)
	}
	for _, c := range [][2]string{{"-kernel", "sha3"}, {"-kernel", ""}, {"-rule", "Lax"}, {"-rule", ""}, {"-batch", "x"}, {"-message", "-1"}, {"-message", "all"}} {
		if _, err := parse(c[:]...); err == nil || !strings.Contains(err.Error(), c[0][1:]) {
			t.Errorf("%v: %v", c, err)
		}
	}
}
