//go:build linux

package trace

import (
	"fmt"
	"sync"

	"github.com/sluice-engine/sluice/driver/event"
	"golang.org/x/sys/unix"
)

// relay stands between the device and whoever waits for a vector, as owners of an eventfd signal it themselves, too. It
// records, then passes on.
type relay struct {
	event *event.Event // that the device signals
	done  chan struct{}

	mu sync.Mutex
	to int // a descriptor of ours, of the waiter's eventfd; -1 for none
}

// Interrupt implements driver.Device.
func (d *Device) Interrupt(vector, fd int) error {
	begin := d.sink.now()
	on := uint64(1)
	if fd < 0 {
		on = 0
	}
	err := d.connect(vector, fd)
	d.sink.put(&Record{Type: Vector, Took: d.since(begin), Status: statusOf(err), Words: [4]uint64{uint64(uint32(vector)), on}})
	return err
}

func (d *Device) connect(vector, fd int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.relays[vector]
	if fd < 0 {
		err := d.device.Interrupt(vector, -1)
		if err == nil && r != nil {
			r.end()
			delete(d.relays, vector)
		}
		return err
	}
	to, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 0)
	if err != nil {
		return fmt.Errorf("trace: interrupt: %w", err)
	}
	fresh := r == nil
	if fresh {
		e, err := event.New()
		if err != nil {
			unix.Close(to)
			return err
		}
		r = &relay{event: e, done: make(chan struct{}), to: -1}
		go r.run(d.sink, vector)
	}
	if err := d.device.Interrupt(vector, r.event.FD()); err != nil {
		unix.Close(to)
		if fresh {
			r.end()
		}
		return err
	}
	r.pass(to)
	d.relays[vector] = r
	return nil
}

// pass changes to whom it is passed on.
func (r *relay) pass(to int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.to >= 0 {
		unix.Close(r.to)
	}
	r.to = to
}

func (r *relay) run(s *sink, vector int) {
	defer close(r.done)
	for {
		if _, err := r.event.Wait(0); err != nil {
			return
		}
		s.put(&Record{Type: Interrupt, Words: [4]uint64{uint64(vector)}})
		r.mu.Lock()
		if r.to >= 0 {
			event.Signal(r.to) // an eventfd that is full is signalled; there is no other error to tell of
		}
		r.mu.Unlock()
	}
}

func (r *relay) end() {
	r.event.Close()
	<-r.done
	r.pass(-1)
}
