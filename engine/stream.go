package engine

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

// StreamConfig of a Stream. The zero value is usable.
type StreamConfig struct {
	// Jobs at which a batch is decided without waiting longer, and its capacity; 0 means 1024.
	Jobs int
	// Tick is the least time between two batches that are not full, and so the most that a job waits for others;
	// 0 means 2 ms, below 0 means no wait: a batch is then what came while others were being decided.
	Tick time.Duration
	// Waves is how many batches may be decided at a time; 0 means 4. While all are busy, jobs gather in the next batch,
	// and once that is full, callers wait.
	Waves int
	// MessageBytes is the room for messages in a batch; a longer message gets a batch of its own. 0 means 512 for each
	// job.
	MessageBytes int
}

func (c *StreamConfig) complete(k *kernels.Kernel) error {
	if c.Jobs < 0 || c.Waves < 0 || c.MessageBytes < 0 {
		return fmt.Errorf("%w: a stream of %d jobs, %d waves, %d message bytes", ErrConfig, c.Jobs, c.Waves, c.MessageBytes)
	}
	if c.Jobs == 0 {
		c.Jobs = 1024
	}
	if c.Tick == 0 {
		c.Tick = 2 * time.Millisecond
	}
	if c.Waves == 0 {
		c.Waves = 4
	}
	if c.MessageBytes == 0 {
		c.MessageBytes = 512 * c.Jobs
	}
	if !k.Message {
		c.MessageBytes = 0
	}
	return nil
}

// Stream gathers single jobs of one kernel and rule from many goroutines into batches; every caller gets the verdict of
// its own job. All methods may be called from many goroutines at once.
//
// A job that comes when the stream has been at rest for a tick is decided at once. After that, jobs gather until the
// batch is full or a tick has gone by since the last batch. So a lonely job waits for nobody, no job waits longer than a
// tick unless all waves are busy, and a busy stream fills the lanes of its backend: at most one batch in each tick is
// not as full as it could be. (go-algorand's verifier always waits for its tick of 2 ms.)
//
// Memory is bounded by Waves+1 batches, and what callers have not read of their answers.
type Stream struct {
	engine *Engine
	kernel *kernels.Kernel
	rule   kernels.Flags
	config StreamConfig

	mu     sync.Mutex
	open   *wave         // takes jobs; nil: none begun
	busy   int           // waves that are being decided
	last   time.Time     // when a wave was sent
	timer  *time.Timer   // sends the open wave
	room   chan struct{} // closed, and replaced, when a wave was sent
	free   []*kernels.Batch
	closed bool
	waves  sync.WaitGroup
}

// wave is one batch of a stream.
type wave struct {
	batch   *kernels.Batch
	full    bool         // to be sent as soon as may be
	readers atomic.Int32 // callers that have not read their answer, and one until it is decided
	decided chan struct{}
	err     error
}

// Stream makes a stream, which lives until its Close or the engine's. Errors: ErrConfig; ErrKernel; kernels.ErrRule;
// ErrClosed.
func (e *Engine) Stream(k *kernels.Kernel, rule kernels.Flags, c StreamConfig) (*Stream, error) {
	if err := c.complete(k); err != nil {
		return nil, err
	}
	if served := e.served[k.ID]; served == nil || served.kernel != k {
		return nil, fmt.Errorf("%w: %s", ErrKernel, k.Name)
	}
	if !k.Allows(rule) {
		return nil, fmt.Errorf("%w: %q for %s", kernels.ErrRule, rule, k.Name)
	}
	s := &Stream{engine: e, kernel: k, rule: rule, config: c, room: make(chan struct{})}
	s.timer = time.AfterFunc(time.Hour, s.tick)
	s.timer.Stop()
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.closed.Load() {
		return nil, ErrClosed
	}
	e.streams[s] = struct{}{}
	return s, nil
}

// Do decides one job and waits for its verdict. add appends exactly one job to the batch that it is given, by the
// kernel's appender, and does nothing else with the batch; messageBytes is at least the length of the job's message.
// out is the output row, the caller's own; nil for a kernel without.
//
// Errors: add's; ErrStream; ErrClosed; ctx's (the job may be decided all the same, for nobody); an error of Engine.Run,
// if it left this job undecided. A caller that gives up, or whose job fails, harms no other.
func (s *Stream) Do(ctx context.Context, messageBytes int, add func(*kernels.Batch) error) (valid bool, out []byte, err error) {
	w, i, err := s.enter(ctx, messageBytes, add)
	if err != nil {
		return false, nil, err
	}
	select {
	case <-w.decided:
	case <-ctx.Done():
		s.release(w)
		return false, nil, ctx.Err()
	}
	defer s.release(w)
	v := w.batch.Verdict(i)
	if v == kernels.Unset {
		return false, nil, w.err
	}
	if s.kernel.Out > 0 {
		out = bytes.Clone(w.batch.Out(i))
	}
	return v == kernels.Valid, out, nil
}

// enter puts a job into a wave, once there is one with room.
func (s *Stream) enter(ctx context.Context, messageBytes int, add func(*kernels.Batch) error) (*wave, int, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	for {
		w, i, room, err := s.try(messageBytes, add)
		if room == nil {
			return w, i, err
		}
		select {
		case <-room:
		case <-ctx.Done():
			return nil, 0, ctx.Err()
		}
	}
}

// try puts a job into the open wave. Where that has no room, it gives a channel that is closed when another wave may
// have.
func (s *Stream) try(messageBytes int, add func(*kernels.Batch) error) (_ *wave, job int, room chan struct{}, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, 0, nil, ErrClosed
	}
	if w := s.open; w != nil && (w.full || messageBytes > w.batch.MessageRoom()) {
		w.full = true
		s.send()
		if s.open != nil {
			return nil, 0, s.room, nil // all waves are busy
		}
	}
	if s.open == nil {
		w, err := s.begin(messageBytes)
		if err != nil {
			return nil, 0, nil, err
		}
		s.open = w
	}
	w := s.open
	job = w.batch.Len()
	err := add(w.batch)
	added := w.batch.Len() - job
	if err == nil && added == 1 {
		w.readers.Add(1)
	} else if err == nil {
		err = fmt.Errorf("%w: %d were appended", ErrStream, added)
	}
	w.full = w.full || w.batch.Len() == w.batch.Cap()
	s.send()
	return w, job, nil, err
}

// begin makes a wave, in the memory of an earlier one where that fits. s.mu is held.
func (s *Stream) begin(messageBytes int) (*wave, error) {
	w := &wave{decided: make(chan struct{})}
	w.readers.Store(1)
	if n := len(s.free); n > 0 && messageBytes <= s.config.MessageBytes {
		w.batch, s.free = s.free[n-1], s.free[:n-1]
		return w, nil
	}
	var err error
	w.batch, err = kernels.NewIn(kernels.Heap, s.kernel, s.rule, s.config.Jobs, max(s.config.MessageBytes, messageBytes))
	return w, err
}

// release gives the memory of a wave back once everybody has read it.
func (s *Stream) release(w *wave) {
	if w.readers.Add(-1) > 0 {
		return
	}
	if err := w.batch.Reset(); err != nil || w.batch.MessageRoom() != s.config.MessageBytes {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.free) <= s.config.Waves && !s.closed {
		s.free = append(s.free, w.batch)
	}
}

// send has the open wave decided, if it is time and there is a wave free. s.mu is held.
func (s *Stream) send() {
	w := s.open
	if w == nil || w.batch.Len() == 0 || s.busy == s.config.Waves {
		return
	}
	if due := s.last.Add(s.config.Tick); !w.full && !s.closed && s.config.Tick > 0 {
		if wait := time.Until(due); wait > 0 {
			s.timer.Reset(wait)
			return
		}
	}
	s.timer.Stop()
	s.open = nil
	s.last = time.Now()
	s.busy++
	s.waves.Add(1)
	close(s.room)
	s.room = make(chan struct{})
	go s.decide(w)
}

// tick is called when the open wave may be due.
func (s *Stream) tick() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.send()
}

func (s *Stream) decide(w *wave) {
	defer s.waves.Done()
	w.err = s.engine.run(context.Background(), w.batch)
	close(w.decided)
	s.release(w)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.busy--
	s.send()
}

// Close lets no more jobs in, decides those that are, and returns when all callers have their answers. The engine stays
// open. A second Close does nothing.
func (s *Stream) Close() error {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.room) // those who wait find the stream closed
		s.room = make(chan struct{})
	}
	s.send()
	for s.open != nil && s.open.batch.Len() > 0 { // all waves are busy
		room := s.room
		s.mu.Unlock()
		<-room
		s.mu.Lock()
	}
	s.mu.Unlock()
	s.waves.Wait()
	s.engine.mu.Lock()
	delete(s.engine.streams, s)
	s.engine.mu.Unlock()
	return nil
}
