//go:build linux

// Package event is an eventfd: how a device's interrupt reaches a goroutine.
package event

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Event is an eventfd that goroutines wait for without blocking a thread.
type Event struct {
	fd   int
	file *os.File
}

// New makes an eventfd, not signalled.
func New() (*Event, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("event: eventfd: %w", err)
	}
	return &Event{fd, os.NewFile(uintptr(fd), "eventfd")}, nil
}

// FD is the descriptor, for a device to signal. It is valid until Close.
func (e *Event) FD() int { return e.fd }

// Signal wakes one Wait, now or later. Signals that nobody waited for count as one.
func (e *Event) Signal() error {
	one := [8]byte{1}
	_, err := e.file.Write(one[:])
	return err
}

// Wait returns true after a signal, false after the time; 0 or less waits without end. An error means that the event
// was closed.
func (e *Event) Wait(d time.Duration) (bool, error) {
	var deadline time.Time
	if d > 0 {
		deadline = time.Now().Add(d)
	}
	if err := e.file.SetReadDeadline(deadline); err != nil {
		return false, err
	}
	var count [8]byte
	_, err := e.file.Read(count[:])
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return false, nil
	}
	return err == nil, err
}

// Close frees the descriptor; a Wait that is going on ends with an error.
func (e *Event) Close() error {
	if err := e.file.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
		return err
	}
	return nil
}

// Signal signals the eventfd fd of somebody else. A counter that is full already is signalled.
func Signal(fd int) error {
	one := [8]byte{1}
	for {
		switch _, err := unix.Write(fd, one[:]); err {
		case nil, unix.EAGAIN:
			return nil
		case unix.EINTR:
		default:
			return fmt.Errorf("event: signal: %w", err)
		}
	}
}
