//go:build linux

// Package vfiousertest serves a driver.Device over the vfio-user protocol, for tests of driver/vfiouser. It is small, and as
// strict as the specification lets it.
package vfiousertest

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"net"
	"sync"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"golang.org/x/sys/unix"
)

var le = binary.LittleEndian

// Server plays one device to one client after another.
type Server struct {
	Device driver.Device
	// BAR, if not nil, is shared memory that the client may map as the pages of BAR0 from MapFrom on.
	BAR     *driver.Memory
	MapFrom uint64
}

// session is one client.
type session struct {
	*Server
	socket *net.UnixConn
	config [256]byte
	maps   map[uint64]driver.Memory
	ready  bool // the version is agreed upon
}

// Client serves one client until it ends or breaks the protocol.
func (s *Server) Client(c *net.UnixConn) {
	defer c.Close()
	i := s.Device.Info()
	x := &session{Server: s, socket: c, maps: map[uint64]driver.Memory{}}
	le.PutUint16(x.config[0:], i.Vendor)
	le.PutUint16(x.config[2:], i.Device)
	defer x.drop()
	for {
		m, err := wire.Receive(c, 64+int(wire.MaxData))
		if err != nil {
			return
		}
		reply, fds, err := x.handle(&m)
		m.CloseFDs()
		if m.Flags&wire.FlagNoReply != 0 {
			continue
		}
		h := wire.Header{ID: m.ID, Command: m.Command, Flags: wire.FlagReply}
		if err != nil {
			var errno unix.Errno
			switch {
			case errors.Is(err, driver.ErrGone):
				errno = unix.ENODEV
			case !errors.As(err, &errno):
				errno = unix.EIO
			}
			h.Flags, h.Errno, reply, fds = h.Flags|wire.FlagError, uint32(errno), nil, nil
		}
		if wire.Send(c, h, reply, fds...) != nil {
			return
		}
	}
}

// drop ends what the client left: DMA, mappings, interrupts.
func (x *session) drop() {
	x.Device.Reset() // a device that is gone does nothing more
	for v := range x.Device.Info().Vectors {
		x.Device.Interrupt(v, -1)
	}
	for iova, m := range x.maps {
		x.Device.Unmap(iova, uint64(len(m.Bytes)))
		unix.Munmap(m.Bytes)
		unix.Close(m.FD)
	}
}

// command is the offset of the command register; while its bit for memory is zero, no BAR answers.
const command, memory = 4, 2

func (x *session) handle(m *wire.Message) (reply []byte, fds []int, err error) {
	p := m.Payload
	need := map[uint16]int{wire.Version: 5, wire.DMAMap: 32, wire.DMAUnmap: 24, wire.GetInfo: 16, wire.GetRegionInfo: 32, wire.GetIRQInfo: 16,
		wire.SetIRQs: 20, wire.RegionRead: 16, wire.RegionWrite: 16, wire.Reset: 0}
	n, known := need[m.Command]
	if !known || len(p) < n || m.Flags&wire.TypeMask != 0 || x.ready == (m.Command == wire.Version) {
		return nil, nil, unix.EINVAL
	}
	i := x.Device.Info()
	switch m.Command {
	case wire.Version:
		return x.version(p)
	case wire.Reset:
		clear(x.config[command:][:2]) // as a reset of a PCI function does
		return nil, nil, x.Device.Reset()
	case wire.GetInfo:
		return words(16, wire.DeviceReset|wire.DevicePCI, wire.Regions, wire.IRQs), nil, nil
	case wire.GetIRQInfo:
		index, count := le.Uint32(p[8:]), uint32(0)
		if index >= wire.IRQs {
			return nil, nil, unix.EINVAL
		}
		if index == wire.MSIX {
			count = uint32(i.Vectors)
		}
		return words(16, wire.IRQEventfd, index, count), nil, nil
	case wire.GetRegionInfo:
		return x.region(p)
	case wire.RegionRead, wire.RegionWrite:
		reply, err := x.access(p, m.Command == wire.RegionWrite)
		return reply, nil, err
	case wire.SetIRQs:
		return nil, nil, x.irqs(p, m.FDs)
	case wire.DMAMap:
		return nil, nil, x.dmaMap(p, m)
	default: // wire.DMAUnmap
		return p[:24], nil, x.dmaUnmap(p)
	}
}

func words(v ...uint32) (b []byte) {
	for _, w := range v {
		b = le.AppendUint32(b, w)
	}
	return b
}

func (x *session) version(p []byte) ([]byte, []int, error) {
	text, ended := bytes.CutSuffix(p[4:], []byte{0})
	if le.Uint16(p) != 0 || !ended || !json.Valid(text) {
		return nil, nil, unix.EINVAL
	}
	x.ready = true
	reply := le.AppendUint16([]byte{0, 0}, min(le.Uint16(p[2:]), 1))
	return append(reply, `{"capabilities":{"max_msg_fds":16}}`+"\x00"...), nil, nil
}

func (x *session) region(p []byte) ([]byte, []int, error) {
	argsz, index := le.Uint32(p), le.Uint32(p[8:])
	var flags, size uint64
	switch index {
	case wire.BAR0:
		flags, size = wire.RegionReadable|wire.RegionWritable, uint64(x.Device.Info().BARSize)
	case wire.ConfigSpace:
		flags, size = wire.RegionReadable|wire.RegionWritable, uint64(len(x.config))
	default:
		if index >= wire.Regions {
			return nil, nil, unix.EINVAL
		}
	}
	if index != wire.BAR0 || x.BAR == nil {
		return append(words(32, uint32(flags), index, 0), pack64(size, 0)...), nil, nil
	}
	flags |= wire.RegionMmap | wire.RegionCaps
	const all = 32 + 16 + 16
	if argsz < all {
		return append(words(all, uint32(flags), index, 0), pack64(size, 0)...), nil, nil
	}
	reply := append(words(all, uint32(flags), index, 32), pack64(size, 0)...)
	reply = append(reply, words(wire.CapSparse|1<<16, 0, 1, 0)...)
	return append(reply, pack64(x.MapFrom, uint64(len(x.BAR.Bytes))-x.MapFrom)...), []int{x.BAR.FD}, nil
}

func pack64(v ...uint64) (b []byte) {
	for _, w := range v {
		b = le.AppendUint64(b, w)
	}
	return b
}

func (x *session) access(p []byte, write bool) ([]byte, error) {
	offset, region, count := le.Uint64(p), le.Uint32(p[8:]), le.Uint32(p[12:])
	size := uint64(x.Device.Info().BARSize)
	if region == wire.ConfigSpace {
		size = uint64(len(x.config))
	} else if region != wire.BAR0 {
		return nil, unix.EINVAL
	}
	if count == 0 || count > wire.MaxData || offset > size || uint64(count) > size-offset || write && len(p) != 16+int(count) || !write && len(p) != 16 {
		return nil, unix.EINVAL
	}
	data := make([]byte, count)
	if write {
		copy(data, p[16:])
	}
	switch {
	case region == wire.ConfigSpace && write:
		copy(x.config[max(offset, 4):], data[min(max(offset, 4)-offset, uint64(count)):]) // the ids are read-only
	case region == wire.ConfigSpace:
		copy(data, x.config[offset:])
	default:
		if offset%4 != 0 || count%4 != 0 {
			return nil, unix.EINVAL
		}
		for i := uint32(0); i < count; i += 4 {
			var v uint32
			var err error
			if x.config[command]&memory == 0 {
				le.PutUint32(data[i:], 1<<32-1)
			} else if write {
				err = x.Device.Write32(uint32(offset)+i, le.Uint32(data[i:]))
			} else if v, err = x.Device.Read32(uint32(offset) + i); err == nil {
				le.PutUint32(data[i:], v)
			}
			if err != nil {
				return nil, err
			}
		}
	}
	if write {
		return p[:16], nil
	}
	return append(p[:16:16], data...), nil
}

func (x *session) irqs(p []byte, fds []int) error {
	flags, index, start, count := le.Uint32(p[4:]), le.Uint32(p[8:]), le.Uint32(p[12:]), le.Uint32(p[16:])
	if flags != wire.DataEventfd|wire.ActionTrigger || index != wire.MSIX || len(fds) > 0 && int(count) != len(fds) ||
		uint64(start)+uint64(count) > uint64(x.Device.Info().Vectors) {
		return unix.EINVAL
	}
	for i := range int(count) {
		fd := -1
		if len(fds) > 0 {
			fd = fds[i]
		}
		if err := x.Device.Interrupt(int(start)+i, fd); err != nil {
			return err
		}
	}
	return nil
}

func (x *session) dmaMap(p []byte, m *wire.Message) error {
	offset, iova, size := le.Uint64(p[8:]), le.Uint64(p[16:]), le.Uint64(p[24:])
	if len(m.FDs) != 1 || size == 0 || size > 1<<40 || (size|offset|iova)%driver.PageSize != 0 || offset > 1<<62 {
		return unix.EINVAL
	}
	var st unix.Stat_t
	if unix.Fstat(m.FDs[0], &st) != nil || uint64(st.Size) < offset+size {
		return unix.EINVAL // the file would not hold it: access would be a SIGBUS
	}
	b, err := unix.Mmap(m.FDs[0], int64(offset), int(size), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return unix.EINVAL
	}
	mem := driver.Memory{Bytes: b, FD: m.FDs[0], Offset: int64(offset)}
	if err := x.Device.Map(mem, iova); err != nil {
		unix.Munmap(b)
		return unix.EINVAL
	}
	m.FDs = nil // ours now
	x.maps[iova] = mem
	return nil
}

func (x *session) dmaUnmap(p []byte) error {
	iova, size := le.Uint64(p[8:]), le.Uint64(p[16:])
	m, ok := x.maps[iova]
	if !ok || uint64(len(m.Bytes)) != size {
		return unix.ENOENT
	}
	if err := x.Device.Unmap(iova, size); err != nil {
		return err
	}
	delete(x.maps, iova)
	unix.Munmap(m.Bytes)
	unix.Close(m.FD)
	return nil
}

// Start listens on the path and serves until the function that it returns is called, which also ends the client that is
// served.
func (s *Server) Start(path string) (stop func(), err error) {
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	var current *net.UnixConn
	over := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.AcceptUnix()
			if err != nil {
				return
			}
			mu.Lock()
			current = c
			if over {
				c.Close()
			}
			mu.Unlock()
			s.Client(c)
		}
	}()
	return func() {
		mu.Lock()
		over = true
		if current != nil {
			current.Close()
		}
		mu.Unlock()
		l.Close()
		<-done
	}, nil
}
