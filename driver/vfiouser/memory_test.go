//go:build linux

package vfiouser_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
	"golang.org/x/sys/unix"
)

// asking is a server that before its answer to a reset, and after it, does what a function says.
func asking(t *testing.T, ask func(c *net.UnixConn)) *vfiouser.Session {
	t.Helper()
	chip := fake.New(fake.Config{})
	inner, outer := pair(t)
	middle, client := pair(t)
	done := make(chan struct{})
	go (&vfiousertest.Server{Device: chip}).Client(inner)
	go func() {
		defer close(done)
		relay(middle, outer, func(m *wire.Message) error {
			if m.Command != wire.Reset {
				return wire.Send(middle, m.Header, m.Payload)
			}
			ask(middle)
			err := wire.Send(middle, m.Header, m.Payload)
			if err == nil {
				ask(middle)
			}
			return err
		})
	}()
	s, err := vfiouser.NewSession(client, vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.Close()
		<-done
		chip.Close()
	})
	return s
}

// TestMemoryByMessage: a server that asks for memory by message gets what is mapped, and nothing else, in the middle of a call
// and when it is attended to.
func TestMemoryByMessage(t *testing.T) {
	r, err := dma.NewRegion(3 * driver.PageSize)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	const at = 1 << 33
	one := func(c *net.UnixConn, command uint16, flags uint32, payload ...byte) (wire.Message, error) {
		if err := wire.Send(c, wire.Header{ID: 77, Command: command, Flags: flags}, payload); err != nil || flags != 0 {
			return wire.Message{}, err
		}
		return wire.Receive(c, 1<<16)
	}
	span := func(address, n uint64, data ...byte) []byte {
		return append(binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, address), n), data...)
	}
	asked := make(chan bool, 2)
	s := asking(t, func(c *net.UnixConn) {
		defer func() { asked <- true }()
		// Over the border of two mappings.
		where := uint64(at + 2*driver.PageSize - 2)
		if m, err := one(c, wire.MemoryWrite, 0, span(where, 5, []byte("hello")...)...); err != nil || m.ID != 77 || m.Flags != wire.FlagReply || !bytes.Equal(m.Payload, span(where, 5)) {
			t.Errorf("write: %+v, %v", m, err)
		}
		if m, err := one(c, wire.MemoryRead, 0, span(where-1, 7)...); err != nil || m.Flags != wire.FlagReply || !bytes.Equal(m.Payload, span(where-1, 7, []byte("\x00hello\x00")...)) {
			t.Errorf("read: %+v, %v", m, err)
		}
		if _, err := one(c, wire.MemoryWrite, wire.FlagNoReply, span(at, 1, 'x')...); err != nil {
			t.Error(err)
		}
		for _, bad := range []struct {
			command uint16
			payload []byte
			want    unix.Errno
		}{
			{wire.MemoryRead, span(at+3*driver.PageSize, 1), unix.EFAULT},
			{wire.MemoryRead, span(at+3*driver.PageSize-1, 2), unix.EFAULT},
			{wire.MemoryWrite, span(at-1, 2, 9, 9), unix.EFAULT},
			{wire.MemoryRead, span(1<<64-1, 2), unix.EINVAL},
			{wire.MemoryRead, span(at, 1<<63), unix.EINVAL},
			{wire.MemoryRead, span(at, 1, 0), unix.EINVAL},
			{wire.MemoryWrite, span(at, 2, 9), unix.EINVAL},
			{wire.MemoryWrite, make([]byte, 15), unix.EINVAL},
			{wire.DMAMap, make([]byte, 32), unix.ENOTSUP},
		} {
			if m, err := one(c, bad.command, 0, bad.payload...); err != nil || m.Flags != wire.FlagReply|wire.FlagError || unix.Errno(m.Errno) != bad.want || len(m.Payload) != 0 {
				t.Errorf("%+v: %+v, %v", bad, m.Header, err)
			}
		}
	})
	second := driver.Memory{Bytes: r.Bytes[2*driver.PageSize:], FD: r.FD, Offset: 2 * driver.PageSize}
	first := driver.Memory{Bytes: r.Bytes[:2*driver.PageSize], FD: r.FD}
	if err := errors.Join(s.Map(first, at), s.Map(second, at+2*driver.PageSize), s.Reset()); err != nil {
		t.Fatal(err)
	}
	<-asked
	if got := r.Bytes[2*driver.PageSize-2:][:5]; string(got) != "hello" || r.Bytes[0] != 'x' {
		t.Errorf("memory has %q, %q", got, r.Bytes[0])
	}
	clear(r.Bytes)
	for begin := time.Now(); len(asked) == 0; {
		if err := s.Attend(10 * time.Millisecond); err != nil || time.Since(begin) > 10*time.Second {
			t.Fatal(err)
		}
	}
	if got := r.Bytes[2*driver.PageSize-2:][:5]; string(got) != "hello" || r.Bytes[0] != 'x' {
		t.Errorf("memory has %q, %q", got, r.Bytes[0])
	}
	if err := s.Attend(0); err != nil { // nothing is there
		t.Error(err)
	}
	if err := s.Unmap(at, 2*driver.PageSize); err != nil {
		t.Error(err)
	}
}

// TestAttendEnds: a server that goes, or sends an answer to nothing, while it is attended to is gone.
func TestAttendEnds(t *testing.T) {
	for _, c := range []struct {
		name string
		bad  func(c *net.UnixConn)
		want error
	}{
		{"goes", func(c *net.UnixConn) { c.Close() }, driver.ErrGone},
		{"answers", func(c *net.UnixConn) {
			wire.Send(c, wire.Header{ID: 1, Command: wire.Reset, Flags: wire.FlagReply}, nil)
		}, wire.ErrProtocol},
		{"babbles", func(c *net.UnixConn) {
			c.Write([]byte("what?"))
			c.CloseWrite()
		}, wire.ErrProtocol},
	} {
		t.Run(c.name, func(t *testing.T) {
			bad := c.bad
			first := true
			s := asking(t, func(c *net.UnixConn) {
				if !first {
					bad(c)
				}
				first = false
			})
			if err := s.Reset(); err != nil {
				t.Fatal(err)
			}
			if err := s.Attend(time.Minute); !errors.Is(err, driver.ErrGone) || !errors.Is(err, c.want) {
				t.Error(err)
			}
			if err := s.Reset(); !errors.Is(err, driver.ErrGone) {
				t.Error(err)
			}
		})
	}
	s := asking(t, func(*net.UnixConn) {})
	go func() {
		time.Sleep(10 * time.Millisecond)
		s.Close()
	}()
	if err := s.Attend(time.Minute); !errors.Is(err, driver.ErrClosed) {
		t.Error(err)
	}
}
