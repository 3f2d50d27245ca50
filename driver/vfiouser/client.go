//go:build linux

package vfiouser

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/mmio"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"golang.org/x/sys/unix"
)

// Config of a Client. Zero values are usable.
type Config struct {
	Timeout time.Duration // for every answer; 0 means 10 s
}

// Client is a connection to a server. It implements driver.Device.
type Client struct {
	conn
	info    driver.Info
	windows []window // parts of BAR0 that are mapped; they do not change

	maps sync.Mutex // of mapped
	// mapped is what the server was told, by bus address. A client that knows it needs not trust the server's count.
	mapped map[uint64]uint64

	access sync.RWMutex // of windows: Close takes it whole
	closed bool
}

type window struct {
	offset uint32
	mmio.Window
}

var le = binary.LittleEndian

// Dial connects to the socket of a server and learns what the device is. Errors: the socket's; driver.ErrGone with
// wire.ErrProtocol for a server that does not speak the protocol.
func Dial(path string, c Config) (*Client, error) {
	socket, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("vfio-user: %w", err)
	}
	return New(socket, path, c)
}

// New is Dial on a socket that is connected, which the client then owns; name is for people.
func New(socket *net.UnixConn, name string, c Config) (*Client, error) {
	if c.Timeout <= 0 {
		c.Timeout = 10 * time.Second
	}
	d := &Client{conn: conn{timeout: c.Timeout, socket: socket}, mapped: map[uint64]uint64{}}
	d.info = driver.Info{Name: name, Transport: "vfio-user"}
	for _, step := range []func() error{d.negotiate, d.device, d.bar, d.config, d.interrupts} {
		if err := step(); err != nil {
			d.Close()
			return nil, err
		}
	}
	return d, nil
}

// major and minor of the protocol.
const major, minor = 0, 1

func (d *Client) negotiate() error {
	ask := append(le.AppendUint16(le.AppendUint16(nil, major), minor),
		`{"capabilities":{"max_msg_fds":16,"max_data_xfer_size":1048576,"pgsizes":4096}}`+"\x00"...)
	p, err := d.call(wire.Version, ask, 4096, nil, nil)
	if err != nil {
		return err
	}
	if len(p) < 4 || le.Uint16(p) != major || le.Uint16(p[2:]) > minor {
		return d.broken("version % x, want %d.%d", p[:min(len(p), 4)], major, minor)
	}
	if text := p[4:]; len(text) > 0 {
		var said struct {
			Capabilities struct {
				MaxData *uint64 `json:"max_data_xfer_size"`
			} `json:"capabilities"`
		}
		if text[len(text)-1] != 0 || json.Unmarshal(text[:len(text)-1], &said) != nil {
			return d.broken("capabilities are not JSON")
		}
		if n := said.Capabilities.MaxData; n != nil && *n < 4 {
			return d.broken("accesses of at most %d bytes", *n)
		}
	}
	return nil
}

func (d *Client) device() error {
	p, err := d.fixed(wire.GetInfo, pack(uint32(16), uint32(0), uint32(0), uint32(0)), 16)
	if err != nil {
		return err
	}
	if flags, regions, irqs := le.Uint32(p[4:]), le.Uint32(p[8:]), le.Uint32(p[12:]); flags&wire.DevicePCI == 0 || flags&wire.DeviceReset == 0 ||
		regions <= wire.ConfigSpace || irqs <= wire.MSIX {
		return d.broken("no PCI device that can be reset: flags %#x, %d regions, %d interrupts", flags, regions, irqs)
	}
	return nil
}

// bar learns of BAR0 and maps what of it the server lets us.
func (d *Client) bar() error {
	const most = 4096 // bytes of capabilities
	var fds []int
	p, err := d.call(wire.GetRegionInfo, pack(uint32(most), uint32(0), uint32(wire.BAR0), uint32(0), uint64(0), uint64(0)), most, nil, &fds)
	defer func() {
		for _, fd := range fds {
			unix.Close(fd)
		}
	}()
	if err != nil {
		return err
	}
	if len(p) < 32 || le.Uint32(p[8:]) != wire.BAR0 {
		return d.broken("%d bytes of region info", len(p))
	}
	flags, size, at := le.Uint32(p[4:]), le.Uint64(p[16:]), le.Uint64(p[24:])
	if size < 4096 || size > 1<<31 || size%4096 != 0 || flags&3 != wire.RegionReadable|wire.RegionWritable {
		return d.broken("BAR0 of %#x bytes, flags %#x", size, flags)
	}
	d.info.BARSize = uint32(size)
	if flags&wire.RegionMmap == 0 || len(fds) != 1 {
		return nil // every access goes through the socket
	}
	areas, err := sparse(p, size, flags)
	if err != nil {
		return d.broken("%v", err)
	}
	for _, a := range areas {
		m, err := unix.Mmap(fds[0], int64(at+a[0]), int(a[1]), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
		if err != nil {
			return fmt.Errorf("vfio-user: map BAR0 at %#x: %w", a[0], err)
		}
		d.windows = append(d.windows, window{uint32(a[0]), m})
	}
	return nil
}

// sparse lists the parts of a region that may be mapped: offset and size, whole pages within the region.
func sparse(p []byte, size uint64, flags uint32) (areas [][2]uint64, err error) {
	bad := fmt.Errorf("impossible capabilities of a region")
	if flags&wire.RegionCaps != 0 {
		for next, n := le.Uint32(p[12:]), 0; next != 0; n++ {
			if n > 16 || uint64(next)+16 > uint64(len(p)) || next < 32 {
				return nil, bad
			}
			c := p[next:]
			if le.Uint16(c) == wire.CapSparse {
				count := uint64(le.Uint32(c[8:]))
				if count > 64 || 16+16*count > uint64(len(c)) {
					return nil, bad
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
	for _, a := range areas {
		if a[0]%4096 != 0 || a[1]%4096 != 0 || a[1] == 0 || a[0] > size || a[1] > size-a[0] {
			return nil, bad
		}
	}
	return areas, nil
}

// config reads the ids, and lets the device answer and do DMA.
func (d *Client) config() error {
	ids, err := d.read(wire.ConfigSpace, 0, 4)
	if err != nil {
		return err
	}
	d.info.Vendor, d.info.Device = le.Uint16(ids), le.Uint16(ids[2:])
	const memory, master = 2, 4
	b, err := d.read(wire.ConfigSpace, 4, 2)
	if err != nil {
		return err
	}
	le.PutUint16(b, le.Uint16(b)|memory|master)
	return d.write(wire.ConfigSpace, 4, b)
}

func (d *Client) interrupts() error {
	p, err := d.fixed(wire.GetIRQInfo, pack(uint32(16), uint32(0), uint32(wire.MSIX), uint32(0)), 16)
	if err != nil {
		return err
	}
	flags, count := le.Uint32(p[4:]), le.Uint32(p[12:])
	if flags&wire.IRQEventfd == 0 || count < 1 || count > 2048 {
		return d.broken("%d MSI-X vectors, flags %#x", count, flags)
	}
	d.info.Vectors = int(count)
	return nil
}

func (d *Client) read(region uint32, offset uint64, n int) ([]byte, error) {
	p, err := d.fixed(wire.RegionRead, pack(offset, region, uint32(n)), 16+n)
	if err != nil {
		return nil, err
	}
	if le.Uint64(p) != offset || le.Uint32(p[8:]) != region || le.Uint32(p[12:]) != uint32(n) {
		return nil, d.broken("the answer to a read is of something else")
	}
	return p[16:], nil
}

func (d *Client) write(region uint32, offset uint64, b []byte) error {
	p, err := d.fixed(wire.RegionWrite, pack(offset, region, uint32(len(b)), b), 16)
	if err == nil && le.Uint32(p[12:]) != uint32(len(b)) {
		err = d.broken("%d of %d bytes written", le.Uint32(p[12:]), len(b))
	}
	return err
}

// Info implements driver.Device.
func (d *Client) Info() driver.Info { return d.info }

// window finds the mapping of a register, if it is mapped.
func (d *Client) window(offset uint32) (mmio.Window, uint32, bool) {
	for _, w := range d.windows {
		if offset >= w.offset && offset-w.offset < uint32(len(w.Window)) {
			return w.Window, offset - w.offset, true
		}
	}
	return nil, 0, false
}

// Read32 implements driver.Device.
func (d *Client) Read32(offset uint32) (uint32, error) {
	if err := driver.CheckOffset(d.info, offset); err != nil {
		return 0, err
	}
	d.access.RLock()
	defer d.access.RUnlock()
	if w, at, ok := d.window(offset); ok && !d.closed {
		return w.Load(at)
	}
	p, err := d.read(wire.BAR0, uint64(offset), 4)
	if err != nil {
		return 0, err
	}
	return le.Uint32(p), nil
}

// Write32 implements driver.Device.
func (d *Client) Write32(offset, value uint32) error {
	if err := driver.CheckOffset(d.info, offset); err != nil {
		return err
	}
	d.access.RLock()
	defer d.access.RUnlock()
	if w, at, ok := d.window(offset); ok && !d.closed {
		return w.Store(at, value)
	}
	return d.write(wire.BAR0, uint64(offset), pack(value))
}

// Map implements driver.Device.
func (d *Client) Map(m driver.Memory, iova uint64) error {
	if err := driver.CheckMap(m, iova); err != nil {
		return err
	}
	d.maps.Lock()
	defer d.maps.Unlock()
	size := uint64(len(m.Bytes))
	for lo, n := range d.mapped {
		if iova < lo+n && lo < iova+size {
			return fmt.Errorf("%w: %#x bytes at %#x", driver.ErrOverlap, n, lo)
		}
	}
	_, err := d.fixed(wire.DMAMap, pack(uint32(32), uint32(wire.DMARead|wire.DMAWrite), uint64(m.Offset), iova, size), 0, m.FD)
	if err == nil {
		d.mapped[iova] = size
	}
	return err
}

// Unmap implements driver.Device.
func (d *Client) Unmap(iova, size uint64) error {
	d.maps.Lock()
	defer d.maps.Unlock()
	if d.mapped[iova] != size || size == 0 {
		d.access.RLock()
		defer d.access.RUnlock()
		if d.closed {
			return driver.ErrClosed
		}
		return fmt.Errorf("%w: %#x bytes at %#x", driver.ErrNotMapped, size, iova)
	}
	p, err := d.fixed(wire.DMAUnmap, pack(uint32(24), uint32(0), iova, size), 24)
	if err != nil {
		return err
	}
	if le.Uint64(p[8:]) != iova || le.Uint64(p[16:]) != size {
		return d.broken("unmapped %#x bytes at %#x, want %#x at %#x", le.Uint64(p[16:]), le.Uint64(p[8:]), size, iova)
	}
	delete(d.mapped, iova)
	return nil
}

// Interrupt implements driver.Device.
func (d *Client) Interrupt(vector, fd int) error {
	if vector < 0 || vector >= d.info.Vectors {
		return fmt.Errorf("%w: vector %d of %d", driver.ErrRange, vector, d.info.Vectors)
	}
	flags, count, fds := uint32(wire.DataEventfd|wire.ActionTrigger), uint32(1), []int{fd}
	if fd < 0 {
		// An eventfd message without its descriptor takes that of the vector away.
		fds = nil
	}
	_, err := d.fixed(wire.SetIRQs, pack(uint32(20), flags, uint32(wire.MSIX), uint32(vector), count), 0, fds...)
	return err
}

// Reset implements driver.Device.
func (d *Client) Reset() error {
	_, err := d.fixed(wire.Reset, nil, 0)
	return err
}

// Close implements driver.Device. The server forgets mappings and interrupts when the socket closes.
func (d *Client) Close() error {
	d.access.Lock()
	defer d.access.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	d.end(driver.ErrClosed)
	var bad []error
	for _, w := range d.windows {
		bad = append(bad, unix.Munmap(w.Window))
	}
	return errors.Join(bad...)
}
