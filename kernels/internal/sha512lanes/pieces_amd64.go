//go:build amd64 && !purego

package sha512lanes

import (
	"unsafe"

	"github.com/sluice-engine/sluice/kernels/internal/cpu"
	"github.com/sluice-engine/sluice/kernels/internal/lanes"
)

const most = 16 // lanes

// Hasher hashes messages of up to three pieces. The zero value is ready. It is not for concurrent use. It has memory for the
// first blocks of messages, 2 KiB, so it had better be used again.
type Hasher struct {
	head [most][blockSize]byte
}

// Sum sets out[i] to the digest of messages[i]; out has their length or more. It does not keep the messages.
func (h *Hasher) Sum(out [][Size]byte, messages []Message) { h.sum(out, messages, cpu.Get()) }

// sum is Sum on a level of instructions; it says which paths were taken.
func (h *Hasher) sum(out [][Size]byte, messages []Message, level cpu.Level) (how lanes.Paths) {
	out = out[:len(messages)]
	for len(messages) > 0 {
		n := min(most, len(messages))
		if level >= cpu.AVX512 {
			how |= h.group(out[:n], messages[:n])
		} else {
			for i := range n {
				library(&out[i], &messages[i])
			}
			how |= lanes.Alone
		}
		out, messages = out[n:], messages[n:]
	}
	return how
}

// group hashes up to 16 messages. Those that lanes do not take are hashed alone, and the longest too, while it is
// cheaper to hash it alone and the others in fewer blocks.
func (h *Hasher) group(out [][Size]byte, messages []Message) (how lanes.Paths) {
	var blocks [most]uint32 // of those that go into lanes; 0: alone
	n := 0
	for i := range messages {
		m := &messages[i]
		if len(m[0])+len(m[1]) <= maxHead && m.Len() < maxLanes {
			blocks[i] = shape.Blocks(m.Len())
			n++
		}
	}
	for n > 0 {
		longest, next := 0, uint32(0) // the second longest
		for i, c := range blocks {
			if c > blocks[longest] {
				longest, next = i, blocks[longest]
			} else if i != longest {
				next = max(next, c)
			}
		}
		if inLanes(n, blocks[longest]) <= alone.Of(blocks[longest])+inLanes(n-1, next) {
			break
		}
		blocks[longest] = 0
		n--
	}

	var a lanes.Headed
	a.Flag = 1
	l := 0
	whole := ^uint64(0)
	for i := range messages {
		m := &messages[i]
		if blocks[i] == 0 {
			library(&out[i], m)
			how |= lanes.Alone
			continue
		}
		head := h.head[l][:]
		used := copy(head, m[0])
		used += copy(head[used:], m[1])
		used = copy(head[used:], m[2])
		a.Head[l] = unsafe.Pointer(&head[0])
		a.Ptr[l] = unsafe.Pointer(&head[0]) // anything, if no message is left
		if used < len(m[2]) {
			a.Ptr[l] = unsafe.Pointer(&m[2][used])
		}
		a.Out[l] = unsafe.Pointer(&out[i])
		a.Size[l] = uint64(m.Len())
		a.Last[l] = blocks[i] - 1
		a.Blocks = max(a.Blocks, uint64(blocks[i]))
		whole = min(whole, a.Size[l]/blockSize)
		l++
	}
	if l == 0 {
		return how
	}
	a.Whole = whole
	width := 8
	if l > 8 {
		width = 16
	}
	for i := l; i < width; i++ {
		a.Head[i], a.Ptr[i], a.Out[i], a.Size[i], a.Last[i] = a.Head[l-1], a.Ptr[l-1], a.Out[l-1], a.Size[l-1], a.Last[l-1]
	}
	if width == 8 {
		sum8((*byte)(unsafe.Pointer(&a)))
	} else {
		sum16((*byte)(unsafe.Pointer(&a)))
	}
	return how | lanes.AVX512
}

// maxLanes bounds messages in lanes, whose blocks are counted in 32 bits.
const maxLanes = 1 << 32

// inLanes is the cost of n messages in lanes.
func inLanes(n int, longest uint32) int64 {
	switch {
	case n == 0:
		return 0
	case n <= 8:
		return wide.Lanes[0].Of(longest)
	}
	return wide.Lanes[1].Of(longest)
}
