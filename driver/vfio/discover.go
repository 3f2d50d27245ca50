package vfio

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Sys is where the kernel shows its devices.
const Sys = "/sys"

var (
	// ErrAddress: not a PCI address such as 0000:3b:00.0.
	ErrAddress = errors.New("vfio: not a PCI address")
	// ErrNone: there is no such function.
	ErrNone = errors.New("vfio: no such PCI function")
	// ErrUnbound: the function is not bound to vfio-pci, or has no IOMMU.
	ErrUnbound = errors.New("vfio: PCI function cannot be driven from user space")
)

// Function is a PCI function.
type Function struct {
	Address        string // domain:bus:device.function
	Vendor, Device uint16
	Driver         string // of the kernel; "" for none
	Group          int    // of the IOMMU; -1 for none
}

var address = regexp.MustCompile(`^[0-9a-f]{4,8}:[0-9a-f]{2}:[0-1][0-9a-f]\.[0-7]$`)

// Find lists the functions with these ids, in order of their addresses; sys is [Sys] but in tests. A machine without PCI
// has none.
func Find(sys string, vendor, device uint16) (all []Function, err error) {
	entries, err := os.ReadDir(filepath.Join(sys, "bus/pci/devices"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, fmt.Errorf("vfio: %w", err)
	}
	for _, e := range entries {
		f, err := At(sys, e.Name())
		if err != nil {
			continue // pulled out as we looked, or nothing that we know
		}
		if f.Vendor == vendor && f.Device == device {
			all = append(all, f)
		}
	}
	return all, nil
}

// At describes the function at an address; the domain 0000 may be left out. Errors: ErrAddress, ErrNone.
func At(sys, bdf string) (f Function, err error) {
	bdf = strings.ToLower(bdf)
	if strings.Count(bdf, ":") == 1 {
		bdf = "0000:" + bdf
	}
	if !address.MatchString(bdf) {
		return f, fmt.Errorf("%w: %q", ErrAddress, bdf)
	}
	folder := filepath.Join(sys, "bus/pci/devices", bdf)
	f = Function{Address: bdf, Group: -1}
	for file, to := range map[string]*uint16{"vendor": &f.Vendor, "device": &f.Device} {
		text, err := os.ReadFile(filepath.Join(folder, file))
		if err != nil {
			return f, fmt.Errorf("%w: %s: %w", ErrNone, bdf, err)
		}
		v, err := strconv.ParseUint(strings.TrimSpace(string(text)), 0, 16)
		if err != nil {
			return f, fmt.Errorf("%w: %s: %s is %q", ErrNone, bdf, file, text)
		}
		*to = uint16(v)
	}
	if link, err := os.Readlink(filepath.Join(folder, "driver")); err == nil {
		f.Driver = filepath.Base(link)
	}
	if link, err := os.Readlink(filepath.Join(folder, "iommu_group")); err == nil {
		if n, err := strconv.ParseUint(filepath.Base(link), 10, 31); err == nil {
			f.Group = int(n)
		}
	}
	return f, nil
}

// Usable says why the function cannot be driven, and what to do; nil if it can.
func (f *Function) Usable() error {
	switch {
	case f.Group < 0:
		return fmt.Errorf("%w: %s has no IOMMU group; switch the IOMMU on (firmware, and intel_iommu=on or amd_iommu=on)", ErrUnbound, f.Address)
	case f.Driver != "vfio-pci":
		return fmt.Errorf("%w: %s is bound to %q; modprobe vfio-pci && driverctl set-override %s vfio-pci", ErrUnbound, f.Address, f.Driver, f.Address)
	}
	return nil
}
