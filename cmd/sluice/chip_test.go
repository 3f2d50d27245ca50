//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/sim"
)

// TestChipScripts runs the scripts on a chip in memory, which is served on the socket $CHIP.
func TestChipScripts(t *testing.T) {
	runScriptsWith(t, "testdata/chip", nil, func(e *testscript.Env) error {
		card := fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Kernel, sha256.Double, ed25519.Kernel}})
		socket := filepath.Join(e.WorkDir, "chip")
		stop, err := (&vfiousertest.Server{Device: card}).Start(socket)
		if err != nil {
			return err
		}
		e.Defer(func() {
			stop()
			card.Close()
		})
		e.Setenv("CHIP", socket)
		return nil
	})
}

// TestSimScripts runs the scripts on the simulator.
func TestSimScripts(t *testing.T) {
	binary, err := new(sim.Config).Find()
	if errors.Is(err, sim.ErrNoBinary) && os.Getenv("SLUICE_REQUIRE_SIM") != "1" {
		t.Skipf("no simulator; make sim builds it, SLUICE_REQUIRE_SIM=1 makes this an error: %v", err)
	} else if err != nil {
		t.Fatal(err)
	}
	runScripts(t, "testdata/sim", map[string]string{"SLUICE_SIM": binary, "BTCD": moduleDir(t, btcd, btcdFile)})
}

// TestNameOf: registers are named by their place.
func TestNameOf(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range regs.Map {
		for b := range r.Blocks {
			for i := range r.Count {
				name := nameOf(&r, b, i)
				if seen[name] {
					t.Errorf("%s twice", name)
				}
				seen[name] = true
			}
		}
	}
	for _, name := range []string{"global.id", "global.kernels[3]", "unit.row[31]", "counter.unit_jobs[0]", "queue[7].sq_base", "doorbell[2].cq_head"} {
		if !seen[name] {
			t.Errorf("no register is called %s", name)
		}
	}
}

// TestCounters: what the table says follows from the counters.
func TestCounters(t *testing.T) {
	caps := ring.Caps{Units: []ring.Unit{{Kernel: regs.KernelSha256, Units: 4}, {Kernel: regs.KernelSm3, Units: 1, Inexact: true}, {Kernel: 0x7777, Units: 1}}}
	n := ring.Counters{Cycles: 2000, Busy: 1000, Jobs: 20, Submissions: 2, StallIn: 100, StallUnit: 250, StallOut: 5, BytesRead: 1500, BytesWritten: 640,
		Units: []ring.UnitCounters{{Busy: 2000, Jobs: 10}, {Busy: 650, Jobs: 10}, {}}}
	c := countersOf(&caps, &n)
	if c.Units[0].Utilisation != 0.5 || c.Units[1].Utilisation != 0.65 || c.Units[2].Kernel != "kernel 0x7777" {
		t.Errorf("%+v", c)
	}
	var out strings.Builder
	table := countersTable()
	c.add(&table)
	if err := table.write(&out, false); err != nil {
		t.Fatal(err)
	}
	want := `UNIT           UNITS  JOBS  CYCLES/JOB   BUSY  NO DATA  NO UNIT  NO ROOM  READ B/CYCLE  WRITTEN B/CYCLE
sha256             4    10       200.0  50.0%
sm3 (inexact)      1    10        65.0  65.0%
the chip                20        50.0  50.0%    10.0%    25.0%     0.5%          1.50             0.64
`
	if out.String() != want {
		t.Errorf("got:\n%s\nwant:\n%s", out.String(), want)
	}
	if ratio(1, 0) != 0 {
		t.Error("a part of nothing is not nothing")
	}
}

// TestReadAreas: a file that is damaged is an error, one that is not there tells what to do; what was not measured is not 0.
func TestReadAreas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "area.json")
	if _, err := readAreas(path); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	const fifo, chip = `{"module": "fifo", "lut": 1234, "ff": 5, "carry": 0, "dsp": 0, "bram": 2, "ge": 77}`,
		`{"module": "chip", "lut": 63756, "ff": 36580, "carry": 2380, "dsp": 2, "bram": 8, "ge": null}`
	for text, want := range map[string]int{`[` + fifo + `,` + chip + `]`: 2, `[`: -1, ``: -1, `[]`: 0} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		areas, err := readAreas(path)
		if (err != nil) != (want < 0) || err == nil && len(areas) != want {
			t.Errorf("%q: %v, %v", text, areas, err)
		}
		if want != 2 {
			continue
		}
		var out strings.Builder
		if err := writeAreas(&out, areas); err != nil {
			t.Fatal(err)
		}
		table := `MODULE     LUT      FF  CARRY  DSP  BRAM  GATES
fifo     1,234       5      0    0     2     77
chip    63,756  36,580  2,380    2     8      -
`
		if out.String() != table {
			t.Errorf("got:\n%s\nwant:\n%s", out.String(), table)
		}
		out.Reset()
		if err := writeJSON(&out, areas); err != nil || !strings.Contains(out.String(), `"ge":77}`) || !strings.Contains(out.String(), `"ge":null}`) {
			t.Errorf("%v, %q", err, out.String())
		}
	}
}

// TestSpec: modules and parameters reach make and the shell only if they are such.
func TestSpec(t *testing.T) {
	root, err := sources()
	if err != nil {
		t.Fatal(err)
	}
	for module, want := range map[string]string{"fifo": "fifo fifo", "pow_unit,ROUNDS=4": "pow_unit-ROUNDS=4 pow_unit ROUNDS=4",
		"fifo,WIDTH=8,LOG_DEPTH=3": "fifo-WIDTH=8-LOG_DEPTH=3 fifo WIDTH=8 LOG_DEPTH=3"} {
		if got, err := specOf(root, module); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", module, got, err, want)
		}
	}
	for _, module := range []string{"", "absent", "fifo;reboot", "$(reboot)", "fifo\"", "fifo,WIDTH", "fifo,WIDTH=", "fifo,WIDTH=x", "fifo,width=1", "../fifo", "fifo WIDTH=1", "-n"} {
		if got, err := specOf(root, module); err == nil {
			t.Errorf("%q became %q", module, got)
		}
	}
}

// TestBuildPath: a folder that make would take apart is refused before it does.
func TestBuildPath(t *testing.T) {
	for _, build := range []string{"a b", "a;b", "$(b)", "a:b", "a#b", "ä"} {
		var stdout, stderr bytes.Buffer
		path := filepath.Join(t.TempDir(), build)
		if code := run(t.Context(), []string{"chip", "area", "--build", path, "fifo"}, strings.NewReader(""), &stdout, &stderr); code != 2 ||
			!strings.Contains(stderr.String(), "--build names a folder") {
			t.Errorf("%q: status %d, %s", build, code, stderr.String())
		}
		if _, err := os.Stat(path); err == nil {
			t.Errorf("%q was made", build)
		}
	}
}

// TestArea synthesises a small module.
func TestArea(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: synthesis takes seconds")
	}
	if _, err := exec.LookPath("yosys"); err != nil {
		t.Skip("no yosys; scripts/setup-hdl.sh installs it")
	}
	build := t.TempDir()
	for _, args := range [][]string{{"skid_buffer,WIDTH=8", "skid_buffer,WIDTH=64"}, {"--last"}} {
		var stdout, stderr bytes.Buffer
		if code := run(t.Context(), append([]string{"chip", "area", "--json", "--build", build}, args...), strings.NewReader(""), &stdout, &stderr); code != 0 {
			t.Fatalf("%v: status %d\n%s", args, code, stderr.String())
		}
		var areas []area
		if err := json.Unmarshal(stdout.Bytes(), &areas); err != nil {
			t.Fatal(err)
		}
		if len(areas) != 2 || areas[0].Module != "skid_buffer-WIDTH=8" || areas[0].Top != "skid_buffer" || areas[0].FF < 16 ||
			areas[1].Parameters != "WIDTH=64" || areas[1].FF < areas[0].FF+2*56 || areas[0].GE == nil || *areas[0].GE == 0 {
			t.Errorf("%v: %+v", args, areas)
		}
	}
}

// approximate is a device whose units are marked as not exact.
type approximate struct{ driver.Device }

func (d approximate) Read32(offset uint32) (uint32, error) {
	v, err := d.Device.Read32(offset)
	if offset >= regs.UnitRow(0) && offset < regs.UnitRow(regs.Units) && v != 0 {
		v |= regs.UnitRowInexactMask
	}
	return v, err
}

// both is a device of one kernel that has, beside its exact units, others that are not exact.
type both struct{ driver.Device }

func (d both) Read32(offset uint32) (uint32, error) {
	if offset != regs.UnitRow(1) {
		return d.Device.Read32(offset)
	}
	v, err := d.Device.Read32(regs.UnitRow(0))
	return v | regs.UnitRowInexactMask, err
}

// TestSeveralCards: they are all used with --inexact or without it, as one alone is; who looks at counters gets one of them. A
// chip whose units are not exact never counts as exact.
func TestSeveralCards(t *testing.T) {
	for _, c := range []struct {
		cards          int
		inexact, exact bool // --inexact; whether verdicts can be taken as they are
		device         func(driver.Device) driver.Device
	}{
		{1, false, true, func(d driver.Device) driver.Device { return both{d} }},
		{1, true, false, func(d driver.Device) driver.Device { return both{d} }},
		{2, false, true, func(d driver.Device) driver.Device { return both{d} }},
		{2, true, false, func(d driver.Device) driver.Device { return both{d} }},
		{2, false, false, func(d driver.Device) driver.Device { return approximate{d} }},
		{2, true, false, func(d driver.Device) driver.Device { return approximate{d} }},
	} {
		card := c.device(fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.PoW}}))
		socket := filepath.Join(t.TempDir(), "card")
		stop, err := (&vfiousertest.Server{Device: card}).Start(socket)
		if err != nil {
			t.Fatal(err)
		}
		source := chipSource{name: socket, cards: c.cards, inexact: c.inexact}
		config := source.chips()
		if config.Inexact != c.inexact || (config.Dial == nil) != (c.cards > 1) || config.Device != "" {
			t.Errorf("%d cards, inexact %t: %+v", c.cards, c.inexact, config)
		}
		source.file = os.Stderr // any: bus traffic is that of one
		if config := source.chips(); config.Inexact != c.inexact || config.Dial == nil {
			t.Errorf("%d cards and a capture, inexact %t: %+v", c.cards, c.inexact, config)
		}
		source.file = nil
		be, err := openChip(&source)
		if err != nil {
			t.Fatal(err)
		}
		info := be.Info()
		if s, ok := info.Supports(kernels.SHA256dPoW); !ok || s.ValidExact != c.exact || s.InvalidExact != c.exact {
			t.Errorf("%d cards, inexact %t, %T: %+v, want exact: %t", c.cards, c.inexact, card, s, c.exact)
		}
		if caps, _, err := source.counters(false); err != nil || len(caps.Units) == 0 {
			t.Errorf("%d cards: %v, %v", c.cards, caps, err)
		}
		if err := be.Close(); err != nil {
			t.Error(err)
		}
		stop()
		card.Close()
	}
}

// TestLoad: a chip that misses hits is wrong if it says that it is exact; else they are counted.
func TestLoad(t *testing.T) {
	misses := *sha256.PoW
	misses.Ref = func(b *kernels.Batch, lo, hi int) {
		sha256.PoW.Ref(b, lo, hi)
		for i := lo; i < hi; i++ {
			b.SetVerdict(i, kernels.Invalid)
			clear(b.Out(i))
		}
	}
	const n = 40
	for _, exact := range []bool{true, false} {
		all, err := chip.Open(chip.Config{Dial: func() (driver.Device, error) {
			var d driver.Device = fake.New(fake.Config{Kernels: []*kernels.Kernel{&misses}})
			if !exact {
				d = approximate{d}
			}
			return d, nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		be := all[0].(*chip.Backend)
		l, err := newChipLoad(be, sha256.PoW, n, 0)
		if err != nil {
			t.Fatal(err)
		}
		hits := uint64(0)
		for i := range n {
			if l.want.Verdict(i) == kernels.Valid {
				hits++
			}
		}
		err = l.run(t.Context(), be)
		if exact && !errors.Is(err, errWrong) || !exact && (err != nil || l.differ != hits || hits == 0) {
			t.Errorf("exact %t: %v, %d differ, %d hits", exact, err, l.differ, hits)
		}
		if err := be.Close(); err != nil {
			t.Error(err)
		}
	}
}
