package regs_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	generated "github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/hdl/regs"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

func chip(t testing.TB) (*regs.Spec, string) {
	t.Helper()
	text, err := os.ReadFile("chip.toml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := regs.Parse("chip.toml", text)
	if err != nil {
		t.Fatal(err)
	}
	return s, string(text)
}

// TestKernels: the kernels and rules of chip.toml are those of package kernels, and so is what was generated for Go.
func TestKernels(t *testing.T) {
	s, _ := chip(t)
	if len(s.Kernels) != len(all.Kernels) || len(generated.Kernels) != len(all.Kernels) {
		t.Fatalf("%d kernels, %d generated, want %d", len(s.Kernels), len(generated.Kernels), len(all.Kernels))
	}
	for i, k := range all.Kernels {
		got := s.Kernels[i]
		rules := make([]string, len(k.Rules))
		values := make([]uint32, len(k.Rules))
		for j, r := range k.Rules {
			rules[j], values[j] = r.String(), uint32(r)
		}
		if got.Name != k.Name || got.ID != int64(k.ID) || got.In != int64(k.In) || got.Out != int64(k.Out) ||
			got.Message != k.Message || !slices.Equal(got.Rules, rules) {
			t.Errorf("chip.toml has %+v, package kernels %+v", got, k)
		}
		g := generated.Kernels[i]
		if g.Name != k.Name || g.ID != uint16(k.ID) || g.In != k.In || g.Out != k.Out || g.Message != k.Message || !slices.Equal(g.Rules, values) {
			t.Errorf("driver/regs has %+v, package kernels %+v", g, k)
		}
	}
	for _, r := range s.Rules {
		if f, err := kernels.ParseFlags(r.Name); err != nil || int64(f) != r.Value {
			t.Errorf("rule %s is %#x here, %#x in package kernels (%v)", r.Name, r.Value, f, err)
		}
	}
}

// TestUpToDate: the files in the tree are what the generator writes.
func TestUpToDate(t *testing.T) {
	s, _ := chip(t)
	outputs, err := s.Outputs()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range outputs {
		have, err := os.ReadFile(filepath.Join("../..", o.Path))
		if err != nil || !bytes.Equal(have, o.Text) {
			t.Errorf("%s is not what chip.toml says (%v); run: make gen", o.Path, err)
		}
		if !bytes.Contains(o.Text, []byte("DO NOT EDIT")) {
			t.Errorf("%s does not say that it is generated", o.Path)
		}
	}
}

// TestHeader compiles the C++ header: its assertions hold sizes and offsets.
func TestHeader(t *testing.T) {
	cxx, err := exec.LookPath("g++")
	if err != nil {
		t.Skip("no g++ here; make setup installs it")
	}
	cmd := exec.Command(cxx, "-std=c++17", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c++", "-")
	cmd.Stdin = strings.NewReader("#include \"../../sim/zchip.h\"\nstatic_assert(zchip::kDoorbellSQTail(7) == 0xf000);\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestSystemVerilog has the tools that must read the package read it, and a module that uses an entry and a function.
func TestSystemVerilog(t *testing.T) {
	module := filepath.Join(t.TempDir(), "t.sv")
	err := os.WriteFile(module, []byte("`default_nettype none\n"+`module t (
  input  wire logic [511:0] d_i,
  output logic [63:0] out_o,
  output logic ok_o
);
  zchip_pkg::submission_t s;
  assign s = d_i;
  assign out_o = s.out;
  assign ok_o = zchip_pkg::rules_ok(s.command_kernel, s.rules) && s.command_opcode == zchip_pkg::OPCODE_RUN;
endmodule
`), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"verilator", "--lint-only", "-Wall", "-Wno-UNUSEDSIGNAL", "-Wno-DECLFILENAME", "--top-module", "t", "../rtl/zchip_pkg.sv", module},
		// The assertion proves that out lies in the last eight bytes: the lowest member of the struct has the lowest bits.
		{"yosys", "-q", "-p", "read_verilog -sv ../rtl/zchip_pkg.sv " + module + "; hierarchy -top t; proc; opt; " +
			"sat -prove out_o 1 -set d_i 512'h1" + strings.Repeat("0", 112) + " -verify"},
	} {
		t.Run(args[0], func(t *testing.T) {
			if _, err := exec.LookPath(args[0]); err != nil {
				t.Skipf("no %s here; the distribution's package %s installs it", args[0], args[0])
			}
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

// TestRefused changes one place of chip.toml: the error says what is wrong, on one line, and where.
func TestRefused(t *testing.T) {
	_, text := chip(t)
	for _, c := range []struct {
		name, old, new string // the first old becomes new
		want           string
	}{
		{"syntax", "[chip]\n", "[chip\n", "expected"},
		{"type", "queues = 8", `queues = "8"`, "incompatible types"},
		{"unknown key", "own_pages = true", "own_page = true", "unknown key block.own_page"},
		{"unknown table", "[[opcode]]", "[[opcodes]]", "unknown key opcodes"},
		{"unknown key of a field", `{ name = "major", bits =`, `{ name = "major", bit =`, "unknown key bit of a field"},
		{"field without bits", `{ name = "major", bits = "31:24", doc`, `{ name = "major", doc`, `field major has bits ""`},
		{"field that is no table", `{ name = "enable", bits = "0", doc = "submissions are fetched; cleared: none is, those fetched end" }`, `"enable"`, "a field is a table"},
		{"bits as a number", `bits = "24", doc = "verdicts`, `bits = 24, doc = "verdicts`, "bits of a field is 24, not text"},
		{"id", `id = "SLCE"`, `id = "slce"`, `chip id "slce" is not four capital letters`},
		{"id and reset", `id = "SLCE"`, `id = "SLCF"`, `reset 0x534c4345 is not "SLCF"`},
		{"version", "version = [0, 1, 0]", "version = [0, 300, 0]", "chip version [0 300 0]"},
		{"version and reset", "version = [0, 1, 0]", "version = [0, 2, 0]", "reset 0x10000 is not [0 2 0]"},
		{"vendor of nobody", "vendor = 0x534c", "vendor = 0xffff", "chip vendor 0xffff"},
		{"size of the BAR", "bar_size = 0x10000", "bar_size = 0x10001", "not powers of two"},
		{"BAR too small", "bar_size = 0x10000", "bar_size = 0x8000", "block doorbell ends at 0x10000, the BAR at 0x8000"},
		{"queues", "queues = 8 ", "queues = 9 ", "count 8, but the chip has room for 9 queues"},
		{"units", "units = 32 ", "units = 33 ", "count 32, but the unit table has 33 rows"},
		{"too many kernels", "units = 32 ", "units = 16 ", "17 kernels, but the unit table has 16 rows"},
		{"block name", `name = "global"`, `name = "Global"`, `block name "Global" is not of the form`},
		{"two blocks", `name = "unit"`, `name = "global"`, `two blocks "global"`},
		{"blocks overlap", "base = 0x1000", "base = 0x0ffc", "block unit at 0xffc overlaps block global, which ends at 0x1000"},
		{"block off the grid", "base = 0x1000", "base = 0x1002", "is impossible"},
		{"doorbell off its page", "base = 0x8000", "base = 0x8010", "not multiples of the page"},
		{"register off the grid", "offset = 0x2c", "offset = 0x2e", "offset 0x2e is not a multiple of its 4 bytes"},
		{"wide register off the grid", "offset = 0x38", "offset = 0x3c", "offset 0x3c is not a multiple of its 8 bytes"},
		{"registers overlap", "offset = 0x20", "offset = 0x1c", "register of global control at 0x1c overlaps register of global kernels, which ends at 0x20"},
		{"register outside", "offset = 0x48", "offset = 0x1000", "ends at 0x1004, beyond 0x1000"},
		{"width", "width = 64", "width = 16", "width 16 is neither 32 nor 64"},
		{"count", "count = 4\n", "count = -4\n", "count -4 is impossible"},
		{"access", `access = "w1c"`, `access = "rc"`, `access "rc" is none of`},
		{"two registers", `name = "max_jobs"`, `name = "limits"`, `two register of globals "limits"`},
		{"reset too wide", "reset = 0x00010000", "reset = 0x100000000", "does not fit 32 bits"},
		{"fields overlap", `bits = "23:16", doc = "additions"`, `bits = "24:16", doc = "additions"`, "field minor (bits 24:16) overlaps another"},
		{"field outside", `bits = "31:24", doc = "MSI-X`, `bits = "32:24", doc = "MSI-X`, `field vectors has bits "32:24"`},
		{"field backwards", `bits = "31:24", doc = "MSI-X`, `bits = "24:31", doc = "MSI-X`, `field vectors has bits "24:31"`},
		{"field of words", `bits = "31:24", doc = "MSI-X`, `bits = "all", doc = "MSI-X`, `field vectors has bits "all"`},
		{"two fields", `name = "minor", bits`, `name = "major", bits`, `"major"`},
		{"entry size", "size = 64\n", "size = 60\n", "entry submission: size 60 is not a power of two"},
		{"entry with a gap", "offset = 0x14\ndoc = \"Bytes of", "offset = 0x10\ndoc = \"Bytes of", "overlaps"},
		{"entry too short", "size = 64\n", "size = 128\n", "nothing names bytes 0x40 to 0x80"},
		{"entry word with access", "offset = 0x0c\ndoc = \"First job.\"", "offset = 0x0c\naccess = \"ro\"\ndoc = \"First job.\"", "has neither access nor reset"},
		{"phase elsewhere", `{ name = "phase", bits = "0"`, `{ name = "turn", bits = "0"`, "no one-bit field phase in its last"},
		{"phase of two bits", `{ name = "phase", bits = "0"`, `{ name = "phase", bits = "1:0"`, "no one-bit field phase in its last"},
		{"no completion", `name = "completion"`, `name = "complete"`, "there is no entry completion"},
		{"opcode zero", "value = 0x01\ndoc = \"decide the span\"", "value = 0x00\ndoc = \"decide the span\"", "opcode run: 0x0 is not from 1 to 0xff"},
		{"two statuses of a value", "value = 0x11", "value = 0x10", "status bad_kernel has the value 0x10 of bad_opcode"},
		{"status too large", "value = 0x31", "value = 0x131", "status internal: 0x131 is not from 1 to 0xff"},
		{"rule of two bits", "value = 0x40", "value = 0x41", "rule Draft03: 0x41 is not one bit"},
		{"kernel beyond the bitmap", "id = 0x0040", "id = 0x0080", "kernel bls12381.verify: id 0x80 is not from 1 to 0x7f"},
		{"two kernels of an id", "id = 0x0040", "id = 0x0038", "kernel bls12381.verify has the id 0x38 of ecvrf.verify"},
		{"kernel name", `name = "sm2.verify"`, `name = "sm2_verify"`, `kernel name "sm2_verify"`},
		{"unknown rule", `rules = ["TAI", `, `rules = ["TIA", `, `kernel ecvrf.verify: unknown rule "TIA"`},
		{"no rule", `rules = ["TAI", "ELL2", "Draft03"]`, `rules = []`, "kernel ecvrf.verify has no rule set"},
		{"row too wide", "in = 144", "in = 14400", "rows of 14400 and 0 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(text, c.old) {
				t.Fatalf("chip.toml has no %q any more", c.old)
			}
			at := strings.Index(text, c.old)
			changed := text[:at] + c.new + text[at+len(c.old):]
			s, err := regs.Parse("chip.toml", []byte(changed))
			if s != nil || err == nil {
				t.Fatal("accepted")
			}
			if !strings.Contains(err.Error(), c.want) {
				t.Fatalf("says\n%v\nwant %q", err, c.want)
			}
			for _, line := range strings.Split(err.Error(), "\n") {
				if !regexp.MustCompile(`^chip\.toml(:\d+)?: \S`).MatchString(line) {
					t.Errorf("no place in %q", line)
				}
			}
		})
	}
}

// TestLine: the error names the line of the table.
func TestLine(t *testing.T) {
	_, text := chip(t)
	changed := strings.Replace(text, "offset = 0x2c", "offset = 0x2e", 1)
	at := strings.LastIndex(text[:strings.Index(text, "offset = 0x2c")], "[[block.register]]")
	want := fmt.Sprintf("chip.toml:%d: register of global scratch:", 1+strings.Count(text[:at], "\n"))
	if _, err := regs.Parse("chip.toml", []byte(changed)); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("says %v, want %s…", err, want)
	}
}

// FuzzParse: no file makes the parser or a generator panic.
func FuzzParse(f *testing.F) {
	_, text := chip(f)
	f.Add([]byte(text))
	f.Add([]byte("[chip]\nid = \"SLCE\"\n[[block]]\n[[block.register]]\nfields = [{bits=\"99:0\"}]\n"))
	f.Add([]byte("[[entry]]\nname=\"completion\"\nsize=4\n[[entry.word]]\nname=\"x\"\nfields=[{name=\"phase\",bits=\"0\"}]\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := regs.Parse("f.toml", text)
		if (s == nil) == (err == nil) {
			t.Fatal("neither a spec nor an error")
		}
		if s != nil {
			if _, err := s.Outputs(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
