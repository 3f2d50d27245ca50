package kernels

import (
	"encoding/binary"
	"fmt"
	"unsafe"
)

// Allocator supplies the memory of a batch, such as memory that a device reaches by DMA. Alloc returns zeroed
// bytes that begin on a multiple of 64 and do not move. An Allocator is safe for concurrent use.
type Allocator interface {
	Alloc(size int) ([]byte, error)
	Free(p []byte) // p as Alloc returned it; not used afterwards
}

type heap struct{}

func (heap) Alloc(size int) ([]byte, error) {
	p := make([]byte, size+SectionAlign-1)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(p))) & (SectionAlign - 1))
	return p[skip : skip+size : skip+size], nil
}

func (heap) Free([]byte) {}

// Heap allocates from the Go heap.
var Heap Allocator = heap{}

// Batch is n jobs of one kernel in one region of memory; see the layout above.
//
// One goroutine appends. While a batch is being decided it must not be changed; workers then write verdicts
// and outputs of disjoint spans concurrently.
type Batch struct {
	kernel *Kernel
	flags  Flags
	alloc  Allocator
	region []byte // header and all sections; shared with the parent in a shadow

	in, ends, messages, verdict, out []byte // sections, at capacity

	n, messageBytes int
	lent            bool
}

// New makes an empty batch on the Go heap with room for the jobs and for messageBytes bytes of messages in
// all. It panics where [NewIn] gives an error, as the arguments are the program's own.
func New(k *Kernel, flags Flags, jobs, messageBytes int) *Batch {
	b, err := NewIn(Heap, k, flags, jobs, messageBytes)
	if err != nil {
		panic(err)
	}
	return b
}

// NewIn is New with memory from a. Errors: ErrRule, ErrSize, ErrLength (messages for a kernel without), or
// the allocator's.
func NewIn(a Allocator, k *Kernel, flags Flags, jobs, messageBytes int) (*Batch, error) {
	if !k.Allows(flags) {
		return nil, fmt.Errorf("%w: %q for %s", ErrRule, flags, k.Name)
	}
	l, err := layoutOf(k, int64(jobs), int64(messageBytes))
	if err != nil {
		return nil, err
	}
	region, err := a.Alloc(int(l.size))
	if err != nil {
		return nil, fmt.Errorf("kernels: allocate %d bytes: %w", l.size, err)
	}
	b := &Batch{kernel: k, flags: flags, alloc: a}
	b.place(region, jobs, messageBytes, l)
	putHeader(region, k, flags, 0, 0, l)
	return b, nil
}

// place points the sections into the region.
func (b *Batch) place(region []byte, jobs, messageBytes int, l layout) {
	cut := func(off int64, size int) []byte { return region[off : off+int64(size) : off+int64(size)] }
	b.region = region
	b.in = cut(l.in, jobs*b.kernel.In)
	b.ends = nil
	if b.kernel.Message {
		b.ends = cut(l.ends, jobs*4)
	}
	b.messages = cut(l.messages, messageBytes)
	b.verdict = cut(l.verdict, jobs)
	b.out = cut(l.out, jobs*b.kernel.Out)
}

// Kernel is the algorithm of the batch.
func (b *Batch) Kernel() *Kernel { return b.kernel }

// Flags is the rule set of the batch.
func (b *Batch) Flags() Flags { return b.flags }

// Len is the number of jobs present.
func (b *Batch) Len() int { return b.n }

// Cap is the number of jobs that fit.
func (b *Batch) Cap() int { return len(b.verdict) }

// MessageBytes is the number of arena bytes in use.
func (b *Batch) MessageBytes() int { return b.messageBytes }

// MessageRoom is the number of arena bytes that are still free.
func (b *Batch) MessageRoom() int { return len(b.messages) - b.messageBytes }

// Add appends a job with the message (nil for kernels that take none) and returns its zeroed row, In bytes,
// for the caller to fill. Its verdict is unset. Typed appenders of the algorithm packages are built on it.
// Errors: ErrFull; ErrLength for a message that the kernel does not take. The batch is then unchanged.
func (b *Batch) Add(message []byte) (row []byte, err error) {
	k := b.kernel
	switch {
	case b.n == b.Cap():
		return nil, fmt.Errorf("%w: %d jobs", ErrFull, b.n)
	case !k.Message && len(message) != 0:
		return nil, fmt.Errorf("%w: %s takes no message", ErrLength, k.Name)
	case len(message) > b.MessageRoom():
		return nil, fmt.Errorf("%w: a message of %d bytes, %d of the arena left", ErrFull, len(message), b.MessageRoom())
	}
	i := b.n
	if k.Message {
		copy(b.messages[b.messageBytes:], message)
		b.messageBytes += len(message)
		binary.LittleEndian.PutUint32(b.ends[4*i:], uint32(b.messageBytes))
		binary.LittleEndian.PutUint32(b.region[16:], uint32(b.messageBytes))
	}
	b.n++
	binary.LittleEndian.PutUint32(b.region[12:], uint32(b.n))
	row = b.Row(i)
	clear(row)
	b.verdict[i] = byte(Unset)
	clear(b.Out(i))
	return row, nil
}

// Row is the input row of job i, In bytes of the region.
func (b *Batch) Row(i int) []byte {
	w := b.kernel.In
	return b.in[i*w : (i+1)*w : (i+1)*w]
}

// Message is the message of job i, a part of the arena.
func (b *Batch) Message(i int) []byte {
	if !b.kernel.Message {
		return nil
	}
	lo := 0
	if i > 0 {
		lo = b.MessageEnd(i - 1)
	}
	hi := b.MessageEnd(i)
	return b.messages[lo:hi:hi]
}

// MessageEnd is where the message of job i ends in the arena; that of job i+1 begins there.
func (b *Batch) MessageEnd(i int) int { return int(binary.LittleEndian.Uint32(b.ends[4*i:])) }

// Out is the output row of job i, Out bytes.
func (b *Batch) Out(i int) []byte {
	w := b.kernel.Out
	return b.out[i*w : (i+1)*w : (i+1)*w]
}

// Verdict is the answer of job i.
func (b *Batch) Verdict(i int) Verdict { return Verdict(b.verdict[i]) }

// SetVerdict decides job i.
func (b *Batch) SetVerdict(i int, v Verdict) { b.verdict[i] = byte(v) }

// The sections as a whole, of the jobs present, for code that works on many rows at once. They alias the
// region.

// Rows is the in section: Len() rows of In bytes.
func (b *Batch) Rows() []byte { return b.in[:b.n*b.kernel.In] }

// Ends is the ends section: Len() little-endian u32; nil without messages.
func (b *Batch) Ends() []byte { return b.ends[:min(4*b.n, len(b.ends))] }

// Messages is the used part of the arena.
func (b *Batch) Messages() []byte { return b.messages[:b.messageBytes] }

// Verdicts is the verdict section: Len() bytes, each a [Verdict].
func (b *Batch) Verdicts() []byte { return b.verdict[:b.n] }

// Outs is the out section: Len() rows of Out bytes.
func (b *Batch) Outs() []byte { return b.out[:b.n*b.kernel.Out] }

// Region is the whole memory of the batch, header first. A shadow has the region of its parent.
func (b *Batch) Region() []byte { return b.region }

// Unset forgets the verdicts and outputs of jobs [lo,hi).
func (b *Batch) Unset(lo, hi int) {
	clear(b.verdict[lo:hi])
	clear(b.out[lo*b.kernel.Out : hi*b.kernel.Out])
}

// Reset empties the batch for new jobs of the same kernel and rule; its memory is used again. A lent batch
// (see [Batch.Lend]) gets new memory from its allocator first; only then can Reset fail.
func (b *Batch) Reset() error {
	if b.lent {
		fresh, err := NewIn(b.alloc, b.kernel, b.flags, b.Cap(), len(b.messages))
		if err != nil {
			return err
		}
		*b = *fresh
		return nil
	}
	b.n, b.messageBytes = 0, 0
	binary.LittleEndian.PutUint32(b.region[12:], 0)
	binary.LittleEndian.PutUint32(b.region[16:], 0)
	return nil
}

// Lend marks the memory as still read by a device that did not give it back. Reset and Release then leave it
// to the device.
func (b *Batch) Lend() { b.lent = true }

// Release returns the memory to the allocator. The batch and its shadows must not be used afterwards. A
// batch on the Go heap needs no Release.
func (b *Batch) Release() {
	if !b.lent && b.region != nil {
		b.alloc.Free(b.region)
	}
	*b = Batch{}
}

// Shadow is a batch with the same jobs and memory but verdicts and outputs of its own, all unset, on the Go
// heap: what an untrusted device writes there reaches b only when somebody copies it. The jobs of b must not
// change while the shadow is in use. A shadow takes no jobs; Release of it leaves the shared memory to b.
func (b *Batch) Shadow() *Batch {
	s := *b
	s.lent = true // by b
	p, _ := Heap.Alloc(int(align(int64(len(b.verdict)))) + len(b.out))
	v := len(b.verdict)
	s.verdict = p[:v:v]
	s.out = p[align(int64(v)):]
	return &s
}

// Copy takes verdicts and outputs of jobs [lo,hi) from a shadow of b.
func (b *Batch) Copy(shadow *Batch, lo, hi int) {
	w := b.kernel.Out
	copy(b.out[lo*w:hi*w], shadow.out[lo*w:hi*w])
	copy(b.verdict[lo:hi], shadow.verdict[lo:hi])
}
