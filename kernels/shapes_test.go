package kernels_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"unsafe"

	"github.com/sluice-engine/sluice/kernels"
)

// shapes are kernels of every kind of layout: with and without rows, messages and outputs, of odd widths.
var shapes = []*kernels.Kernel{
	{ID: 0x101, Name: "test.message.out", Out: 32, Message: true, Rules: []kernels.Flags{0}},
	{ID: 0x102, Name: "test.row.message", In: 96, Message: true, Rules: []kernels.Flags{kernels.RFC8032, kernels.ZIP215}},
	{ID: 0x103, Name: "test.row.out", In: 64, Out: 32, Rules: []kernels.Flags{0}},
	{ID: 0x104, Name: "test.row", In: 104, Rules: []kernels.Flags{0, kernels.LowS}},
	{ID: 0x105, Name: "test.everything", In: 7, Out: 3, Message: true, Rules: []kernels.Flags{0}},
	{ID: 0x106, Name: "test.nothing", Rules: []kernels.Flags{0}},
}

var (
	everything = shapes[4]
	rowOnly    = shapes[3]
)

func find(id kernels.ID) *kernels.Kernel {
	for _, k := range shapes {
		if k.ID == id {
			return k
		}
	}
	return nil
}

// filled is a batch with capacity for more than its n jobs, whose bytes all differ from their neighbours': message i
// has i%5 bytes, verdicts go round. seed tells batches apart.
func filled(t testing.TB, k *kernels.Kernel, n int, seed byte) *kernels.Batch {
	t.Helper()
	size := 0
	if k.Message {
		size = 5*n + 3
	}
	b := kernels.New(k, k.Rules[len(k.Rules)-1], n+2, size)
	fill(t, b, n, seed)
	return b
}

func fill(t testing.TB, b *kernels.Batch, n int, seed byte) {
	t.Helper()
	c := seed
	next := func(p []byte) {
		for i := range p {
			c = c*5 + 13
			p[i] = c
		}
	}
	for i := range n {
		var message []byte
		if b.Kernel().Message {
			message = make([]byte, i%5)
			next(message)
		}
		row, err := b.Add(message)
		if err != nil {
			t.Fatal(err)
		}
		next(row)
		next(b.Out(i))
		b.SetVerdict(i, kernels.Verdict(i%3))
	}
}

// same reports how two batches differ in kernel, rule, jobs, verdicts and outputs.
func same(t testing.TB, got, want *kernels.Batch) {
	t.Helper()
	if got.Kernel() != want.Kernel() || got.Flags() != want.Flags() || got.Len() != want.Len() {
		t.Fatalf("%d jobs of %s %v, want %d of %s %v", got.Len(), got.Kernel().Name, got.Flags(),
			want.Len(), want.Kernel().Name, want.Flags())
	}
	for i := range want.Len() {
		if !bytes.Equal(got.Row(i), want.Row(i)) || !bytes.Equal(got.Message(i), want.Message(i)) ||
			!bytes.Equal(got.Out(i), want.Out(i)) || got.Verdict(i) != want.Verdict(i) {
			t.Errorf("job %d: row %x message %x out %x %v, want row %x message %x out %x %v", i,
				got.Row(i), got.Message(i), got.Out(i), got.Verdict(i),
				want.Row(i), want.Message(i), want.Out(i), want.Verdict(i))
		}
	}
	for _, s := range []struct {
		name      string
		got, want []byte
	}{
		{"rows", got.Rows(), want.Rows()}, {"ends", got.Ends(), want.Ends()}, {"messages", got.Messages(), want.Messages()},
		{"verdicts", got.Verdicts(), want.Verdicts()}, {"outs", got.Outs(), want.Outs()},
	} {
		if !bytes.Equal(s.got, s.want) {
			t.Errorf("%s: %x, want %x", s.name, s.got, s.want)
		}
	}
}

// checkHeader compares the header in the region with what the batch says and where its sections are.
func checkHeader(t testing.TB, b *kernels.Batch) {
	t.Helper()
	h, le := b.Region(), binary.LittleEndian
	if string(h[:4]) != "SLBT" || le.Uint16(h[4:]) != 1 || le.Uint16(h[6:]) != uint16(b.Kernel().ID) {
		t.Errorf("header begins %x", h[:8])
	}
	for _, f := range []struct {
		name string
		at   int
		want int
	}{{"flags", 8, int(b.Flags())}, {"n", 12, b.Len()}, {"message bytes", 16, b.MessageBytes()}, {"reserved", 20, 0}} {
		if got := int(le.Uint32(h[f.at:])); got != f.want {
			t.Errorf("header: %s = %d, want %d", f.name, got, f.want)
		}
	}
	last := uint64(kernels.HeaderSize)
	for i, section := range [][]byte{b.Rows(), b.Ends(), b.Messages(), b.Verdicts(), b.Outs()} {
		off := le.Uint64(h[24+8*i:])
		if off < last || off%kernels.SectionAlign != 0 || off > uint64(len(h)) {
			t.Errorf("section %d at %d, the one before at %d, region of %d", i, off, last, len(h))
		}
		last = off
		if len(section) > 0 && address(section)-address(h) != uintptr(off) {
			t.Errorf("section %d: header says %d, it is at %d", i, off, address(section)-address(h))
		}
		if cap(section) > 0 && len(section) > 0 && address(section)%kernels.SectionAlign != 0 {
			t.Errorf("section %d is not aligned", i)
		}
	}
	if address(h)%kernels.SectionAlign != 0 || len(h)%kernels.SectionAlign != 0 {
		t.Errorf("region at %#x, %d bytes", address(h), len(h))
	}
}

func address(p []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(p))) }
