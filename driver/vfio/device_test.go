//go:build linux

package vfio

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
	"golang.org/x/sys/unix"
)

// card is a kernel with one card, as linux/vfio.h describes it. It notes what it is asked and can be told to fail.
type card struct {
	calls   []string
	fail    string // the call that fails
	errno   error
	answers map[string]uint32 // overrides of what it says
	bar     []byte
	command [2]byte
	maps    map[uint64]uint64
	fds     []int32 // of the vectors
	opened  map[int]string
}

var card0 = Function{Address: "0000:3b:00.0", Vendor: 1, Device: 2, Driver: "vfio-pci", Group: 17}

func newCard() *card {
	return &card{answers: map[string]uint32{}, bar: make([]byte, 65536), maps: map[uint64]uint64{}, opened: map[int]string{}}
}

func (c *card) did(call string) error {
	c.calls = append(c.calls, call)
	if call == c.fail {
		return c.errno
	}
	return nil
}

func (c *card) says(what string, otherwise uint32) uint32 {
	if v, ok := c.answers[what]; ok {
		return v
	}
	return otherwise
}

func (c *card) open(path string) (int, error) {
	fd := 10 + len(c.opened)
	if err := c.did("open " + path); err != nil {
		return -1, err
	}
	c.opened[fd] = path
	return fd, nil
}

func (c *card) close(fd int) error {
	if c.opened[fd] == "" {
		return unix.EBADF
	}
	delete(c.opened, fd)
	return nil
}

func (c *card) ioctlValue(fd int, request, value uintptr) (int, error) {
	switch request {
	case getAPIVersion:
		return int(c.says("version", 0)), c.did("version")
	case checkExtension:
		return int(c.says("extension", 1)), c.did("extension")
	case setIOMMU:
		return 0, c.did(fmt.Sprint("iommu ", value))
	case deviceReset:
		clear(c.command[:]) // as a reset of the function does
		return 0, c.did("reset")
	}
	return 0, unix.ENOTTY
}

func (c *card) ioctl(fd int, request uintptr, arg unsafe.Pointer) (int, error) {
	switch request {
	case groupStatus:
		(*status)(arg).flags = c.says("group", groupViable)
		return 0, c.did("status")
	case setContainer:
		return 0, c.did("container " + c.opened[int(*(*int32)(arg))])
	case getDeviceFD:
		name := unix.BytePtrToString((*byte)(arg))
		if err := c.did("device " + name); err != nil {
			return 0, err
		}
		c.opened[99] = name
		return 99, nil
	case deviceInfo:
		d := (*device)(arg)
		d.flags, d.regions, d.irqs = c.says("device", deviceCanReset|devicePCI), 9, 5
		return 0, c.did("info")
	case regionInfo:
		r := (*region)(arg)
		r.flags, r.offset, r.size = c.says("region", regionRead|regionWrite|regionMap), uint64(r.index)<<40, uint64(c.says("size", 65536))
		return 0, c.did(fmt.Sprint("region ", r.index))
	case irqInfo:
		q := (*irq)(arg)
		q.flags, q.count = irqEventfd, c.says("vectors", 4)
		return 0, c.did(fmt.Sprint("irq ", q.index))
	case setIRQs:
		h := *(*[5]uint32)(arg)
		fds := unsafe.Slice((*int32)(unsafe.Add(arg, irqSetSize)), h[4])
		if h[0] != irqSetSize+4*h[4] || h[1] != dataEventfd|actionTrigger || h[2] != msix || c.fds == nil && h[3] != 0 || c.fds != nil && int(h[3]+h[4]) > len(c.fds) {
			return 0, unix.EINVAL
		}
		if c.fds == nil {
			c.fds = slices.Clone(fds)
		}
		copy(c.fds[h[3]:], fds)
		return 0, c.did("irqs")
	case mapDMA:
		a := (*dmaMap)(arg)
		if a.argsz != 32 || a.flags != 3 || a.vaddr == 0 {
			return 0, unix.EINVAL
		}
		if err := c.did("map"); err != nil {
			return 0, err
		}
		c.maps[a.iova] = a.size
		return 0, nil
	case unmapDMA:
		a := (*dmaUnmap)(arg)
		if err := c.did("unmap"); err != nil {
			return 0, err
		}
		if c.maps[a.iova] != a.size {
			return 0, unix.EINVAL
		}
		delete(c.maps, a.iova)
		return 0, nil
	}
	return 0, unix.ENOTTY
}

func (c *card) mmap(fd int, offset int64, size int) ([]byte, error) {
	if fd != 99 || offset != 0 || size != len(c.bar) {
		return nil, unix.EINVAL
	}
	return c.bar, c.did("mmap")
}

func (c *card) munmap([]byte) error { return c.did("munmap") }

func (c *card) pread(fd int, b []byte, offset int64) (int, error) {
	if offset != 7<<40+4 {
		return 0, unix.EINVAL
	}
	return copy(b, c.command[:]), c.did("pread")
}

func (c *card) pwrite(fd int, b []byte, offset int64) (int, error) {
	if offset != 7<<40+4 {
		return 0, unix.EINVAL
	}
	return copy(c.command[:], b), c.did("pwrite")
}

func TestDevice(t *testing.T) {
	c := newCard()
	d, err := open(c, card0)
	if err != nil {
		t.Fatal(err)
	}
	want := "open /dev/vfio/vfio, version, extension, open /dev/vfio/17, status, container /dev/vfio/vfio, iommu 3, device 0000:3b:00.0, " +
		"info, region 0, region 7, mmap, irq 2, pread, pwrite"
	if got := strings.Join(c.calls, ", "); got != want {
		t.Errorf("asked %s\nwant  %s", got, want)
	}
	if i := d.Info(); i != (driver.Info{Name: "0000:3b:00.0", Transport: "vfio", Vendor: 1, Device: 2, BARSize: 65536, Vectors: 4}) {
		t.Errorf("%+v", i)
	}
	if c.command[0] != 6 {
		t.Errorf("command register %#x: no bus master", c.command[0])
	}
	if err := d.Write32(0x8004, 0x01020304); err != nil || c.bar[0x8004] != 4 {
		t.Errorf("%v, %x", err, c.bar[0x8004:0x8008])
	}
	if v, err := d.Read32(0x8004); err != nil || v != 0x01020304 {
		t.Errorf("%#x, %v", v, err)
	}
	if _, err := d.Read32(65536); !errors.Is(err, driver.ErrRange) {
		t.Error(err)
	}

	m := driver.Memory{Bytes: make([]byte, 8192)}
	if err := d.Map(m, 1<<33); err != nil || c.maps[1<<33] != 8192 {
		t.Errorf("%v, %v", err, c.maps)
	}
	if err := d.Map(m, 1<<33+4096); !errors.Is(err, driver.ErrOverlap) {
		t.Error(err)
	}
	if err := d.Unmap(1<<33, 4096); !errors.Is(err, driver.ErrNotMapped) {
		t.Error(err)
	}
	if err := d.Unmap(1<<33, 8192); err != nil || len(c.maps) != 0 {
		t.Errorf("%v, %v", err, c.maps)
	}

	for _, s := range []struct {
		vector, fd int
		want       []int32
	}{{2, 50, []int32{-1, -1, 50, -1}}, {0, 51, []int32{51, -1, 50, -1}}, {2, -1, []int32{51, -1, -1, -1}}} {
		if err := d.Interrupt(s.vector, s.fd); err != nil || !slices.Equal(c.fds, s.want) {
			t.Errorf("vector %d: %v, %v", s.vector, c.fds, err)
		}
	}
	if err := d.Interrupt(4, 5); !errors.Is(err, driver.ErrRange) {
		t.Error(err)
	}
	if err := d.Reset(); err != nil || c.command[0] != 6 {
		t.Errorf("after a reset: %v, command register %#x", err, c.command[0])
	}

	c.fail, c.errno = "reset", unix.ENODEV
	if err := d.Reset(); !errors.Is(err, driver.ErrGone) {
		t.Error(err)
	}
	c.fail, c.errno = "map", unix.ENOMEM
	if err := d.Map(m, 1<<33); !errors.Is(err, unix.ENOMEM) || !strings.Contains(err.Error(), "ulimit -l") {
		t.Error(err)
	}
	if err := d.Close(); err != nil || len(c.opened) != 0 {
		t.Errorf("%v, open: %v", err, c.opened)
	}
	if err := d.Close(); err != nil {
		t.Error("second Close:", err)
	}
	_, err = d.Read32(0)
	for _, err := range []error{err, d.Write32(0, 0), d.Map(m, 0), d.Unmap(0, 1), d.Interrupt(0, -1), d.Reset()} {
		if !errors.Is(err, driver.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

// TestOpenFails: every call that can fail makes Open fail, with its error, and leaves nothing open.
func TestOpenFails(t *testing.T) {
	fine := newCard()
	if _, err := open(fine, card0); err != nil {
		t.Fatal(err)
	}
	for _, call := range fine.calls {
		c := newCard()
		c.fail, c.errno = call, unix.EACCES
		if _, err := open(c, card0); !errors.Is(err, unix.EACCES) || len(c.opened) != 0 {
			t.Errorf("%s: %v, open: %v", call, err, c.opened)
		}
	}
	for what, v := range map[string]uint32{"version": 1, "extension": 0, "group": 0, "device": devicePCI, "region": regionRead, "size": 100, "vectors": 0} {
		c := newCard()
		c.answers[what] = v
		if _, err := open(c, card0); err == nil || len(c.opened) != 0 {
			t.Errorf("%s %d: %v, open: %v", what, v, err, c.opened)
		}
	}
	unbound := card0
	unbound.Driver = "nvme"
	if _, err := open(newCard(), unbound); !errors.Is(err, ErrUnbound) {
		t.Error(err)
	}
}

// TestTenTimes: a card is opened, used and closed ten times; nothing stays open, mapped or connected.
func TestTenTimes(t *testing.T) {
	c := newCard()
	for range 10 {
		d, err := open(c, card0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Read32(0); err != nil {
			t.Error(err)
		}
		if err := errors.Join(d.Map(driver.Memory{Bytes: make([]byte, 4096)}, 1<<33), d.Interrupt(1, 7), d.Reset(), d.Close()); err != nil {
			t.Error(err)
		}
		if n := strings.Count(strings.Join(c.calls, ","), "munmap"); len(c.opened) != 0 || n != 1 {
			t.Errorf("open: %v, unmapped %d times", c.opened, n)
		}
		c.calls, c.fds = nil, nil // what the kernel forgets when the files close
		clear(c.maps)
	}
}

// TestFault: a card that is pulled out while its BAR is mapped answers with SIGBUS: the device is gone, the process lives.
func TestFault(t *testing.T) {
	fd, err := unix.MemfdCreate("bar", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	c := newCard()
	if err := unix.Ftruncate(fd, int64(len(c.bar))); err != nil {
		t.Fatal(err)
	}
	if c.bar, err = unix.Mmap(fd, 0, len(c.bar), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED); err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(c.bar)
	d, err := open(c, card0)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Write32(8, 5); err != nil {
		t.Error(err)
	}
	if err := unix.Ftruncate(fd, 0); err != nil {
		t.Fatal(err)
	}
	_, err = d.Read32(8)
	if err2 := d.Write32(8, 1); !errors.Is(err, driver.ErrGone) || !errors.Is(err2, driver.ErrGone) {
		t.Errorf("%v, %v", err, err2)
	}
	if err := driver.Present(d, 0); !errors.Is(err, driver.ErrGone) {
		t.Error(err)
	}
	if err := d.Close(); err != nil || len(c.opened) != 0 {
		t.Errorf("%v, open: %v", err, c.opened)
	}
}

// TestNoCard: this machine's kernel, asked for a group that does not exist.
func TestNoCard(t *testing.T) {
	f := card0
	f.Group = 1 << 30
	if d, err := Open(f); err == nil {
		d.Close()
		t.Error("opened a card that is not there")
	} else {
		t.Log(err)
	}
}
