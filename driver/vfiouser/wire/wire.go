//go:build linux

// Package wire is the vfio-user protocol on its socket: messages with descriptors. QEMU's docs/interop/vfio-user.rst is the
// specification. Numbers are in host byte order, here little-endian.
package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"

	"golang.org/x/sys/unix"
)

// Commands.
const (
	Version       = 1
	DMAMap        = 2
	DMAUnmap      = 3
	GetInfo       = 4
	GetRegionInfo = 5
	GetIRQInfo    = 7
	SetIRQs       = 8
	RegionRead    = 9
	RegionWrite   = 10
	MemoryRead    = 11 // DMA_READ and DMA_WRITE, from server to client
	MemoryWrite   = 12
	Reset         = 13
)

// Flags of a header.
const (
	FlagReply   = 1
	TypeMask    = 0xf
	FlagNoReply = 0x10
	FlagError   = 0x20
)

// Flags and indexes of payloads.
const (
	DMARead, DMAWrite                              = 1, 2
	DeviceReset, DevicePCI                         = 1, 2
	RegionReadable, RegionWritable                 = 1, 2
	RegionMmap, RegionCaps                         = 4, 8
	IRQEventfd                                     = 1
	DataNone, DataBool, DataEventfd                = 1, 2, 4
	ActionMask, ActionUnmask, ActionTrigger        = 8, 16, 32
	Regions, IRQs                                  = 9, 5
	BAR0, ConfigSpace                              = 0, 7
	INTx, MSI, MSIX                                = 0, 1, 2
	CapSparse                                      = 1
	HeaderSize                                     = 16
	MaxFDs                                         = 16
	MaxData                                 uint32 = 1 << 20 // bytes of a region access
)

// ErrProtocol: what came is not what the protocol has there.
var ErrProtocol = errors.New("vfio-user: protocol error")

// Header precedes every message.
type Header struct {
	ID, Command        uint16
	Size, Flags, Errno uint32
}

// Message is what came. Its receiver owns the descriptors.
type Message struct {
	Header
	Payload []byte
	FDs     []int
}

// CloseFDs closes the descriptors that nobody took.
func (m *Message) CloseFDs() {
	for _, fd := range m.FDs {
		unix.Close(fd)
	}
	m.FDs = nil
}

// Send sends a message at once, with descriptors. It sets the size.
func Send(c *net.UnixConn, h Header, payload []byte, fds ...int) error {
	le := binary.LittleEndian
	b := make([]byte, HeaderSize, HeaderSize+len(payload))
	le.PutUint16(b, h.ID)
	le.PutUint16(b[2:], h.Command)
	le.PutUint32(b[4:], uint32(HeaderSize+len(payload)))
	le.PutUint32(b[8:], h.Flags)
	le.PutUint32(b[12:], h.Errno)
	b = append(b, payload...)
	var oob []byte
	if len(fds) > 0 {
		oob = unix.UnixRights(fds...)
	}
	n, _, err := c.WriteMsgUnix(b, oob, nil)
	if err == nil && n < len(b) { // the descriptors went with the first byte
		_, err = c.Write(b[n:])
	}
	return err
}

// Receive reads a message of at most limit bytes of payload. Errors: io.EOF between messages, ErrProtocol, the socket's.
func Receive(c *net.UnixConn, limit int) (m Message, err error) {
	defer func() {
		if err != nil {
			m.CloseFDs()
		}
	}()
	var b [HeaderSize]byte
	oob := make([]byte, unix.CmsgSpace(4*MaxFDs))
	for at := 0; at < HeaderSize; {
		n, o, flags, _, err := c.ReadMsgUnix(b[at:], oob)
		m.FDs = append(m.FDs, rights(oob[:o])...)
		at += n
		switch {
		case flags&unix.MSG_CTRUNC != 0 || len(m.FDs) > MaxFDs:
			return m, fmt.Errorf("%w: more than %d descriptors", ErrProtocol, MaxFDs)
		case err == nil && n == 0, errors.Is(err, io.EOF):
			if at == 0 {
				return m, io.EOF
			}
			return m, fmt.Errorf("%w: header ends after %d bytes", ErrProtocol, at)
		case err != nil:
			return m, err
		}
	}
	le := binary.LittleEndian
	m.Header = Header{le.Uint16(b[:]), le.Uint16(b[2:]), le.Uint32(b[4:]), le.Uint32(b[8:]), le.Uint32(b[12:])}
	if m.Size < HeaderSize || uint64(m.Size) > HeaderSize+uint64(limit) {
		return m, fmt.Errorf("%w: message %d of %d bytes, limit %d", ErrProtocol, m.Command, m.Size, HeaderSize+limit)
	}
	m.Payload = make([]byte, m.Size-HeaderSize)
	if _, err := io.ReadFull(c, m.Payload); errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return m, fmt.Errorf("%w: message %d ends early", ErrProtocol, m.Command)
	} else if err != nil {
		return m, err
	}
	return m, nil
}

// rights are the descriptors in a control message; Go receives them close-on-exec.
func rights(oob []byte) (fds []int) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil
	}
	for i := range messages {
		if some, err := unix.ParseUnixRights(&messages[i]); err == nil {
			fds = append(fds, some...)
		}
	}
	return fds
}
