//go:build linux

package vfiouser

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"golang.org/x/sys/unix"
)

// conn asks and waits for the answer, one command at a time.
type conn struct {
	timeout time.Duration
	// serve answers a command of the server's; its errno is 0, or a refusal.
	serve func(m *wire.Message) (reply []byte, e unix.Errno)

	mu     sync.Mutex
	socket *net.UnixConn
	id     uint16
	dead   error // why nothing more can be asked
}

// call sends a command and returns the payload of its reply, of at most limit bytes. A reply's descriptors are handed out
// if the caller wants them. A server's refusal is a unix.Errno; every other error ends the connection and is a
// driver.ErrGone from then on.
func (c *conn) call(command uint16, payload []byte, limit int, fds []int, take *[]int) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead != nil {
		return nil, c.dead
	}
	m, err := c.exchange(command, payload, limit, fds)
	if err != nil {
		return nil, c.die(fmt.Errorf("%w: vfio-user command %d: %w", driver.ErrGone, command, err))
	}
	if take != nil {
		*take, m.FDs = m.FDs, nil
	}
	m.CloseFDs()
	if m.Flags&wire.FlagError != 0 {
		if e := unix.Errno(m.Errno); e == unix.ENODEV || e == unix.ENXIO {
			return nil, fmt.Errorf("%w: vfio-user: command %d: %w", driver.ErrGone, command, e)
		}
		return nil, fmt.Errorf("vfio-user: command %d refused: %w", command, unix.Errno(m.Errno))
	}
	return m.Payload, nil
}

// die ends the connection. The lock is held.
func (c *conn) die(err error) error {
	c.dead = err
	c.socket.Close()
	return err
}

// most is how many commands of the server's own are answered before it gives the reply that it owes.
const most = 1 << 16

// received bounds the payload of what a server sends: a reply of limit bytes, or a write to memory.
func received(limit int) int { return max(limit, 16+int(wire.MaxData)) }

func (c *conn) exchange(command uint16, payload []byte, limit int, fds []int) (wire.Message, error) {
	if err := c.socket.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return wire.Message{}, err
	}
	c.id++
	if err := wire.Send(c.socket, wire.Header{ID: c.id, Command: command}, payload, fds...); err != nil {
		return wire.Message{}, err
	}
	for range most {
		m, err := wire.Receive(c.socket, received(limit))
		if err != nil {
			return m, err
		}
		switch {
		case m.Flags&wire.TypeMask == 0:
			if err := c.answer(&m); err != nil {
				return m, err
			}
			continue
		case m.Flags&wire.TypeMask != wire.FlagReply || m.ID != c.id || m.Command != command:
			err = fmt.Errorf("%w: reply %d to command %d (flags %#x), want %d to %d", wire.ErrProtocol, m.ID, m.Command, m.Flags, c.id, command)
		case m.Flags&wire.FlagError != 0 && m.Errno == 0:
			err = fmt.Errorf("%w: an error without a number", wire.ErrProtocol)
		case len(m.Payload) > limit && m.Flags&wire.FlagError == 0:
			err = fmt.Errorf("%w: %d bytes for command %d, at most %d make sense", wire.ErrProtocol, len(m.Payload), command, limit)
		}
		if err != nil {
			m.CloseFDs()
		}
		return m, err
	}
	return wire.Message{}, fmt.Errorf("%w: the server only asks", wire.ErrProtocol)
}

// answer answers a command of the server's.
func (c *conn) answer(m *wire.Message) error {
	m.CloseFDs()
	reply, e := c.serve(m)
	if m.Flags&wire.FlagNoReply != 0 {
		return nil
	}
	h := wire.Header{ID: m.ID, Command: m.Command, Flags: wire.FlagReply}
	if e != 0 {
		h.Flags, h.Errno, reply = h.Flags|wire.FlagError, uint32(e), nil
	}
	return wire.Send(c.socket, h, reply)
}

// attend answers commands of the server's until the time.
func (c *conn) attend(until time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.dead == nil {
		there, err := c.wait(until)
		if err == nil && !there {
			return nil
		}
		if err == nil {
			err = c.one()
		}
		if err != nil {
			return c.die(fmt.Errorf("%w: vfio-user: %w", driver.ErrGone, err))
		}
	}
	return c.dead
}

// wait tells whether something to read comes before the time.
func (c *conn) wait(until time.Time) (bool, error) {
	if err := c.socket.SetReadDeadline(until); err != nil {
		return false, err
	}
	raw, err := c.socket.SyscallConn()
	if err != nil {
		return false, err
	}
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		_, _, err := unix.Recvfrom(int(fd), b[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		return err != unix.EAGAIN && err != unix.EINTR
	})
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return false, nil
	}
	return err == nil, err
}

// one answers the command that is there.
func (c *conn) one() error {
	if err := c.socket.SetDeadline(time.Now().Add(c.timeout)); err != nil {
		return err
	}
	m, err := wire.Receive(c.socket, received(0))
	if err != nil {
		return err
	}
	if m.Flags&wire.TypeMask != 0 {
		m.CloseFDs()
		return fmt.Errorf("%w: a reply to command %d that nobody gave", wire.ErrProtocol, m.Command)
	}
	return c.answer(&m)
}

// fixed is call for a reply that has want bytes.
func (c *conn) fixed(command uint16, payload []byte, want int, fds ...int) ([]byte, error) {
	p, err := c.call(command, payload, want, fds, nil)
	if err == nil && len(p) != want {
		err = c.broken("%d bytes of reply to command %d, want %d", len(p), command, want)
	}
	return p, err
}

// broken ends the connection.
func (c *conn) broken(format string, a ...any) error {
	return c.end(fmt.Errorf("%w: %w: %s", driver.ErrGone, wire.ErrProtocol, fmt.Sprintf(format, a...)))
}

func (c *conn) end(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead == nil {
		c.dead = err
		c.socket.Close()
	}
	if errors.Is(err, driver.ErrClosed) {
		c.dead = err
	}
	return c.dead
}

// closed tells whether the connection was ended by us.
func (c *conn) closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return errors.Is(c.dead, driver.ErrClosed)
}

// pack puts values together: uint32, uint64 and bytes.
func pack(values ...any) (b []byte) {
	for _, v := range values {
		switch v := v.(type) {
		case uint32:
			b = binary.LittleEndian.AppendUint32(b, v)
		case uint64:
			b = binary.LittleEndian.AppendUint64(b, v)
		case []byte:
			b = append(b, v...)
		}
	}
	return b
}
