package engine

import (
	"context"
	gosha "crypto/sha256"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// toyJob appends the toy job of a number.
func toyJob(x uint64) func(*kernels.Batch) error {
	return func(b *kernels.Batch) error {
		row, err := b.Add(nil)
		if err == nil {
			binary.LittleEndian.PutUint64(row, x)
		}
		return err
	}
}

// toyAnswer is what Do should say of it.
func toyAnswer(x uint64) (valid bool, out uint64) {
	if x *= toyFactor; x>>63 == 1 {
		return true, x
	}
	return false, 0
}

func newStream(t *testing.T, e *Engine, k *kernels.Kernel, c StreamConfig) *Stream {
	t.Helper()
	s, err := e.Stream(k, k.Default(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestStream: many goroutines, each gets the verdict and output of its own jobs.
func TestStream(t *testing.T) {
	e := openToy(t, Config{})
	for _, c := range []StreamConfig{{}, {Jobs: 1}, {Jobs: 7, Waves: 1}, {Jobs: 64, Tick: -1}, {Jobs: 3, Tick: 100 * time.Microsecond, Waves: 2}} {
		s := newStream(t, e, toy, c)
		var wg sync.WaitGroup
		for g := range 50 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(uint64(g), 9))
				for range 40 {
					x := r.Uint64()
					valid, out, err := s.Do(context.Background(), 0, toyJob(x))
					if err != nil {
						t.Error(err)
						return
					}
					if v, o := toyAnswer(x); valid != v || binary.LittleEndian.Uint64(out) != o {
						t.Errorf("job %x: %v with %x", x, valid, out)
					}
				}
			})
		}
		wg.Wait()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	st := e.statusOf(t, "cpu").Services[0].Stats
	if st.Jobs != 5*50*40 {
		t.Errorf("%d jobs decided, want %d", st.Jobs, 5*50*40)
	}
	t.Logf("%d jobs in %d batches", st.Jobs, st.Spans)
	if n := len(e.streams); n != 0 {
		t.Errorf("the engine still has %d closed streams", n)
	}
}

// TestStreamMessages: messages of any length, also such as are longer than a batch's arena; outputs are the callers' own.
func TestStreamMessages(t *testing.T) {
	e := openToy(t, Config{Kernels: []*kernels.Kernel{sha256.Kernel}})
	s := newStream(t, e, sha256.Kernel, StreamConfig{Jobs: 16, MessageBytes: 1000, Tick: 100 * time.Microsecond})
	var wg sync.WaitGroup
	for g := range 20 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(g), 9))
			var outs, wants [][]byte
			for range 30 {
				message := make([]byte, r.IntN(400)*r.IntN(2)+r.IntN(3)*r.IntN(2)*5000)
				for i := range message {
					message[i] = byte(r.Uint32())
				}
				valid, out, err := s.Do(context.Background(), len(message), func(b *kernels.Batch) error { return sha256.Append(b, message) })
				if !valid || err != nil {
					t.Errorf("%d bytes: %v, %v", len(message), valid, err)
					return
				}
				want := gosha.Sum256(message)
				outs, wants = append(outs, out), append(wants, want[:])
			}
			for i := range outs {
				if string(outs[i]) != string(wants[i]) {
					t.Errorf("output %d is %x, want %x", i, outs[i], wants[i])
				}
			}
		})
	}
	wg.Wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range s.free {
		if b.MessageRoom() != 1000 || b.Len() != 0 {
			t.Errorf("a batch with %d message bytes is kept", b.MessageRoom())
		}
	}
	if len(s.free) == 0 || len(s.free) > s.config.Waves+1 {
		t.Errorf("%d batches are kept for use again", len(s.free))
	}
}

// TestStreamRhythm: a job after a rest is decided at once; those within a tick of it wait until the batch is full.
func TestStreamRhythm(t *testing.T) {
	e := openToy(t, Config{})
	s := newStream(t, e, toy, StreamConfig{Jobs: 3, Tick: time.Hour})
	do := func() error {
		_, _, err := s.Do(context.Background(), 0, toyJob(1))
		return err
	}
	if err := do(); err != nil { // returns although the tick is an hour
		t.Fatal(err)
	}
	done := make(chan error, 3)
	for range 2 {
		go func() { done <- do() }()
	}
	select {
	case <-done:
		t.Fatal("a job within the tick did not wait for others")
	case <-time.After(50 * time.Millisecond):
	}
	go func() { done <- do() }()
	for range 3 {
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if st := e.statusOf(t, "cpu").Services[0].Stats; st.Jobs != 4 || st.Spans != 2 {
		t.Errorf("%d jobs in %d batches, want 4 in 2", st.Jobs, st.Spans)
	}

	s = newStream(t, e, toy, StreamConfig{Tick: 40 * time.Millisecond})
	for range 3 { // alone, each waits for the end of the tick that the one before it began
		start := time.Now()
		if _, _, err := s.Do(context.Background(), 0, toyJob(1)); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("waited %v", took)
		}
	}
}

// TestStreamLeaves: a caller that gives up harms nobody.
func TestStreamLeaves(t *testing.T) {
	e := openToy(t, Config{})
	s := newStream(t, e, toy, StreamConfig{Jobs: 4, Tick: time.Hour})
	s.Do(context.Background(), 0, toyJob(0)) // the tick begins
	ctx, cancel := context.WithCancel(context.Background())
	left, stayed := make(chan error, 1), make(chan error, 3)
	go func() {
		_, _, err := s.Do(ctx, 0, toyJob(1))
		left <- err
	}()
	waiting := func(n int) func() bool {
		return func() bool {
			s.mu.Lock()
			defer s.mu.Unlock()
			return s.open != nil && s.open.batch.Len() == n
		}
	}
	eventually(t, "the first waits", waiting(1))
	for i := range uint64(2) {
		go func() {
			valid, _, err := s.Do(context.Background(), 0, toyJob(i+2))
			if v, _ := toyAnswer(i + 2); err == nil && valid != v {
				err = errors.New("wrong verdict")
			}
			stayed <- err
		}()
	}
	eventually(t, "three wait", waiting(3))
	cancel()
	if err := <-left; err != context.Canceled {
		t.Errorf("who gave up got %v", err)
	}
	if _, _, err := s.Do(ctx, 0, toyJob(9)); err != context.Canceled {
		t.Errorf("a context that is done: %v", err)
	}
	go func() {
		_, _, err := s.Do(context.Background(), 0, toyJob(4))
		stayed <- err
	}()
	for range 3 {
		if err := <-stayed; err != nil {
			t.Error(err)
		}
	}
}

// TestStreamBadAdd: a function that appends nothing, too much, something wrong, or panics, harms nobody.
func TestStreamBadAdd(t *testing.T) {
	e := openToy(t, Config{})
	s := newStream(t, e, toy, StreamConfig{Jobs: 8, Tick: time.Millisecond})
	twice := func(b *kernels.Batch) error {
		toyJob(1)(b)
		return toyJob(2)(b)
	}
	half := func(b *kernels.Batch) error {
		toyJob(1)(b)
		return errPlanted
	}
	var wg sync.WaitGroup
	for g := range 30 {
		wg.Go(func() {
			for i := range 20 {
				x := uint64(g*100 + i)
				var valid bool
				var err, want error
				switch g % 6 {
				case 0:
					_, _, err = s.Do(context.Background(), 0, twice)
					want = ErrStream
				case 1:
					_, _, err = s.Do(context.Background(), 0, func(*kernels.Batch) error { return nil })
					want = ErrStream
				case 2:
					_, _, err = s.Do(context.Background(), 0, half)
					want = errPlanted
				case 3:
					func() {
						defer func() {
							if recover() == nil {
								t.Error("the panic did not reach the caller")
							}
						}()
						s.Do(context.Background(), 0, func(*kernels.Batch) error { panic("planted") })
					}()
				default:
					if valid, _, err = s.Do(context.Background(), 0, toyJob(x)); err == nil {
						if v, _ := toyAnswer(x); v != valid {
							t.Errorf("job %d: %v", x, valid)
						}
					}
				}
				if g%6 == 0 && errors.Is(err, kernels.ErrFull) {
					want = kernels.ErrFull // there was room for the first one only
				}
				if !errors.Is(err, want) || want == nil && err != nil {
					t.Errorf("kind %d: error %v, want %v", g%6, err, want)
				}
			}
		})
	}
	wg.Wait()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// TestStreamPoison: a job on which the kernel panics is an error for its caller alone.
func TestStreamPoison(t *testing.T) {
	k := newToy(toy.ID, "toy", func(b *kernels.Batch, lo, hi int) {
		for i := lo; i < hi; i++ {
			if binary.LittleEndian.Uint64(b.Row(i)) == 13 {
				panic("planted")
			}
		}
	})
	e := openToy(t, Config{Kernels: []*kernels.Kernel{k}})
	s := newStream(t, e, k, StreamConfig{Jobs: 100, Tick: 10 * time.Millisecond})
	var wg sync.WaitGroup
	for i := range uint64(100) {
		wg.Go(func() {
			valid, _, err := s.Do(context.Background(), 0, toyJob(i))
			var fault *backend.Fault
			if i == 13 && !errors.As(err, &fault) || i != 13 && err != nil {
				t.Errorf("job %d: %v", i, err)
			}
			if v, _ := toyAnswer(i); err == nil && v != valid {
				t.Errorf("job %d: %v", i, valid)
			}
		})
	}
	wg.Wait()
}

// TestStreamBound: with all waves busy and the next batch full, callers wait, and can give up; Close lets those in that
// have a place and turns the others away.
func TestStreamBound(t *testing.T) {
	var busy atomic.Int64
	var armed atomic.Bool
	release := make(chan struct{})
	k := newToy(toy.ID, "toy", func(*kernels.Batch, int, int) {
		if armed.Load() {
			busy.Add(1)
			<-release
		}
	})
	e := openToy(t, Config{Kernels: []*kernels.Kernel{k}, Workers: 8})
	s := newStream(t, e, k, StreamConfig{Jobs: 4, Waves: 2, Tick: -1})
	armed.Store(true)
	before := runtime.NumGoroutine()
	results := make(chan error, 100)
	do := func(n int) {
		for i := range n {
			go func() {
				valid, _, err := s.Do(context.Background(), 0, toyJob(uint64(i)))
				if v, _ := toyAnswer(uint64(i)); err == nil && v != valid {
					err = errors.New("wrong verdict")
				}
				results <- err
			}()
		}
	}
	do(1)
	eventually(t, "one wave is busy", func() bool { return busy.Load() == 1 })
	do(1)
	eventually(t, "two waves are busy", func() bool { return busy.Load() == 2 })
	do(4)
	eventually(t, "the next batch is full", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.open != nil && s.open.full
	})
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if _, _, err := s.Do(ctx, 0, toyJob(1)); err != context.DeadlineExceeded {
		t.Errorf("a caller without a place whose context is done: %v", err)
	}
	do(5) // these wait for a place
	time.Sleep(20 * time.Millisecond)
	if busy.Load() != 2 {
		t.Errorf("%d waves at once, want 2", busy.Load())
	}
	closed := make(chan error)
	go func() { closed <- s.Close() }()
	for range 5 {
		if err := <-results; err != ErrClosed {
			t.Errorf("a caller without a place when the stream closes: %v", err)
		}
	}
	select {
	case <-closed:
		t.Fatal("Close did not wait for the waves")
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	for range 6 {
		if err := <-results; err != nil {
			t.Errorf("a caller with a place when the stream closes: %v", err)
		}
	}
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if _, _, err := s.Do(context.Background(), 0, toyJob(1)); err != ErrClosed {
		t.Errorf("Do after Close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	eventually(t, "no goroutine is left over", func() bool { return runtime.NumGoroutine() <= before })
}

// TestStreamEngineCloses: the engine's Close drains its streams.
func TestStreamEngineCloses(t *testing.T) {
	e := openToy(t, Config{})
	s := newStream(t, e, toy, StreamConfig{Jobs: 1000, Tick: time.Hour})
	s.Do(context.Background(), 0, toyJob(0))
	results := make(chan error, 10)
	for i := range uint64(10) {
		go func() {
			_, _, err := s.Do(context.Background(), 0, toyJob(i))
			results <- err
		}()
	}
	eventually(t, "ten jobs wait", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.open != nil && s.open.batch.Len() == 10
	})
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := <-results; err != nil {
			t.Error(err)
		}
	}
	if _, _, err := s.Do(context.Background(), 0, toyJob(1)); err != ErrClosed {
		t.Errorf("Do after the engine closed: %v", err)
	}
}

func TestStreamErrors(t *testing.T) {
	e := openToy(t, Config{})
	for _, test := range []struct {
		k    *kernels.Kernel
		rule kernels.Flags
		c    StreamConfig
		want error
	}{
		{toy, 0, StreamConfig{Jobs: -1}, ErrConfig},
		{toy, 0, StreamConfig{Waves: -1}, ErrConfig},
		{toy, 0, StreamConfig{MessageBytes: -1}, ErrConfig},
		{toy, kernels.ZIP215, StreamConfig{}, kernels.ErrRule},
		{sha256.Node, 0, StreamConfig{}, ErrKernel},
	} {
		if s, err := e.Stream(test.k, test.rule, test.c); s != nil || !errors.Is(err, test.want) {
			t.Errorf("%s %s %+v: %v, %v; want %v", test.k.Name, test.rule, test.c, s, err, test.want)
		}
	}
	s := newStream(t, e, toy, StreamConfig{})
	if _, _, err := s.Do(context.Background(), 1<<40, toyJob(1)); err == nil {
		t.Error("a message of a tebibyte was taken")
	}
	if valid, _, err := s.Do(context.Background(), 0, toyJob(1)); valid || err != nil {
		if v, _ := toyAnswer(1); v != valid || err != nil {
			t.Errorf("after that: %v, %v", valid, err)
		}
	}
}

// TestStreamDevices: verdicts of a stream are as safe as those of Run.
func TestStreamDevices(t *testing.T) {
	d := newDevice("liar", func(ctx context.Context, b *kernels.Batch, lo, hi int) error {
		honest(ctx, b, lo, hi)
		lies[0].tell(b, lo, hi)
		return nil
	})
	e := openToy(t, Config{Backends: []string{}, AuditRate: 1, Probation: time.Microsecond}, d)
	s := newStream(t, e, toy, StreamConfig{Jobs: 10, Tick: 50 * time.Microsecond})
	var wg sync.WaitGroup
	for g := range uint64(20) {
		wg.Go(func() {
			for i := range uint64(50) {
				valid, _, err := s.Do(context.Background(), 0, toyJob(g*1000+i))
				if v, _ := toyAnswer(g*1000 + i); err != nil || v != valid {
					t.Errorf("job %d: %v, %v", g*1000+i, valid, err)
				}
			}
		})
	}
	wg.Wait()
	if d.runs.Load() == 0 {
		t.Error("the device was not asked")
	}
}
