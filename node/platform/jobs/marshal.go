package jobs

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
)

// ErrNoLine: the row has bytes that no line can express, such as a set bit of its padding.
var ErrNoLine = errors.New("jobs: the row has no form as a line")

// Marshal gives the line, without its end, of job i of b: the kernel, the rule if it has a name, the fields, and if
// the job is decided, the verdict as "expect" and the output as "out". Errors: ErrNoLine.
func Marshal(b *kernels.Batch, i int) ([]byte, error) {
	k := b.Kernel()
	of := formsOf(k)
	if len(of) == 0 {
		return nil, fmt.Errorf("%w: %s", ErrNoLine, k.Name)
	}
	w := &writer{left: append([]byte(nil), b.Row(i)...)}
	w.text("kernel", k.Name)
	if b.Flags() != 0 {
		w.text("rule", b.Flags().String())
	}
	mixed := k.ID != kernels.SHA256Chain || w.mixin()
	for _, f := range of[0].fields {
		switch {
		case f.kind == message:
			w.hex(f.name, b.Message(i))
		case f.kind == number:
			w.number(f)
		case mixed || !f.optional:
			w.row(f)
		}
	}
	for at, c := range w.left {
		if c != 0 {
			return nil, fmt.Errorf("%w: byte %d of a row of %s is %#x", ErrNoLine, at, k.Name, c)
		}
	}
	if v := b.Verdict(i); v != kernels.Unset {
		if k.Out > 0 {
			w.hex("out", b.Out(i))
		}
		w.text("expect", v.String())
	}
	return append(w.line, '}'), nil
}

// writer writes a line from the fields of a row.
type writer struct {
	line []byte
	left []byte // the row, zero where it was written
}

func (w *writer) name(name string) {
	sep := byte(',')
	if len(w.line) == 0 {
		sep = '{'
	}
	w.line = fmt.Appendf(append(w.line, sep), "%q:", name)
}

// text writes a string of printable ASCII without quotes.
func (w *writer) text(name, s string) {
	w.name(name)
	w.line = fmt.Appendf(w.line, "%q", s)
}

func (w *writer) hex(name string, p []byte) {
	w.name(name)
	w.line = fmt.Appendf(w.line, `"%x"`, p)
}

func (w *writer) row(f field) {
	p := w.left[f.at : f.at+f.sizes[0]]
	w.hex(f.name, p)
	clear(p)
}

func (w *writer) number(f field) {
	p := w.left[f.at : f.at+4]
	w.name(f.name)
	w.line = fmt.Appendf(w.line, "%d", binary.LittleEndian.Uint32(p))
	clear(p)
}

// mixin takes the bit of a sha256.chain row that says whether it has a mixin.
func (w *writer) mixin() bool {
	const flagsAt = 100
	set := w.left[flagsAt]&1 != 0
	w.left[flagsAt] &^= 1
	return set
}
