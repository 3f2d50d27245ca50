package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// lies are wrong answers without an error. Each changes an honest answer of jobs [lo,hi) in at least one place.
var lies = []struct {
	name string
	tell func(b *kernels.Batch, lo, hi int)
}{
	{"every verdict", func(b *kernels.Batch, lo, hi int) {
		for i := lo; i < hi; i++ {
			b.SetVerdict(i, kernels.Of(b.Verdict(i) != kernels.Valid))
		}
	}},
	{"the first verdict", func(b *kernels.Batch, lo, hi int) { b.SetVerdict(lo, kernels.Of(b.Verdict(lo) != kernels.Valid)) }},
	{"the last verdict", func(b *kernels.Batch, lo, hi int) { b.SetVerdict(hi-1, kernels.Of(b.Verdict(hi-1) != kernels.Valid)) }},
	{"all valid", func(b *kernels.Batch, lo, hi int) {
		for i := lo; i < hi; i++ {
			b.SetVerdict(i, kernels.Valid)
		}
	}},
	{"all invalid", func(b *kernels.Batch, lo, hi int) {
		for i := lo; i < hi; i++ {
			b.SetVerdict(i, kernels.Invalid)
			clear(b.Out(i))
		}
	}},
	{"one bit of an output", func(b *kernels.Batch, lo, hi int) { b.Out((lo + hi) / 2)[7] ^= 1 }},
	{"nothing decided", func(b *kernels.Batch, lo, hi int) { b.Unset(lo, hi) }},
	{"one job unset", func(b *kernels.Batch, lo, hi int) { b.Unset(hi-1, hi) }},
	{"a verdict that is none", func(b *kernels.Batch, lo, hi int) { b.SetVerdict(lo, 3) }},
	{"verdict 255", func(b *kernels.Batch, lo, hi int) { b.SetVerdict(hi-1, 255) }},
	{"answers of other jobs", func(b *kernels.Batch, lo, hi int) {
		v := append([]byte(nil), b.Verdicts()[lo:hi]...)
		for i := range v {
			b.SetVerdict(lo+i, kernels.Verdict(v[(i+1)%len(v)]))
		}
	}},
}

// TestLies: with every answer audited, no wrong one leaves Run, and a backend that gave one is quarantined.
func TestLies(t *testing.T) {
	for _, mode := range modes {
		for _, lie := range lies {
			t.Run(mode.name+"/"+lie.name, func(t *testing.T) {
				d := newDevice("liar", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
					honest(ctx, b, lo, hi)
					lie.tell(b, lo, hi)
					return nil
				})
				e := openToy(t, Config{Backends: mode.backends, AuditRate: 1}, d)
				var s Status
				b := toyBatch(toy, 0, 3000, 1)
				jobs := uint64(0)
				for jobs < 20*3000 && s.State != Quarantined { // where the machine is slow, the CPU may take over before the device answers
					toyRef(b, 0, 3000)
					for i := range 3000 { // stale answers, all wrong
						b.SetVerdict(i, kernels.Of(b.Verdict(i) != kernels.Valid))
					}
					if err := e.Run(context.Background(), b); err != nil {
						t.Fatal(err)
					}
					checkRight(t, b)
					jobs += 3000
					s = e.statusOf(t, "liar")
				}
				if s.State != Quarantined || !strings.Contains(s.Reason, "wrong answer: toy") || s.Quarantines != 1 {
					t.Errorf("the liar is %v (%d quarantines) because %q", s.State, s.Quarantines, s.Reason)
				}
				if st := s.Services[0].Stats; st.Mismatches == 0 || st.Jobs != 0 {
					t.Errorf("%d mismatches, %d jobs with its verdict; want some, none", st.Mismatches, st.Jobs)
				}
				if n := e.statusOf(t, "cpu").Services[0].Jobs; n != jobs {
					t.Errorf("the CPU decided %d jobs, want %d", n, jobs)
				}
				asked := d.runs.Load()
				if err := e.Run(context.Background(), b); err != nil {
					t.Fatal(err)
				}
				checkRight(t, b)
				if d.runs.Load() != asked {
					t.Error("a quarantined backend was asked")
				}
			})
		}
	}
}

// TestTakeOver: what one device failed to decide, another one decides; the CPU only stands by.
func TestTakeOver(t *testing.T) {
	bad := newDevice("bad", func(context.Context, *kernels.Batch, int, int) error { return errPlanted })
	good := newDevice("good", nil)
	e := openToy(t, Config{Backends: []string{}}, bad, good)
	for i := range 10 {
		b := toyBatch(toy, 0, 3000, uint64(i))
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		checkRight(t, b)
	}
	if n := e.statusOf(t, "good").Services[0].Jobs; n != 30000 {
		t.Errorf("the good device decided %d jobs, want 30000", n)
	}
	if s := e.statusOf(t, "bad"); s.State != Quarantined || bad.runs.Load() != faultsInRow {
		t.Errorf("the bad device is %v after %d calls, want quarantined after %d", s.State, bad.runs.Load(), faultsInRow)
	}
	if s := e.statusOf(t, "cpu"); s.State != Standby || s.Services[0].Jobs != 0 {
		t.Errorf("the CPU is %v and decided %d jobs, want standby and none", s.State, s.Services[0].Jobs)
	}
}

// TestFaults: calls that end with an error or a panic, with or without partial and wrong results.
func TestFaults(t *testing.T) {
	half := func(b *kernels.Batch, lo, hi int) { b.Kernel().Ref(b, lo, (lo+hi)/2) }
	for _, test := range []struct {
		name  string
		fault func(ctx context.Context, b *kernels.Batch, lo, hi int) error
		calls int64 // until it is quarantined; 0: it is not
	}{
		{"error", func(context.Context, *kernels.Batch, int, int) error { return errPlanted }, faultsInRow},
		{"half decided, then an error", func(_ context.Context, b *kernels.Batch, lo, hi int) error {
			half(b, lo, hi)
			return &backend.Fault{Backend: "d", Err: errPlanted}
		}, faultsInRow},
		{"wrong verdicts and an error", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			lies[0].tell(b, lo, hi)
			return errPlanted
		}, faultsInRow},
		{"cancelled by itself", func(context.Context, *kernels.Batch, int, int) error { return context.Canceled }, faultsInRow},
		{"panic", func(context.Context, *kernels.Batch, int, int) error { panic("planted") }, 1},
		{"wrong verdicts, then a panic", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			lies[0].tell(b, lo, hi)
			panic(errPlanted)
		}, 1},
		{"closed", func(context.Context, *kernels.Batch, int, int) error { return backend.ErrClosed }, 1},
		{"not supported after all", func(context.Context, *kernels.Batch, int, int) error {
			return fmt.Errorf("toy: %w", backend.ErrUnsupported)
		}, 0},
	} {
		for _, mode := range modes {
			t.Run(mode.name+"/"+test.name, func(t *testing.T) {
				d := newDevice("d", test.fault)
				e := openToy(t, Config{Backends: mode.backends}, d)
				for i := range 6 {
					b := toyBatch(toy, 0, 2000, uint64(i))
					if err := e.Run(context.Background(), b); err != nil {
						t.Fatal(err)
					}
					checkRight(t, b)
				}
				s := e.statusOf(t, "d")
				if test.calls == 0 {
					if s.State != Serving || d.runs.Load() != 1 || len(s.Services[0].Rules) != 1 || s.Refused["toy"] == "" {
						t.Errorf("%v after %d calls, rules %v, refused %v; want the rule refused after one call",
							s.State, d.runs.Load(), s.Services[0].Rules, s.Refused)
					}
					return
				}
				if s.State != Quarantined || d.runs.Load() != test.calls || s.Services[0].Faults != uint64(test.calls) {
					t.Errorf("%v after %d calls, %d faults; want quarantined after %d", s.State, d.runs.Load(), s.Services[0].Faults, test.calls)
				}
			})
		}
	}
}

// TestSuccessBetween: failed calls that are not in a row quarantine nobody.
func TestSuccessBetween(t *testing.T) {
	var n atomic.Int64
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		if n.Add(1)%3 != 0 {
			return errPlanted
		}
		return honest(ctx, b, lo, hi)
	})
	e := openToy(t, Config{}, d)
	for i := range 12 {
		b := toyBatch(toy, 0, 2000, uint64(i))
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		checkRight(t, b)
	}
	if s := e.statusOf(t, "d"); s.State != Serving || s.Services[0].Faults < 8 {
		t.Errorf("%v because %q, %d faults; want serving, 8 (or more, if the machine was slow)", s.State, s.Reason, s.Services[0].Faults)
	}
}

// TestPanicLends: after a panic nobody knows what still runs, so the memory is left to the backend.
func TestPanicLends(t *testing.T) {
	d := newDevice("d", func(context.Context, *kernels.Batch, int, int) error { panic("planted") })
	e := openToy(t, Config{}, d)
	b := toyBatch(toy, 0, 2000, 1)
	region := &b.Region()[0]
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	if &b.Region()[0] == region {
		t.Error("the batch uses memory again that a device may still write")
	}
}

// TestHang: a call that ignores its context costs Hang and Grace, not a verdict; what it writes later reaches nobody.
func TestHang(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			release := make(chan struct{})
			var d *device
			d = newDevice("d", func(_ context.Context, b *kernels.Batch, lo, hi int) error {
				if b.Len() != 2000 {
					toyRef(b, lo, hi) // known answers
					return nil
				}
				d.stuck.Add(1)
				defer d.stuck.Add(-1)
				<-release
				toyRef(b, lo, hi)
				lies[0].tell(b, lo, hi) // late writes
				return nil
			})
			e := openToy(t, Config{Backends: mode.backends, Hang: 40 * time.Millisecond, Grace: 40 * time.Millisecond, Probation: 10 * time.Millisecond}, d)
			b := toyBatch(toy, 0, 2000, 1)
			region := &b.Region()[0]
			start := time.Now()
			if err := e.Run(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 5*time.Second {
				t.Errorf("Run took %v", took)
			}
			checkRight(t, b)
			s := e.statusOf(t, "d")
			if s.State != Quarantined || !strings.Contains(s.Reason, "did not return") {
				t.Errorf("%v because %q", s.State, s.Reason)
			}
			time.Sleep(50 * time.Millisecond)
			if s := e.statusOf(t, "d"); s.State != Quarantined {
				t.Errorf("%v while its call has not returned", s.State)
			}
			lent := b.Region()
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			if &b.Region()[0] == region {
				t.Error("the batch uses memory again that a device may still read")
			}
			verdicts := append([]byte(nil), lent...)
			d.armed.Store(false)
			close(release)
			eventually(t, "the call returns", func() bool { return d.stuck.Load() == 0 })
			if string(verdicts) != string(lent) {
				t.Error("late writes reached the memory of the batch")
			}
			eventually(t, "the device serves again", func() bool { return e.statusOf(t, "d").State == Serving })
			b = toyBatch(toy, 0, 2000, 2)
			if err := e.Run(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			checkRight(t, b)
			if n := e.statusOf(t, "d").Services[0].Audited; n == 0 {
				t.Error("it serves again but got no jobs that were audited")
			}
		})
	}
}

// TestHangOthers: a batch that waits for its turn at a device that hangs with another batch does not wait for ever.
func TestHangOthers(t *testing.T) {
	for _, mode := range modes {
		t.Run(mode.name, func(t *testing.T) {
			release := make(chan struct{})
			var d *device
			d = newDevice("d", func(_ context.Context, b *kernels.Batch, lo, hi int) error {
				d.stuck.Add(1)
				defer d.stuck.Add(-1)
				<-release
				return nil
			})
			e := openToy(t, Config{Backends: mode.backends, Hang: 40 * time.Millisecond, Grace: 40 * time.Millisecond}, d)
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Go(func() {
					b := toyBatch(toy, 0, 2000, uint64(i))
					if err := e.Run(context.Background(), b); err != nil {
						t.Error(err)
					}
					checkRight(t, b)
				})
			}
			wg.Wait()
			if n := d.runs.Load(); n != 1 {
				t.Errorf("%d calls, want the one that hangs", n)
			}
			close(release)
		})
	}
}

// TestHangObeys: a call that hangs but gives up when told is quarantined, and its memory is not lent.
func TestHangObeys(t *testing.T) {
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		<-ctx.Done()
		return ctx.Err()
	})
	e := openToy(t, Config{Backends: []string{}, Hang: 30 * time.Millisecond, Probation: -1}, d)
	b := toyBatch(toy, 0, 2000, 1)
	region := &b.Region()[0]
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	checkRight(t, b)
	if s := e.statusOf(t, "d"); s.State != Quarantined || !strings.Contains(s.Reason, "took longer than") || s.Services[0].Faults != 1 {
		t.Errorf("%v because %q, %d faults", s.State, s.Reason, s.Services[0].Faults)
	}
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	if &b.Region()[0] != region {
		t.Error("memory was lent that the device gave back")
	}
	d.armed.Store(false)
	time.Sleep(50 * time.Millisecond)
	if s := e.statusOf(t, "d"); s.State != Quarantined {
		t.Error("it serves again although Probation is below 0")
	}
}

// TestMalformed: bytes that are no verdicts, verdicts that are missing and outputs of invalid jobs are found wherever
// they are, without any audit of the job.
func TestMalformed(t *testing.T) {
	for name, spoil := range map[string]func(b *kernels.Batch, i int){
		"unset": func(b *kernels.Batch, i int) { b.Unset(i, i+1) },
		"three": func(b *kernels.Batch, i int) { b.SetVerdict(i, 3) },
		"255":   func(b *kernels.Batch, i int) { b.SetVerdict(i, 255) },
		"output of an invalid job": func(b *kernels.Batch, i int) {
			for b.Verdict(i) != kernels.Invalid {
				i--
			}
			b.Out(i)[3] = 1
		},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
				honest(ctx, b, lo, hi)
				spoil(b, hi-1)
				return nil
			})
			e := openToy(t, Config{Backends: []string{}, AuditRate: 1e-9}, d)
			b := toyBatch(toy, 0, 5000, 1)
			if err := e.Run(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			checkRight(t, b)
			if s := e.statusOf(t, "d"); s.State != Quarantined || s.Services[0].Mismatches != 1 || s.Services[0].Audited != 0 {
				t.Errorf("%v, %+v", s.State, s.Services[0].Stats)
			}
		})
	}
}

// TestCancelAudit: answers of a device whose audit was cut short by the context do not stay in the batch.
func TestCancelAudit(t *testing.T) {
	auditing := make(chan struct{})
	var once sync.Once
	var armed atomic.Bool
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	k := newToy(toy.ID, "toy", func(b *kernels.Batch, lo, hi int) {
		if armed.Load() {
			once.Do(func() { close(auditing) })
			<-ctx.Done()
		}
	})
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		honest(ctx, b, lo, hi)
		lies[3].tell(b, lo, hi)
		return nil
	})
	e := openToy(t, Config{Backends: []string{}, Kernels: []*kernels.Kernel{k}, AuditRate: 1}, d)
	armed.Store(true)
	b := toyBatch(k, 0, 20000, 1)
	go func() {
		<-auditing
		cancel()
	}()
	if err := e.Run(ctx, b); err != context.Canceled {
		t.Fatal(err)
	}
	checkPartly(t, b)
	if s := e.statusOf(t, "d"); s.State != Serving {
		t.Errorf("%v because %q, although nothing was proved", s.State, s.Reason)
	}
}

// TestFallStopsOthers: when a backend is quarantined, its calls for other batches are cut short.
func TestFallStopsOthers(t *testing.T) {
	waiting := make(chan struct{})
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		if b.Len() == 3000 {
			close(waiting)
			<-ctx.Done()
			return ctx.Err()
		}
		honest(ctx, b, lo, hi)
		lies[0].tell(b, lo, hi)
		return nil
	})
	d.inFlight = 2
	e := openToy(t, Config{Backends: []string{}, AuditRate: 1, Hang: time.Hour}, d)
	e.members[1].services[toy.ID].model.seed(1, 1e-4, 1, 1e-4) // in one piece each
	done := make(chan error, 1)
	first, second := toyBatch(toy, 0, 3000, 1), toyBatch(toy, 0, 500, 2)
	e.members[1].slots <- struct{}{} // one call at a time for now
	go func() { done <- e.Run(context.Background(), first) }()
	<-waiting
	<-e.members[1].slots
	if err := e.Run(context.Background(), second); err != nil {
		t.Fatal(err)
	}
	checkRight(t, second)
	select {
	case err := <-done:
		if err != nil {
			t.Fatal(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("the other batch still waits for the device")
	}
	checkRight(t, first)
}

// TestAllTakenOver: a call of which the CPU took over everything is told to give up.
func TestAllTakenOver(t *testing.T) {
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		<-ctx.Done()
		return ctx.Err()
	})
	e := openToy(t, Config{Hang: time.Hour}, d)
	b := toyBatch(toy, 0, 3000, 1)
	start := time.Now()
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	checkRight(t, b)
	if s := e.statusOf(t, "d"); s.State != Serving {
		t.Errorf("%v because %q", s.State, s.Reason)
	}
}

// TestSlow: the CPU takes over from the end of a call that should long have finished, without blame for the device,
// which is then given less.
func TestSlow(t *testing.T) {
	for _, inTime := range []bool{true, false} {
		t.Run(fmt.Sprintf("gives up=%v", !inTime), func(t *testing.T) {
			d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-time.After(100 * time.Millisecond):
				}
				return honest(ctx, b, lo, hi)
			})
			slow := newToy(toy.ID, "toy", nil)
			if inTime { // the CPU is slower still: the device comes back before all is taken over
				slow = newToy(toy.ID, "toy", func(_ *kernels.Batch, lo, hi int) { time.Sleep(time.Duration(hi-lo) * 200 * time.Microsecond) })
			}
			e := openToy(t, Config{Kernels: []*kernels.Kernel{slow}, Workers: 1}, d)
			e.members[0].services[toy.ID].model.seed(1, 200e-6, 1, 200e-6)
			b := toyBatch(slow, 0, 3000, 1)
			if err := e.Run(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			checkRight(t, b)
			cpu, s := e.statusOf(t, "cpu").Services[0], e.statusOf(t, "d")
			if cpu.Stolen == 0 {
				t.Error("the CPU took nothing over")
			}
			if s.State != Serving {
				t.Errorf("%v because %q, want serving", s.State, s.Reason)
			}
			if n := s.Services[0].Jobs; inTime && n == 0 || !inTime && n != 0 {
				t.Errorf("%d jobs with the device's verdict", n)
			}
			if s.Services[0].Rate > 5e7 {
				t.Errorf("the model still believes in %.0f jobs a second", s.Services[0].Rate)
			}
		})
	}
}

// TestLieElsewhere: when a backend is found lying in one batch, what it said in another that is still running falls
// too.
func TestLieElsewhere(t *testing.T) {
	for try := range 20 {
		if lieElsewhere(t) {
			return
		}
		t.Logf("try %d: the device or the CPU was too fast", try)
	}
	t.Error("it never came to the situation of the test")
}

func lieElsewhere(t *testing.T) (happened bool) {
	var lie, hold atomic.Bool
	var once sync.Once
	held, let := make(chan struct{}), make(chan struct{})
	k := newToy(toy.ID, "toy", func(b *kernels.Batch, lo, hi int) {
		if hold.Load() && b.Len() == 4000 && hi-lo > 1 {
			once.Do(func() {
				close(held)
				<-let
			})
		}
	})
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		honest(ctx, b, lo, hi)
		if b.Len() == 4000 { // one lie, that an audit of one job hardly ever finds
			lies[1].tell(b, lo, hi)
		} else if lie.Load() {
			lies[0].tell(b, lo, hi)
		}
		return nil
	})
	e := openToy(t, Config{Kernels: []*kernels.Kernel{k}, AuditRate: 1e-9, Workers: 2}, d)
	hold.Store(true)
	first, second := toyBatch(k, 0, 4000, 1), toyBatch(k, 0, 1000, 2)
	done := make(chan error, 1)
	go func() { done <- e.Run(context.Background(), first) }()
	select {
	case <-held: // the CPU is at its part of the first batch
	case <-done:
		return false // the device took all
	}
	end := time.Now().Add(time.Second)
	for e.statusOf(t, "d").Services[0].Spans == 0 && time.Now().Before(end) {
		time.Sleep(time.Millisecond)
	}
	happened = e.statusOf(t, "d").Services[0].Spans > 0 // the device has answered, and was believed
	lie.Store(true)
	if err := e.Run(context.Background(), second); err != nil {
		t.Fatal(err)
	}
	checkRight(t, second)
	happened = happened && e.statusOf(t, "d").State == Quarantined
	close(let)
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if happened {
		checkRight(t, first)
	}
	return happened
}

// TestInexact: verdicts of a kind that the backend does not vouch for are decided again, and wrong ones are no crime.
func TestInexact(t *testing.T) {
	for _, test := range []struct {
		name           string
		valid, invalid bool // exact
		lie            int  // of lies
	}{
		{"valid is inexact", false, true, 3},
		{"invalid is inexact", true, false, 4},
		{"both are, all wrong", false, false, 0},
	} {
		for _, mode := range modes {
			t.Run(mode.name+"/"+test.name, func(t *testing.T) {
				d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
					honest(ctx, b, lo, hi)
					lies[test.lie].tell(b, lo, hi)
					return nil
				})
				d.kernels = []backend.Support{{Kernel: toy.ID, Smallest: 1, ValidExact: test.valid, InvalidExact: test.invalid}}
				e := openToy(t, Config{Backends: mode.backends}, d)
				b := toyBatch(toy, kernels.LowS, 5000, 1)
				if err := e.Run(context.Background(), b); err != nil {
					t.Fatal(err)
				}
				checkRight(t, b)
				s := e.statusOf(t, "d")
				st := s.Services[0].Stats
				if s.State != Serving || st.Jobs == 0 || st.Rechecked != st.Jobs || st.Overturned == 0 || st.Mismatches != 0 {
					t.Errorf("%v, %+v", s.State, st)
				}
			})
		}
	}
	t.Run("the exact kind is held to it", func(t *testing.T) {
		d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			lies[4].tell(b, lo, hi)
			return nil
		})
		d.kernels = []backend.Support{{Kernel: toy.ID, Smallest: 1, ValidExact: false, InvalidExact: true}}
		e := openToy(t, Config{AuditRate: 1}, d)
		b := toyBatch(toy, 0, 5000, 1)
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		checkRight(t, b)
		if s := e.statusOf(t, "d"); s.State != Quarantined {
			t.Errorf("%v", s.State)
		}
	})
}

// TestProbation: a quarantined backend serves again once it gives the known answers; each quarantine doubles the wait;
// the first jobs are all audited.
func TestProbation(t *testing.T) {
	var lie, failKnown atomic.Bool
	d := newDevice("d", nil)
	d.fault = func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		honest(ctx, b, lo, hi)
		if b.Len() == 16 && failKnown.Load() || b.Len() != 16 && lie.Load() {
			lies[1].tell(b, lo, hi)
		}
		return nil
	}
	const probation = 20 * time.Millisecond
	e := openToy(t, Config{AuditRate: 1. / 1024, Probation: probation}, d)
	run := func(n int) {
		t.Helper()
		b := toyBatch(toy, 0, n, 1)
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		if !lie.Load() {
			checkRight(t, b)
		}
	}
	m := e.members[1]
	m.suspect.Store(1) // audit everything once
	lie.Store(true)
	failKnown.Store(true)
	run(1000)
	if s := e.statusOf(t, "d"); s.State != Quarantined {
		t.Fatalf("%v", s.State)
	}
	eventually(t, "it misses the known answers", func() bool { return strings.Contains(e.statusOf(t, "d").Reason, "known answer missed") })
	lie.Store(false)
	failKnown.Store(false)
	eventually(t, "it serves again", func() bool { return e.statusOf(t, "d").State == Serving })
	m.mu.Lock()
	if m.doublings == 0 {
		t.Error("a failed test did not double the wait")
	}
	m.mu.Unlock()
	before := e.statusOf(t, "d").Services[0].Stats
	run(1000)
	after := e.statusOf(t, "d").Services[0].Stats
	if jobs := after.Jobs - before.Jobs; jobs == 0 || after.Audited-before.Audited != jobs {
		t.Errorf("%d of %d jobs after the quarantine were audited, want all", after.Audited-before.Audited, jobs)
	}
	decided := func() (jobs, audited uint64) {
		end := e.statusOf(t, "d").Services[0].Stats
		return end.Jobs - before.Jobs, end.Audited - before.Audited
	}
	eventually(t, "it decides twice the jobs that earn trust", func() bool {
		run(1000)
		jobs, _ := decided()
		return jobs >= 2*trustAfter
	})
	if jobs, audited := decided(); audited < trustAfter || audited > trustAfter+jobs/10+1000 {
		t.Errorf("%d of %d jobs were audited, want the first %d and few others", audited, jobs, trustAfter)
	}
}

// TestCPUFault: where the kernel panics on the CPU, Run says so; the job is unset, all others are decided.
func TestCPUFault(t *testing.T) {
	for _, withDevice := range []bool{false, true} {
		var poison atomic.Uint64
		k := newToy(toy.ID, "toy", nil)
		run := k.Run
		k.Run = func(b *kernels.Batch, lo, hi int) {
			for i := lo; i < hi; i++ {
				if p := poison.Load(); p != 0 && string(b.Row(i)) == string(toyBatch(k, 0, 1, p).Row(0)) {
					panic("planted")
				}
			}
			run(b, lo, hi)
		}
		var devices []*device
		if withDevice { // it is not believed: nobody can check it
			devices = append(devices, newDevice("d", nil))
		}
		e := openToy(t, Config{Kernels: []*kernels.Kernel{k}, AuditRate: 1}, devices...)
		poison.Store(7)
		b := kernels.New(k, 0, 1000, 0)
		for i := range 1000 {
			row, _ := b.Add(nil)
			copy(row, toyBatch(k, 0, 1, uint64(i)).Row(0))
		}
		err := e.Run(context.Background(), b)
		var fault *backend.Fault
		if !errors.As(err, &fault) || fault.Backend != "cpu" {
			t.Fatalf("error %v, want a fault of cpu", err)
		}
		want := b.Shadow()
		toyRef(want, 0, 1000)
		for i := range 1000 {
			if i == 7 && b.Verdict(i) != kernels.Unset || i != 7 && b.Verdict(i) != want.Verdict(i) {
				t.Errorf("job %d is %v, by the reference %v", i, b.Verdict(i), want.Verdict(i))
			}
		}
	}
}
