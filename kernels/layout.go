package kernels

import (
	"encoding/binary"
	"fmt"
)

// The region of a batch, little-endian, every section on a multiple of 64 bytes, padding zero:
//
//	header    64 B
//	in        jobs x In
//	ends      jobs x u32, where each job's message ends in the arena; absent without messages
//	messages  the arena; absent without messages
//	verdict   jobs x 1
//	out       jobs x Out
//
// The header:
//
//	 0  magic "SLBT"
//	 4  u16 format version (1)
//	 6  u16 kernel id
//	 8  u32 flags (rule set)
//	12  u32 n, jobs present
//	16  u32 message bytes present
//	20  u32 zero
//	24  u64 offset of in        \
//	32  u64 offset of ends       |  from the first byte of the header;
//	40  u64 offset of messages   |  an absent section has the offset
//	48  u64 offset of verdict    |  of the one that follows it
//	56  u64 offset of out       /
//
// In memory the sections may be larger than n asks for, so that jobs can be appended. A file is compact: its
// offsets are those of capacity n.
const (
	Magic        = "SLBT"
	Version      = 1
	HeaderSize   = 64
	SectionAlign = 64

	// MaxJobs and MaxMessageBytes bound a batch: indexes fit 31 bits, message ends 32.
	MaxJobs         = 1<<31 - 1
	MaxMessageBytes = 1<<32 - 1
)

type layout struct {
	in, ends, messages, verdict, out, size int64 // byte offsets, and the whole
}

func align(n int64) int64 { return (n + SectionAlign - 1) &^ (SectionAlign - 1) }

func layoutOf(k *Kernel, jobs, messageBytes int64) (layout, error) {
	if jobs < 0 || messageBytes < 0 || jobs > MaxJobs || messageBytes > MaxMessageBytes {
		return layout{}, fmt.Errorf("%w: %d jobs, %d message bytes", ErrSize, jobs, messageBytes)
	}
	if !k.Message && messageBytes != 0 {
		return layout{}, fmt.Errorf("%w: %s takes no messages", ErrLength, k.Name)
	}
	var l layout
	l.in = HeaderSize
	l.ends = l.in + align(jobs*int64(k.In))
	l.messages = l.ends
	if k.Message {
		l.messages += align(jobs * 4)
	}
	l.verdict = l.messages + align(messageBytes)
	l.out = l.verdict + align(jobs)
	l.size = l.out + align(jobs*int64(k.Out))
	return l, nil
}

func putHeader(h []byte, k *Kernel, flags Flags, n, messageBytes int, l layout) {
	le := binary.LittleEndian
	copy(h, Magic)
	le.PutUint16(h[4:], Version)
	le.PutUint16(h[6:], uint16(k.ID))
	le.PutUint32(h[8:], uint32(flags))
	le.PutUint32(h[12:], uint32(n))
	le.PutUint32(h[16:], uint32(messageBytes))
	le.PutUint32(h[20:], 0)
	for i, off := range []int64{l.in, l.ends, l.messages, l.verdict, l.out} {
		le.PutUint64(h[24+8*i:], uint64(off))
	}
}
