package engine

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

const (
	warmTime  = 4 * time.Millisecond // a span that takes so long tells enough
	warmJobs  = 8192                 // in a measured span, at most
	warmBytes = 1 << 20              // of messages in it, at most
)

// admit gives the backend the known answers of all its kernels. What it misses it is not given.
func (m *member) admit(ctx context.Context) {
	for _, k := range m.engine.config.Kernels {
		if s := m.services[k.ID]; s != nil && !m.hangs() {
			m.admitKernel(ctx, s)
		}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.abandoned > 0 {
		m.set(Refused, "it did not return from a known-answer test")
		return
	}
	for _, s := range m.services {
		if len(s.rules) > 0 {
			m.set(Serving, "")
			return
		}
	}
	reason := "it runs no kernel that this engine serves"
	for _, k := range m.engine.config.Kernels {
		if s := m.services[k.ID]; s != nil {
			reason = s.refused
			break
		}
	}
	m.set(Refused, reason)
}

func (m *member) admitKernel(ctx context.Context, s *service) {
	log := m.engine.log.With("backend", m.info.Name, "kernel", s.kernel.Name)
	for _, rule := range s.kernel.Rules {
		_, err := m.answer(ctx, s.kernel.Known(rule))
		switch {
		case errors.Is(err, backend.ErrUnsupported):
			s.refuse(fmt.Sprintf("rule %q is not supported", rule), rule)
			log.Info("rule not supported", "rule", rule)
			continue
		case err != nil:
			s.refuse(err.Error())
			log.Warn("backend refused for this kernel", "error", err)
			return
		}
		m.mu.Lock()
		s.rules = append(s.rules, rule)
		m.mu.Unlock()
	}
	if len(m.engine.members) == 1 {
		return // there is nothing to choose
	}
	if rules := s.admitted(); len(rules) > 0 {
		if err := m.measure(ctx, s, s.kernel.Known(rules[0])); err != nil {
			s.refuse(err.Error())
			log.Warn("backend refused for this kernel", "error", err)
		}
	}
}

// measure starts the cost model with two spans: of as many jobs as there are known answers, and of many more.
func (m *member) measure(ctx context.Context, s *service, known *kernels.Batch) error {
	t0, err := m.best(ctx, known)
	if err != nil {
		return err
	}
	n0 := work(known, 0, known.Len())
	n1, t1 := n0, t0
	for times := 4; t1 < warmTime && times*known.Len() <= warmJobs && times*known.MessageBytes() <= warmBytes; times *= 4 {
		many, err := repeat(known, times)
		if err != nil {
			return err
		}
		if t1, err = m.best(ctx, many); err != nil {
			return err
		}
		n1 = work(many, 0, many.Len())
	}
	s.model.seed(n0, t0.Seconds(), n1, t1.Seconds())
	return nil
}

// best is the shortest of three answers, or of fewer if they take long.
func (m *member) best(ctx context.Context, known *kernels.Batch) (time.Duration, error) {
	shortest, err := m.answer(ctx, known)
	for i := 1; i < 3 && err == nil && shortest < 2*warmTime; i++ {
		var again time.Duration
		again, err = m.answer(ctx, known)
		shortest = min(shortest, again)
	}
	return shortest, err
}

// repeat makes a batch of the jobs and answers of b, several times over.
func repeat(b *kernels.Batch, times int) (*kernels.Batch, error) {
	many, err := kernels.NewIn(kernels.Heap, b.Kernel(), b.Flags(), b.Len()*times, b.MessageBytes()*times)
	if err != nil {
		return nil, err
	}
	for range times {
		for i := range b.Len() {
			row, err := many.Add(b.Message(i))
			if err != nil {
				return nil, err
			}
			copy(row, b.Row(i))
			copy(many.Out(many.Len()-1), b.Out(i))
			many.SetVerdict(many.Len()-1, b.Verdict(i))
		}
	}
	return many, nil
}

// answer has the backend decide a batch of known answers and compares. It returns the time that the backend took, or an
// error: ErrKnownAnswer, or the backend's.
func (m *member) answer(ctx context.Context, known *kernels.Batch) (time.Duration, error) {
	k, n := known.Kernel(), known.Len()
	name := strings.TrimSpace(k.Name + " " + known.Flags().String())
	got := known.Shadow()
	jobs := bytes.Clone(known.Region())
	start := time.Now()
	if err := m.ask(ctx, got, 0, n); err != nil {
		return 0, fmt.Errorf("known answers of %s: %w", name, err)
	}
	took := time.Since(start)
	if !bytes.Equal(jobs, known.Region()) {
		return 0, fmt.Errorf("%w: %s: the backend changed the jobs", ErrKnownAnswer, name)
	}
	s := m.services[k.ID]
	for i := range n {
		v, want := got.Verdict(i), known.Verdict(i)
		if v != kernels.Valid && v != kernels.Invalid {
			return 0, fmt.Errorf("%w: %s: job %d is %v, want %v", ErrKnownAnswer, name, i, v, want)
		}
		if !s.exact(v) {
			continue // it is decided again anyhow
		}
		if v != want || !bytes.Equal(got.Out(i), known.Out(i)) {
			return 0, fmt.Errorf("%w: %s: job %d is %v with output %x, want %v with %x",
				ErrKnownAnswer, name, i, v, got.Out(i), want, known.Out(i))
		}
	}
	return took, nil
}

// exact tells whether a verdict of the backend can be taken as it is.
func (s *service) exact(v kernels.Verdict) bool {
	if v == kernels.Valid {
		return s.support.ValidExact
	}
	return s.support.InvalidExact
}

// ask calls the backend outside of any batch of a caller, and waits no longer than Hang and Grace.
func (m *member) ask(ctx context.Context, b *kernels.Batch, lo, hi int) error {
	if m.trusted {
		return m.be.Run(ctx, b, lo, hi)
	}
	c := &m.engine.config
	ctx, cancel := context.WithTimeout(ctx, c.Hang)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- m.guarded(ctx, b, lo, hi) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(c.Grace):
	}
	m.mu.Lock()
	m.abandoned++
	m.mu.Unlock()
	go func() {
		<-done
		m.returned()
	}()
	return fmt.Errorf("the backend did not return within %v, nor %v after it was cancelled", c.Hang, c.Grace)
}

// panicked is an error of a backend that panicked.
type panicked struct{ value any }

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

// guarded calls the backend and turns a panic into an error.
func (m *member) guarded(ctx context.Context, b *kernels.Batch, lo, hi int) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicked{p}
		}
	}()
	return m.be.Run(ctx, b, lo, hi)
}

// work is the amount of work in jobs [lo,hi), in units of the cost model. What a plain hash costs depends on its
// message; a signature costs so much more than the hash of its message that jobs are counted alone.
func work(b *kernels.Batch, lo, hi int) float64 {
	n := float64(hi - lo)
	if k := b.Kernel(); k.In == 0 && k.Message && hi > lo {
		from := 0
		if lo > 0 {
			from = b.MessageEnd(lo - 1)
		}
		n += float64(b.MessageEnd(hi-1)-from) / 64
	}
	return n
}
