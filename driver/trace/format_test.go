package trace

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/driver"
)

// TestFormat: the bytes are those that doc.go describes. A change of them needs a new Version.
func TestFormat(t *testing.T) {
	for _, c := range []struct {
		r    Record
		want string
	}{
		{Record{Type: Read, Number: 5, Took: 0x102, Status: Range, Words: [4]uint64{0x8004, 0xa1b2c3d4}},
			"01 02 0000 05000000 0000000000000000 02010000 03000000 04800000 d4c3b2a1"},
		{Record{Type: Map, Number: 1, Words: [4]uint64{1 << 32, 0x2000, 0x1000}},
			"01 05 0000 01000000 0000000000000000 00000000 00000000 0000000001000000 0020000000000000 0010000000000000"},
		{Record{Type: Completion, Number: 1 << 31, Cycle: 0x1122334455, HasCycle: true, Words: [4]uint64{7, 3}, Tail: bytes.Repeat([]byte{0xee}, 32)},
			"01 0c 0100 00000080 5544332211000000 00000000 00000000 07000000 03000000" + strings.Repeat("ee", 32)},
		{Record{Type: Info, Number: 1, Words: [4]uint64{0x534c, 0x4345, 0x10000, 4}, Tail: []byte("fake memory")},
			"01 01 0000 01000000 0000000000000000 00000000 00000000 4c530000 45430000 00000100 04000000" + hex.EncodeToString([]byte("fake memory"))},
		{Record{Type: Reset, Number: 2}, "01 09 0000 02000000 0000000000000000 00000000 00000000"},
	} {
		var b [MaxSize]byte
		n := c.r.put(b[:])
		if got := hex.EncodeToString(b[:n]); got != strings.ReplaceAll(c.want, " ", "") {
			t.Errorf("%s is\n%s, want\n%s", c.r.Type, got, c.want)
		}
		if r, err := Parse(b[:n]); err != nil || fmt.Sprint(r) != fmt.Sprint(c.r) {
			t.Errorf("%+v, %v, want %+v", r, err, c.r)
		}
		for _, cut := range []int{0, 1, HeaderSize - 1, n - 1} {
			if _, err := Parse(b[:cut]); !errors.Is(err, ErrFormat) && c.r.Type != Info {
				t.Errorf("%s with %d of %d bytes: %v", c.r.Type, cut, n, err)
			}
		}
		if _, err := Parse(append(b[:n:n], make([]byte, maxTail)...)); !errors.Is(err, ErrFormat) {
			t.Errorf("%s with more bytes: %v", c.r.Type, err)
		}
		b[0]++
		if _, err := Parse(b[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("another version: %v", err)
		}
		b[0], b[1] = Version, byte(len(shapes))
		if _, err := Parse(b[:n]); !errors.Is(err, ErrFormat) {
			t.Errorf("another type: %v", err)
		}
	}
	long := Record{Type: Info, Tail: bytes.Repeat([]byte{'x'}, 1000)}
	var b [MaxSize]byte
	if r, err := Parse(b[:long.put(b[:])]); err != nil || len(r.Tail) != maxTail {
		t.Errorf("%+v, %v", r, err)
	}
}

// TestShapes: every type has a name and fits a slot, and none has more numbers than a Record.
func TestShapes(t *testing.T) {
	seen := map[string]bool{}
	for i, s := range shapes[1:] {
		n := HeaderSize + s.size
		for _, w := range s.words {
			n += w.size
		}
		if s.name == "" || seen[s.name] || len(s.words) > len(Record{}.Words) || n > MaxSize || Type(i+1).String() != s.name {
			t.Errorf("type %d: %+v, %d bytes", i+1, s, n)
		}
		seen[s.name] = true
	}
	if Type(0).String() != "type 0" || Type(200).String() != "type 200" || Status(77).String() != "status 77" {
		t.Error(Type(0), Type(200), Status(77))
	}
}

func TestStatus(t *testing.T) {
	for err, want := range map[error]Status{
		nil: OK, driver.ErrGone: Gone, fmt.Errorf("x: %w", driver.ErrNotMapped): NotMapped, os.ErrExist: Other,
	} {
		if got := statusOf(err); got != want {
			t.Errorf("%v is %s, want %s", err, got, want)
		}
	}
}

// TestUpToDate: zsluice.lua is what its generator writes.
func TestUpToDate(t *testing.T) {
	have, err := os.ReadFile("zsluice.lua")
	if err != nil || !bytes.Equal(have, Dissector()) {
		t.Errorf("zsluice.lua is not what its sources say (%v); run: make gen", err)
	}
}

// FuzzParse: what parses is written as the same bytes again, but for flags that mean nothing.
func FuzzParse(f *testing.F) {
	for _, r := range []Record{{Type: Read}, {Type: Info, Tail: []byte("x")}, {Type: Submission, Tail: make([]byte, 64)}, {Type: Completion, Tail: make([]byte, 32), HasCycle: true}} {
		var b [MaxSize]byte
		f.Add(b[:r.put(b[:])])
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Parse(b)
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatal(err)
			}
			return
		}
		var again [MaxSize]byte
		n := r.put(again[:])
		copy(again[2:4], b[2:4])
		if !bytes.Equal(again[:n], b) {
			t.Fatalf("%x, was %x", again[:n], b)
		}
	})
}
