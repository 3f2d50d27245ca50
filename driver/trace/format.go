package trace

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
)

// Version of the format, the first byte of every record.
const Version = 1

// LinkType is that of the packets: USER0.
const LinkType = 147

// HeaderSize is the bytes of a header, MaxSize those of the longest record.
const (
	HeaderSize = 24
	MaxSize    = HeaderSize + 4*8 + maxTail
	maxTail    = 80
)

// Type says what a record is of.
type Type uint8

// Types of records.
const (
	Info       Type = 1 + iota // the device; the first record
	Read                       // a register
	Write                      // a register that is no doorbell
	Doorbell                   // a write to a doorbell
	Map                        // memory that the device may reach from now on
	Unmap                      // and no longer
	Vector                     // an interrupt vector is connected, or taken away
	Interrupt                  // a vector fired
	Reset                      // of the device
	Close                      // of the device; the last record
	Submission                 // an entry that the next doorbell of its queue publishes
	Completion                 // an entry that the driver found
	Lost                       // records that found no room, here
)

// shape is what follows the header: numbers, then bytes.
type shape struct {
	name  string
	words []word
	tail  string // what the bytes are: "", "text", or the name of a queue entry in chip.toml
	size  int    // of the bytes; text has up to this many
}

type word struct {
	name string
	size int // 4 or 8 bytes
}

// shapes is the format, by type.
var shapes = [...]shape{
	Info:       {"info", []word{{"vendor", 4}, {"device", 4}, {"bar_size", 4}, {"vectors", 4}}, "text", maxTail},
	Read:       {"read", []word{{"offset", 4}, {"value", 4}}, "", 0},
	Write:      {"write", []word{{"offset", 4}, {"value", 4}}, "", 0},
	Doorbell:   {"doorbell", []word{{"offset", 4}, {"value", 4}}, "", 0},
	Map:        {"map", []word{{"iova", 8}, {"size", 8}, {"file_offset", 8}}, "", 0},
	Unmap:      {"unmap", []word{{"iova", 8}, {"size", 8}}, "", 0},
	Vector:     {"vector", []word{{"vector", 4}, {"on", 4}}, "", 0},
	Interrupt:  {"interrupt", []word{{"vector", 4}}, "", 0},
	Reset:      {"reset", nil, "", 0},
	Close:      {"close", nil, "", 0},
	Submission: {"submission", []word{{"queue", 4}}, "submission", regs.SubmissionSize},
	Completion: {"completion", []word{{"queue", 4}, {"judgement", 4}}, "completion", regs.CompletionSize},
	Lost:       {"lost", []word{{"records", 8}}, "", 0},
}

// String is the name of the type.
func (t Type) String() string {
	if t == 0 || int(t) >= len(shapes) {
		return fmt.Sprintf("type %d", uint8(t))
	}
	return shapes[t].name
}

// Status says how an operation ended.
type Status uint32

// Statuses. Each but OK and Other is an error of package driver.
const (
	OK Status = iota
	Gone
	Closed
	Range
	Overlap
	NotMapped
	Other
)

// statuses holds the name and the error of each.
var statuses = [...]struct {
	name string
	err  error
}{
	OK:        {"ok", nil},
	Gone:      {"gone", driver.ErrGone},
	Closed:    {"closed", driver.ErrClosed},
	Range:     {"range", driver.ErrRange},
	Overlap:   {"overlap", driver.ErrOverlap},
	NotMapped: {"not mapped", driver.ErrNotMapped},
	Other:     {"other", nil},
}

// String is the name of the status.
func (s Status) String() string {
	if int64(s) >= int64(len(statuses)) {
		return fmt.Sprintf("status %d", uint32(s))
	}
	return statuses[s].name
}

func statusOf(err error) Status {
	if err == nil {
		return OK
	}
	for i, s := range statuses {
		if s.err != nil && errors.Is(err, s.err) {
			return Status(i)
		}
	}
	return Other
}

const flagCycle = 1

// Record is one event. Words are the numbers of its type in the order of the table in format.go, Tail its bytes: the name of
// the device, or a queue entry.
type Record struct {
	Type     Type
	Number   uint32
	Cycle    uint64 // of the chip
	HasCycle bool
	Took     uint32 // ns
	Status   Status
	Words    [4]uint64
	Tail     []byte
}

// ErrFormat: not a record of this version.
var ErrFormat = errors.New("trace: not a record")

// put writes the record to b, which has MaxSize bytes, and gives its size. Text that is too long is cut.
func (r *Record) put(b []byte) int {
	le := binary.LittleEndian
	flags := uint16(0)
	if r.HasCycle {
		flags |= flagCycle
	}
	b[0], b[1] = Version, byte(r.Type)
	le.PutUint16(b[2:], flags)
	le.PutUint32(b[4:], r.Number)
	le.PutUint64(b[8:], r.Cycle)
	le.PutUint32(b[16:], r.Took)
	le.PutUint32(b[20:], uint32(r.Status))
	n, s := HeaderSize, &shapes[r.Type]
	for i, w := range s.words {
		if w.size == 4 {
			le.PutUint32(b[n:], uint32(r.Words[i]))
		} else {
			le.PutUint64(b[n:], r.Words[i])
		}
		n += w.size
	}
	return n + copy(b[n:n+s.size], r.Tail)
}

// Parse reads a record, which is all of b; Tail is part of b. The error is an ErrFormat.
func Parse(b []byte) (r Record, err error) {
	le := binary.LittleEndian
	switch {
	case len(b) < HeaderSize:
		return r, fmt.Errorf("%w: %d bytes, less than a header", ErrFormat, len(b))
	case b[0] != Version:
		return r, fmt.Errorf("%w: version %d, want %d", ErrFormat, b[0], Version)
	case b[1] == 0 || int(b[1]) >= len(shapes):
		return r, fmt.Errorf("%w: %s", ErrFormat, Type(b[1]))
	}
	r = Record{Type: Type(b[1]), HasCycle: le.Uint16(b[2:])&flagCycle != 0, Number: le.Uint32(b[4:]), Cycle: le.Uint64(b[8:]),
		Took: le.Uint32(b[16:]), Status: Status(le.Uint32(b[20:]))}
	s := &shapes[r.Type]
	rest := b[HeaderSize:]
	for i, w := range s.words {
		switch {
		case len(rest) < w.size:
			return r, fmt.Errorf("%w: %s ends before its %s", ErrFormat, r.Type, w.name)
		case w.size == 4:
			r.Words[i] = uint64(le.Uint32(rest))
		default:
			r.Words[i] = le.Uint64(rest)
		}
		rest = rest[w.size:]
	}
	if len(rest) > s.size || len(rest) < s.size && s.tail != "text" {
		return r, fmt.Errorf("%w: %s with %d bytes, want %d", ErrFormat, r.Type, len(rest), s.size)
	}
	if len(rest) > 0 {
		r.Tail = rest
	}
	return r, nil
}
