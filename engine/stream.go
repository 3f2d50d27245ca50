package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

// StreamConfig of a Stream. The zero value is usable.
type StreamConfig struct {
	// Jobs at which a batch is decided without waiting longer; 0 means DefaultStreamJobs.
	Jobs int
	// Tick is how long the first job of a batch waits for others; 0 means DefaultStreamTick. Negative: not at all, so that
	// a batch is what came while the one before it was decided.
	Tick time.Duration
	// Waves is how many batches may be decided at a time; 0 means 4. Beyond, callers wait.
	Waves int
	// MessageBytes is the room for messages in a batch; a longer message gets a batch of its own. 0 means 512 for each job.
	MessageBytes int
}

// What the zero values of StreamConfig mean. The tick is that of go-algorand's batch verifier.
const (
	DefaultStreamJobs = 1024
	DefaultStreamTick = 2 * time.Millisecond
	defaultWaves      = 4
	streamJobBytes    = 512
)

// Stream gathers single jobs of one kernel and rule from many goroutines into batches. Every caller gets the verdict of its
// own job.
type Stream struct {
	engine *Engine
	kernel *kernels.Kernel
	rule   kernels.Flags
	config StreamConfig

	ctx  context.Context // of the batches: ends with Close's patience only
	room chan struct{}   // one token for each wave that may be under way

	mu     sync.Mutex
	open   *wave // takes jobs; nil: none begun
	closed bool
	waves  sync.WaitGroup
}

// wave is one batch of a stream.
type wave struct {
	batch   *kernels.Batch
	timer   *time.Timer
	sent    bool
	decided chan struct{}
	err     error
}

// Stream makes a stream. Errors: kernels.ErrRule; ErrClosed.
func (e *Engine) Stream(k *kernels.Kernel, rule kernels.Flags, c StreamConfig) (*Stream, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	if e.closed {
		return nil, ErrClosed
	}
	if !k.Allows(rule) {
		return nil, fmt.Errorf("%w: %q for %s", kernels.ErrRule, rule, k.Name)
	}
	setDefault(&c.Jobs, DefaultStreamJobs)
	setDefault(&c.Tick, DefaultStreamTick)
	setDefault(&c.Waves, defaultWaves)
	if k.Message {
		setDefault(&c.MessageBytes, c.Jobs*streamJobBytes)
	} else {
		c.MessageBytes = 0
	}
	s := &Stream{engine: e, kernel: k, rule: rule, config: c, ctx: context.Background(), room: make(chan struct{}, c.Waves)}
	for range c.Waves {
		s.room <- struct{}{}
	}
	return s, nil
}

// Do decides one job and waits for its verdict. add appends exactly one job to the batch that it is given, by the kernel's
// appender; messageBytes is at least the length of its message. out is the output row, the caller's own; nil for a
// kernel without.
//
// Errors: add's, ErrClosed, ctx's (the job may then be decided all the same), and those of Engine.Run, which all jobs of
// the batch share. A caller that gives up harms no other.
func (s *Stream) Do(ctx context.Context, messageBytes int, add func(b *kernels.Batch) error) (valid bool, out []byte, err error) {
	w, i, err := s.enter(ctx, messageBytes, add)
	if err != nil {
		return false, nil, err
	}
	select {
	case <-w.decided:
	case <-ctx.Done():
		return false, nil, ctx.Err()
	}
	if w.err != nil {
		return false, nil, w.err
	}
	return w.batch.Verdict(i) == kernels.Valid, bytes.Clone(w.batch.Out(i)), nil
}

// errAdd: the caller of Do broke its contract.
var errAdd = errors.New("engine: add did not append exactly one job")

// enter puts a job into the open wave.
func (s *Stream) enter(ctx context.Context, messageBytes int, add func(b *kernels.Batch) error) (*wave, int, error) {
	for {
		s.mu.Lock()
		switch w := s.open; {
		case s.closed:
			s.mu.Unlock()
			return nil, 0, ErrClosed
		case w != nil && messageBytes <= w.batch.MessageRoom():
			defer s.mu.Unlock()
			i := w.batch.Len()
			if err := add(w.batch); err != nil {
				return nil, 0, err
			}
			if n := w.batch.Len(); n != i+1 {
				if n > i {
					s.send(w) // it is full of jobs that nobody waits for; start afresh
				}
				return nil, 0, errAdd
			}
			if i+1 == w.batch.Cap() || s.config.Tick < 0 {
				s.send(w)
			} else if i == 0 {
				w.timer = time.AfterFunc(s.config.Tick, func() { s.flush(w) })
			}
			return w, i, nil
		case w != nil:
			s.send(w)
		}
		s.mu.Unlock()

		select { // room for another wave
		case <-s.room:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
		if err := s.begin(messageBytes); err != nil {
			return nil, 0, err
		}
	}
}

// begin opens a wave with the token that the caller took, or gives it back if somebody else did meanwhile.
func (s *Stream) begin(messageBytes int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.open != nil || s.closed {
		s.room <- struct{}{}
		return nil
	}
	b, err := kernels.NewIn(kernels.Heap, s.kernel, s.rule, s.config.Jobs, max(s.config.MessageBytes, messageBytes))
	if err != nil {
		s.room <- struct{}{}
		return err
	}
	s.open = &wave{batch: b, decided: make(chan struct{})}
	return nil
}

// flush sends a wave whose tick is over.
func (s *Stream) flush(w *wave) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send(w)
}

// send has a wave decided. The lock is held.
func (s *Stream) send(w *wave) {
	if w.sent {
		return
	}
	w.sent = true
	if w.timer != nil {
		w.timer.Stop()
	}
	if s.open == w {
		s.open = nil
	}
	s.waves.Add(1)
	go func() {
		defer s.waves.Done()
		w.err = s.engine.Run(s.ctx, w.batch)
		s.room <- struct{}{}
		close(w.decided)
	}()
}

// Close decides the jobs that wait and returns when all callers can have their verdicts. Do fails with ErrClosed from
// then on. The engine stays open.
func (s *Stream) Close() error {
	s.mu.Lock()
	s.closed = true
	if s.open != nil {
		s.send(s.open)
	}
	s.mu.Unlock()
	s.waves.Wait()
	return nil
}
