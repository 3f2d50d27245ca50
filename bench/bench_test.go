package bench

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// clock moves only when a fake contender works.
type clock struct{ now time.Time }

func newClock() *clock { return &clock{time.Unix(1e9, 0)} }

// fake is a contender that takes cost(turn) for a job, where turn counts its calls, and says what the kernel says. It writes
// its name to the log for each call.
func fake(name string, ours bool, c *clock, log *[]string, cost func(call int) time.Duration) Contender {
	return Contender{
		Name:     name,
		ours:     ours,
		Supports: func(*kernels.Kernel, kernels.Flags) bool { return true },
		Prepare: func(b *kernels.Batch, _, _ int) (Runner, error) {
			call := 0
			return Runner{Run: func(lo, hi int) (int, error) {
				b.Kernel().Run(b, lo, hi)
				c.now = c.now.Add(time.Duration(hi-lo) * cost(call))
				call++
				if log != nil {
					*log = append(*log, name)
				}
				return countValid(b.Verdicts()[lo:hi]), nil
			}}, nil
		},
	}
}

func constant(d time.Duration) func(int) time.Duration { return func(int) time.Duration { return d } }

// fakes is a configuration of one row, on the fake clock.
func fakes(c *clock, contenders ...Contender) Config {
	return Config{
		Kernels: []*kernels.Kernel{sha256.Kernel}, Batches: []int{256}, Messages: []int{64},
		Rounds: 7, Time: 7 * 256 * 10 * time.Microsecond, // a turn of the contender of 10 µs is one window
		Now: func() time.Time { return c.now }, ours: contenders, Date: "2026-01-02", Commit: "abc",
	}
}

// TestTurns: after check and warm-up contenders take turns A B C A B C, as often as there are rounds, and slow ones get
// fewer windows.
func TestTurns(t *testing.T) {
	c := newClock()
	var log []string
	cfg := fakes(c,
		fake("a", true, c, &log, constant(10*time.Microsecond)),
		fake("b", false, c, &log, constant(5*time.Microsecond)),
		fake("c", false, c, &log, constant(20*time.Microsecond)))
	r, err := Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	// The last 7 rounds: a once, b twice, c once.
	want := slices.Repeat([]string{"a", "b", "b", "c"}, 7)
	if len(log) < len(want)+6 || !slices.Equal(log[len(log)-len(want):], want) {
		t.Errorf("calls %v", log)
	}
	for i, name := range []string{"a", "b", "c"} {
		row := r.Rows[i]
		if row.Contender != name || row.NsPerJob != []float64{10000, 5000, 20000}[i] || row.Spread != 0 || len(row.Rounds) != 7 {
			t.Errorf("row %+v", row)
		}
	}
	if a := r.Rows[0]; a.BestPeer != "b" || a.Ratio != 0.5 || a.JobsPerSecond != 1e5 || a.GBPerSecond != 0.0064 {
		t.Errorf("row of ours: %+v", a)
	}
	if b := r.Rows[1]; b.BestPeer != "" || b.Ratio != 0 {
		t.Errorf("row of a peer: %+v", b)
	}
}

// TestMedian: one turn that was disturbed moves the spread, not the median.
func TestMedian(t *testing.T) {
	c := newClock()
	calls := 0
	cfg := fakes(c, fake("a", true, c, nil, func(call int) time.Duration {
		calls = call + 1
		if call == 5 { // check, warm-up, then the fourth of 7 turns
			return 110 * time.Microsecond
		}
		return 10 * time.Microsecond
	}))
	r, err := Run(t.Context(), cfg, nil)
	if err != nil {
		t.Fatal(err)
	}
	if row := r.Rows[0]; calls != 9 || row.NsPerJob != 10000 || row.Spread != 10 || row.Rounds[3] != 110000 {
		t.Errorf("%d calls, row %+v", calls, row)
	}
}

// TestDisagree: a wrong verdict, a wrong output and a verdict that changes later each end the run, and the error says who.
func TestDisagree(t *testing.T) {
	wrong := func(spoil func(b *kernels.Batch, call int, valid *int)) Contender {
		return Contender{
			Name:     "wrong",
			Supports: func(*kernels.Kernel, kernels.Flags) bool { return true },
			Prepare: func(b *kernels.Batch, _, _ int) (Runner, error) {
				call := 0
				return Runner{Run: func(lo, hi int) (int, error) {
					valid := hi - lo
					spoil(b, call, &valid)
					call++
					return valid, nil
				}}, nil
			},
		}
	}
	right := func(b *kernels.Batch) { b.Kernel().Run(b, 0, b.Len()) }
	for _, x := range []struct {
		name  string
		spoil func(b *kernels.Batch, call int, valid *int)
		says  string
	}{
		{"verdict", func(b *kernels.Batch, _ int, valid *int) { right(b); *valid-- }, "255 valid by wrong, 256 by right"},
		{"output", func(b *kernels.Batch, _ int, _ *int) { right(b); b.Out(9)[31] ^= 1 }, "job 9: output"},
		{"no output", func(b *kernels.Batch, _ int, _ *int) { right(b); b.Unset(255, 256) }, "job 255: output 0000"},
		{"idle", func(*kernels.Batch, int, *int) {}, "job 0: output 0000"}, // what another has left does not count
		{"later", func(b *kernels.Batch, call int, valid *int) { right(b); *valid -= min(call, 1) }, "wrong found"},
		{"nothing", func(b *kernels.Batch, _ int, _ *int) { right(b) }, ""},
	} {
		t.Run(x.name, func(t *testing.T) {
			cfg := fakes(newClock(), fake("right", true, newClock(), nil, constant(time.Microsecond)), wrong(x.spoil))
			cfg.Now, cfg.Time = nil, time.Millisecond
			_, err := Run(t.Context(), cfg, nil)
			if x.says == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, ErrDisagree) || !strings.Contains(err.Error(), x.says) {
				t.Errorf("error %v, want %q", err, x.says)
			}
		})
	}
}

// TestFailing: the error of a contender ends the run; ErrSkip leaves it out.
func TestFailing(t *testing.T) {
	broken := errors.New("broken")
	c := newClock()
	good := fake("good", true, c, nil, constant(time.Microsecond))
	bad := good
	bad.Name, bad.ours = "bad", false
	for _, x := range []struct {
		prepare error
		run     error
	}{{prepare: broken}, {run: broken}, {prepare: ErrSkip}} {
		bad.Prepare = func(*kernels.Batch, int, int) (Runner, error) {
			return Runner{Run: func(int, int) (int, error) { return 0, x.run }}, x.prepare
		}
		r, err := Run(t.Context(), fakes(c, good, bad), nil)
		if x.prepare == ErrSkip {
			if err != nil || len(r.Rows) != 1 || r.Rows[0].Contender != "good" {
				t.Errorf("skipped: %v", err)
			}
		} else if !errors.Is(err, broken) || !strings.Contains(err.Error(), "bad") {
			t.Errorf("%+v: %v", x, err)
		}
	}
}

// TestCancel: a done context ends the run with its error.
func TestCancel(t *testing.T) {
	c := newClock()
	ctx, cancel := context.WithCancel(t.Context())
	cfg := fakes(c, fake("a", true, c, nil, func(call int) time.Duration {
		if call == 3 {
			cancel()
		}
		return 10 * time.Microsecond
	}))
	if _, err := Run(ctx, cfg, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// TestOurs measures real kernels for a moment, with threads and latency.
func TestOurs(t *testing.T) {
	var events []Event
	r, err := Run(t.Context(), Config{
		Kernels: []*kernels.Kernel{sha256.Kernel, sha256.Chain, ed25519.Kernel},
		Rules:   []kernels.Flags{0, kernels.RFC8032}, Batches: []int{8, 3}, Messages: []int{32}, Threads: 2,
		Time: 2 * time.Millisecond, Rounds: 2, Latency: true,
	}, func(e Event) { events = append(events, e) })
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 3*2*2*2 { // kernels, batches, thread counts, contenders
		t.Errorf("%d rows", len(r.Rows))
	}
	for _, x := range r.Rows {
		if x.NsPerJob <= 0 || x.Spread < 0 || (x.Threads == 2) != (x.Scaling > 0) || x.JobSet%x.Batch != 0 || !x.Ours {
			t.Errorf("row %+v", x)
		}
		if want := map[string]int{"sha256.chain": ChainHashes}[x.Kernel]; x.UnitsPerJob != max(want, 1) {
			t.Errorf("%s has %d units", x.Kernel, x.UnitsPerJob)
		}
		if x.Kernel == "ed25519.verify" && x.Keys != x.JobSet {
			t.Errorf("%d keys for %d jobs", x.Keys, x.JobSet)
		}
	}
	if len(r.Latency) != 3*(len(loadCallers)+len(loadRates)) {
		t.Errorf("%d latencies", len(r.Latency))
	}
	for _, l := range r.Latency {
		if l.Jobs < 1 || l.P50us <= 0 || l.P99us < l.P50us || l.JobsPerSecond <= 0 {
			t.Errorf("latency %+v", l)
		}
	}
	last := events[len(events)-1]
	if len(events) != last.Total+1 || last.Done != last.Total || last.Doing != "" {
		t.Errorf("%d events, the last %d of %d", len(events), last.Done, last.Total)
	}
	n := 0
	for _, e := range events {
		n += len(e.Rows) + len(e.Latency)
	}
	if n != len(r.Rows)+len(r.Latency) {
		t.Errorf("%d rows in events, %d in the result", n, len(r.Rows)+len(r.Latency))
	}
	if m := r.Machine; m.GHzBefore < 0.1 || m.GHzBefore > 10 || m.GHzAfter < 0.1 || len(m.Backends) != 1 || m.CPU == "" || m.Go == "" {
		t.Errorf("machine %+v", m)
	}
}

// TestPoW: a search has many units and is never a hit.
func TestPoW(t *testing.T) {
	r, err := Run(t.Context(), Config{Kernels: []*kernels.Kernel{sha256.PoW}, Batches: []int{1}, Time: time.Millisecond, Rounds: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	x := r.Rows[0]
	if x.Unit != "double hash" || x.UnitsPerJob != PoWNonces || x.NsPerUnit*PoWNonces != x.NsPerJob || x.GBPerSecond != 0 || x.JobSet != longJobs {
		t.Errorf("row %+v", x)
	}
}

// TestJobs: jobs of threads differ, lengths and targets are as said, and the kernel's meaning is as expected.
func TestJobs(t *testing.T) {
	mixed := group{kernel: sha256.Kernel, message: Mixed, batches: []int{8}, least: leastJobs}
	b, err := mixed.jobsOf(200, 1)
	if err != nil {
		t.Fatal(err)
	}
	longest, shortest := 0, MixedMax
	for i := range b.Len() {
		longest, shortest = max(longest, len(b.Message(i))), min(shortest, len(b.Message(i)))
	}
	if longest < 900 || longest > MixedMax || shortest > 124 {
		t.Errorf("lengths from %d to %d", shortest, longest)
	}
	other, err := mixed.jobsOf(200, 1+1<<32)
	if err != nil || bytes.Equal(b.Messages(), other.Messages()) {
		t.Errorf("jobs of another seed: %v", err)
	}
	for k, want := range map[*kernels.Kernel]kernels.Verdict{sha256.PoW: kernels.Invalid, sha256.Chain: kernels.Valid} {
		g := group{kernel: k, batches: []int{1}, least: 1}
		b, err := g.jobsOf(2, 7)
		if err != nil {
			t.Fatal(err)
		}
		if k.Run(b, 0, 2); b.Verdict(0) != want || b.Verdict(1) != want || bytes.Equal(b.Row(0), b.Row(1)) {
			t.Errorf("%s: %v", k.Name, b.Verdicts())
		}
	}
}

func TestStats(t *testing.T) {
	if m := median([]float64{5, 1, 3}); m != 3 {
		t.Errorf("median %v", m)
	}
	if m := median([]float64{4, 1, 2, 8}); m != 3 {
		t.Errorf("median of four %v", m)
	}
	if s := spread([]float64{5, 2, 4}); s != 0.75 {
		t.Errorf("spread %v", s)
	}
	if r := ratios([]float64{2, 9, 4}, []float64{1, 3, 1}); r != 3 {
		t.Errorf("ratio %v", r)
	}
	hundred := make([]int, 100)
	for i := range hundred {
		hundred[i] = i + 1
	}
	for p, want := range map[float64]int{0: 1, 0.5: 50, 0.99: 99, 1: 100} {
		if got := percentile(hundred, p); got != want {
			t.Errorf("percentile %v is %v", p, got)
		}
	}
	if percentile([]int{7}, 0.99) != 7 {
		t.Error("percentile of one")
	}
}
