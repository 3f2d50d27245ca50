// Package driver is the contract of a PCI function that is driven from user space: registers of BAR0, DMA memory,
// interrupts, reset. Subpackages implement it over kernel VFIO (driver/vfio: a card), over the vfio-user protocol
// (driver/vfiouser: the simulator) and in memory (driver/fake: tests); driver/ring works queues over any of them, and
// driver/dma supplies memory that a device reaches. driver/trace records what passes. driver/drivertest proves an
// implementation.
//
// Who only wants verdicts uses engine.
package driver

import (
	"errors"
	"fmt"
)

// Device is one PCI function. All methods may be called from many goroutines at once.
//
// A device that goes away makes every method but Close fail with ErrGone, or makes reads give all ones: see [Present].
type Device interface {
	// Info describes the device. The answer does not change.
	Info() Info

	// Read32 and Write32 access the register at the offset, a multiple of 4 below Info().BARSize. All that was
	// written to DMA memory before Write32 is visible to the device when it sees the write. Errors: ErrRange,
	// ErrGone, ErrClosed, those of the transport.
	Read32(offset uint32) (uint32, error)
	Write32(offset, value uint32) error

	// Map lets the device reach the memory at bus addresses [iova, iova+len). iova and the length are multiples of
	// the page size. The memory stays mapped in this process until Unmap, Close or a failure has returned.
	// Errors: ErrRange, ErrOverlap.
	Map(m Memory, iova uint64) error

	// Unmap takes a mapping away, exactly as Map made it. It returns when the device has ended all access to it.
	// Errors: ErrNotMapped.
	Unmap(iova, size uint64) error

	// Interrupt has the eventfd signalled when the vector fires; the device duplicates fd. -1 takes it away.
	// Errors: ErrRange for a vector of none.
	Interrupt(vector, fd int) error

	// Reset ends all work and DMA of the device and restores its registers, but keeps mappings and interrupts. When
	// it returns without an error, the device touches no memory until it is told to again.
	Reset() error

	// Close gives the device up. It ends access to memory first. A second Close does nothing.
	Close() error
}

// Info describes a device.
type Info struct {
	Name           string // for people: a PCI address, a socket
	Transport      string // "vfio", "vfio-user", "fake"
	Vendor, Device uint16 // PCI ids
	BARSize        uint32 // bytes of BAR0
	Vectors        int    // interrupts
}

// Memory is a part of a file of shared memory, such as a memfd, that is mapped at Bytes.
type Memory struct {
	Bytes  []byte
	FD     int
	Offset int64 // of Bytes in the file
}

// PageSize is the grain of mappings, in bytes.
const PageSize = 4096

var (
	// ErrClosed: the device was closed.
	ErrClosed = errors.New("driver: device is closed")
	// ErrGone: the device was removed, or the process that plays it has ended.
	ErrGone = errors.New("driver: device is gone")
	// ErrRange: an offset, address, size or vector that the device does not have, or that is not aligned.
	ErrRange = errors.New("driver: out of range")
	// ErrOverlap: bus addresses that are mapped already.
	ErrOverlap = errors.New("driver: already mapped")
	// ErrNotMapped: bus addresses that are not mapped, or not so.
	ErrNotMapped = errors.New("driver: not mapped")
)

// CheckOffset returns an ErrRange unless offset is that of a register.
func CheckOffset(i Info, offset uint32) error {
	if offset%4 != 0 || offset >= i.BARSize {
		return fmt.Errorf("%w: register %#x of %#x bytes", ErrRange, offset, i.BARSize)
	}
	return nil
}

// CheckMap returns an ErrRange unless memory and address fit a mapping.
func CheckMap(m Memory, iova uint64) error {
	size := uint64(len(m.Bytes))
	if size == 0 || (size|iova|uint64(m.Offset))%PageSize != 0 || m.Offset < 0 || iova+size < iova || m.FD < 0 {
		return fmt.Errorf("%w: map %#x bytes of file %d from %#x at %#x", ErrRange, size, m.FD, m.Offset, iova)
	}
	return nil
}

// Read64 reads a 64-bit register: low, then high.
func Read64(d Device, offset uint32) (uint64, error) {
	lo, err := d.Read32(offset)
	if err != nil {
		return 0, err
	}
	hi, err := d.Read32(offset + 4)
	return uint64(hi)<<32 | uint64(lo), err
}

// Write64 writes a 64-bit register: low, then high.
func Write64(d Device, offset uint32, value uint64) error {
	if err := d.Write32(offset, uint32(value)); err != nil {
		return err
	}
	return d.Write32(offset+4, uint32(value>>32))
}

// Present reads the register at the offset, which must be one that never is all ones, such as an id, and returns ErrGone
// if it is: what a bus answers where no device does.
func Present(d Device, offset uint32) error {
	v, err := d.Read32(offset)
	if err == nil && v == 1<<32-1 {
		err = fmt.Errorf("%w: registers read all ones", ErrGone)
	}
	return err
}
