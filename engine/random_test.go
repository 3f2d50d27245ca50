package engine

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// moody is a fault that draws what to do for each call: mostly the right thing.
func moody(d *device, seed uint64, sick *atomic.Bool) func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
	var mu sync.Mutex
	r := rand.New(rand.NewPCG(seed, 1))
	draw := func(n int) int {
		mu.Lock()
		defer mu.Unlock()
		return r.IntN(n)
	}
	return func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		if !sick.Load() {
			return honest(ctx, b, lo, hi)
		}
		switch what := draw(20); {
		case what < 8:
			return honest(ctx, b, lo, hi)
		case what < 10: // one wrong job somewhere
			honest(ctx, b, lo, hi)
			i := lo + draw(hi-lo)
			b.SetVerdict(i, kernels.Of(b.Verdict(i) != kernels.Valid))
			return nil
		case what < 12:
			honest(ctx, b, lo, hi)
			lies[draw(len(lies))].tell(b, lo, hi)
			return nil
		case what < 14:
			lies[draw(len(lies))].tell(b, lo, hi)
			return errPlanted
		case what < 15:
			panic("planted")
		case what < 17: // slow
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(time.Duration(draw(90)) * time.Millisecond):
			}
			return honest(ctx, b, lo, hi)
		case what < 18: // slow to give up, but right
			time.Sleep(time.Duration(draw(20)) * time.Millisecond)
			return honest(ctx, b, lo, hi)
		case what < 19: // hangs until it is told
			<-ctx.Done()
			return ctx.Err()
		default: // hangs for longer than the engine waits, and lies
			d.stuck.Add(1)
			defer d.stuck.Add(-1)
			time.Sleep(time.Duration(80+draw(60)) * time.Millisecond)
			honest(ctx, b, lo, hi)
			lies[0].tell(b, lo, hi)
			return nil
		}
	}
}

// TestRandomFaults: three devices that do anything at any time, batches of all sizes from several goroutines, some of
// them cancelled. With every answer audited, not one wrong verdict leaves Run, every job is decided, and every call
// returns in time.
func TestRandomFaults(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			var sick atomic.Bool
			sick.Store(true)
			var devices []*device
			for i := range 3 {
				d := newDevice(fmt.Sprintf("d%d", i), nil)
				d.inFlight = 1 + i
				d.kernels = []backend.Support{{Kernel: toy.ID, Smallest: 1 + 10*i, ValidExact: i != 1, InvalidExact: true}}
				d.fault = moody(d, uint64(i), &sick)
				devices = append(devices, d)
			}
			e := openToy(t, Config{
				Backends: mode.backends, AuditRate: 1, Hang: 50 * time.Millisecond, Grace: 20 * time.Millisecond,
				Probation: 200 * time.Microsecond, QueueJobs: 6000,
			}, devices...)
			length := 3 * time.Second
			if testing.Short() {
				length = time.Second
			}
			end := time.Now().Add(length)
			var batches, jobs, cancelled atomic.Int64
			var wg sync.WaitGroup
			for g := range 4 {
				wg.Go(func() {
					r := rand.New(rand.NewPCG(uint64(g), 2))
					b := kernels.New(toy, 0, 4000, 0)
					for time.Now().Before(end) {
						if err := b.Reset(); err != nil {
							t.Error(err)
							return
						}
						n := 1 + int(math.Pow(4000, r.Float64()))%4000
						from := toyBatch(toy, 0, n, r.Uint64())
						for i := range n {
							row, _ := b.Add(nil)
							copy(row, from.Row(i))
						}
						ctx, cancel := context.Background(), func() {}
						if r.IntN(8) == 0 {
							ctx, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(10))*time.Millisecond)
						}
						start := time.Now()
						err := e.Run(ctx, b)
						if took := time.Since(start); took > 5*time.Second {
							t.Errorf("Run took %v", took)
						}
						switch {
						case err == nil:
							checkRight(t, b)
							batches.Add(1)
							jobs.Add(int64(n))
						case ctx.Err() != nil && err == ctx.Err():
							checkPartly(t, b)
							cancelled.Add(1)
						default:
							t.Errorf("Run: %v", err)
						}
						cancel()
					}
				})
			}
			wg.Wait()
			var quarantines, mismatches, faults, byDevices uint64
			for _, s := range e.Backends()[1:] {
				quarantines += s.Quarantines
				mismatches += s.Services[0].Mismatches
				faults += s.Services[0].Faults
				byDevices += s.Services[0].Jobs
			}
			t.Logf("%d batches of %d jobs, %d of them decided by devices, %d batches cancelled; %d quarantines, %d mismatches, %d faults",
				batches.Load(), jobs.Load(), byDevices, cancelled.Load(), quarantines, mismatches, faults)
			if quarantines == 0 || mismatches == 0 || faults == 0 || byDevices == 0 || cancelled.Load() == 0 {
				t.Error("one of these did not happen: the test shows too little")
			}
			// Once they are well again, all come back, whatever they did.
			sick.Store(false)
			for _, d := range devices {
				eventually(t, d.name+" serves again", func() bool { return e.statusOf(t, d.name).State == Serving })
			}
		})
	}
}

// checkPartly fails if a job is decided wrongly; unset is all right.
func checkPartly(t *testing.T, b *kernels.Batch) {
	t.Helper()
	want := b.Shadow()
	toyRef(want, 0, b.Len())
	for i := range b.Len() {
		if v := b.Verdict(i); v != kernels.Unset && (v != want.Verdict(i) || string(b.Out(i)) != string(want.Out(i))) {
			t.Fatalf("job %d is %v with output %x, want %v with %x, or unset", i, v, b.Out(i), want.Verdict(i), want.Out(i))
		}
	}
}

// TestDetection: m lies in a span are found as often as doc.go says: with probability 1-(1-rate)^m, and at least m/n,
// as one job of n is audited in any case.
func TestDetection(t *testing.T) {
	const n, trials = 512, 4000
	for _, test := range []struct {
		rate float64
		m    int
	}{{1. / 64, 1}, {1. / 64, 16}, {1. / 64, 100}, {1. / 4, 4}, {1e-9, 1}, {1e-9, 128}, {1e-9, 512}, {1, 1}} {
		e := openToy(t, Config{AuditRate: test.rate})
		e.dice.Rand = rand.New(rand.NewPCG(1, 2)) // repeatable
		s := &service{member: &member{}, support: exactToy[0]}
		b := toyBatch(toy, 0, n, 3)
		toyRef(b, 0, n)
		found, drawn := 0, 0
		for trial := range trials {
			jobs := e.draw(s, b, 0, n)
			drawn += len(jobs)
			for k, i := range jobs {
				if k > 0 && i <= jobs[k-1] {
					t.Fatalf("jobs %v are not in order", jobs)
				}
			}
			// the lies are anywhere: here the m jobs behind a place that moves
			for _, i := range jobs {
				if (i-trial*37%n+n)%n < test.m {
					found++
					break
				}
			}
		}
		got := float64(found) / trials
		want := 1 - math.Pow(1-test.rate, float64(test.m))
		none := math.Pow(1-test.rate, n) // then one job is drawn
		want += none * float64(test.m) / n
		sigma := math.Sqrt(want * (1 - want) / trials)
		t.Logf("rate %.2g, %d lies of %d: found with %.4f, expected %.4f; %.2f audits a span", test.rate, test.m, n, got, want, float64(drawn)/trials)
		if math.Abs(got-want) > 4*sigma+1e-6 {
			t.Errorf("rate %v, %d lies: found with %v, want %v within %v", test.rate, test.m, got, want, 4*sigma)
		}
		if mean := test.rate*n + none; math.Abs(float64(drawn)/trials-mean) > 0.1*mean {
			t.Errorf("rate %v: %v audits a span, want %v", test.rate, float64(drawn)/trials, mean)
		}
	}
}

// TestDrawInexact: only exact verdicts are audited; a span without any has none.
func TestDrawInexact(t *testing.T) {
	e := openToy(t, Config{AuditRate: 1. / 8})
	b := toyBatch(toy, 0, 100, 3)
	toyRef(b, 0, 100)
	s := &service{member: &member{}, support: backend.Support{ValidExact: true}}
	for range 100 {
		jobs := e.draw(s, b, 10, 90)
		if len(jobs) == 0 {
			t.Fatal("no audit of a span")
		}
		for _, i := range jobs {
			if i < 10 || i >= 90 || b.Verdict(i) != kernels.Valid {
				t.Fatalf("job %d, %v, was drawn from the valid ones of [10,90)", i, b.Verdict(i))
			}
		}
	}
	s.support = backend.Support{}
	if jobs := e.draw(s, b, 0, 100); len(jobs) != 0 {
		t.Errorf("%d audits of inexact verdicts", len(jobs))
	}
	s.support, s.member.suspect = exactToy[0], atomic.Int64{}
	s.member.suspect.Store(1)
	if jobs := e.draw(s, b, 0, 100); len(jobs) != 100 {
		t.Errorf("%d audits of a backend that comes from quarantine, want 100", len(jobs))
	}
}
