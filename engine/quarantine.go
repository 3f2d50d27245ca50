package engine

import (
	"context"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels/all"
)

// proofTime bounds the known answers of one backend, so that one that hangs does not keep Open or a probation for ever.
const proofTime = 30 * time.Second

// admitAll lets every backend prove its kernels.
func (e *Engine) admitAll() error {
	if err := e.admit(e.judge); err != nil {
		return err
	}
	for _, m := range e.devices {
		if err := e.admit(m); err != nil {
			e.config.Logger.Warn("backend may not serve", "backend", m.info.Name, "reason", err)
		}
	}
	return nil
}

// admit sets what kernels a backend may serve: those of which it knows the answers. It returns why the last refused
// kernel was.
func (e *Engine) admit(m *member) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), proofTime)
	defer cancel()
	for _, support := range m.info.Kernels {
		k := all.ByID(support.Kernel)
		if k == nil {
			m.refuse(support, "this engine does not know the kernel")
			continue
		}
		s := m.kernels[k.ID]
		if s == nil {
			support.Smallest = max(support.Smallest, 1)
			s = &service{Support: support, metrics: e.metrics.series(k.Name, m.info.Name)}
		}
		if proof := e.proof(ctx, m, s); proof != nil {
			err = proof
			m.refuse(support, proof.Error())
			continue
		}
		m.mu.Lock()
		delete(m.refused, k.ID)
		m.kernels[k.ID] = s
		m.mu.Unlock()
	}
	return err
}

// proof is member.prove, given up when the backend does not come back.
func (e *Engine) proof(ctx context.Context, m *member, s *service) error {
	if m.judge {
		return m.prove(ctx, all.ByID(s.Kernel), s)
	}
	if m.hopeless() {
		return errStuck
	}
	done := make(chan error, 1)
	m.count(+1)
	go func() {
		err := m.prove(ctx, all.ByID(s.Kernel), s)
		m.count(-1)
		done <- err
	}()
	timeout := time.NewTimer(proofTime + e.config.Grace)
	defer timeout.Stop()
	select {
	case err := <-done:
		return err
	case <-timeout.C:
		return errStuck
	}
}

func (m *member) refuse(s backend.Support, why string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refused[s.Kernel] = why
	delete(m.kernels, s.Kernel)
}

// count keeps the number of calls in the backend that may not come back.
func (m *member) count(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.stuck += n
}

// hopeless tells whether calls of the backend have been given up and not returned.
func (m *member) hopeless() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.stuck > 0
}

// quarantine takes a backend out of service until it has proved itself again.
func (e *Engine) quarantine(m *member, why error) {
	m.mu.Lock()
	if m.state == Quarantined {
		m.mu.Unlock()
		return
	}
	m.state, m.reason = Quarantined, why.Error()
	m.times++
	pause := e.config.Probation << min(m.times-1, 6)
	m.mu.Unlock()

	e.metrics.quarantines.WithLabelValues(m.info.Name).Inc()
	e.config.Logger.Error("backend in quarantine", "backend", m.info.Name, "reason", why)
	if e.config.Probation < 0 {
		return
	}
	e.probes.Add(1)
	go func() {
		defer e.probes.Done()
		e.probe(m, pause)
	}()
}

// probe tries a backend in quarantine again, first after pause, until it serves or the engine closes.
func (e *Engine) probe(m *member, pause time.Duration) {
	for {
		timer := time.NewTimer(pause)
		select {
		case <-e.closing:
			timer.Stop()
			return
		case <-timer.C:
		}
		pause *= 2
		if m.hopeless() {
			continue
		}
		if err := e.admit(m); err != nil {
			e.config.Logger.Warn("backend stays in quarantine", "backend", m.info.Name, "reason", err)
			continue
		}
		m.mu.Lock()
		m.state, m.reason = Serving, ""
		m.mu.Unlock()
		e.config.Logger.Info("backend serves again", "backend", m.info.Name)
		return
	}
}
