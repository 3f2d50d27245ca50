//go:build linux

package vfiouser

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"net"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
)

// Config of a Session or a Client. Zero values are usable.
type Config struct {
	Timeout time.Duration // for every answer; 0 means 10 s
}

// Session is a connection to a server that plays any PCI device: its regions by number, its interrupts by kind. [Client] is
// one whose device is fit for driver.Device. All methods may be called from many goroutines at once.
type Session struct {
	conn
	regions uint32
	largest int // access, bytes
	memory  memory
}

var le = binary.LittleEndian

// Connect connects to the socket of a server. Errors: the socket's; driver.ErrGone with wire.ErrProtocol for a server that
// does not speak the protocol.
func Connect(path string, c Config) (*Session, error) {
	socket, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("vfio-user: %w", err)
	}
	return NewSession(socket, c)
}

// NewSession is Connect on a socket that is connected, which the session then owns.
func NewSession(socket *net.UnixConn, c Config) (*Session, error) {
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	s := &Session{conn: conn{timeout: c.Timeout, socket: socket}, memory: memory{maps: map[uint64][]byte{}}, largest: int(wire.MaxData)}
	s.serve = s.memory.access
	for _, step := range []func() error{s.negotiate, s.device} {
		if err := step(); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// major and minor of the protocol.
const major, minor = 0, 1

func (s *Session) negotiate() error {
	ask := append(le.AppendUint16(le.AppendUint16(nil, major), minor),
		`{"capabilities":{"max_msg_fds":16,"max_data_xfer_size":1048576,"pgsizes":4096}}`+"\x00"...)
	p, err := s.call(wire.Version, ask, 4096, nil, nil)
	if err != nil {
		return err
	}
	if len(p) < 4 || le.Uint16(p) != major || le.Uint16(p[2:]) > minor {
		return s.broken("version % x, want %d.%d", p[:min(len(p), 4)], major, minor)
	}
	text := p[4:]
	if len(text) == 0 {
		return nil
	}
	var said struct {
		Capabilities struct {
			MaxData *uint64 `json:"max_data_xfer_size"`
		} `json:"capabilities"`
	}
	if text[len(text)-1] != 0 || json.Unmarshal(text[:len(text)-1], &said) != nil {
		return s.broken("capabilities are not JSON")
	}
	if n := said.Capabilities.MaxData; n != nil {
		if *n < 4 {
			return s.broken("accesses of at most %d bytes", *n)
		}
		s.largest = int(min(*n, uint64(wire.MaxData)))
	}
	return nil
}

func (s *Session) device() error {
	p, err := s.fixed(wire.GetInfo, pack(uint32(16), uint32(0), uint32(0), uint32(0)), 16)
	if err != nil {
		return err
	}
	flags := le.Uint32(p[4:])
	regions, interrupts := le.Uint32(p[8:]), le.Uint32(p[12:])
	if flags&wire.DevicePCI == 0 || flags&wire.DeviceReset == 0 || regions <= wire.ConfigSpace || interrupts <= wire.MSIX {
		return s.broken("no PCI device that can be reset: flags %#x, %d regions, %d interrupts", flags, regions, interrupts)
	}
	s.regions = regions
	return nil
}

// Regions is the number of regions, at least 8: those of the wire package, and the server's own.
func (s *Session) Regions() int { return int(s.regions) }

// Vectors asks how many interrupts of a kind the device has, such as wire.MSIX, that an eventfd can be given to.
func (s *Session) Vectors(kind uint32) (int, error) {
	p, err := s.fixed(wire.GetIRQInfo, pack(uint32(16), uint32(0), kind, uint32(0)), 16)
	if err != nil {
		return 0, err
	}
	flags, count := le.Uint32(p[4:]), le.Uint32(p[12:])
	if le.Uint32(p[8:]) != kind || count > 2048 {
		return 0, s.broken("%d interrupts of kind %d, flags %#x", count, le.Uint32(p[8:]), flags)
	}
	if flags&wire.IRQEventfd == 0 {
		return 0, nil
	}
	return int(count), nil
}

// Interrupt has the eventfd signalled when a vector of the kind fires; the server gets a duplicate. -1 takes it away.
func (s *Session) Interrupt(kind uint32, vector, fd int) error {
	if vector < 0 {
		return fmt.Errorf("%w: vector %d", driver.ErrRange, vector)
	}
	fds := []int{fd}
	if fd < 0 {
		fds = nil // an eventfd message without its descriptor takes that of the vector away
	}
	_, err := s.fixed(wire.SetIRQs, pack(uint32(20), uint32(wire.DataEventfd|wire.ActionTrigger), kind, uint32(vector), uint32(1)), 0, fds...)
	return err
}

// Reset resets the device.
func (s *Session) Reset() error {
	_, err := s.fixed(wire.Reset, nil, 0)
	return err
}

// Close ends the connection: the server forgets mappings and interrupts. A second Close does nothing.
func (s *Session) Close() error {
	s.end(driver.ErrClosed)
	return nil
}
