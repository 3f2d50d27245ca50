package kernels

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// WriteTo writes the batch in its compact form, as [Read] wants it: jobs, messages, verdicts and outputs.
func (b *Batch) WriteTo(w io.Writer) (int64, error) {
	l, err := layoutOf(b.kernel, int64(b.n), int64(b.messageBytes))
	if err != nil {
		return 0, err
	}
	header := make([]byte, HeaderSize)
	putHeader(header, b.kernel, b.flags, b.n, b.messageBytes, l)
	var written int64
	for _, section := range [][]byte{header, b.Rows(), b.Ends(), b.Messages(), b.Verdicts(), b.Outs()} {
		pad := make([]byte, align(int64(len(section)))-int64(len(section)))
		for _, p := range [][]byte{section, pad} {
			n, err := w.Write(p)
			written += int64(n)
			if err != nil {
				return written, err
			}
		}
	}
	return written, nil
}

// Read reads one batch in the form of WriteTo. Batches may follow each other in a stream: at its clean end Read
// returns io.EOF. find gives the kernel of an id, or nil; package kernels/all has one.
//
// Every byte is checked (header, offsets, order of message ends, verdicts, zero padding); what is wrong is
// a *[FormatError]. Memory grows with the bytes that really arrive, not with what the header claims. limit bounds
// the size of the batch in bytes; 0 means no bound.
func Read(r io.Reader, find func(ID) *Kernel, limit int64) (*Batch, error) {
	var h [HeaderSize]byte
	if n, err := io.ReadFull(r, h[:]); err == io.EOF {
		return nil, io.EOF
	} else if err == io.ErrUnexpectedEOF {
		return nil, &FormatError{int64(n), fmt.Sprintf("header ends after %d of %d bytes", n, HeaderSize)}
	} else if err != nil {
		return nil, err
	}
	k, flags, n, messageBytes, l, err := parseHeader(h[:], find)
	if err != nil {
		return nil, err
	}
	if limit > 0 && l.size > limit {
		return nil, &FormatError{12, fmt.Sprintf("claims %d bytes, more than the limit of %d", l.size, limit)}
	}
	var body bytes.Buffer
	body.Write(h[:])
	if got, err := io.CopyN(&body, r, l.size-HeaderSize); errors.Is(err, io.EOF) {
		return nil, &FormatError{HeaderSize + got, fmt.Sprintf("ends early: %d bytes of %d", HeaderSize+got, l.size)}
	} else if err != nil {
		return nil, err
	}
	region, err := Heap.Alloc(int(l.size))
	if err != nil {
		return nil, err
	}
	copy(region, body.Bytes())
	b := &Batch{kernel: k, flags: flags, alloc: Heap, n: n, messageBytes: messageBytes}
	b.place(region, n, messageBytes, l)
	if err := b.check(l); err != nil {
		return nil, err
	}
	return b, nil
}

func parseHeader(h []byte, find func(ID) *Kernel) (k *Kernel, flags Flags, n, messageBytes int, l layout, err error) {
	le := binary.LittleEndian
	fail := func(off int64, format string, a ...any) {
		err = &FormatError{off, fmt.Sprintf(format, a...)}
	}
	if string(h[:4]) != Magic {
		fail(0, "magic is %q, want %q", h[:4], Magic)
		return
	}
	if v := le.Uint16(h[4:]); v != Version {
		fail(4, "format version %d, this program reads %d", v, Version)
		return
	}
	if k = find(ID(le.Uint16(h[6:]))); k == nil {
		fail(6, "unknown kernel %#x", le.Uint16(h[6:]))
		return
	}
	if flags = Flags(le.Uint32(h[8:])); !k.Allows(flags) {
		fail(8, "%s has no rule set %q", k.Name, flags)
		return
	}
	jobs, bytes := int64(le.Uint32(h[12:])), int64(le.Uint32(h[16:]))
	if l, err = layoutOf(k, jobs, bytes); err != nil {
		fail(12, "%v", err)
		return
	}
	if le.Uint32(h[20:]) != 0 {
		fail(20, "reserved word is not zero")
		return
	}
	for i, want := range []int64{l.in, l.ends, l.messages, l.verdict, l.out} {
		if got := le.Uint64(h[24+8*i:]); got != uint64(want) {
			fail(int64(24+8*i), "section offset %d, want %d", got, want)
			return
		}
	}
	return k, flags, int(jobs), int(bytes), l, nil
}

// check validates the sections of a batch that was just read.
func (b *Batch) check(l layout) error {
	last := 0
	for i := range b.n {
		if !b.kernel.Message {
			break
		}
		end := b.MessageEnd(i)
		if end < last || end > b.messageBytes {
			return &FormatError{l.ends + int64(4*i), fmt.Sprintf("message %d ends at %d, after %d and within %d wanted", i, end, last, b.messageBytes)}
		}
		last = end
	}
	if last != b.messageBytes {
		return &FormatError{16, fmt.Sprintf("messages end at %d, header says %d", last, b.messageBytes)}
	}
	for i, v := range b.verdict {
		if v > byte(Invalid) {
			return &FormatError{l.verdict + int64(i), fmt.Sprintf("verdict %d of job %d", v, i)}
		}
	}
	sections := []struct {
		used, end int64
	}{
		{l.in + int64(len(b.in)), l.ends},
		{l.ends + int64(len(b.ends)), l.messages},
		{l.messages + int64(len(b.messages)), l.verdict},
		{l.verdict + int64(len(b.verdict)), l.out},
		{l.out + int64(len(b.out)), l.size},
	}
	for _, s := range sections {
		for off := s.used; off < s.end; off++ {
			if b.region[off] != 0 {
				return &FormatError{off, "padding is not zero"}
			}
		}
	}
	return nil
}
