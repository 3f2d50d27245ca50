//go:build linux

package vfiouser

import (
	"errors"
	"fmt"
	"net"
	"sync"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/mmio"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
)

// Client is a session with a device that has registers in BAR0 and MSI-X. It implements driver.Device.
type Client struct {
	session *Session
	info    driver.Info

	access sync.RWMutex // Close takes it whole
	bar    Region       // with the parts of BAR0 that are mapped
	closed bool
}

// Dial connects to the socket of a server and learns what the device is. Errors: those of [Connect]; driver.ErrGone with
// wire.ErrProtocol for a device without registers in BAR0 or without MSI-X.
func Dial(path string, c Config) (*Client, error) {
	s, err := Connect(path, c)
	if err != nil {
		return nil, err
	}
	return newClient(s, path)
}

// New is Dial on a socket that is connected, which the client then owns; name is for people.
func New(socket *net.UnixConn, name string, c Config) (*Client, error) {
	s, err := NewSession(socket, c)
	if err != nil {
		return nil, err
	}
	return newClient(s, name)
}

func newClient(s *Session, name string) (*Client, error) {
	d := &Client{session: s, info: driver.Info{Name: name, Transport: "vfio-user"}}
	if err := d.learn(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

func (d *Client) learn() (err error) {
	s := d.session
	if d.bar, err = s.Region(wire.BAR0); err != nil {
		return err
	}
	if !d.bar.fit() {
		return s.broken("BAR0 of %#x bytes, readable %v, writable %v", d.bar.Size, d.bar.Readable, d.bar.Writable)
	}
	d.info.BARSize = uint32(d.bar.Size)
	if d.info.Vendor, d.info.Device, err = s.IDs(); err != nil {
		return err
	}
	if err = s.Enable(); err != nil {
		return err
	}
	if d.info.Vectors, err = s.Vectors(wire.MSIX); err == nil && d.info.Vectors == 0 {
		err = s.broken("no MSI-X that eventfds can be given to")
	}
	return err
}

// Info implements driver.Device.
func (d *Client) Info() driver.Info { return d.info }

// Session is what the client works through: other regions, the configuration space. Close of it is Close of the client.
func (d *Client) Session() *Session { return d.session }

// window finds the mapping of a register, if it is mapped.
func (d *Client) window(offset uint32) (mmio.Window, uint32, bool) {
	for _, w := range d.bar.Windows {
		if at := uint64(offset) - w.Offset; uint64(offset) >= w.Offset && at < uint64(len(w.Window)) {
			return w.Window, uint32(at), true
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
	if w, at, ok := d.window(offset); ok {
		return w.Load(at)
	}
	b := make([]byte, 4)
	if err := d.session.Read(wire.BAR0, uint64(offset), b); err != nil {
		return 0, err
	}
	return le.Uint32(b), nil
}

// Write32 implements driver.Device.
func (d *Client) Write32(offset, value uint32) error {
	if err := driver.CheckOffset(d.info, offset); err != nil {
		return err
	}
	d.access.RLock()
	defer d.access.RUnlock()
	if w, at, ok := d.window(offset); ok {
		return w.Store(at, value)
	}
	return d.session.Write(wire.BAR0, uint64(offset), pack(value))
}

// Map implements driver.Device.
func (d *Client) Map(m driver.Memory, iova uint64) error { return d.session.Map(m, iova) }

// Unmap implements driver.Device.
func (d *Client) Unmap(iova, size uint64) error { return d.session.Unmap(iova, size) }

// Interrupt implements driver.Device.
func (d *Client) Interrupt(vector, fd int) error {
	if vector < 0 || vector >= d.info.Vectors {
		return fmt.Errorf("%w: vector %d of %d", driver.ErrRange, vector, d.info.Vectors)
	}
	return d.session.Interrupt(wire.MSIX, vector, fd)
}

// Reset implements driver.Device. Where it makes the device forget that it may do DMA, it is told again.
func (d *Client) Reset() error {
	if err := d.session.Reset(); err != nil {
		return err
	}
	return d.session.Enable()
}

// Close implements driver.Device. The server forgets mappings and interrupts when the socket closes.
func (d *Client) Close() error {
	d.access.Lock()
	defer d.access.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	return errors.Join(d.session.Close(), d.bar.Close())
}
