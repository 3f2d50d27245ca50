//go:build linux

package vfio

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/mmio"
	"golang.org/x/sys/unix"
)

// Device is a card. It implements driver.Device.
type Device struct {
	kernel                   kernel
	info                     driver.Info
	container, group, device int
	config                   int64 // offset of the configuration space in the device's file

	mu     sync.RWMutex // Close and what changes hold it whole
	closed bool
	bar    mmio.Window
	armed  bool // MSI-X is on
	maps   map[uint64]uint64
}

// Open opens a function that is [Function.Usable]. Errors: ErrUnbound, those of the kernel.
func Open(f Function) (*Device, error) { return open(linux{}, f) }

func open(k kernel, f Function) (_ *Device, err error) {
	if err := f.Usable(); err != nil {
		return nil, err
	}
	d := &Device{kernel: k, container: -1, group: -1, device: -1, maps: map[uint64]uint64{},
		info: driver.Info{Name: f.Address, Transport: "vfio", Vendor: f.Vendor, Device: f.Device}}
	defer func() {
		if err != nil {
			d.Close()
		}
	}()
	if err := d.attach(f); err != nil {
		return nil, err
	}
	if err := d.learn(); err != nil {
		return nil, err
	}
	if err := d.master(); err != nil {
		return nil, err
	}
	return d, nil
}

// attach opens container, group and device, in the order that the kernel wants.
func (d *Device) attach(f Function) (err error) {
	k := d.kernel
	if d.container, err = k.open("/dev/vfio/vfio"); err != nil {
		return fmt.Errorf("vfio: open /dev/vfio/vfio (modprobe vfio-pci?): %w", err)
	}
	if v, err := k.ioctlValue(d.container, getAPIVersion, 0); err != nil || v != apiVersion {
		return fmt.Errorf("vfio: API version %d, want %d: %w", v, apiVersion, orUnsupported(err))
	}
	if v, err := k.ioctlValue(d.container, checkExtension, type1v2); err != nil || v != 1 {
		return fmt.Errorf("vfio: no type 1 v2 IOMMU: %w", orUnsupported(err))
	}
	path := fmt.Sprintf("/dev/vfio/%d", f.Group)
	if d.group, err = k.open(path); err != nil {
		return fmt.Errorf("vfio: open %s (does the file belong to this user?): %w", path, err)
	}
	s := status{argsz: uint32(unsafe.Sizeof(status{}))}
	if _, err := k.ioctl(d.group, groupStatus, unsafe.Pointer(&s)); err != nil {
		return fmt.Errorf("vfio: status of group %d: %w", f.Group, err)
	}
	if s.flags&groupViable == 0 {
		return fmt.Errorf("%w: group %d has other functions that are not bound to vfio-pci", ErrUnbound, f.Group)
	}
	container := int32(d.container)
	if _, err := k.ioctl(d.group, setContainer, unsafe.Pointer(&container)); err != nil {
		return fmt.Errorf("vfio: group %d into a container: %w", f.Group, err)
	}
	if _, err := k.ioctlValue(d.container, setIOMMU, type1v2); err != nil {
		return fmt.Errorf("vfio: IOMMU of group %d: %w", f.Group, err)
	}
	name := append([]byte(f.Address), 0)
	if d.device, err = k.ioctl(d.group, getDeviceFD, unsafe.Pointer(&name[0])); err != nil {
		d.device = -1
		return fmt.Errorf("vfio: open %s: %w", f.Address, err)
	}
	return nil
}

func orUnsupported(err error) error {
	if err == nil {
		return unix.ENOTSUP
	}
	return err
}

// learn asks what the device has, and maps BAR0.
func (d *Device) learn() error {
	k := d.kernel
	i := device{argsz: uint32(unsafe.Sizeof(device{}))}
	if _, err := k.ioctl(d.device, deviceInfo, unsafe.Pointer(&i)); err != nil {
		return fmt.Errorf("vfio: device info: %w", err)
	}
	if i.flags&devicePCI == 0 || i.flags&deviceCanReset == 0 || i.regions <= config || i.irqs <= msix {
		return fmt.Errorf("vfio: no PCI device that can be reset: flags %#x, %d regions, %d interrupts", i.flags, i.regions, i.irqs)
	}
	regions := map[uint32]region{}
	for _, index := range []uint32{bar0, config} {
		r := region{argsz: uint32(unsafe.Sizeof(region{})), index: index}
		if _, err := k.ioctl(d.device, regionInfo, unsafe.Pointer(&r)); err != nil {
			return fmt.Errorf("vfio: region %d: %w", index, err)
		}
		regions[index] = r
	}
	d.config = int64(regions[config].offset)
	b := regions[bar0]
	if b.flags&(regionRead|regionWrite|regionMap) != regionRead|regionWrite|regionMap || b.size < driver.PageSize || b.size > 1<<31 {
		return fmt.Errorf("vfio: BAR0 of %#x bytes, flags %#x, cannot be mapped", b.size, b.flags)
	}
	bar, err := k.mmap(d.device, int64(b.offset), int(b.size))
	if err != nil {
		return fmt.Errorf("vfio: map BAR0: %w", err)
	}
	d.bar, d.info.BARSize = bar, uint32(b.size)
	q := irq{argsz: uint32(unsafe.Sizeof(irq{})), index: msix}
	if _, err := k.ioctl(d.device, irqInfo, unsafe.Pointer(&q)); err != nil {
		return fmt.Errorf("vfio: MSI-X: %w", err)
	}
	if q.flags&irqEventfd == 0 || q.count < 1 || q.count > 2048 {
		return fmt.Errorf("vfio: %d MSI-X vectors, flags %#x", q.count, q.flags)
	}
	d.info.Vectors = int(q.count)
	return nil
}

// master lets the device answer and do DMA.
func (d *Device) master() error {
	const command, memory, master = 4, 2, 4
	var b [2]byte
	if n, err := d.kernel.pread(d.device, b[:], d.config+command); err != nil || n != 2 {
		return fmt.Errorf("vfio: read configuration space: %d bytes, %w", n, orUnsupported(err))
	}
	binary.LittleEndian.PutUint16(b[:], binary.LittleEndian.Uint16(b[:])|memory|master)
	if n, err := d.kernel.pwrite(d.device, b[:], d.config+command); err != nil || n != 2 {
		return fmt.Errorf("vfio: switch bus mastering on: %d bytes, %w", n, orUnsupported(err))
	}
	return nil
}

// Info implements driver.Device.
func (d *Device) Info() driver.Info { return d.info }

// Read32 implements driver.Device.
func (d *Device) Read32(offset uint32) (uint32, error) {
	if err := driver.CheckOffset(d.info, offset); err != nil {
		return 0, err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return 0, driver.ErrClosed
	}
	return d.bar.Load(offset)
}

// Write32 implements driver.Device.
func (d *Device) Write32(offset, value uint32) error {
	if err := driver.CheckOffset(d.info, offset); err != nil {
		return err
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.closed {
		return driver.ErrClosed
	}
	return d.bar.Store(offset, value)
}

// gone tells the errors of a device that was pulled out from others.
func gone(what string, err error) error {
	if errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO) {
		return fmt.Errorf("%w: vfio: %s: %w", driver.ErrGone, what, err)
	}
	return fmt.Errorf("vfio: %s: %w", what, err)
}

// Map implements driver.Device.
func (d *Device) Map(m driver.Memory, iova uint64) error {
	if err := driver.CheckMap(m, iova); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return driver.ErrClosed
	}
	size := uint64(len(m.Bytes))
	for lo, n := range d.maps {
		if iova < lo+n && lo < iova+size {
			return fmt.Errorf("%w: %#x bytes at %#x", driver.ErrOverlap, n, lo)
		}
	}
	a := dmaMap{argsz: uint32(unsafe.Sizeof(dmaMap{})), flags: dmaRead | dmaWrite,
		vaddr: uint64(uintptr(unsafe.Pointer(unsafe.SliceData(m.Bytes)))), iova: iova, size: size}
	_, err := d.kernel.ioctl(d.container, mapDMA, unsafe.Pointer(&a))
	switch {
	case errors.Is(err, unix.ENOMEM):
		return fmt.Errorf("vfio: pin %d bytes (raise RLIMIT_MEMLOCK: ulimit -l): %w", size, err)
	case err != nil:
		return gone("map memory", err)
	}
	d.maps[iova] = size
	return nil
}

// Unmap implements driver.Device.
func (d *Device) Unmap(iova, size uint64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return driver.ErrClosed
	}
	if n, ok := d.maps[iova]; !ok || n != size {
		return fmt.Errorf("%w: %#x bytes at %#x", driver.ErrNotMapped, size, iova)
	}
	a := dmaUnmap{argsz: uint32(unsafe.Sizeof(dmaUnmap{})), iova: iova, size: size}
	if _, err := d.kernel.ioctl(d.container, unmapDMA, unsafe.Pointer(&a)); err != nil {
		return gone("unmap memory", err)
	}
	delete(d.maps, iova)
	return nil
}

// Interrupt implements driver.Device. The first call switches MSI-X on for all vectors, as the kernel allows no more later.
func (d *Device) Interrupt(vector, fd int) error {
	if vector < 0 || vector >= d.info.Vectors {
		return fmt.Errorf("%w: vector %d of %d", driver.ErrRange, vector, d.info.Vectors)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return driver.ErrClosed
	}
	start, fds := uint32(vector), []int32{int32(max(fd, -1))}
	if !d.armed {
		start, fds = 0, make([]int32, d.info.Vectors)
		for i := range fds {
			fds[i] = -1
		}
		fds[vector] = int32(max(fd, -1))
	}
	size := irqSetSize + 4*len(fds)
	b := make([]uint32, 0, size/4)
	b = append(b, uint32(size), dataEventfd|actionTrigger, msix, start, uint32(len(fds)))
	for _, v := range fds {
		b = append(b, uint32(v))
	}
	if _, err := d.kernel.ioctl(d.device, setIRQs, unsafe.Pointer(&b[0])); err != nil {
		return gone("set interrupts", err)
	}
	d.armed = true
	return nil
}

// Reset implements driver.Device.
func (d *Device) Reset() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return driver.ErrClosed
	}
	if _, err := d.kernel.ioctlValue(d.device, deviceReset, 0); err != nil {
		return gone("reset", err)
	}
	return d.master()
}

// Close implements driver.Device. The kernel ends DMA, mappings and interrupts as the files close.
func (d *Device) Close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.closed {
		return nil
	}
	d.closed = true
	var bad []error
	if d.bar != nil {
		bad = append(bad, d.kernel.munmap(d.bar))
	}
	for _, fd := range []int{d.device, d.group, d.container} {
		if fd >= 0 {
			bad = append(bad, d.kernel.close(fd))
		}
	}
	return errors.Join(bad...)
}
