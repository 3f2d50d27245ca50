//go:build linux

package mmio

import (
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/driver"
	"golang.org/x/sys/unix"
)

func window(t *testing.T, size int) (Window, int) {
	t.Helper()
	fd, err := unix.MemfdCreate("mmio", unix.MFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		t.Fatal(err)
	}
	p, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(p) })
	return p, fd
}

func TestWindow(t *testing.T) {
	w, _ := window(t, 8192)
	for _, offset := range []uint32{0, 4, 4096, 8188} {
		if err := w.Store(offset, 0xfedcba98+offset); err != nil {
			t.Fatal(err)
		}
		if v, err := w.Load(offset); err != nil || v != 0xfedcba98+offset {
			t.Errorf("%#x: %#x, %v", offset, v, err)
		}
	}
	if w[0] != 0x98 || w[3] != 0xfe || w[8] != 0 {
		t.Errorf("bytes %x", w[:12])
	}
	for _, offset := range []uint32{1, 2, 8190, 8192, 1<<32 - 4} {
		_, err := w.Load(offset)
		if err2 := w.Store(offset, 1); !errors.Is(err, driver.ErrRange) || !errors.Is(err2, driver.ErrRange) {
			t.Errorf("%#x: %v, %v", offset, err, err2)
		}
	}
}

// TestFault: a mapping that loses what is behind it, as the BAR of a card that is pulled out, gives an error, and the
// process lives.
func TestFault(t *testing.T) {
	w, fd := window(t, 4096)
	if err := unix.Ftruncate(fd, 0); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if v, err := w.Load(16); !errors.Is(err, driver.ErrGone) || v != 0 {
			t.Errorf("load: %#x, %v", v, err)
		}
		if err := w.Store(16, 1); !errors.Is(err, driver.ErrGone) {
			t.Errorf("store: %v", err)
		}
	}
	if err := unix.Ftruncate(fd, 4096); err != nil {
		t.Fatal(err)
	}
	if v, err := w.Load(16); err != nil || v != 0 {
		t.Errorf("afterwards: %#x, %v", v, err)
	}
}

func TestAllocations(t *testing.T) {
	w, _ := window(t, 4096)
	if n := testing.AllocsPerRun(100, func() { w.Store(0, 1); w.Load(0) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
