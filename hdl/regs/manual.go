package regs

import (
	"fmt"
	"strings"
)

// manual is the register map for people.
func (s *Spec) manual() []byte {
	var p page
	c := &s.Chip
	p.line("<!-- %s -->", notice)
	p.line("")
	p.line("# %s: registers and queues", c.Name)
	p.line("")
	p.line("PCI function %04x:%04x, class %06x; BAR0 has %d KiB. Map version %d.%d.%d. Everything is little-endian. A 64-bit register is a",
		c.Vendor, c.Device, c.Class, c.BARSize>>10, c.Version[0], c.Version[1], c.Version[2])
	p.line("pair of 32-bit ones, accessed low then high. Bits that no field names are zero. At most %d jobs are in one submission.", c.MaxJobs)
	p.line("")
	p.line("| access | meaning |")
	p.line("|---|---|")
	p.line("| ro, rw | read only; read and write |")
	p.line("| wo | write only, reads zero |")
	p.line("| w1c | writing a one clears the bit |")
	p.line("| w1s | writing a one sets the bit, which the chip clears when done |")
	for i := range s.Blocks {
		b := &s.Blocks[i]
		p.line("")
		p.line("## %s: %#x", b.Name, b.Base)
		p.line("")
		p.line("%s", b.Doc)
		if b.Array() {
			p.line("%d of them, %#x bytes apart.", b.Count, b.Size)
		}
		p.line("")
		p.line("| offset | register | access | reset | |")
		p.line("|---|---|---|---|---|")
		for _, j := range fromLow(b.Registers) {
			w := &b.Registers[j]
			p.line("| %#x | `%s`%s | %s | %#x | %s |", b.Base+w.Offset, w.Name, times(w), w.Access, w.Reset, w.Doc)
			fields(&p, w, "| | %s | | | %s |")
		}
	}
	for i := range s.Entries {
		e := &s.Entries[i]
		p.line("")
		p.line("## %s: %d bytes", e.Name, e.Size)
		p.line("")
		p.line("%s", e.Doc)
		p.line("")
		p.line("| byte | word | |")
		p.line("|---|---|---|")
		for _, j := range fromLow(e.Words) {
			w := &e.Words[j]
			p.line("| %#x | `%s`%s | %s |", w.Offset, w.Name, times(w), w.Doc)
			fields(&p, w, "| | %s | %s |")
		}
	}
	for _, t := range []struct {
		title string
		all   []Number
	}{{"Opcodes", s.Opcodes}, {"Statuses", s.Statuses}} {
		p.line("")
		p.line("## %s", t.title)
		p.line("")
		p.line("| value | name | |")
		p.line("|---|---|---|")
		for _, n := range t.all {
			p.line("| %#02x | `%s` | %s |", n.Value, n.Name, n.Doc)
		}
	}
	p.line("")
	p.line("## Kernels")
	p.line("")
	p.line("| id | kernel | row | output | message | rules |")
	p.line("|---|---|---:|---:|---|---|")
	for _, k := range s.Kernels {
		rules := make([]string, len(k.Rules))
		for i, v := range s.rulesOf(k) {
			name := k.Rules[i]
			if name == "" {
				name = "plain"
			}
			rules[i] = fmt.Sprintf("%s %#x", name, v)
		}
		p.line("| %#02x | `%s` | %d | %d | %s | %s |", k.ID, k.Name, k.In, k.Out, []string{"no", "yes"}[bit(k.Message)], strings.Join(rules, ", "))
	}
	return p.Bytes()
}

func times(w *Word) string {
	switch {
	case w.Count > 1:
		return fmt.Sprintf(" (%d x %d bits)", w.Count, w.Width)
	case w.Width != 32:
		return fmt.Sprintf(" (%d bits)", w.Width)
	}
	return ""
}

func fields(p *page, w *Word, row string) {
	for i := range w.Fields {
		f := &w.Fields[i]
		p.line(row, fmt.Sprintf("[%s] `%s`", f.Bits, f.Name), f.Doc)
	}
}
