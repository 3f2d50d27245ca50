//go:build linux

package dma_test

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/kernels"
	"golang.org/x/sys/unix"
)

var _ kernels.Allocator = (*dma.Pool)(nil)

// bus is a device that only notes mappings.
type bus struct {
	driver.Device
	mu   sync.Mutex
	maps map[uint64]driver.Memory
	fail error
}

func (b *bus) Map(m driver.Memory, iova uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fail != nil {
		return b.fail
	}
	if err := driver.CheckMap(m, iova); err != nil {
		return err
	}
	b.maps[iova] = m
	return nil
}

func (b *bus) Unmap(iova, size uint64) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if uint64(len(b.maps[iova].Bytes)) != size {
		return driver.ErrNotMapped
	}
	if b.fail != nil {
		return b.fail
	}
	delete(b.maps, iova)
	return nil
}

// see reads what the device sees at the address.
func (b *bus) see(t *testing.T, iova uint64, n int) []byte {
	t.Helper()
	for at, m := range b.maps {
		if iova >= at && iova-at+uint64(n) <= uint64(len(m.Bytes)) {
			p := make([]byte, n)
			if _, err := unix.Pread(m.FD, p, m.Offset+int64(iova-at)); err != nil {
				t.Fatal(err)
			}
			return p
		}
	}
	t.Fatalf("nothing is mapped at %#x", iova)
	return nil
}

func newBus() *bus { return &bus{maps: map[uint64]driver.Memory{}} }

func TestRegion(t *testing.T) {
	r, err := dma.NewRegion(5000)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Bytes) != 8192 || len(bytes.Trim(r.Bytes, "\x00")) != 0 {
		t.Errorf("%d bytes", len(r.Bytes))
	}
	if err := unix.Ftruncate(r.FD, 0); err == nil {
		t.Error("whoever has the descriptor can pull the memory away")
	}
	if err := r.Close(); err != nil {
		t.Error(err)
	}
	if err := r.Close(); err != nil {
		t.Error("second Close:", err)
	}
	for _, size := range []int{0, -1, 1 << 50} {
		if _, err := dma.NewRegion(size); !errors.Is(err, driver.ErrRange) {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
	if r, err = dma.NewRegion(4 << 20); err != nil { // huge pages or not
		t.Fatal(err)
	}
	r.Bytes[len(r.Bytes)-1] = 1
	if err := r.Close(); err != nil {
		t.Error(err)
	}
}

func TestPool(t *testing.T) {
	b := newBus()
	p := dma.NewPool(b, dma.Config{Slab: 64 << 10})
	var all [][]byte
	for i := range 200 {
		m, err := p.Alloc(i * 37)
		if err != nil {
			t.Fatal(err)
		}
		if len(m) != i*37 || cap(m) != len(m) || uintptr(unsafe.Pointer(unsafe.SliceData(m)))%64 != 0 {
			t.Fatalf("allocation %d has %d bytes at %p", i, len(m), m)
		}
		for j := range m {
			m[j] = byte(i + 1)
		}
		all = append(all, m)
	}
	if len(b.maps) < 2 || len(b.maps) > 20 {
		t.Errorf("%d mappings", len(b.maps))
	}
	for i, m := range all {
		at, ok := p.Address(m)
		if !ok || at%64 != 0 || at < 4<<30 {
			t.Fatalf("allocation %d is at %#x, %v", i, at, ok)
		}
		if !bytes.Equal(b.see(t, at, len(m)), bytes.Repeat([]byte{byte(i + 1)}, len(m))) {
			t.Errorf("the device sees other bytes of allocation %d", i)
		}
	}
	in, ok := p.Address(all[100][70:80])
	if base, _ := p.Address(all[100]); !ok || in != base+70 {
		t.Errorf("inside: %#x", in)
	}
	if _, ok := p.Address(make([]byte, 64)); ok {
		t.Error("the Go heap has a bus address")
	}
	for _, m := range all {
		p.Free(m)
	}
	if n := p.InUse(); n != 0 {
		t.Errorf("%d bytes in use", n)
	}
	again, err := p.Alloc(5000)
	if err != nil || len(bytes.Trim(again, "\x00")) != 0 {
		t.Errorf("used memory is not zeroed (%v)", err)
	}
	if err := p.Close(); err != nil || len(b.maps) != 0 {
		t.Errorf("%v, %d mappings left", err, len(b.maps))
	}
	p.Free(again) // after Close: nothing
	if _, err := p.Alloc(1); !errors.Is(err, driver.ErrClosed) {
		t.Error(err)
	}
}

// TestLarge: what is larger than a slab goes back at once, and its addresses are used again.
func TestLarge(t *testing.T) {
	b := newBus()
	p := dma.NewPool(b, dma.Config{Slab: 64 << 10, Limit: 1 << 20})
	defer p.Close()
	for range 20 {
		m, err := p.Alloc(1 << 20)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Alloc(1); !errors.Is(err, dma.ErrMemory) {
			t.Errorf("beyond the limit: %v", err)
		}
		p.Free(m)
		if len(b.maps) != 0 {
			t.Fatalf("%d mappings left", len(b.maps))
		}
	}
	if _, err := p.Alloc(-1); !errors.Is(err, driver.ErrRange) {
		t.Error(err)
	}
}

func TestFreeOfOthers(t *testing.T) {
	p := dma.NewPool(newBus(), dma.Config{})
	defer p.Close()
	m, err := p.Alloc(1000)
	if err != nil {
		t.Fatal(err)
	}
	p.Free(m)
	for name, bad := range map[string][]byte{"heap": make([]byte, 64), "twice": m, "nil": nil} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			p.Free(bad)
		}()
	}
}

// TestDevice: errors of the device come through, and leave nothing behind.
func TestDevice(t *testing.T) {
	b := newBus()
	b.fail = errors.New("no")
	p := dma.NewPool(b, dma.Config{})
	if _, err := p.Alloc(100); !errors.Is(err, b.fail) {
		t.Error(err)
	}
	b.fail = nil
	if _, err := p.Alloc(100); err != nil {
		t.Fatal(err)
	}
	b.fail = driver.ErrGone
	if err := p.Close(); err != nil {
		t.Errorf("a device that is gone has no mappings: %v", err)
	}
}

func TestConcurrent(t *testing.T) {
	p := dma.NewPool(newBus(), dma.Config{Slab: 64 << 10})
	defer p.Close()
	var wg sync.WaitGroup
	for g := range 4 {
		wg.Go(func() {
			for i := range 300 {
				m, err := p.Alloc(1 + i*11%5000)
				if err != nil {
					t.Error(err)
					return
				}
				for j := range m {
					m[j] = byte(g)
				}
				for _, c := range m {
					if c != byte(g) {
						t.Error("memory is shared")
						return
					}
				}
				p.Free(m)
			}
		})
	}
	wg.Wait()
}

// TestBatch makes a batch in the pool.
func TestBatch(t *testing.T) {
	p := dma.NewPool(newBus(), dma.Config{})
	defer p.Close()
	b, err := kernels.NewIn(p, &kernels.Kernel{Name: "x", In: 7, Out: 3, Message: true, Rules: []kernels.Flags{0}}, 0, 100, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := p.Address(b.Region()); !ok {
		t.Error("the region has no address")
	}
	b.Release()
	if p.InUse() != 0 {
		t.Error("Release did not give the memory back")
	}
}
