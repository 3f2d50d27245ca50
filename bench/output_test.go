package bench

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write testdata again")

// example is a result with something of everything.
func example() *Result {
	row := func(kernel, rule, contender string, batch, threads, bytes int, ns float64) Row {
		r := Row{Kernel: kernel, Rule: rule, Batch: batch, MessageBytes: bytes, JobSet: 256, Threads: threads, Contender: contender,
			Ours: strings.HasPrefix(contender, "sluice"), NsPerJob: ns, Spread: 0.05, JobsPerSecond: 1e9 / ns, Unit: "job", UnitsPerJob: 1,
			NsPerUnit: ns, UnitsPerSecond: 1e9 / ns, Rounds: []float64{ns, ns * 1.05, ns}}
		if rule == "" {
			r.GBPerSecond = float64(bytes) / ns
		} else {
			r.Keys = 128
		}
		if r.Ours {
			r.BestPeer, r.Ratio = "peer <&>", 2.5
		}
		if threads > 1 {
			r.Scaling = 1.9
		}
		return r
	}
	r := &Result{
		Schema: Schema, Date: "2026-01-02",
		Machine: Machine{CPU: "CPU <1>", Features: []string{"avx2", "sha"}, Cores: 2, GHzBefore: 4.5, GHzAfter: 4.25, OS: "linux", Arch: "amd64",
			Go: "go1.26.8", Commit: "0123456789abcdef", Modified: true, SluiceCPU: "avx2", Backends: []BackendInfo{{"cpu", "CPU, 2 workers", "v1"}}},
		Config:     Settings{100, 7, 1},
		Contenders: []ContenderInfo{{"sluice", true, "the bare kernel"}, {"peer <&>", false, "v1.2.3"}, {"absent", false, "not measured"}},
		Latency: []Latency{
			{Kernel: "sha256", MessageBytes: 64, JobSet: 256, Backend: "cpu", Workers: 2, Callers: 64, Jobs: 900, JobsPerSecond: 9e4, P50us: 300, P99us: 2100},
			{Kernel: "ed25519.verify", Rule: "ZIP215", MessageBytes: 64, Keys: 128, JobSet: 256, Backend: "cpu", Workers: 2, Rate: 1000, Jobs: 100, JobsPerSecond: 999, P50us: 2000, P99us: 2500},
		},
	}
	for _, threads := range []int{1, 2} {
		for _, batch := range []int{1, 256} {
			r.Rows = append(r.Rows,
				row("sha256", "", "sluice", batch, threads, 64, 15.5), row("sha256", "", "peer <&>", batch, threads, 64, 95.25),
				row("sha256", "", "sluice", batch, threads, 1024, 140), row("sha256", "", "peer <&>", batch, threads, 1024, 560))
		}
		r.Rows = append(r.Rows, row("ed25519.verify", "ZIP215", "sluice", 64, threads, 64, 2800), row("ed25519.verify", "ZIP215", "peer <&>", 64, threads, 64, 20800))
	}
	mixed := row("sha256", "", "sluice", 256, 1, 511, 99)
	mixed.Mixed = true
	r.Rows = append(r.Rows, mixed)
	return r
}

// golden compares with a file of testdata; -update writes it.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (if that is meant: go test ./bench -update):\n%s", path, got)
	}
}

// TestSchema pins the JSON form, reads it back, and wants every key described in SCHEMA.md.
func TestSchema(t *testing.T) {
	var out bytes.Buffer
	if err := WriteJSON(&out, example()); err != nil {
		t.Fatal(err)
	}
	golden(t, "result.json", out.Bytes())
	back, err := ReadJSON(&out)
	if err != nil || !reflect.DeepEqual(back, example()) {
		t.Errorf("read back: %v: %+v", err, back)
	}
	text, err := os.ReadFile("SCHEMA.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(x reflect.Type)
	keys := 0
	walk = func(x reflect.Type) {
		switch x.Kind() {
		case reflect.Slice:
			walk(x.Elem())
		case reflect.Struct:
			for i := range x.NumField() {
				key, _, _ := strings.Cut(x.Field(i).Tag.Get("json"), ",")
				if keys++; key == "" || !strings.Contains(string(text), "`"+key+"`") {
					t.Errorf("key %q of %s.%s is not in SCHEMA.md", key, x.Name(), x.Field(i).Name)
				}
				walk(x.Field(i).Type)
			}
		}
	}
	walk(reflect.TypeFor[Result]())
	t.Logf("%d keys", keys)
	for _, s := range []string{"", "[]", "{}", `{"schema":"sluice-bench/2"}`, `{"schema":`} {
		if _, err := ReadJSON(strings.NewReader(s)); err == nil {
			t.Errorf("%q was read", s)
		} else if s == "{}" && !errors.Is(err, ErrSchema) {
			t.Errorf("%q: %v", s, err)
		}
	}
}

func TestMarkdown(t *testing.T) {
	var out bytes.Buffer
	if err := WriteMarkdown(&out, []*Result{example()}); err != nil {
		t.Fatal(err)
	}
	golden(t, "report.md", out.Bytes())
}

// TestHTML: the page refers to nothing outside, escapes what comes from outside, has all charts, and no number is missing.
func TestHTML(t *testing.T) {
	var out bytes.Buffer
	if err := WriteHTML(&out, []*Result{example(), example()}); err != nil {
		t.Fatal(err)
	}
	text := out.String()
	if m := regexp.MustCompile(`(?i)https?:|//[a-z]|\bsrc\s*=|\bhref\s*=|url\(|@import|<script|<link`).FindString(text); m != "" {
		t.Errorf("the page has %q", m)
	}
	if strings.Contains(text, "<&>") || strings.Contains(text, "CPU <1>") || !strings.Contains(text, "peer &lt;&amp;&gt;") {
		t.Error("names are not escaped")
	}
	if m := regexp.MustCompile(`NaN|Inf|ZgotmplZ|%!`).FindString(text); m != "" {
		t.Errorf("the page has %q", m)
	}
	for _, want := range []string{"Hashes per second, one thread", "Verifications per second, one thread", "Against the best peer", "Batch sizes, one thread",
		"Message sizes, one thread", "Threads: up to 2 on 2 cores", "Single jobs through a stream", "jobs in a batch (logarithmic)", "GB/s",
		"units per second (logarithmic)", "ed25519.verify ZIP215, 128 keys"} {
		if strings.Count(text, want) < 2 {
			t.Errorf("%q is not there for each result", want)
		}
	}
	if strings.Contains(text, "absent") {
		t.Error("a contender that was not measured is there")
	}
}

// TestHTMLOfLittle: results with hardly anything make a page too.
func TestHTMLOfLittle(t *testing.T) {
	empty := &Result{Schema: Schema}
	one := example()
	one.Rows, one.Latency = one.Rows[:1], nil
	threads := example() // curves over three thread counts
	for i := range threads.Rows {
		if x := threads.Rows[i]; x.Threads == 2 {
			x.Threads, x.Scaling = 4, 3.7
			threads.Rows = append(threads.Rows, x)
		}
	}
	for i, r := range []*Result{empty, one, threads} {
		var out bytes.Buffer
		if err := WriteHTML(&out, []*Result{r}); err != nil {
			t.Fatal(err)
		}
		if m := regexp.MustCompile(`NaN|Inf`).FindString(out.String()); m != "" {
			t.Errorf("page %d has %q", i, m)
		}
		if curves := strings.Contains(out.String(), "times one thread (logarithmic)"); curves != (r == threads) {
			t.Errorf("page %d has curves of threads: %v", i, curves)
		}
	}
}

// TestAxes: ticks increase, and hold all values between them.
func TestAxes(t *testing.T) {
	for _, c := range [][2]float64{{1, 1}, {0.16, 8}, {3, 3}, {12, 999}, {1, 1e9}, {0.9, 1.1}, {1000, 1000}} {
		for _, a := range []*axis{logAxis(0, 100, c[0], c[1]), linearAxis(0, 100, c[1])} {
			for i := range a.ticks[1:] {
				if a.ticks[i+1] <= a.ticks[i] {
					t.Errorf("%v: ticks %v", c, a.ticks)
				}
			}
			for _, v := range c {
				if at := a.at(v); math.IsNaN(at) || at < -1e-6 || at > 100+1e-6 {
					t.Errorf("%v: %v lies at %v, ticks %v", c, v, at, a.ticks)
				}
			}
			if len(a.ticks) > 14 {
				t.Errorf("%v: %d ticks", c, len(a.ticks))
			}
		}
	}
}

func TestNumbers(t *testing.T) {
	for ns, want := range map[float64]string{0.5: "0.50 ns", 9.999: "10.0 ns", 15.54: "15.5 ns", 999.4: "999 ns", 999.9: "1.00 µs", 2800: "2.80 µs", 3.2e6: "3.20 ms", 5e9: "5.00 s"} {
		if got := duration(ns); got != want {
			t.Errorf("duration(%v) = %q, want %q", ns, got, want)
		}
	}
	for x, want := range map[float64]string{12: "12.0", 999.9: "1.00 k", 75.7e6: "75.7 M", 1.5e9: "1.50 G"} {
		if got := engineering(x); got != want {
			t.Errorf("engineering(%v) = %q, want %q", x, got, want)
		}
	}
	for s, want := range map[string]string{"1.00 k": "1 k", "0.50": "0.5", "100 M": "100 M", "10.0 ns": "10 ns", "1.25": "1.25"} {
		if got := short(s); got != want {
			t.Errorf("short(%q) = %q, want %q", s, got, want)
		}
	}
}

// TestMainOutput: rows come as lines, files are written, and a broken pipe ends the run.
func TestMainOutput(t *testing.T) {
	c := newClock()
	dir := filepath.Join(t.TempDir(), "new", "folder")
	o := Options{JSON: true, Out: dir, Config: fakes(c, fake("a", true, c, nil, constant(1000)), fake("b", false, c, nil, constant(2000)))}
	var out bytes.Buffer
	if err := Main(t.Context(), &o, &out, nil); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.HasPrefix(lines[0], `{"kernel":"sha256","rule":"","batch":256,"message_bytes":64,`) || !strings.Contains(lines[0], `"ratio":2,`) {
		t.Errorf("lines %q", lines)
	}
	for _, name := range []string{"result.json", "report.md", "report.html"} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Size() < 100 {
			t.Errorf("%s: %v", name, err)
		}
	}
	broken := errors.New("broken pipe")
	if err := Main(t.Context(), &o, failing{broken}, nil); !errors.Is(err, broken) {
		t.Errorf("broken output: %v", err)
	}
	o.JSON, o.Out = false, ""
	out.Reset()
	if err := Main(t.Context(), &o, &out, nil); err != nil || !strings.HasPrefix(out.String(), "## ") {
		t.Errorf("tables: %v: %s", err, out.String())
	}
}

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }

func ExampleProgress() {
	var out strings.Builder
	p := Progress(&out)
	p(Event{Done: 0, Total: 2, Doing: "sha256, batch 8"})
	p(Event{Done: 2, Total: 2})
	fmt.Printf("%q\n", out.String())
	// Output: "\r\x1b[K1/2  sha256, batch 8\r\x1b[K"
}
