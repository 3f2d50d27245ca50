//go:build linux

package mmio

import (
	"fmt"
	"runtime/debug"
	"unsafe"

	"github.com/sluice-engine/sluice/driver"
)

// Window is a mapped range of registers. The mapping outlives it.
type Window []byte

// Load reads the register at the offset, a multiple of 4. ErrGone when the mapping faults: the device was pulled out.
func (w Window) Load(offset uint32) (v uint32, err error) {
	p, err := w.at(offset)
	if err != nil {
		return 0, err
	}
	defer recovered(offset, debug.SetPanicOnFault(true), &err)
	return load32(p), nil
}

// Store writes the register at the offset.
func (w Window) Store(offset, v uint32) (err error) {
	p, err := w.at(offset)
	if err != nil {
		return err
	}
	defer recovered(offset, debug.SetPanicOnFault(true), &err)
	store32(p, v)
	return nil
}

func (w Window) at(offset uint32) (*uint32, error) {
	if offset%4 != 0 || uint64(offset)+4 > uint64(len(w)) {
		return nil, fmt.Errorf("%w: register %#x of %#x mapped bytes", driver.ErrRange, offset, len(w))
	}
	return (*uint32)(unsafe.Pointer(&w[offset])), nil
}

// recovered turns a bus error into an error. It is deferred; SetPanicOnFault, which is of the goroutine, is put back to
// what it was before.
func recovered(offset uint32, before bool, err *error) {
	debug.SetPanicOnFault(before)
	switch p := recover().(type) {
	case nil:
	case interface{ Addr() uintptr }:
		*err = fmt.Errorf("%w: no answer at register %#x (address %#x)", driver.ErrGone, offset, p.Addr())
	default:
		panic(p)
	}
}
