package vfio

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// tree makes a sysfs with the functions: address to vendor, device, driver and group ("" for none).
func tree(t *testing.T, functions map[string][4]string) string {
	t.Helper()
	sys := t.TempDir()
	for bdf, f := range functions {
		dir := filepath.Join(sys, "bus/pci/devices", bdf)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(os.MkdirAll(dir, 0o755))
		must(os.WriteFile(filepath.Join(dir, "vendor"), []byte(f[0]+"\n"), 0o644))
		must(os.WriteFile(filepath.Join(dir, "device"), []byte(f[1]+"\n"), 0o644))
		if f[2] != "" {
			must(os.Symlink("../../../bus/pci/drivers/"+f[2], filepath.Join(dir, "driver")))
		}
		if f[3] != "" {
			must(os.Symlink("../../../kernel/iommu_groups/"+f[3], filepath.Join(dir, "iommu_group")))
		}
	}
	return sys
}

func TestFind(t *testing.T) {
	sys := tree(t, map[string][4]string{
		"0000:00:00.0": {"0x8086", "0x1237", "", ""},
		"0000:3b:00.0": {"0x534c", "0x4345", "vfio-pci", "17"},
		"0000:3b:00.1": {"0x534c", "0x4345", "other", "17"},
		"0001:af:1f.7": {"0x534c", "0x4345", "", ""},
		"0000:3c:00.0": {"0x534c", "0x9999", "vfio-pci", "3"},
		"0000:3d:00.0": {"nonsense", "0x4345", "vfio-pci", "4"},
	})
	all, err := Find(sys, 0x534c, 0x4345)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	want := []Function{
		{"0000:3b:00.0", 0x534c, 0x4345, "vfio-pci", 17},
		{"0000:3b:00.1", 0x534c, 0x4345, "other", 17},
		{"0001:af:1f.7", 0x534c, 0x4345, "", -1},
	}
	for i, f := range all {
		if f != want[i] {
			t.Errorf("%+v, want %+v", f, want[i])
		}
		if err := f.Usable(); (err == nil) != (i == 0) || err != nil && !errors.Is(err, ErrUnbound) {
			t.Errorf("%s: %v", f.Address, err)
		}
	}
	if all, err := Find(t.TempDir(), 1, 2); err != nil || all != nil {
		t.Errorf("a machine without PCI: %v, %v", all, err)
	}
	if f, err := At(sys, "3B:00.0"); err != nil || f != want[0] {
		t.Errorf("%+v, %v", f, err)
	}
	for bdf, want := range map[string]error{
		"0000:77:00.0": ErrNone, "0000:3d:00.0": ErrNone, "": ErrAddress, "x": ErrAddress, "../../etc": ErrAddress,
		"0000:3b:00.8": ErrAddress, "0000:3b:00.0/..": ErrAddress, "0000:3b:20.0": ErrAddress,
	} {
		if _, err := At(sys, bdf); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", bdf, err, want)
		}
	}
}
