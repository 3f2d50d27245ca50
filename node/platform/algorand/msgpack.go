package algorand

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
)

// kind is the type of a MessagePack value.
type kind int

const (
	kNil kind = iota
	kBool
	kUint
	kInt // negative
	kStr
	kBin
	kArray
	kMap
	kOther // float, extension: no canonical encoding has them
)

var kindNames = [...]string{"nil", "bool", "number", "negative number", "string", "bytes", "list", "map", "float or extension"}

func (k kind) String() string { return kindNames[k] }

// head is the beginning of a value: its type and its number, which is the value itself (bool, uint, int), a length
// in bytes (str, bin) or a number of elements or pairs (array, map).
type head struct {
	kind     kind
	n        uint64
	size     int  // bytes of the head
	shortest bool // no shorter form says the same
}

// maxHead is the size of the longest head.
const maxHead = 9

// parseHead reads the head of the value that p begins with; false if p ends within it.
func parseHead(p []byte) (head, bool) {
	if len(p) == 0 {
		return head{}, false
	}
	c := p[0]
	switch {
	case c < 0x80:
		return head{kUint, uint64(c), 1, true}, true
	case c < 0x90:
		return head{kMap, uint64(c & 0x0f), 1, true}, true
	case c < 0xa0:
		return head{kArray, uint64(c & 0x0f), 1, true}, true
	case c < 0xc0:
		return head{kStr, uint64(c & 0x1f), 1, true}, true
	case c >= 0xe0:
		return head{kInt, uint64(int64(int8(c))), 1, true}, true
	}
	f := families[c-0xc0]
	if len(p) < 1+f.width {
		return head{}, false
	}
	h := head{kind: f.kind, size: 1 + f.width}
	for _, b := range p[1:h.size] {
		h.n = h.n<<8 | uint64(b)
	}
	h.shortest = h.n >= f.least
	switch {
	case f.kind == kBool:
		h.n = uint64(c & 1)
	case f.kind == kInt:
		shift := 64 - 8*f.width
		h.n = uint64(int64(h.n<<shift) >> shift)
		h.shortest = int64(h.n) < -int64(f.least)
	}
	return h, true
}

// families are the forms from 0xc0 to 0xdf: how many bytes of a number follow, and the least number (for negative
// ones the largest magnitude) that has no shorter form.
var families = [0x20]struct {
	kind  kind
	width int
	least uint64
}{
	{kNil, 0, 0}, {kOther, 0, 0}, {kBool, 0, 0}, {kBool, 0, 0},
	{kBin, 1, 0}, {kBin, 2, 1 << 8}, {kBin, 4, 1 << 16}, {kOther, 0, 0}, // c4 to c7
	{kOther, 0, 0}, {kOther, 0, 0}, {kOther, 0, 0}, {kOther, 0, 0}, // extensions, floats
	{kUint, 1, 1 << 7}, {kUint, 2, 1 << 8}, {kUint, 4, 1 << 16}, {kUint, 8, 1 << 32}, // cc to cf
	{kInt, 1, 1 << 5}, {kInt, 2, 1 << 7}, {kInt, 4, 1 << 15}, {kInt, 8, 1 << 31}, // d0 to d3
	{kOther, 0, 0}, {kOther, 0, 0}, {kOther, 0, 0}, {kOther, 0, 0}, {kOther, 0, 0}, // extensions
	{kStr, 1, 1 << 5}, {kStr, 2, 1 << 8}, {kStr, 4, 1 << 16}, // d9 to db
	{kArray, 2, 1 << 4}, {kArray, 4, 1 << 16}, {kMap, 2, 1 << 4}, {kMap, 4, 1 << 16}, // dc to df
}

// value is one encoded value and where it was in the file.
type value struct {
	raw []byte
	at  int64
}

func (v value) fail(format string, a ...any) error {
	return &decodeError{v.at, fmt.Errorf(format, a...)}
}

// decodeError is a fault of an encoding, with its offset in the file.
type decodeError struct {
	offset int64
	err    error
}

func (e *decodeError) Error() string { return e.err.Error() }
func (e *decodeError) Unwrap() error { return e.err }

// readValue reads the next value of the source, at most limit bytes, and checks that it is canonical. At the clean
// end of the source the error is io.EOF.
func readValue(src *platform.Source, limit int) (value, error) {
	v := value{at: src.Offset()}
	for left := uint64(1); left > 0; left-- {
		p, err := src.Peek(maxHead)
		h, ok := parseHead(p)
		if !ok {
			switch {
			case err != nil && !errors.Is(err, io.EOF):
				return v, err
			case len(p) == 0 && len(v.raw) == 0:
				return v, io.EOF
			}
			return v, src.Errorf(src.Offset()+int64(len(p)), "ends within a value that began at %d", v.at)
		}
		size := uint64(h.size)
		switch h.kind {
		case kStr, kBin:
			size += h.n
		case kArray:
			left += h.n
		case kMap:
			left += 2 * h.n
		case kOther:
			return v, src.Errorf(src.Offset(), "a MessagePack value of type %#x; Algorand has no floats and extensions", p[0])
		}
		// Every element takes a byte at least.
		if room := uint64(limit - len(v.raw)); size > room || left > room {
			return v, src.Errorf(v.at, "%w: a value of more than %d bytes", platform.ErrTooLarge, limit)
		}
		if v.raw, err = appendFrom(v.raw, src, int(size)); err != nil {
			return v, err
		}
	}
	end, err := canonical(v.raw, 0, 0)
	if err == nil && end != len(v.raw) {
		panic("algorand: the value was framed otherwise than it is checked")
	}
	if err != nil {
		return v, &platform.ParseError{File: src.File, Offset: v.at + int64(end), Err: err}
	}
	return v, nil
}

// appendFrom appends n bytes of the source, a part at a time, as n may be a lie.
func appendFrom(raw []byte, src *platform.Source, n int) ([]byte, error) {
	const part = 64 << 10
	for n > 0 {
		k := min(n, part)
		raw = append(raw, make([]byte, k)...)
		got, err := io.ReadFull(src, raw[len(raw)-k:])
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return raw, src.Errorf(src.Offset(), "ends within a value: %d more bytes wanted", n-got)
		} else if err != nil {
			return raw, err
		}
		n -= k
	}
	return raw, nil
}

// maxDepth bounds how deep values nest; inner transactions nest 8 times.
const maxDepth = 100

// canonical checks the value at raw[at:], which is whole, and returns where it ends, or where the fault is: numbers
// and lengths in their shortest form, maps with keys of one type in order.
func canonical(raw []byte, at, depth int) (int, error) {
	h, _ := parseHead(raw[at:])
	if !h.shortest {
		return at, fmt.Errorf("not canonical: %s is not in its shortest form", h.kind)
	}
	if depth > maxDepth {
		return at, fmt.Errorf("%w: values nest more than %d deep", platform.ErrTooLarge, maxDepth)
	}
	end := at + h.size
	switch h.kind {
	case kStr, kBin:
		return end + int(h.n), nil
	case kArray:
		for range h.n {
			var err error
			if end, err = canonical(raw, end, depth+1); err != nil {
				return end, err
			}
		}
	case kMap:
		var last []byte
		for i := range h.n {
			key := end
			var err error
			if end, err = canonical(raw, key, depth+1); err != nil {
				return end, err
			}
			if err := ordered(last, raw[key:end], i == 0); err != nil {
				return key, err
			}
			last = raw[key:end]
			if end, err = canonical(raw, end, depth+1); err != nil {
				return end, err
			}
		}
	}
	return end, nil
}

// ordered checks that a key is a string or number and follows the last one.
func ordered(last, key []byte, first bool) error {
	k, _ := parseHead(key)
	if k.kind != kStr && k.kind != kUint {
		return fmt.Errorf("the key of a map is a %s", k.kind)
	}
	if first {
		return nil
	}
	l, _ := parseHead(last)
	switch {
	case l.kind != k.kind:
		return errors.New("a map has keys of two types")
	case k.kind == kUint && l.n < k.n:
		return nil
	case k.kind == kStr && bytes.Compare(last[l.size:], key[k.size:]) < 0:
		return nil
	}
	return errors.New("not canonical: the keys of a map are not in order")
}

// The encoder, for what is hashed and signed.

func appendMapHead(p []byte, n int) []byte {
	if n < 16 {
		return append(p, 0x80|byte(n))
	}
	return binary.BigEndian.AppendUint16(append(p, 0xde), uint16(n)) // callers have fewer than 65536
}

func appendStr(p []byte, s string) []byte {
	switch {
	case len(s) < 32:
		p = append(p, 0xa0|byte(len(s)))
	case len(s) < 1<<8:
		p = append(p, 0xd9, byte(len(s)))
	default:
		p = binary.BigEndian.AppendUint16(append(p, 0xda), uint16(len(s))) // callers have less than 64 KiB
	}
	return append(p, s...)
}

func appendUint(p []byte, n uint64) []byte {
	switch {
	case n < 1<<7:
		return append(p, byte(n))
	case n < 1<<8:
		return append(p, 0xcc, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(p, 0xcd), uint16(n))
	case n < 1<<32:
		return binary.BigEndian.AppendUint32(append(p, 0xce), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(p, 0xcf), n)
}

// appendBin encodes less than 256 bytes.
func appendBin(p, b []byte) []byte { return append(append(p, 0xc4, byte(len(b))), b...) }
