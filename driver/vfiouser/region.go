//go:build linux

package vfiouser

import (
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/mmio"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"golang.org/x/sys/unix"
)

// Region is a range of a device: a BAR, the configuration space. One that the device does not have has size 0.
type Region struct {
	Index              uint32
	Size               uint64
	Readable, Writable bool
	Windows            []Window // parts that the server lets us map; they are mapped until Close
}

// Window is a part of a region that is mapped.
type Window struct {
	Offset uint64 // in the region
	mmio.Window
}

// Close unmaps the windows, which must not be used any more.
func (r *Region) Close() error {
	var bad []error
	for _, w := range r.Windows {
		bad = append(bad, unix.Munmap(w.Window))
	}
	r.Windows = nil
	return errors.Join(bad...)
}

// mostMapped is how many bytes of a region are mapped at most.
const mostMapped = 1 << 32

// Region asks about a region, and maps what of it the server lets us; the caller closes it.
func (s *Session) Region(index uint32) (r Region, err error) {
	const most = 4096 // bytes of capabilities
	var fds []int
	p, err := s.call(wire.GetRegionInfo, pack(uint32(most), uint32(0), index, uint32(0), uint64(0), uint64(0)), most, nil, &fds)
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	if err != nil {
		return r, err
	}
	if len(p) < 32 || le.Uint32(p[8:]) != index {
		return r, s.broken("%d bytes of region info", len(p))
	}
	flags, at := le.Uint32(p[4:]), le.Uint64(p[24:])
	r = Region{Index: index, Size: le.Uint64(p[16:]), Readable: flags&wire.RegionReadable != 0, Writable: flags&wire.RegionWritable != 0}
	if flags&wire.RegionMmap == 0 || len(fds) != 1 {
		return r, nil // every access goes through the socket
	}
	areas, err := sparse(p, r.Size, flags)
	if err != nil {
		return r, s.broken("%v", err)
	}
	for _, a := range areas {
		m, err := unix.Mmap(fds[0], int64(at+a[0]), int(a[1]), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return r, errors.Join(fmt.Errorf("vfio-user: map region %d at %#x: %w", index, a[0], err), r.Close())
		}
		r.Windows = append(r.Windows, Window{a[0], m})
	}
	return r, nil
}

var errSparse = errors.New("impossible capabilities of a region")

// sparse lists the parts of a region that may be mapped: offset and size, whole pages within the region.
func sparse(p []byte, size uint64, flags uint32) (areas [][2]uint64, err error) {
	if flags&wire.RegionCaps != 0 {
		for next, n := le.Uint32(p[12:]), 0; next != 0; n++ {
			if n > 16 || uint64(next)+16 > uint64(len(p)) || next < 32 {
				return nil, errSparse
			}
			c := p[next:]
			if le.Uint16(c) == wire.CapSparse {
				count := uint64(le.Uint32(c[8:]))
				if count > 64 || 16+16*count > uint64(len(c)) {
					return nil, errSparse
				}
				for i := range count {
					areas = append(areas, [2]uint64{le.Uint64(c[16+16*i:]), le.Uint64(c[24+16*i:])})
				}
			}
			next = le.Uint32(c[4:])
		}
	}
	if len(areas) == 0 && flags&wire.RegionCaps == 0 {
		areas = [][2]uint64{{0, size}}
	}
	total := uint64(0)
	for _, a := range areas {
		if a[0]%4096 != 0 || a[1]%4096 != 0 || a[1] == 0 || a[0] > size || a[1] > size-a[0] || a[1] > mostMapped-total {
			return nil, errSparse
		}
		total += a[1]
	}
	return areas, nil
}

// Read fills b from the offset of a region, in pieces that the server takes. Errors: the server's refusal is a unix.Errno.
func (s *Session) Read(region uint32, offset uint64, b []byte) error {
	for len(b) > 0 {
		n := min(len(b), s.largest)
		p, err := s.fixed(wire.RegionRead, pack(offset, region, uint32(n)), 16+n)
		if err != nil {
			return err
		}
		if le.Uint64(p) != offset || le.Uint32(p[8:]) != region || le.Uint32(p[12:]) != uint32(n) {
			return s.broken("the answer to a read is of something else")
		}
		copy(b, p[16:])
		b, offset = b[n:], offset+uint64(n)
	}
	return nil
}

// Write writes b to the offset of a region, in pieces that the server takes.
func (s *Session) Write(region uint32, offset uint64, b []byte) error {
	for len(b) > 0 {
		n := min(len(b), s.largest)
		p, err := s.fixed(wire.RegionWrite, pack(offset, region, uint32(n), b[:n]), 16)
		if err != nil {
			return err
		}
		if le.Uint32(p[12:]) != uint32(n) {
			return s.broken("%d of %d bytes written", le.Uint32(p[12:]), n)
		}
		b, offset = b[n:], offset+uint64(n)
	}
	return nil
}

// Enable lets the device answer to its registers and do DMA: the command register of the configuration space.
func (s *Session) Enable() error {
	const command, memory, master = 4, 2, 4
	b := make([]byte, 2)
	if err := s.Read(wire.ConfigSpace, command, b); err != nil {
		return err
	}
	v := le.Uint16(b)
	if v&(memory|master) == memory|master {
		return nil
	}
	le.PutUint16(b, v|memory|master)
	return s.Write(wire.ConfigSpace, command, b)
}

// IDs reads the vendor and the device of the configuration space.
func (s *Session) IDs() (vendor, device uint16, err error) {
	b := make([]byte, 4)
	if err := s.Read(wire.ConfigSpace, 0, b); err != nil {
		return 0, 0, err
	}
	return le.Uint16(b), le.Uint16(b[2:]), nil
}

// fit tells whether a region can be BAR0 of a driver.Device.
func (r *Region) fit() bool {
	return r.Size >= driver.PageSize && r.Size <= 1<<31 && r.Size%driver.PageSize == 0 && r.Readable && r.Writable
}
