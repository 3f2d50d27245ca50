//go:build linux

package vfio

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// Requests of linux/vfio.h: _IO(';', 100 + n).
const (
	getAPIVersion  = 0x3b64
	checkExtension = 0x3b65
	setIOMMU       = 0x3b66
	groupStatus    = 0x3b67
	setContainer   = 0x3b68
	getDeviceFD    = 0x3b6a
	deviceInfo     = 0x3b6b
	regionInfo     = 0x3b6c
	irqInfo        = 0x3b6d
	setIRQs        = 0x3b6e
	deviceReset    = 0x3b6f
	mapDMA         = 0x3b71
	unmapDMA       = 0x3b72
)

const (
	apiVersion  = 0
	type1v2     = 3
	groupViable = 1

	deviceCanReset, devicePCI          = 1, 2
	regionRead, regionWrite, regionMap = 1, 2, 4
	irqEventfd                         = 1
	dmaRead, dmaWrite                  = 1, 2
	dataEventfd, actionTrigger         = 4, 32

	bar0, config = 0, 7 // regions
	msix         = 2    // interrupt
)

// Structures of linux/vfio.h.
type (
	status struct{ argsz, flags uint32 }
	device struct{ argsz, flags, regions, irqs uint32 }
	region struct {
		argsz, flags, index, caps uint32
		size, offset              uint64
	}
	irq    struct{ argsz, flags, index, count uint32 }
	dmaMap struct {
		argsz, flags      uint32
		vaddr, iova, size uint64
	}
	dmaUnmap struct {
		argsz, flags uint32
		iova, size   uint64
	}
)

// irqSetSize is the bytes of argsz, flags, index, start and count; the eventfds follow.
const irqSetSize = 20

// Their sizes are part of the kernel's interface; a difference does not compile.
var (
	_ [8]byte  = [unsafe.Sizeof(status{})]byte{}
	_ [16]byte = [unsafe.Sizeof(device{})]byte{}
	_ [32]byte = [unsafe.Sizeof(region{})]byte{}
	_ [16]byte = [unsafe.Sizeof(irq{})]byte{}
	_ [32]byte = [unsafe.Sizeof(dmaMap{})]byte{}
	_ [24]byte = [unsafe.Sizeof(dmaUnmap{})]byte{}
)

// kernel is what we ask of the operating system; tests have one of their own.
type kernel interface {
	open(path string) (fd int, err error)
	close(fd int) error
	ioctl(fd int, request uintptr, arg unsafe.Pointer) (int, error)
	ioctlValue(fd int, request, value uintptr) (int, error)
	mmap(fd int, offset int64, size int) ([]byte, error)
	munmap(b []byte) error
	pread(fd int, b []byte, offset int64) (int, error)
	pwrite(fd int, b []byte, offset int64) (int, error)
}

type linux struct{}

func (linux) open(path string) (int, error) { return unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC, 0) }
func (linux) close(fd int) error            { return unix.Close(fd) }

func (linux) ioctl(fd int, request uintptr, arg unsafe.Pointer) (int, error) {
	for {
		r, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg))
		switch e {
		case 0:
			return int(r), nil
		case unix.EINTR:
		default:
			return 0, e
		}
	}
}

func (linux) ioctlValue(fd int, request, value uintptr) (int, error) {
	for {
		r, _, e := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, value)
		switch e {
		case 0:
			return int(r), nil
		case unix.EINTR:
		default:
			return 0, e
		}
	}
}

func (linux) mmap(fd int, offset int64, size int) ([]byte, error) {
	return unix.Mmap(fd, offset, size, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
}
func (linux) munmap(b []byte) error                              { return unix.Munmap(b) }
func (linux) pread(fd int, b []byte, offset int64) (int, error)  { return unix.Pread(fd, b, offset) }
func (linux) pwrite(fd int, b []byte, offset int64) (int, error) { return unix.Pwrite(fd, b, offset) }
