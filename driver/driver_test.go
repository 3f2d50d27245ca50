package driver_test

import (
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/driver"
)

// registers is a device of registers only, which notes the order of accesses.
type registers struct {
	driver.Device
	values map[uint32]uint32
	order  []uint32
	fail   error
}

func (r *registers) Read32(offset uint32) (uint32, error) {
	r.order = append(r.order, offset)
	return r.values[offset], r.fail
}

func (r *registers) Write32(offset, value uint32) error {
	r.order = append(r.order, offset)
	r.values[offset] = value
	return r.fail
}

func TestWide(t *testing.T) {
	r := &registers{values: map[uint32]uint32{}}
	if err := driver.Write64(r, 8, 0x1122334455667788); err != nil {
		t.Fatal(err)
	}
	if v, err := driver.Read64(r, 8); err != nil || v != 0x1122334455667788 {
		t.Errorf("%#x, %v", v, err)
	}
	if r.values[8] != 0x55667788 || len(r.order) != 4 || r.order[0] != 8 || r.order[1] != 12 || r.order[2] != 8 {
		t.Errorf("%#x, in the order %v", r.values, r.order)
	}
	r.fail = errors.New("broken")
	if _, err := driver.Read64(r, 8); err != r.fail {
		t.Error(err)
	}
	if err := driver.Write64(r, 8, 1); err != r.fail || len(r.order) != 6 {
		t.Error(err, r.order)
	}
}

func TestPresent(t *testing.T) {
	r := &registers{values: map[uint32]uint32{4: 1<<32 - 1, 8: 1<<32 - 2}}
	if err := driver.Present(r, 4); !errors.Is(err, driver.ErrGone) {
		t.Error(err)
	}
	if err := driver.Present(r, 8); err != nil {
		t.Error(err)
	}
}

func TestChecks(t *testing.T) {
	i := driver.Info{BARSize: 0x1000}
	for offset, ok := range map[uint32]bool{0: true, 0xffc: true, 0x1000: false, 2: false, 1<<32 - 4: false} {
		if err := driver.CheckOffset(i, offset); (err == nil) != ok {
			t.Errorf("offset %#x: %v", offset, err)
		}
	}
	page := make([]byte, driver.PageSize)
	for _, c := range []struct {
		m    driver.Memory
		iova uint64
		ok   bool
	}{
		{driver.Memory{Bytes: page}, 0, true},
		{driver.Memory{Bytes: page, Offset: 4096}, 1 << 40, true},
		{driver.Memory{}, 0, false},
		{driver.Memory{Bytes: page[1:]}, 0, false},
		{driver.Memory{Bytes: page, Offset: 64}, 0, false},
		{driver.Memory{Bytes: page, Offset: -4096}, 0, false},
		{driver.Memory{Bytes: page, FD: -1}, 0, false},
		{driver.Memory{Bytes: page}, 64, false},
		{driver.Memory{Bytes: page}, 1<<64 - 4096, false},
	} {
		if err := driver.CheckMap(c.m, c.iova); (err == nil) != c.ok || err != nil && !errors.Is(err, driver.ErrRange) {
			t.Errorf("%d bytes of %d at %#x: %v", len(c.m.Bytes), c.m.Offset, c.iova, err)
		}
	}
}
