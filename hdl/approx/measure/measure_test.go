package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// areas is a file that hdl/synth/approx.sh could have written.
func areas(t *testing.T, bits []int) string {
	t.Helper()
	var rows []string
	for _, k := range bits {
		rows = append(rows, fmt.Sprintf(`{"bits": %d, "lut": %d, "carry": 0, "ff": 10, "transistors": %d, "levels": 5}`, k, 100+k, 400+4*k))
	}
	path := filepath.Join(t.TempDir(), "area.json")
	if err := os.WriteFile(path, []byte("["+strings.Join(rows, ",\n")+"]"), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestMeasure runs a small one: counts that repeat, fall with longer looks, and are zero for exact adders.
func TestMeasure(t *testing.T) {
	dir := t.TempDir()
	args := []string{"-headers", "40", "-nonces", "50", "-zeros", "2", "-sums", "100000", "-area", areas(t, adders()), "-tool", "none", "-out", dir}
	var results [2]result
	for i := range results {
		if err := run(args); err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(filepath.Join(dir, "approx.json"))
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text, &results[i]); err != nil {
			t.Fatal(err)
		}
	}
	if !reflect.DeepEqual(results[0], results[1]) {
		t.Error("two runs with the same seed differ")
	}
	r := results[0]
	if want := uint64(40 * 50 / 4); r.Hits < want*8/10 || r.Hits > want*12/10 {
		t.Errorf("%d hits, want about %d", r.Hits, want)
	}
	for i, row := range r.Rows {
		if row.Area.LUT != 100+row.Bits || row.Area.Transistors != 400+4*row.Bits {
			t.Errorf("area of look-back %d: %+v", row.Bits, row.Area)
		}
		if row.Bits == 0 || row.Bits >= 31 {
			if row.Sums+row.Hashes+row.Missed+row.False+row.Midstates != 0 {
				t.Errorf("an exact adder errs: %+v", row)
			}
			continue
		}
		if before := r.Rows[i-1]; before.Bits != 0 && (row.Hashes > before.Hashes || row.Sums > before.Sums) {
			t.Errorf("look-back %d errs more than %d", row.Bits, before.Bits)
		}
		if row.Missed > r.Hits || row.Missed+row.False > row.Hashes {
			t.Errorf("look-back %d: %+v", row.Bits, row)
		}
	}
	if first := r.Rows[1]; first.Hashes < 1990 || first.Missed == 0 || first.False == 0 {
		t.Errorf("look-back 8: %+v", first)
	}
	table, err := os.ReadFile(filepath.Join(dir, "approx.md"))
	if err != nil || strings.Count(string(table), "\n| ") != 1+len(r.Rows) {
		t.Errorf("table: %v\n%s", err, table)
	}
}

func TestRefused(t *testing.T) {
	whole := areas(t, adders())
	for _, args := range [][]string{
		{},
		{"-area", whole, "-out", t.TempDir()},
		{"-area", whole, "-tool", "x", "-out", t.TempDir(), "-headers", "0"},
		{"-area", whole, "-tool", "x", "-out", t.TempDir(), "-zeros", "33"},
		{"-area", filepath.Join(t.TempDir(), "none"), "-tool", "x", "-out", t.TempDir()},
		{"-area", areas(t, []int{0, 8}), "-tool", "x", "-out", t.TempDir()},
	} {
		if err := run(args); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
