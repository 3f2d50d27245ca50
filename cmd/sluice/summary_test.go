package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/node/platform"
)

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{
		0: "0", 7: "7", 999: "999", 1000: "1,000", 14132: "14,132", 123456: "123,456", 1234567: "1,234,567",
		-1: "-1", -123: "-123", -1234: "-1,234", -123456: "-123,456",
	} {
		if got := grouped(n); got != want {
			t.Errorf("grouped(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestPrintable(t *testing.T) {
	for s, want := range map[string]string{
		"block.dat": "block.dat", "Bücher 本": "Bücher 本", "a\x1b[2Jb": "a?[2Jb", "a\nb\tc\x00": "a?b?c?", "\xff\xfe": "??",
		"a\u202eb": "a?b", // right-to-left override
	} {
		if got := printable(s); got != want {
			t.Errorf("printable(%q) = %q, want %q", s, got, want)
		}
	}
	if got := oneLine(errors.Join(errors.New("a"), errors.New("b\x1b"))); got != "a; b?" {
		t.Errorf("oneLine: %q", got)
	}
}

func TestTable(t *testing.T) {
	tab := table{heading: []string{"NAME", "N"}, left: []bool{true, false}}
	tab.add(plain, "ünïcode", "1,000")
	tab.add(red, "b", "2")
	tab.add(plain, "short")
	var out strings.Builder
	if err := tab.write(&out, false); err != nil {
		t.Fatal(err)
	}
	want := "NAME         N\nünïcode  1,000\nb            2\nshort\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	out.Reset()
	if err := tab.write(&out, true); err != nil {
		t.Fatal(err)
	}
	if s := out.String(); !strings.Contains(s, "\x1b[1;31mb            2\x1b[0m\n") || !strings.Contains(s, "\nünïcode  1,000\n") {
		t.Errorf("coloured: %q", s)
	}
	if err := tab.write(failing{}, false); err == nil {
		t.Error("a failing writer is not reported")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, errors.New("no space") }

// resultOf makes a result with these numbers.
func resultOf(valid, invalid, wrong, notCheckable int64, err error) result {
	rep := platform.NewReport("bitcoin")
	if valid+invalid > 0 {
		rep.Jobs["sha256d"] = platform.Count{Valid: valid, Invalid: invalid}
	}
	for i := range wrong {
		rep.Invalid(platform.Location{Block: "7", Transaction: int(i), Input: -1, Reason: "is false"})
	}
	rep.Skip("no previous output", notCheckable)
	return result{file: "dir/block.dat", report: rep, took: time.Second, err: err}
}

func TestExitCode(t *testing.T) {
	fault := errors.New("truncated")
	stopped := fmt.Errorf("block.dat: %w", context.Canceled)
	for _, c := range []struct {
		name    string
		results []result
		want    int
		outcome outcome // of the first
	}{
		{"valid", []result{resultOf(3, 0, 0, 0, nil)}, 0, valid},
		{"a multisig script tries keys", []result{resultOf(3, 2, 0, 0, nil)}, 0, valid},
		{"incomplete", []result{resultOf(3, 0, 0, 9, nil)}, 0, incomplete},
		{"invalid", []result{resultOf(3, 1, 1, 0, nil)}, 1, invalid},
		{"not read", []result{resultOf(3, 0, 0, 0, fault)}, 2, failed},
		{"invalid, then not read", []result{resultOf(3, 1, 1, 0, fault)}, 1, invalid},
		{"interrupted", []result{resultOf(3, 0, 0, 0, stopped)}, 130, interrupted},
		{"invalid before the interrupt", []result{resultOf(3, 0, 0, 0, stopped), resultOf(1, 1, 1, 0, nil)}, 1, interrupted},
		{"failed before the interrupt", []result{resultOf(3, 0, 0, 0, fault), resultOf(1, 0, 0, 0, stopped)}, 130, failed},
		{"interrupted, then failed", []result{resultOf(3, 0, 0, 0, stopped), resultOf(1, 0, 0, 0, fault)}, 130, interrupted},
		{"one of three", []result{resultOf(1, 0, 0, 0, nil), resultOf(1, 0, 0, 0, fault), resultOf(1, 1, 1, 0, nil)}, 1, valid},
	} {
		if got := exitCode(c.results); got != c.want {
			t.Errorf("%s: status %d, want %d", c.name, got, c.want)
		}
		if got := c.results[0].outcome(); got != c.outcome {
			t.Errorf("%s: %s, want %s", c.name, got, c.outcome)
		}
		if rec := recordOf(&c.results[0]); rec.Valid != (c.outcome == valid || c.outcome == incomplete) {
			t.Errorf("%s: JSON says valid: %v", c.name, rec.Valid)
		}
	}
}

// TestChecked: a file of which nothing was decided was not verified, whatever it holds.
func TestChecked(t *testing.T) {
	nothing := resultOf(0, 0, 0, 5, nil)
	if nothing.checked() {
		t.Error("five statements that are not checkable count as checked")
	}
	library := resultOf(0, 0, 0, 5, nil)
	library.report.LeftToLibrary = 1
	for _, r := range []result{library, resultOf(1, 0, 0, 0, nil), resultOf(0, 1, 0, 0, nil), resultOf(0, 0, 1, 0, nil)} {
		if !r.checked() {
			t.Errorf("%+v does not count as checked", r.report)
		}
	}
}

func TestSummary(t *testing.T) {
	many := resultOf(2, 25, 25, 0, nil)
	many.file, many.side = "dir/\x1b[31mevil", "dir/side\n.csv"
	var out strings.Builder
	if err := writeSummary(&out, []result{resultOf(1000, 1, 0, 3, nil), many}, false); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"block.dat  bitcoin        0             0  1,000        0              3       1,001  incomplete\n",
		"  sha256d                                  1,000        1\n",
		"?[31mevil  bitcoin        0             0      2       25              0          27  INVALID\n",
		"total                     0             0  1,002       25              3         514  INVALID\n",
		"INVALID ?[31mevil: 25 false statements\n  block 7: transaction 0: is false\n",
		"  block 7: transaction 19: is false\n  and 5 more (--json lists the first 1,000)\n  with dir/side?.csv\n",
		"NOT CHECKABLE block.dat: 3 statements, neither valid nor invalid\n  3: no previous output\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("missing %q in\n%s", want, out.String())
		}
	}
	if strings.ContainsAny(out.String(), "\x1b\t") {
		t.Errorf("control characters in %q", out.String())
	}
}

func TestSideBeside(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{
		"rev00042.dat", "300025-undo.raw", "277647.utxostore.bz2", "277647.prevouts.csv.gz", "bare-undo.raw.gz", "two.dots.utxostore",
		"x_validators_1.json", "slot.txs.hex.gz", "json.spent_utxos.json.gz",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.utxostore"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ platform, file, want string }{
		{"bitcoin", "blk00042.dat", "rev00042.dat"},
		{"bitcoin", "blk00042.dat.gz", "rev00042.dat"},
		{"bitcoin", "blk00043.dat", ""},
		{"bitcoin", "300025.raw", "300025-undo.raw"},
		{"bitcoin", "277647.dat.bz2", "277647.utxostore.bz2"},
		{"bitcoin", "277647.dat", "277647.utxostore.bz2"},
		{"bitcoin", "bare", "bare-undo.raw.gz"},
		{"bitcoin", "two.dots.dat", "two.dots.utxostore"},
		{"bitcoin", "json.raw", "json.spent_utxos.json.gz"},
		{"bitcoin", "folder.dat", ""},
		{"bitcoin", "x_commit.json", ""},
		{"ethereum", "277647.dat", ""},
		{"cosmos", "x_commit.json", "x_validators_1.json"},
		{"cosmos", "x.json", ""},
		{"solana", "slot.entries.csv.gz", "slot.txs.hex.gz"},
		{"solana", "slot.shreds.json", ""},
	} {
		want := c.want
		if want != "" {
			want = filepath.Join(dir, want)
		}
		if got := sideBeside(c.platform, filepath.Join(dir, c.file)); got != want {
			t.Errorf("%s %s: %q, want %q", c.platform, c.file, got, want)
		}
	}
}
