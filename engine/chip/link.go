//go:build linux

package chip

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/engine/backend"
)

// link is a device with its queues, from one opening to its loss.
type link struct {
	device driver.Device
	host   *ring.Host
	memory *memory
}

// dialling is an attempt to open the device; all that wait for it share it.
type dialling struct {
	done chan struct{}
	link *link
	err  error
}

// connect opens the device and tells it of the memory.
func connect(c *Config, m *memory) (_ *link, err error) {
	d, err := c.Dial()
	if err != nil {
		return nil, err
	}
	l := &link{device: d, memory: m}
	defer func() {
		if err != nil {
			err = errors.Join(err, l.close())
		}
	}()
	if err := m.attach(d); err != nil {
		return nil, err
	}
	deadline := c.Deadline
	if deadline <= 0 && simulated(d.Info()) {
		deadline = 10 * time.Minute
	}
	l.host, err = ring.Open(d, m.own, ring.Options{Deadline: deadline})
	if err != nil {
		return nil, fmt.Errorf("chip: %s: %w", d.Info().Name, err)
	}
	return l, nil
}

// simulated tells whether a device is played by software.
func simulated(i driver.Info) bool { return i.Transport != "vfio" }

// close gives the device up. The error is one of a device that could not be stopped before.
func (l *link) close() error {
	var err error
	if l.host != nil {
		err = l.host.Close()
	}
	err = errors.Join(err, l.device.Close())
	l.memory.detach()
	return err
}

// alive tells whether the link can be used.
func (l *link) alive() bool { return l != nil && l.host.Err() == nil }

// acquire gives the link to the device, opening it again if it was lost. It waits no longer than the context.
func (b *Backend) acquire(ctx context.Context) (*link, error) {
	b.mu.Lock()
	switch {
	case b.closed:
		b.mu.Unlock()
		return nil, backend.ErrClosed
	case b.link.alive():
		defer b.mu.Unlock()
		return b.link, nil
	}
	d := b.dialling
	if d == nil {
		d = &dialling{done: make(chan struct{})}
		b.dialling = d
		b.dials.Go(func() { b.reconnect(d) })
	}
	b.mu.Unlock()
	select {
	case <-d.done:
		return d.link, d.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// reconnect replaces a link that is dead.
func (b *Backend) reconnect(d *dialling) {
	defer close(d.done)
	b.mu.Lock()
	old := b.link
	b.link = nil
	b.mu.Unlock()
	if old != nil {
		lost := errors.Is(old.host.Err(), ring.ErrLost)
		if err := old.close(); lost || err != nil {
			b.alloc.replace()
		}
	}
	d.link, d.err = connect(&b.config, b.alloc.current)
	if d.err == nil {
		d.err = b.same(d.link)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dialling = nil
	if d.err == nil && b.closed {
		d.err = backend.ErrClosed
	}
	if d.err == nil {
		b.link = d.link
		return
	}
	if d.link != nil {
		d.err = errors.Join(d.err, d.link.close())
		d.link = nil
	}
}

// same makes sure that the device which was opened again does what Info says.
func (b *Backend) same(l *link) error {
	if is := supports(l.host.Caps(), b.config.Inexact); !reflect.DeepEqual(is, b.info.Kernels) {
		return fmt.Errorf("%w: it has kernels %v, it had %v; open the engine again to use it as it is", ErrOther, names(is), names(b.info.Kernels))
	}
	return nil
}
