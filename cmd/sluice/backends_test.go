package main

import (
	"maps"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/node/platform"
)

func TestParseBlocks(t *testing.T) {
	for s, want := range map[string]platform.Range{"": {}, "0-2000": {From: 0, To: 2001}, "7": {From: 7, To: 8}, "0": {From: 0, To: 1}, "100-": {From: 100},
		"5-5": {From: 5, To: 6}} {
		if got, err := parseBlocks(s); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", s, got, err, want)
		}
	}
	for _, s := range []string{"-", "-5", "5-4", "a", "1-b", "1-2-3", "+1", "1-+2", " 1", "0x10", "99999999999999999999", "1-99999999999999999999", "1,2"} {
		if got, err := parseBlocks(s); err == nil || got != (platform.Range{}) || !strings.Contains(err.Error(), "--blocks") {
			t.Errorf("%q: %+v, %v", s, got, err)
		}
	}
}

// TestJobCounts: what was decided between two looks, and what is printed of it.
func TestJobCounts(t *testing.T) {
	before := jobCounts{"cpu": {"sha256": 5, "sm3": 1}}
	now := jobCounts{"cpu": {"sha256": 5, "sm3": 4}, "chip0": {"sha256": 1000}}
	d := now.less(before)
	if len(d) != 2 || len(d["cpu"]) != 1 || d["cpu"]["sm3"] != 3 || d["chip0"]["sha256"] != 1000 {
		t.Errorf("%v", d)
	}
	if !maps.Equal(d.totals(), map[string]int64{"cpu": 3, "chip0": 1000}) {
		t.Errorf("%v", d.totals())
	}
	sum := jobCounts{}
	sum.include(d)
	sum.include(d)
	var out strings.Builder
	if err := sum.write(&out, false); err != nil {
		t.Fatal(err)
	}
	if want := "\nBACKEND  KERNEL   JOBS\nchip0    sha256  2,000\ncpu      sm3         6\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
	for _, alone := range []jobCounts{{}, {"cpu": {"sha256": 1}}} {
		out.Reset()
		if err := alone.write(&out, false); err != nil || out.Len() != 0 {
			t.Errorf("%v: %v, %q", alone, err, out.String())
		}
	}
	if d = now.less(now); len(d) != 0 {
		t.Errorf("less itself: %v", d)
	}
}
