package main

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDiagrams draws every diagram of hdl/doc/timing: well-formed XML with every name and label in it, that of the repository.
func TestDiagrams(t *testing.T) {
	files, err := filepath.Glob("../timing/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no diagrams: %v", err)
	}
	for _, file := range files {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := parse(source)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		base := filepath.Base(file)
		svg := d.draw(base)
		text := words(t, svg)
		for _, l := range d.lanes {
			for _, want := range append(l.Data, l.Name) {
				if !strings.Contains(text, want) {
					t.Errorf("%s: %q is not drawn", file, want)
				}
			}
		}
		kept, err := os.ReadFile("../timing/z" + strings.TrimSuffix(base, ".json") + ".svg")
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(kept, svg) {
			t.Errorf("%s: the picture is not that of the diagram: run make gen", file)
		}
	}
}

// words is the text of a document.
func words(t *testing.T, p []byte) string {
	var s strings.Builder
	for d := xml.NewDecoder(bytes.NewReader(p)); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return s.String()
		}
		if err != nil {
			t.Fatalf("%v in %s", err, p)
		}
		if c, ok := token.(xml.CharData); ok {
			s.Write(c)
			s.WriteByte('\n')
		}
	}
}

// TestRefused wants errors, not pictures that lie.
func TestRefused(t *testing.T) {
	for source, want := range map[string]string{
		`{}`:                             "no waves",
		`{"signal": [{"wave": "0"}]} {}`: "follows the end",
		`{"signal": [{"name": "a", "wave": "0q"}]}`:                                          `'q' is not one of`,
		`{"signal": [{"name": "a", "wave": ".0"}]}`:                                          "begins with",
		`{"signal": [{"name": "a", "wave": "01", "phase": 0.5}]}`:                            "unknown field",
		`{"signal": [{"name": "a", "wave": "=.", "data": "x y"}]}`:                           "2 labels for 1 boxes",
		`{"signal": [{"name": "a", "wave": "0", "node": "ab"}]}`:                             "more nodes",
		`{"signal": [{"name": "a", "wave": "01", "node": "ab"}], "edge": ["a~>b"]}`:          "is not a->b",
		`{"signal": [{"name": "a", "wave": "01", "node": "ab"}], "edge": ["a->c"]}`:          "one node each",
		`{"signal": [{"name": "a", "wave": "01", "node": "aa"}], "edge": ["a->a"]}`:          "one node each",
		`{"signal": [["g", {"name": "a", "wave": "0"}, ["h", {"name": "b", "wave": "0"}]]]}`: "groups in groups",
		`{"signal": [[{"name": "a", "wave": "0"}]]}`:                                         "a group is",
		`{"signal": [{"name": "a", "wave": "0"}], "config": {"hscale": 0}}`:                  "hscale 0",
	} {
		if _, err := parse([]byte(source)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}

// TestBench writes out what a bench drives and compares.
func TestBench(t *testing.T) {
	d, err := parse([]byte(`{"signal": [{"name": "clk_i", "wave": "p.."}, {"name": "a_i", "wave": "01|"}, {"name": "b_o", "wave": "x=.", "data": "N"}],
		"module": "m", "values": {"N": "7f"}, "repeat": {"2": 5}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.bench("x.json")
	if err != nil {
		t.Fatal(err)
	}
	want := `at(0); for (int n = 0; n < 1; n++) {
  set(m.a_i, "0");
  eval();
  step();
}
at(1); for (int n = 0; n < 1; n++) {
  set(m.a_i, "1");
  eval();
  want("b_o", m.b_o, "7f");
  step();
}
at(2); for (int n = 0; n < 5; n++) {
  set(m.a_i, "1");
  eval();
  want("b_o", m.b_o, "7f");
  step();
}
`
	if _, rest, _ := strings.Cut(string(got), "\n"); rest != want {
		t.Errorf("got %s", got)
	}
	for source, want := range map[string]string{
		`{"signal": [{"name": "a", "wave": "0"}]}`:                                  "no port",
		`{"signal": [{"name": "a_i", "wave": "0"}, {"name": "b_o", "wave": "00"}]}`: "has 1 cycles, not 2",
		`{"signal": [{"name": "a_i", "wave": "="}]}`:                                "without a label",
		`{"signal": [{"name": "a_i", "wave": "0."}], "repeat": {"1": 2}}`:           "no | in cycle 1",
		`{"signal": [{"name": "a_i", "wave": "0|"}], "repeat": {"1": 0}}`:           "cycle 1, 0 times",
		`{"signal": [{"name": "a_i", "wave": "0|"}], "repeat": {"2": 3}}`:           "cycle 2, 3 times",
	} {
		d, err := parse([]byte(source))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.bench("x.json"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", source, err, want)
		}
	}
}
