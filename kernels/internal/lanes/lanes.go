// Package lanes hands the jobs of a span to assembly that hashes one message in each lane of a vector.
//
// A [Plan] walks through a span. Jobs whose messages have the same number of blocks go into the lanes as they come; others
// are ordered by it first, a window at a time, so that the lanes of a group end nearly together. Messages are
// not moved. Groups that are not worth a vector are hashed one by one.
package lanes

import (
	"math/bits"
	"unsafe"
)

// Span is what the assembly for AVX-512 reads, by offset (see kernels/_asm/internal/frame): jobs that go into its lanes, one
// group after the other. It is changed.
type Span struct {
	Messages     unsafe.Pointer // the arena
	Begins, Ends unsafe.Pointer // u32 of each job: where its message is in the arena
	Jobs         unsafe.Pointer // u32 of each job: its row of the output; nil: they are one behind the other
	Counts       unsafe.Pointer // u32 of each job: its blocks; nil: all have Blocks
	Rows         unsafe.Pointer // of the output
	N            uint64         // jobs; 0: the lanes are in Args
	Skip         uint64         // 1: the first job begins at 0, whatever Begins says

	Whole  uint64 // leading blocks that are whole in all messages
	Blocks uint64 // blocks of the longest message, with its padding
	Flag   uint64 // for the hash
}

// Max is the most lanes that an assembly function has.
const Max = 32

// Args is lanes as they are, for one group. Functions of fewer than Max lanes use the first ones.
type Args struct {
	Span                     // N = 0
	Ptr  [Max]unsafe.Pointer // the message of each lane
	Out  [Max]unsafe.Pointer // where its digest goes
	Size [Max]uint64         // bytes of the message
	Last [Max]uint32         // index of its last block, padding included
}

// Headed is Args whose messages have their first block elsewhere, with a flag of 1.
type Headed struct {
	Args                     // Ptr points behind the first block
	Head [Max]unsafe.Pointer // the first block, as far as there is so much message
}

// Padded is Args for AVX2, which cannot load a part of a row: what is behind the last whole block of each message comes
// as a padded copy.
type Padded struct {
	Args
	Full [MaxPadded]uint64         // bytes before the tail
	Tail [MaxPadded][TailSize]byte // the last one or two blocks
}

const (
	MaxPadded = 8   // lanes
	TailSize  = 256 // two blocks of 128 bytes
)

// Paths says in which ways jobs were hashed.
type Paths uint8

const (
	Alone  Paths = 1 << iota // one by one, by a library
	AVX2                     // in lanes of 256-bit registers
	AVX512                   // in lanes of 512-bit registers
	SHA                      // one or two at a time by the SHA instructions
)

// Padding is what follows a message.
type Padding uint8

const (
	Strengthened Padding = iota // 0x80, zeros, the length in bits, big-endian, in the last 8 bytes
	Zeros                       // up to the end of the block, which an empty message has too
	Keccak                      // 0x01, zeros, the last bit of the block
)

// Shape is what a plan knows of a hash.
type Shape struct {
	Block   int // bytes of a block
	Least   int // bytes that the padding has at least
	Padding Padding

	reciprocal uint64 // ceil(2^64/Block)
}

// NewShape is the shape of a hash with blocks of so many bytes.
func NewShape(block, least int, padding Padding) Shape {
	return Shape{Block: block, Least: least, Padding: padding, reciprocal: ^uint64(0)/uint64(block) + 1}
}

// Blocks is the number of blocks of a message with its padding.
func (s *Shape) Blocks(bytes int) uint32 {
	return max(1, uint32(s.whole(bytes+s.Least+s.Block-1)))
}

// whole is how many whole blocks there are in so many bytes, without a division.
func (s *Shape) whole(bytes int) uint64 {
	n, _ := bits.Mul64(uint64(bytes), s.reciprocal)
	return n
}

// pad writes the last blocks of a message of size bytes, of which rest is behind the last whole block, to tail.
func (s *Shape) pad(tail *[TailSize]byte, rest []byte, size, blocks int) {
	clear(tail[copy(tail[:], rest):])
	end := tail[:blocks*s.Block]
	switch s.Padding {
	case Strengthened:
		end[len(rest)] = 0x80
		bits := uint64(size) << 3 // messages have less than 2^32 bytes
		for i := range 8 {
			end[len(end)-1-i] = byte(bits >> (8 * i))
		}
	case Keccak:
		end[len(rest)] = 0x01
		end[len(end)-1] |= 0x80
	}
}

// Cost is an estimate in ns: of a call, and of each block of its longest message.
type Cost struct{ Call, Block int64 }

// Of is the cost of a call.
func (c Cost) Of(blocks uint32) int64 { return c.Call + c.Block*int64(blocks) }

// Width is an assembly function: its lanes and its cost.
type Width struct {
	Lanes int
	Cost
}

// Costs is the ways to hash: jobs alone, or in lanes, of which there is one way at least, the fewest lanes first.
type Costs struct {
	Alone Cost
	Lanes []Width
}
