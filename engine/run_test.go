package engine

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

func TestRunErrors(t *testing.T) {
	e := openToy(t, Config{})
	ctx := context.Background()
	if err := e.Run(ctx, toyBatch(toy, 0, 0, 0)); err != nil {
		t.Errorf("an empty batch: %v", err)
	}
	if err := e.Run(ctx, kernels.New(sha256.Node, 0, 1, 0)); !errors.Is(err, ErrKernel) || !strings.Contains(err.Error(), "sha256.node") {
		t.Errorf("a kernel that is not served: %v", err)
	}
	impostor := toyBatch(newToy(toy.ID, "impostor", nil), 0, 1, 0)
	toyRef(impostor, 0, 1)
	if err := e.Run(ctx, impostor); !errors.Is(err, ErrKernel) || impostor.Verdict(0) != kernels.Unset {
		t.Errorf("another kernel with the id of one that is served: %v, %v", err, impostor.Verdict(0))
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	b := toyBatch(toy, 0, 100, 1)
	toyRef(b, 0, 100)
	if err := e.Run(done, b); err != context.Canceled {
		t.Errorf("a context that is done: %v", err)
	}
	for i := range 100 {
		if b.Verdict(i) != kernels.Unset {
			t.Fatalf("job %d kept an old verdict", i)
		}
	}
	for range 2 {
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
	}
	toyRef(b, 0, 100)
	if err := e.Run(ctx, b); err != ErrClosed || b.Verdict(0) != kernels.Unset {
		t.Errorf("after Close: %v, job 0 is %v", err, b.Verdict(0))
	}
	if _, err := e.Stream(toy, 0, StreamConfig{}); err != ErrClosed {
		t.Errorf("a stream after Close: %v", err)
	}
}

// TestCancelDuring: Run returns soon after its context is done, whoever is at work; what is not decided is unset.
func TestCancelDuring(t *testing.T) {
	obeys := func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		toyRef(b, lo, hi-1)
		<-ctx.Done()
		return ctx.Err()
	}
	for _, test := range []struct {
		name  string
		fault func(ctx context.Context, b *kernels.Batch, lo, hi int) error
		lent  bool
	}{
		{"the CPU alone", nil, false},
		{"a device that gives up", obeys, false},
		{"a device that does not", func(_ context.Context, b *kernels.Batch, lo, hi int) error {
			time.Sleep(300 * time.Millisecond)
			toyRef(b, lo, hi)
			return nil
		}, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			k := newToy(toy.ID, "toy", func(_ *kernels.Batch, lo, hi int) {
				if hi > 1000 {
					time.Sleep(time.Duration(hi-lo) * 20 * time.Microsecond)
				}
			})
			var devices []*device
			c := Config{Kernels: []*kernels.Kernel{k}, Hang: time.Hour, Grace: 50 * time.Millisecond}
			var d *device
			if test.fault != nil {
				d = newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
					d.stuck.Add(1)
					defer d.stuck.Add(-1)
					return test.fault(ctx, b, lo, hi)
				})
				devices = append(devices, d)
				c.Backends = []string{}
			}
			e := openToy(t, c, devices...)
			b := toyBatch(k, 0, 100000, 1)
			for i := range b.Len() { // stale and wrong, all of them
				b.SetVerdict(i, 3)
			}
			region := &b.Region()[0]
			ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
			defer cancel()
			start := time.Now()
			err := e.Run(ctx, b)
			if took := time.Since(start); took > 250*time.Millisecond {
				t.Errorf("returned after %v", took)
			}
			if err != context.DeadlineExceeded {
				t.Fatalf("error %v", err)
			}
			checkPartly(t, b)
			if b.Verdict(b.Len()-1) != kernels.Unset {
				t.Error("the last job is decided")
			}
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			if lent := &b.Region()[0] != region; lent != test.lent {
				t.Errorf("memory lent: %v, want %v", lent, test.lent)
			}
			if test.fault != nil {
				want := Serving
				if test.lent {
					want = Quarantined
				}
				if s := e.statusOf(t, "d"); s.State != want || s.Services[0].Faults != 0 {
					t.Errorf("%v because %q, %d faults; want %v and none", s.State, s.Reason, s.Services[0].Faults, want)
				}
			}
		})
	}
}

// TestQueue: no more jobs are in flight than allowed, callers wait in order and can give up, a batch that is larger runs
// alone.
func TestQueue(t *testing.T) {
	var inFlight, most atomic.Int64
	hold := make(chan struct{})
	var holding atomic.Bool
	k := newToy(toy.ID, "toy", func(b *kernels.Batch, lo, hi int) {
		n := inFlight.Add(int64(hi - lo))
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if holding.Load() {
			<-hold
		}
		inFlight.Add(-int64(hi - lo))
	})
	e := openToy(t, Config{Kernels: []*kernels.Kernel{k}, QueueJobs: 100, Workers: 8})
	most.Store(0)
	holding.Store(true)
	var wg sync.WaitGroup
	run := func(n int) {
		wg.Go(func() {
			b := toyBatch(k, 0, n, 1)
			if err := e.Run(context.Background(), b); err != nil {
				t.Error(err)
			}
			checkRight(t, b)
		})
	}
	for range 10 {
		run(40)
	}
	eventually(t, "80 jobs are in flight, 320 wait", func() bool { return e.queue.inFlight() == 80 && e.queue.waiting() == 320 })
	run(1000)
	eventually(t, "the large batch waits", func() bool { return e.queue.waiting() == 1320 })
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	late := toyBatch(k, 0, 1, 1)
	toyRef(late, 0, 1)
	if err := e.Run(ctx, late); err != context.DeadlineExceeded || late.Verdict(0) != kernels.Unset {
		t.Errorf("a call that waits behind others until its context is done: %v, %v", err, late.Verdict(0))
	}
	if e.queue.waiting() != 1320 {
		t.Errorf("%d jobs wait, want 1320", e.queue.waiting())
	}
	close(hold)
	wg.Wait()
	if e.queue.waiting() != 0 || e.queue.inFlight() != 0 {
		t.Errorf("%d jobs wait and %d are in flight at the end", e.queue.waiting(), e.queue.inFlight())
	}
	if m := most.Load(); m > 1000 {
		t.Errorf("%d jobs at once", m)
	}
}

// TestCloseWaits: Close lets running calls end.
func TestCloseWaits(t *testing.T) {
	started, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	var armed atomic.Bool
	k := newToy(toy.ID, "toy", func(*kernels.Batch, int, int) {
		if armed.Load() {
			once.Do(func() { close(started) })
			<-release
		}
	})
	e := openToy(t, Config{Kernels: []*kernels.Kernel{k}})
	armed.Store(true)
	b := toyBatch(k, 0, 100, 1)
	ran, closed := make(chan error, 1), make(chan error, 1)
	go func() { ran <- e.Run(context.Background(), b) }()
	<-started
	go func() { closed <- e.Close() }()
	select {
	case err := <-closed:
		t.Fatalf("Close returned (%v) while a batch was being decided", err)
	case <-time.After(30 * time.Millisecond):
	}
	if err := e.Run(context.Background(), b.Shadow()); err != ErrClosed {
		t.Errorf("Run while Close waits: %v", err)
	}
	close(release)
	if err := <-ran; err != nil {
		t.Error(err)
	}
	checkRight(t, b)
	if err := <-closed; err != nil {
		t.Error(err)
	}
}

// stubborn is a backend that does not close.
type stubborn struct {
	*device
	how func() error
}

func (s stubborn) Close() error { return s.how() }

// TestCloseErrors: what backends say, do, or fail to do when they are closed.
func TestCloseErrors(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	e, err := Open(Config{Kernels: []*kernels.Kernel{toy}, Hang: time.Second, Grace: 20 * time.Millisecond, Custom: []backend.Backend{
		stubborn{newDevice("a", nil), func() error { return errPlanted }},
		stubborn{newDevice("b", nil), func() error { panic("ouch") }},
		stubborn{newDevice("c", nil), func() error { <-release; return nil }},
	}})
	if err != nil {
		t.Fatal(err)
	}
	err = e.Close()
	if !errors.Is(err, errPlanted) {
		t.Fatalf("%v", err)
	}
	for _, says := range []string{"close backend a: planted error", "close backend b: panic: ouch", "backend c did not close within 1.02s"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("%q does not say %q", err, says)
		}
	}
	if again := e.Close(); again != err {
		t.Errorf("second Close: %v", again)
	}
}

// TestShares: devices and CPU share a batch by their speed, and who is done early takes over from the others.
func TestShares(t *testing.T) {
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		time.Sleep(time.Duration(hi-lo) * 10 * time.Microsecond)
		return honest(ctx, b, lo, hi)
	})
	k := newToy(toy.ID, "toy", func(_ *kernels.Batch, lo, hi int) { time.Sleep(time.Duration(hi-lo) * 40 * time.Microsecond) })
	e := openToy(t, Config{Kernels: []*kernels.Kernel{k}, Workers: 1}, d)
	e.members[0].services[toy.ID].model.seed(1, 40e-6, 1, 40e-6)
	e.members[1].services[toy.ID].model.seed(1, 40e-6, 1, 40e-6) // thought to be as slow as the CPU
	start := time.Now()
	const n, runs = 20000, 3
	for range runs {
		b := toyBatch(k, 0, n, 1)
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		checkRight(t, b)
	}
	took := time.Since(start)
	s := e.statusOf(t, "d").Services[0]
	t.Logf("%d batches in %v: %d of %d jobs by the device, %d stolen by it, %d by the CPU", runs, took, s.Jobs, runs*n, s.Stolen,
		e.statusOf(t, "cpu").Services[0].Stolen)
	if s.Jobs < runs*n*6/10 {
		t.Errorf("the device is four times as fast and decided %d of %d jobs", s.Jobs, runs*n)
	}
	if s.Stolen == 0 {
		t.Error("it stole nothing, although it was given too little at first")
	}
}

// TestSmallest: a batch below what pays for a device does not reach it.
func TestSmallest(t *testing.T) {
	d := newDevice("d", nil)
	d.kernels = []backend.Support{{Kernel: toy.ID, Smallest: 1000, ValidExact: true, InvalidExact: true}}
	k := newToy(toy.ID, "toy", func(_ *kernels.Batch, lo, hi int) { time.Sleep(time.Duration(hi-lo) * time.Microsecond) })
	e := openToy(t, Config{Kernels: []*kernels.Kernel{k}}, d)
	for n, asked := range map[int]bool{1: false, 999: false, 100000: true} {
		d.runs.Store(0)
		b := toyBatch(k, 0, n, 1)
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		checkRight(t, b)
		if got := d.runs.Load() > 0; got != asked {
			t.Errorf("%d jobs: device asked %v, want %v", n, got, asked)
		}
	}
	if d.jobs.Load() < 1000*d.runs.Load() {
		t.Errorf("%d calls had %d jobs in all", d.runs.Load(), d.jobs.Load())
	}
}

// TestInFlight: a device gets as many spans at once as it says that pay, not more.
func TestInFlight(t *testing.T) {
	var now, most atomic.Int64
	d := newDevice("d", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(5 * time.Millisecond)
		return honest(ctx, b, lo, hi)
	})
	d.inFlight = 3
	e := openToy(t, Config{Backends: []string{}}, d)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			b := toyBatch(toy, 0, 3000, uint64(i))
			if err := e.Run(context.Background(), b); err != nil {
				t.Error(err)
			}
			checkRight(t, b)
		})
	}
	wg.Wait()
	if most.Load() != 3 {
		t.Errorf("at most %d spans at once, want 3", most.Load())
	}
}

// TestMetrics: what happened is counted, per kernel and backend, and can be read twice from one registry, one engine after the other.
func TestMetrics(t *testing.T) {
	registry := prometheus.NewPedanticRegistry()
	for range 2 {
		d := newDevice("liar", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
			honest(ctx, b, lo, hi)
			lies[1].tell(b, lo, hi)
			return nil
		})
		c := Config{Backends: []string{}, AuditRate: 1, Registerer: registry, Probation: -1, Kernels: []*kernels.Kernel{toy}, Custom: []backend.Backend{d}}
		e, err := Open(c)
		if err != nil {
			t.Fatal(err)
		}
		seemFast(e)
		if _, err := Open(Config{Registerer: registry, Kernels: c.Kernels}); err == nil || !strings.Contains(err.Error(), "register metrics") {
			t.Errorf("two engines in one registry: %v", err)
		}
		d.armed.Store(true)
		b := toyBatch(toy, 0, 300, 1)
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		checkRight(t, b)
		valid := strings.Count(string(b.Verdicts()), "\x01")
		want := strings.NewReplacer("VALID", strconv.Itoa(valid), "INVALID", strconv.Itoa(300-valid)).Replace(`
# HELP sluice_jobs_total Jobs that left the engine with a verdict of the backend.
# TYPE sluice_jobs_total counter
sluice_jobs_total{backend="cpu",kernel="toy"} 300
sluice_jobs_total{backend="liar",kernel="toy"} 0
# HELP sluice_verdicts_total Verdicts, by what they say.
# TYPE sluice_verdicts_total counter
sluice_verdicts_total{backend="cpu",kernel="toy",verdict="valid"} VALID
sluice_verdicts_total{backend="cpu",kernel="toy",verdict="invalid"} INVALID
sluice_verdicts_total{backend="liar",kernel="toy",verdict="valid"} 0
sluice_verdicts_total{backend="liar",kernel="toy",verdict="invalid"} 0
# HELP sluice_audits_total Exact verdicts of the backend that the CPU decided again.
# TYPE sluice_audits_total counter
sluice_audits_total{backend="cpu",kernel="toy"} 0
sluice_audits_total{backend="liar",kernel="toy"} 300
# HELP sluice_mismatches_total Wrong answers of the backend that audits found.
# TYPE sluice_mismatches_total counter
sluice_mismatches_total{backend="cpu",kernel="toy"} 0
sluice_mismatches_total{backend="liar",kernel="toy"} 1
# HELP sluice_quarantines_total Quarantines of the backend, by the kernel that caused them.
# TYPE sluice_quarantines_total counter
sluice_quarantines_total{backend="cpu",kernel="toy"} 0
sluice_quarantines_total{backend="liar",kernel="toy"} 1
# HELP sluice_backend_state 1 for the state that the backend is in.
# TYPE sluice_backend_state gauge
sluice_backend_state{backend="cpu",state="serving"} 0
sluice_backend_state{backend="cpu",state="standby"} 1
sluice_backend_state{backend="cpu",state="quarantined"} 0
sluice_backend_state{backend="cpu",state="refused"} 0
sluice_backend_state{backend="liar",state="serving"} 0
sluice_backend_state{backend="liar",state="standby"} 0
sluice_backend_state{backend="liar",state="quarantined"} 1
sluice_backend_state{backend="liar",state="refused"} 0
# HELP sluice_queue_jobs Jobs in batches that are being decided.
# TYPE sluice_queue_jobs gauge
sluice_queue_jobs 0
# HELP sluice_queue_waiting_jobs Jobs in batches that wait for others to be decided.
# TYPE sluice_queue_waiting_jobs gauge
sluice_queue_waiting_jobs 0
`)
		err = testutil.GatherAndCompare(registry, strings.NewReader(want), "sluice_jobs_total", "sluice_verdicts_total", "sluice_audits_total",
			"sluice_mismatches_total", "sluice_quarantines_total", "sluice_backend_state", "sluice_queue_jobs", "sluice_queue_waiting_jobs")
		if err != nil {
			t.Error(err)
		}
		for name, want := range map[string]int{"sluice_batch_jobs": 1, "sluice_batch_seconds": 1, "sluice_span_seconds": 2,
			"sluice_rechecks_total": 2, "sluice_overturned_total": 2, "sluice_faults_total": 2, "sluice_spans_total": 2,
			"sluice_stolen_jobs_total": 2, "sluice_busy_seconds_total": 2} {
			if n, err := testutil.GatherAndCount(registry, name); n != want || err != nil {
				t.Errorf("%s: %d series, %v; want %d", name, n, err, want)
			}
		}
		problems, err := testutil.GatherAndLint(registry)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range problems {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
		if err := e.Close(); err != nil {
			t.Fatal(err)
		}
		if n, err := testutil.GatherAndCount(registry); n != 0 || err != nil {
			t.Errorf("%d series are left after Close, %v", n, err)
		}
	}
}
