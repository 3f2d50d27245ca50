package kernels_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// TestAdd appends up to the capacity; the header is true after each job, and rows come zeroed.
func TestAdd(t *testing.T) {
	for _, k := range shapes {
		t.Run(k.Name, func(t *testing.T) {
			for _, n := range []int{0, 1, 2, 63, 64, 65, 130} {
				b := filled(t, k, n, 1)
				checkHeader(t, b)
				if b.Len() != n || b.Cap() != n+2 {
					t.Fatalf("%d jobs of %d, want %d of %d", b.Len(), b.Cap(), n, n+2)
				}
				row, err := b.Add(nil)
				if err != nil {
					t.Fatal(err)
				}
				checkHeader(t, b)
				if len(row) != k.In || cap(row) != k.In || len(bytes.Trim(row, "\x00")) != 0 {
					t.Errorf("new row %x, capacity %d", row, cap(row))
				}
				if b.Verdict(n) != kernels.Unset || len(b.Out(n)) != k.Out || len(bytes.Trim(b.Out(n), "\x00")) != 0 {
					t.Errorf("new job is %v, out %x", b.Verdict(n), b.Out(n))
				}
				if len(b.Message(n)) != 0 {
					t.Errorf("new job has message %x", b.Message(n))
				}
			}
		})
	}
}

func TestAddErrors(t *testing.T) {
	for _, c := range []struct {
		name       string
		kernel     *kernels.Kernel
		jobs, room int
		add        []string
		want       error
		says       string
	}{
		{"no job fits", rowOnly, 0, 0, []string{""}, kernels.ErrFull, "0 jobs"},
		{"last job", rowOnly, 1, 0, []string{"", ""}, kernels.ErrFull, "1 jobs"},
		{"message to a kernel without", rowOnly, 1, 0, []string{"x"}, kernels.ErrLength, "test.row takes no message"},
		{"arena too small", everything, 3, 5, []string{"abc", "def"}, kernels.ErrFull, "a message of 3 bytes, 2 of the arena left"},
		{"no arena", everything, 3, 0, []string{"", "x"}, kernels.ErrFull, "a message of 1 bytes, 0 of the arena left"},
		{"jobs run out first", everything, 1, 5, []string{"abc", "d"}, kernels.ErrFull, "1 jobs"},
		{"exact fit", everything, 2, 6, []string{"abc", "def"}, nil, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := kernels.New(c.kernel, 0, c.jobs, c.room)
			last := len(c.add) - 1
			for _, m := range c.add[:last] {
				if _, err := b.Add([]byte(m)); err != nil {
					t.Fatal(err)
				}
			}
			before := bytes.Clone(b.Region())
			_, err := b.Add([]byte(c.add[last]))
			if !errors.Is(err, c.want) {
				t.Fatalf("error %v, want %v", err, c.want)
			}
			checkHeader(t, b)
			if c.want != nil && (!strings.HasSuffix(err.Error(), c.says) || !bytes.Equal(b.Region(), before)) {
				t.Errorf("error %q, want …%q; region changed: %v", err, c.says, !bytes.Equal(b.Region(), before))
			}
		})
	}
}

func TestNewErrors(t *testing.T) {
	for _, c := range []struct {
		name       string
		kernel     *kernels.Kernel
		flags      kernels.Flags
		jobs, room int
		want       error
	}{
		{"rule of another kernel", rowOnly, kernels.ZIP215, 1, 0, kernels.ErrRule},
		{"two rules", shapes[1], kernels.RFC8032 | kernels.ZIP215, 1, 0, kernels.ErrRule},
		{"no rule where one is needed", shapes[1], 0, 1, 0, kernels.ErrRule},
		{"negative jobs", rowOnly, 0, -1, 0, kernels.ErrSize},
		{"negative arena", everything, 0, 1, -1, kernels.ErrSize},
		{"too many jobs", rowOnly, 0, kernels.MaxJobs + 1, 0, kernels.ErrSize},
		{"too large an arena", everything, 0, 1, kernels.MaxMessageBytes + 1, kernels.ErrSize},
		{"arena for a kernel without messages", rowOnly, 0, 1, 1, kernels.ErrLength},
		{"nothing", rowOnly, 0, 0, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			defer func() {
				if p := recover(); (p != nil) != (c.want != nil) {
					t.Errorf("New: panic %v", p)
				}
			}()
			if b, err := kernels.NewIn(kernels.Heap, c.kernel, c.flags, c.jobs, c.room); !errors.Is(err, c.want) || (b == nil) != (c.want != nil) {
				t.Errorf("NewIn: %v, want %v", err, c.want)
			}
			kernels.New(c.kernel, c.flags, c.jobs, c.room)
		})
	}
}

// TestAlignment: whatever the capacity, sections begin on 64 bytes, in order, within the region, and do not overlap.
func TestAlignment(t *testing.T) {
	for _, k := range shapes {
		for jobs := range 131 {
			for _, room := range []int{0, 1, 63, 64, 65} {
				if !k.Message {
					room = 0
				}
				b := kernels.New(k, k.Default(), jobs, room)
				checkHeader(t, b)
				var ends [5]uint64
				for i := range ends {
					ends[i] = binary.LittleEndian.Uint64(b.Region()[24+8*i:])
				}
				sizes := [5]int{jobs * k.In, 0, room, jobs, jobs * k.Out}
				if k.Message {
					sizes[1] = 4 * jobs
				}
				for i, size := range sizes {
					next := uint64(len(b.Region()))
					if i < 4 {
						next = ends[i+1]
					}
					if room := next - ends[i]; room < uint64(size) || room >= uint64(size)+kernels.SectionAlign {
						t.Fatalf("%s, %d jobs, arena %d: section %d has %d bytes for %d", k.Name, jobs, room, i, room, size)
					}
				}
			}
		}
	}
}

// TestFields: rows, messages and outputs lie where the sections as a whole have them, and writing one disturbs no other.
func TestFields(t *testing.T) {
	const n = 20
	for _, k := range shapes {
		t.Run(k.Name, func(t *testing.T) {
			b, want := filled(t, k, n, 1), filled(t, k, n, 1)
			same(t, b, want)
			at := 0
			for i := range n {
				if len(b.Row(i)) > 0 && &b.Row(i)[0] != &b.Rows()[i*k.In] || len(b.Out(i)) > 0 && &b.Out(i)[0] != &b.Outs()[i*k.Out] {
					t.Fatalf("job %d lies elsewhere", i)
				}
				m := b.Message(i)
				if !bytes.Equal(m, b.Messages()[at:at+len(m)]) || cap(m) != len(m) || cap(b.Row(i)) != k.In || cap(b.Out(i)) != k.Out {
					t.Fatalf("job %d: message %x at %d, capacities %d %d %d", i, m, at, cap(m), cap(b.Row(i)), cap(b.Out(i)))
				}
				at += len(m)
				if k.Message && b.MessageEnd(i) != at {
					t.Fatalf("message %d ends at %d, want %d", i, b.MessageEnd(i), at)
				}
			}
			if at != b.MessageBytes() || b.MessageRoom() != cap(b.Messages())-at {
				t.Errorf("%d message bytes, %d free, want %d of %d", b.MessageBytes(), b.MessageRoom(), at, cap(b.Messages()))
			}
			b.Unset(5, 11)
			for i := range n {
				inside := i >= 5 && i < 11
				if wantVerdict := want.Verdict(i); inside && b.Verdict(i) != kernels.Unset || !inside && b.Verdict(i) != wantVerdict {
					t.Errorf("after Unset job %d is %v", i, b.Verdict(i))
				}
				if zero := len(bytes.Trim(b.Out(i), "\x00")) == 0; inside && !zero || !inside && !bytes.Equal(b.Out(i), want.Out(i)) {
					t.Errorf("after Unset job %d has out %x", i, b.Out(i))
				}
				if !bytes.Equal(b.Row(i), want.Row(i)) || !bytes.Equal(b.Message(i), want.Message(i)) {
					t.Errorf("Unset changed job %d", i)
				}
			}
		})
	}
}

// TestReset: a batch used again holds nothing of before, in the same memory.
func TestReset(t *testing.T) {
	for _, k := range shapes {
		t.Run(k.Name, func(t *testing.T) {
			b := filled(t, k, 20, 1)
			region := &b.Region()[0]
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			checkHeader(t, b)
			if b.Len() != 0 || b.MessageBytes() != 0 || b.Cap() != 22 || &b.Region()[0] != region {
				t.Errorf("after Reset: %d jobs of %d, %d message bytes", b.Len(), b.Cap(), b.MessageBytes())
			}
			for i := range 3 { // verdicts of before: unset, valid, invalid
				row, err := b.Add(nil)
				if err != nil {
					t.Fatal(err)
				}
				if len(bytes.Trim(row, "\x00")) != 0 || b.Verdict(i) != kernels.Unset || len(bytes.Trim(b.Out(i), "\x00")) != 0 {
					t.Errorf("job %d after Reset: row %x, %v, out %x", i, row, b.Verdict(i), b.Out(i))
				}
			}
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			fill(t, b, 15, 2)
			same(t, b, filled(t, k, 15, 2))
			checkHeader(t, b)
		})
	}
}

// counter is an allocator that knows what it gave out, and can fail.
type counter struct {
	t    *testing.T
	out  map[*byte]int // first byte -> size
	all  int
	fail error
}

func (c *counter) Alloc(size int) ([]byte, error) {
	if c.fail != nil {
		return nil, c.fail
	}
	p, err := kernels.Heap.Alloc(size)
	if err == nil {
		c.out[&p[0]] = size
		c.all++
	}
	return p, err
}

func (c *counter) Free(p []byte) {
	if size, ok := c.out[&p[0]]; !ok || size != len(p) {
		c.t.Errorf("Free of %d bytes at %p, given out %d", len(p), &p[0], size)
	}
	delete(c.out, &p[0])
}

func TestAllocator(t *testing.T) {
	c := &counter{t: t, out: map[*byte]int{}}
	b, err := kernels.NewIn(c, everything, 0, 10, 100)
	if err != nil {
		t.Fatal(err)
	}
	if c.all != 1 || c.out[&b.Region()[0]] != len(b.Region()) {
		t.Fatalf("%d allocations, region not from the allocator", c.all)
	}
	b.Shadow().Release() // leaves the memory to b
	if len(c.out) != 1 {
		t.Fatal("Release of a shadow freed the batch's memory")
	}

	// Lent: Reset takes new memory and leaves the old to the device.
	fill(t, b, 7, 1)
	lent := b.Region()
	before := bytes.Clone(lent)
	b.Lend()
	if err := b.Reset(); err != nil {
		t.Fatal(err)
	}
	checkHeader(t, b)
	if c.all != 2 || len(c.out) != 2 || &b.Region()[0] == &lent[0] || b.Len() != 0 || b.Cap() != 10 || b.MessageRoom() != 100 {
		t.Errorf("Reset of a lent batch: %d allocations, %d out, %d jobs of %d, room %d", c.all, len(c.out), b.Len(), b.Cap(), b.MessageRoom())
	}
	fill(t, b, 7, 2)
	if !bytes.Equal(lent, before) {
		t.Error("the lent memory changed")
	}
	if err := b.Reset(); err != nil { // no longer lent
		t.Fatal(err)
	}
	if c.all != 2 {
		t.Error("Reset after a Reset allocated")
	}

	// Lent, and no memory left: the batch stays as it was.
	fill(t, b, 3, 3)
	b.Lend()
	c.fail = errors.New("no DMA memory")
	if err := b.Reset(); !errors.Is(err, c.fail) || b.Len() != 3 {
		t.Errorf("Reset without memory: %v, %d jobs", err, b.Len())
	}
	if _, err := kernels.NewIn(c, everything, 0, 1, 1); !errors.Is(err, c.fail) {
		t.Errorf("NewIn without memory: %v", err)
	}
	b.Release() // lent: not freed
	if len(c.out) != 2 {
		t.Errorf("Release of a lent batch freed its memory: %d out", len(c.out))
	}
	b.Release() // of nothing

	// Not lent: freed.
	c.fail = nil
	b, err = kernels.NewIn(c, everything, 0, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	b.Release()
	if len(c.out) != 2 {
		t.Errorf("Release freed nothing: %d out", len(c.out))
	}
}

// TestShadow: what is written to a shadow stays there until it is copied, span by span.
func TestShadow(t *testing.T) {
	const n = 20
	for _, k := range shapes {
		t.Run(k.Name, func(t *testing.T) {
			b, want := filled(t, k, n, 1), filled(t, k, n, 1)
			s := b.Shadow()
			if s.Len() != n || s.Cap() != b.Cap() || s.Kernel() != k || s.Flags() != b.Flags() {
				t.Fatalf("shadow of %d jobs, capacity %d", s.Len(), s.Cap())
			}
			if address(s.Region()) != address(b.Region()) || address(s.Verdicts())%kernels.SectionAlign != 0 {
				t.Error("shadow: another region, or verdicts not aligned")
			}
			for i := range n {
				if s.Verdict(i) != kernels.Unset || len(s.Out(i)) != k.Out || len(bytes.Trim(s.Out(i), "\x00")) != 0 {
					t.Fatalf("new shadow: job %d is %v, out %x", i, s.Verdict(i), s.Out(i))
				}
				if !bytes.Equal(s.Row(i), b.Row(i)) || !bytes.Equal(s.Message(i), b.Message(i)) {
					t.Fatalf("new shadow: job %d differs", i)
				}
				s.SetVerdict(i, kernels.Invalid)
				for j := range s.Out(i) {
					s.Out(i)[j] = 0xee
				}
			}
			same(t, b, want)
			b.Copy(s, 4, 9)
			for i := range n {
				from := want
				if i >= 4 && i < 9 {
					from = s
				}
				if b.Verdict(i) != from.Verdict(i) || !bytes.Equal(b.Out(i), from.Out(i)) {
					t.Errorf("after Copy: job %d is %v, out %x", i, b.Verdict(i), b.Out(i))
				}
			}
			b.Unset(0, n)
			if n > 0 && s.Verdict(0) != kernels.Invalid {
				t.Error("Unset of the batch reached the shadow")
			}
		})
	}
}

// TestAddAllocates nothing.
func TestAddAllocates(t *testing.T) {
	for _, k := range shapes {
		b := filled(t, k, 100, 1)
		var message []byte
		if k.Message {
			message = []byte("ab")
		}
		if n := testing.AllocsPerRun(100, func() {
			if err := b.Reset(); err != nil {
				t.Fatal(err)
			}
			for range 100 {
				if _, err := b.Add(message); err != nil {
					t.Fatal(err)
				}
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations for 100 jobs", k.Name, n)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	for _, size := range []int{0, 32, 256} {
		b.Run(fmt.Sprintf("%dB", size), func(b *testing.B) {
			const n = 1024
			batch, message := kernels.New(shapes[1], kernels.ZIP215, n, n*size), make([]byte, size)
			for b.Loop() {
				if err := batch.Reset(); err != nil {
					b.Fatal(err)
				}
				for range n {
					if _, err := batch.Add(message); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/job")
		})
	}
}
