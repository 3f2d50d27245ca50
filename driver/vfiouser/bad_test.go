//go:build linux

package vfiouser_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
	"golang.org/x/sys/unix"
)

// pair is two ends of a socket.
func pair(t testing.TB) (a, b *net.UnixConn) {
	t.Helper()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	ends := make([]*net.UnixConn, 2)
	for i, fd := range fds {
		f := os.NewFile(uintptr(fd), "socket")
		c, err := net.FileConn(f)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		ends[i] = c.(*net.UnixConn)
	}
	return ends[0], ends[1]
}

// relay passes the messages of the client at c on to the server at s, one after the other, and has reply deal with each answer, until
// either end fails. It closes s.
func relay(c, s *net.UnixConn, reply func(m *wire.Message) error) {
	defer s.Close()
	for {
		m, err := wire.Receive(c, 1<<16)
		if err != nil {
			return
		}
		err = wire.Send(s, m.Header, m.Payload, m.FDs...)
		m.CloseFDs()
		if err != nil {
			return
		}
		if m, err = wire.Receive(s, 1<<16); err != nil {
			return
		}
		err = reply(&m)
		m.CloseFDs()
		if err != nil {
			return
		}
	}
}

// TestSilence: a server that does not answer is gone after the time.
func TestSilence(t *testing.T) {
	a, _ := pair(t)
	begin := time.Now()
	_, err := vfiouser.New(a, "silent", vfiouser.Config{Timeout: 30 * time.Millisecond})
	if !errors.Is(err, driver.ErrGone) || !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begin) > 5*time.Second {
		t.Error(err)
	}
}

// script is a server that answers each command with what the function changes of the right answer.
func script(t testing.TB, change func(h *wire.Header, payload []byte) (p []byte, fds []int)) error {
	t.Helper()
	chip := fake.New(fake.Config{})
	defer chip.Close()
	inner, outer := pair(t)
	middle, client := pair(t)
	go (&vfiousertest.Server{Device: chip}).Client(inner)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer outer.Close()
		defer middle.Close()
		for {
			m, err := wire.Receive(middle, 1<<16)
			if err != nil || wire.Send(outer, m.Header, m.Payload, m.FDs...) != nil {
				return
			}
			m.CloseFDs()
			m, err = wire.Receive(outer, 1<<16)
			if err != nil {
				return
			}
			p, fds := change(&m.Header, m.Payload)
			if wire.Send(middle, m.Header, p, fds...) != nil {
				return
			}
		}
	}()
	d, err := vfiouser.New(client, "script", vfiouser.Config{Timeout: time.Second})
	if err == nil {
		_, err = d.Read32(regs.GlobalID)
		d.Close()
	}
	client.Close()
	<-done
	return err
}

func TestBadAnswers(t *testing.T) {
	le := binary.LittleEndian
	for _, c := range []struct {
		name    string
		command uint16
		change  func(h *wire.Header, p []byte) []byte
	}{
		{"another id", wire.Version, func(h *wire.Header, p []byte) []byte { h.ID++; return p }},
		{"another command", wire.GetInfo, func(h *wire.Header, p []byte) []byte { h.Command++; return p }},
		{"unknown type", wire.GetInfo, func(h *wire.Header, p []byte) []byte { h.Flags = 2; return p }},
		{"error without a number", wire.GetInfo, func(h *wire.Header, p []byte) []byte { h.Flags |= wire.FlagError; return nil }},
		{"major version", wire.Version, func(h *wire.Header, p []byte) []byte { p[0] = 1; return p }},
		{"minor version", wire.Version, func(h *wire.Header, p []byte) []byte { p[2] = 9; return p }},
		{"no version", wire.Version, func(h *wire.Header, p []byte) []byte { return nil }},
		{"JSON", wire.Version, func(h *wire.Header, p []byte) []byte { p[5] = 'x'; return p }},
		{"JSON without end", wire.Version, func(h *wire.Header, p []byte) []byte { return p[:len(p)-1] }},
		{"accesses of 2 bytes", wire.Version, func(h *wire.Header, p []byte) []byte {
			return append(p[:4:4], `{"capabilities":{"max_data_xfer_size":2}}`+"\x00"...)
		}},
		{"no PCI", wire.GetInfo, func(h *wire.Header, p []byte) []byte { p[4] = 1; return p }},
		{"short info", wire.GetInfo, func(h *wire.Header, p []byte) []byte { return p[:15] }},
		{"long info", wire.GetInfo, func(h *wire.Header, p []byte) []byte { return append(p, 0) }},
		{"no BAR", wire.GetRegionInfo, func(h *wire.Header, p []byte) []byte { le.PutUint64(p[16:], 0); return p }},
		{"huge BAR", wire.GetRegionInfo, func(h *wire.Header, p []byte) []byte { le.PutUint64(p[16:], 1<<40); return p }},
		{"another region", wire.GetRegionInfo, func(h *wire.Header, p []byte) []byte { p[8] = 2; return p }},
		{"short region", wire.GetRegionInfo, func(h *wire.Header, p []byte) []byte { return p[:31] }},
		{"no vectors", wire.GetIRQInfo, func(h *wire.Header, p []byte) []byte { p[12] = 0; return p }},
		{"no eventfds", wire.GetIRQInfo, func(h *wire.Header, p []byte) []byte { p[4] = 0; return p }},
		{"interrupts of another kind", wire.GetIRQInfo, func(h *wire.Header, p []byte) []byte { p[8] = 0; return p }},
		{"BAR that cannot be written", wire.GetRegionInfo, func(h *wire.Header, p []byte) []byte { p[4] = 1; return p }},
		{"many vectors", wire.GetIRQInfo, func(h *wire.Header, p []byte) []byte { p[15] = 1; return p }},
		{"another offset", wire.RegionRead, func(h *wire.Header, p []byte) []byte { p[0] = 8; return p }},
		{"short read", wire.RegionRead, func(h *wire.Header, p []byte) []byte { return p[:19] }},
		{"short write", wire.RegionWrite, func(h *wire.Header, p []byte) []byte { p[12] = 1; return p }},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := script(t, func(h *wire.Header, p []byte) ([]byte, []int) {
				if h.Command == c.command {
					return c.change(h, p), nil
				}
				return p, nil
			})
			if !errors.Is(err, driver.ErrGone) || !errors.Is(err, wire.ErrProtocol) {
				t.Errorf("%v", err)
			}
		})
	}
	t.Run("refusal", func(t *testing.T) {
		err := script(t, func(h *wire.Header, p []byte) ([]byte, []int) {
			if h.Command == wire.GetIRQInfo {
				h.Flags, h.Errno = h.Flags|wire.FlagError, uint32(unix.EINVAL)
				return nil, nil
			}
			return p, nil
		})
		if !errors.Is(err, unix.EINVAL) || errors.Is(err, driver.ErrGone) {
			t.Error(err)
		}
	})
	t.Run("gifts", func(t *testing.T) { // descriptors that nobody asked for are closed
		f, err := os.Open(os.DevNull)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		fds := func() int { all, _ := os.ReadDir("/proc/self/fd"); return len(all) }
		before := fds()
		if err := script(t, func(_ *wire.Header, p []byte) ([]byte, []int) { return p, []int{int(f.Fd()), int(f.Fd())} }); err != nil {
			t.Error(err)
		}
		for i := 0; fds() > before && i < 100; i++ {
			time.Sleep(time.Millisecond)
		}
		if after := fds(); after > before+4 { // the sockets of pair end with the test
			t.Errorf("%d descriptors, %d before", after, before)
		}
	})
}

// TestPieces: a server that takes few bytes at once is asked often.
func TestPieces(t *testing.T) {
	chip := fake.New(fake.Config{})
	defer chip.Close()
	inner, outer := pair(t)
	middle, client := pair(t)
	go (&vfiousertest.Server{Device: chip}).Client(inner)
	var largest atomic.Uint32
	go func() {
		defer outer.Close()
		for {
			m, err := wire.Receive(middle, 1<<16)
			if err != nil || wire.Send(outer, m.Header, m.Payload) != nil {
				return
			}
			if m.Command == wire.RegionRead || m.Command == wire.RegionWrite {
				largest.Store(max(largest.Load(), binary.LittleEndian.Uint32(m.Payload[12:])))
			}
			if m, err = wire.Receive(outer, 1<<16); err != nil {
				return
			}
			if m.Command == wire.Version {
				m.Payload = append(m.Payload[:4:4], `{"capabilities":{"max_data_xfer_size":24}}`+"\x00"...)
			}
			if wire.Send(middle, m.Header, m.Payload) != nil {
				return
			}
		}
	}()
	s, err := vfiouser.NewSession(client, vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	wrote := make([]byte, 100)
	for i := range wrote {
		wrote[i] = byte(i + 1)
	}
	read := make([]byte, 100)
	if err := errors.Join(s.Write(wire.ConfigSpace, 64, wrote), s.Read(wire.ConfigSpace, 64, read)); err != nil || !bytes.Equal(read, wrote) {
		t.Errorf("%x, %v", read, err)
	}
	if n := largest.Load(); n != 24 {
		t.Errorf("%d bytes at once, want 24", n)
	}
	if err := s.Read(wire.ConfigSpace, 250, read); !errors.Is(err, unix.EINVAL) {
		t.Errorf("beyond the end: %v", err)
	}
	if err := s.Interrupt(wire.MSIX, -1, 0); !errors.Is(err, driver.ErrRange) {
		t.Error(err)
	}
	if n, err := s.Vectors(wire.INTx); n != 0 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
}

// TestMappedBAR: parts of BAR0 that the server lets us map are accessed without it.
func TestMappedBAR(t *testing.T) {
	chip := fake.New(fake.Config{})
	defer chip.Close()
	r, err := dma.NewRegion(regs.BARSize)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	client, server := pair(t)
	served := make(chan struct{})
	go func() {
		defer close(served)
		(&vfiousertest.Server{Device: chip, BAR: &r.Memory, MapFrom: 0x8000}).Client(server)
	}()
	d, err := vfiouser.New(client, "mapped", vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write32(regs.DoorbellSQTail(3), 0x1234); err != nil {
		t.Error(err)
	}
	if got := binary.LittleEndian.Uint32(r.Bytes[regs.DoorbellSQTail(3):]); got != 0x1234 {
		t.Errorf("the shared page has %#x", got)
	}
	if v, err := d.Read32(regs.DoorbellSQTail(3)); err != nil || v != 0x1234 {
		t.Errorf("%#x, %v", v, err)
	}
	if v, err := d.Read32(regs.GlobalID); err != nil || v != regs.ID { // not mapped: asked for
		t.Errorf("id %#x, %v", v, err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if _, err := d.Read32(regs.DoorbellSQTail(3)); !errors.Is(err, driver.ErrClosed) {
		t.Error(err)
	}
	<-served
}

// TestFault: a mapped BAR whose file is pulled away faults with SIGBUS, which is a device that is gone; the process lives.
func TestFault(t *testing.T) {
	chip := fake.New(fake.Config{})
	defer chip.Close()
	fd, err := unix.MemfdCreate("bar", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := unix.Ftruncate(fd, regs.BARSize); err != nil {
		t.Fatal(err)
	}
	client, server := pair(t)
	served := make(chan struct{})
	go func() {
		defer close(served)
		bar := driver.Memory{Bytes: make([]byte, regs.BARSize), FD: fd}
		(&vfiousertest.Server{Device: chip, BAR: &bar, MapFrom: 0x8000}).Client(server)
	}()
	d, err := vfiouser.New(client, "fault", vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write32(regs.DoorbellSQTail(0), 1); err != nil {
		t.Error(err)
	}
	if err := unix.Ftruncate(fd, 0); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		_, err := d.Read32(regs.DoorbellSQTail(0))
		if err2 := d.Write32(regs.DoorbellSQTail(0), 1); !errors.Is(err, driver.ErrGone) || !errors.Is(err2, driver.ErrGone) {
			t.Errorf("%v, %v", err, err2)
		}
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	<-served
}
