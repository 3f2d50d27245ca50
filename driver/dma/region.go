//go:build linux

package dma

import (
	"fmt"

	"github.com/sluice-engine/sluice/driver"
	"golang.org/x/sys/unix"
)

const huge = 2 << 20 // bytes of a huge page

// Region is shared memory of its own file.
type Region struct {
	driver.Memory
	Huge   bool // in huge pages
	Locked bool // never swapped out; a kernel that pins what it maps does not need it
}

// NewRegion makes zeroed memory of at least size bytes, rounded up to pages: huge ones where size is a multiple of
// 2 MiB and the machine has them to give.
func NewRegion(size int) (*Region, error) {
	if size <= 0 || size > 1<<46 {
		return nil, fmt.Errorf("%w: %d bytes of memory", driver.ErrRange, size)
	}
	size = (size + driver.PageSize - 1) &^ (driver.PageSize - 1)
	if size%huge == 0 {
		if r, err := newRegion(size, unix.MFD_HUGETLB); err == nil {
			r.Huge = true
			return r, nil
		}
	}
	return newRegion(size, 0)
}

func newRegion(size, flags int) (_ *Region, err error) {
	fd, err := unix.MemfdCreate("sluice-dma", unix.MFD_CLOEXEC|unix.MFD_ALLOW_SEALING|flags)
	if err != nil {
		return nil, fmt.Errorf("dma: memfd: %w", err)
	}
	defer func() {
		if err != nil {
			unix.Close(fd)
		}
	}()
	if err := unix.Ftruncate(fd, int64(size)); err != nil {
		return nil, fmt.Errorf("dma: %d bytes: %w", size, err)
	}
	const seals = unix.F_SEAL_SHRINK | unix.F_SEAL_GROW | unix.F_SEAL_SEAL
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_ADD_SEALS, seals); err != nil {
		return nil, fmt.Errorf("dma: seal: %w", err)
	}
	p, err := unix.Mmap(fd, 0, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("dma: map %d bytes: %w", size, err)
	}
	r := &Region{Memory: driver.Memory{Bytes: p, FD: fd}}
	r.Locked = unix.Mlock(p) == nil // beyond RLIMIT_MEMLOCK it fails
	return r, nil
}

// Close unmaps the memory. Nobody may use its bytes afterwards.
func (r *Region) Close() error {
	if r.Bytes == nil {
		return nil
	}
	err := unix.Munmap(r.Bytes)
	if err2 := unix.Close(r.FD); err == nil {
		err = err2
	}
	r.Bytes, r.FD = nil, -1
	return err
}
