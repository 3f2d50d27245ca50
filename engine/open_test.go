package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// TestOpenZero: the zero Config serves all kernels and rules on the CPU, quickly.
func TestOpenZero(t *testing.T) {
	start := time.Now()
	e, err := Open(Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("Open took %v", time.Since(start).Round(100*time.Microsecond))
	defer e.Close()
	s := e.Backends()
	if len(s) != 1 || s[0].Info.Name != "cpu" || s[0].State != Serving || s[0].Reason != "" || len(s[0].Refused) != 0 {
		t.Fatalf("%+v", s)
	}
	if len(s[0].Services) != len(all.Kernels) || len(s[0].Jobs) != len(all.Kernels) {
		t.Errorf("%d services, want %d", len(s[0].Services), len(all.Kernels))
	}
	for _, v := range s[0].Services {
		if len(v.Rules) != len(v.Kernel.Rules) || v.Refused != "" {
			t.Errorf("%s: rules %v, want %v", v.Kernel.Name, v.Rules, v.Kernel.Rules)
		}
	}
}

func TestOpenErrors(t *testing.T) {
	toys := []*kernels.Kernel{toy}
	noKnown := newToy(0x7002, "no known", nil)
	noKnown.Known = nil
	for _, test := range []struct {
		name string
		c    Config
		want error
		says string
	}{
		{"rate", Config{AuditRate: 1.5}, ErrConfig, "AuditRate"},
		{"rate below 0", Config{AuditRate: -0.1}, ErrConfig, "AuditRate"},
		{"rate that is no number", Config{AuditRate: math.NaN()}, ErrConfig, "AuditRate"},
		{"queue", Config{QueueJobs: -1}, ErrConfig, "QueueJobs"},
		{"workers", Config{Workers: -1}, ErrConfig, "Workers"},
		{"hang", Config{Hang: -1}, ErrConfig, "Hang"},
		{"grace", Config{Grace: -1}, ErrConfig, "Grace"},
		{"kernel twice", Config{Kernels: []*kernels.Kernel{toy, toy}}, ErrConfig, "0x7001"},
		{"kernel without known answers", Config{Kernels: []*kernels.Kernel{noKnown}}, ErrConfig, "no known"},
		{"unknown backend", Config{Kernels: toys, Backends: []string{"cpu", "tpu"}}, ErrBackend, `"tpu" (known: cpu, chip)`},
		{"backend twice", Config{Kernels: toys, Backends: []string{"cpu", "cpu"}}, ErrConfig, "twice"},
		{"name of the CPU", Config{Kernels: toys, Custom: []backend.Backend{newDevice("cpu", nil)}}, ErrConfig, `"cpu"`},
		{"no name", Config{Kernels: toys, Custom: []backend.Backend{newDevice("", nil)}}, ErrConfig, "empty"},
		{"one name for two", Config{Kernels: toys, Custom: []backend.Backend{newDevice("a", nil), newDevice("a", nil)}}, ErrConfig, `"a"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			e, err := Open(test.c)
			if e != nil || !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("%v, %v; want an error that is %q and says %q", e, err, test.want, test.says)
			}
			for _, b := range test.c.Custom {
				if b.(*device).closes.Load() != 0 {
					t.Error("a failed Open closed the caller's backend")
				}
			}
		})
	}
}

// TestCPUKnownAnswers: a CPU that misses a known answer is not used at all.
func TestCPUKnownAnswers(t *testing.T) {
	for name, spoil := range map[string]func(b *kernels.Batch, lo, hi int){
		"verdict": func(b *kernels.Batch, lo, hi int) { b.SetVerdict(lo, kernels.Of(b.Verdict(lo) != kernels.Valid)) },
		"output":  func(b *kernels.Batch, lo, hi int) { b.Out(hi - 1)[0] ^= 1 },
		"unset":   func(b *kernels.Batch, lo, hi int) { b.Unset(lo, lo+1) },
		"jobs":    func(b *kernels.Batch, lo, hi int) { b.Row(lo)[0] ^= 1 },
		"panic":   func(b *kernels.Batch, lo, hi int) { panic("planted") },
	} {
		k := newToy(toy.ID, "toy", nil)
		k.Run = func(b *kernels.Batch, lo, hi int) {
			toyRef(b, lo, hi)
			spoil(b, lo, hi)
		}
		e, err := Open(Config{Kernels: []*kernels.Kernel{k}})
		if e != nil || !errors.Is(err, ErrKnownAnswer) || !strings.Contains(err.Error(), "toy: ") || strings.Count(err.Error(), "engine: ") != 1 {
			t.Errorf("%s: %v, %v; want ErrKnownAnswer that names the kernel", name, e, err)
		}
	}
}

// TestAdmission: what a backend misses of the known answers, it is not given; the rest it is.
func TestAdmission(t *testing.T) {
	other := newToy(0x7003, "other", nil)
	two := []backend.Support{exactToy[0], {Kernel: other.ID, Smallest: 1, ValidExact: true, InvalidExact: true}}
	release := make(chan struct{})
	for _, test := range []struct {
		name           string
		fault          func(ctx context.Context, b *kernels.Batch, lo, hi int) error // for toy; other is decided honestly
		state          State
		toyRules, says string
	}{
		{"all right", honest, Serving, "[ LowS]", ""},
		{"wrong verdict", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			lies[1].tell(b, lo, hi)
			return nil
		}, Serving, "[]", "known answer missed: toy: job 0"},
		{"wrong under one rule", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			if b.Flags() == kernels.LowS {
				lies[1].tell(b, lo, hi)
			}
			return nil
		}, Serving, "[]", "toy LowS: job 0"},
		{"wrong in large batches", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			if hi > 100 {
				lies[2].tell(b, lo, hi)
			}
			return nil
		}, Serving, "[]", "known answer missed"},
		{"wrong output", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			lies[5].tell(b, lo, hi)
			return nil
		}, Serving, "[]", "known answer missed"},
		{"changes the jobs", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			b.Row(hi - 1)[0] ^= 1
			return nil
		}, Serving, "[]", "changed the jobs"},
		{"no answer", func(ctx context.Context, b *kernels.Batch, lo, hi int) error { return nil }, Serving, "[]", "is unset"},
		{"error", func(ctx context.Context, b *kernels.Batch, lo, hi int) error { return errPlanted }, Serving, "[]", "planted error"},
		{"panic", func(ctx context.Context, b *kernels.Batch, lo, hi int) error { panic("ouch") }, Serving, "[]", "panic: ouch"},
		{"rule not supported", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			if b.Flags() == kernels.LowS {
				return fmt.Errorf("no: %w", backend.ErrUnsupported)
			}
			return honest(ctx, b, lo, hi)
		}, Serving, "[]", `rule "LowS" is not supported`},
		{"hangs until told", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			<-ctx.Done()
			return ctx.Err()
		}, Serving, "[]", "deadline exceeded"},
		{"hangs", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			<-release
			return nil
		}, Refused, "[]", "did not return within"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
				if b.Kernel() == toy {
					return test.fault(ctx, b, lo, hi)
				}
				return honest(ctx, b, lo, hi)
			})
			d.kernels = two
			d.armed.Store(true)
			start := time.Now()
			var log bytes.Buffer
			e, err := Open(Config{Kernels: []*kernels.Kernel{toy, other}, Custom: []backend.Backend{d}, Hang: 300 * time.Millisecond,
				Grace: 300 * time.Millisecond, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("Open took %v", took)
			}
			s := e.statusOf(t, "d")
			want := test.toyRules
			if test.name == "rule not supported" {
				want = "[]" // the plain rule
			}
			if s.State != test.state || fmt.Sprint(s.Services[0].Rules) != want || !strings.Contains(s.Refused["toy"], test.says) {
				t.Errorf("%v, rules %v, refused %q; want %v, rules %v, refused %q",
					s.State, s.Services[0].Rules, s.Refused["toy"], test.state, want, test.says)
			}
			if test.name == "rule not supported" && len(s.Services[0].Rules) != 1 {
				t.Errorf("rules %q, want the plain one", s.Services[0].Rules)
			}
			if test.says != "" && !strings.Contains(log.String(), "backend=d") {
				t.Errorf("the log says nothing: %s", log.String())
			}
			for _, k := range []*kernels.Kernel{toy, other} {
				for _, rule := range k.Rules {
					b := toyBatch(k, rule, 500, 1)
					if err := e.Run(context.Background(), b); err != nil {
						t.Fatal(err)
					}
					checkRight(t, b)
				}
			}
			if err := e.Close(); err != nil {
				t.Error(err)
			}
			if d.closes.Load() != 1 {
				t.Errorf("closed %d times", d.closes.Load())
			}
		})
	}
	close(release)
}

// TestRefused: a backend that runs nothing of what is served is refused; one that fails all known answers, too.
func TestRefused(t *testing.T) {
	nothing := newDevice("nothing", nil)
	nothing.kernels = []backend.Support{{Kernel: 0x7777}}
	fails := newDevice("fails", func(context.Context, *kernels.Batch, int, int) error { return errPlanted })
	fails.armed.Store(true)
	e, err := Open(Config{Kernels: []*kernels.Kernel{toy}, Custom: []backend.Backend{nothing, fails}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for name, says := range map[string]string{"nothing": "runs no kernel", "fails": "planted error"} {
		if s := e.statusOf(t, name); s.State != Refused || !strings.Contains(s.Reason, says) {
			t.Errorf("%s: %v because %q, want refused because %q", name, s.State, s.Reason, says)
		}
	}
	b := toyBatch(toy, 0, 500, 1)
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	checkRight(t, b)
}

// TestMeasured: admission starts the cost models.
func TestMeasured(t *testing.T) {
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		time.Sleep(2*time.Millisecond + time.Duration(hi-lo)*10*time.Microsecond)
		return honest(ctx, b, lo, hi)
	})
	d.armed.Store(true)
	e, err := Open(Config{Kernels: []*kernels.Kernel{toy}, Custom: []backend.Backend{d}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := e.statusOf(t, "d").Services[0]
	predicted := s.Setup.Seconds() + 1000/s.Rate
	took := math.Inf(1) // as the machine is just now
	for range 3 {
		start := time.Now()
		d.Run(context.Background(), toyBatch(toy, 0, 1000, 1), 0, 1000)
		took = min(took, time.Since(start).Seconds())
	}
	t.Logf("setup %v, %.0f jobs a second; 1000 jobs: %.4f s predicted, %.4f s measured", s.Setup, s.Rate, predicted, took)
	if predicted > 4*took || predicted < took/4 {
		t.Errorf("1000 jobs are predicted to take %v s, and take %v s", predicted, took)
	}
	if cpu := e.statusOf(t, "cpu").Services[0]; cpu.Rate < 20*s.Rate {
		t.Errorf("the CPU does %.0f jobs a second, the device %.0f", cpu.Rate, s.Rate)
	}
	b := toyBatch(toy, 0, 10, 1)
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if n := e.statusOf(t, "cpu").Services[0].Jobs; n != 10 {
		t.Errorf("the CPU decided %d of the 10 jobs that it does best", n)
	}
}
