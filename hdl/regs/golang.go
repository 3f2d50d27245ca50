package regs

import (
	"fmt"
	"go/format"
	"sort"
)

// fromLow orders words by their place in memory, fromHigh the other way.
func fromLow(words []Word) []int {
	order := make([]int, len(words))
	for i := range order {
		order[i] = i
	}
	sort.Slice(order, func(a, b int) bool { return words[order[a]].Offset < words[order[b]].Offset })
	return order
}

func fromHigh(words []Word) []int {
	order := fromLow(words)
	for i, j := 0, len(order)-1; i < j; i, j = i+1, j-1 {
		order[i], order[j] = order[j], order[i]
	}
	return order
}

func fieldsFromHigh(w *Word) []Field {
	all := append([]Field(nil), w.Fields...)
	sort.Slice(all, func(i, j int) bool { return all[i].Lo > all[j].Lo })
	return all
}

// goPackage is package driver/regs.
func (s *Spec) goPackage() ([]byte, error) {
	var p page
	c := &s.Chip
	p.line("// %s", notice)
	p.line("")
	p.line("// Package regs is the chip as software sees it: offsets of registers in BAR0, queue entries, kernels, status codes.")
	p.line("// hdl/doc/zregisters.md is the same for people.")
	p.line("package regs")
	p.line("")
	p.line(`import "encoding/binary"`)
	p.line("")
	p.line("// Identity and limits; sizes are in bytes.")
	p.line("const (")
	p.line("	ID = 0x%08x // %q", c.idValue(), c.ID)
	p.line("	VersionMajor, VersionMinor, VersionPatch = %d, %d, %d", c.Version[0], c.Version[1], c.Version[2])
	p.line("	Version = 0x%08x", c.versionValue())
	p.line("	Vendor, Device, Class = 0x%04x, 0x%04x, 0x%06x", c.Vendor, c.Device, c.Class)
	p.line("	BARSize, PageSize = %#x, %#x", c.BARSize, c.PageSize)
	p.line("	Queues, Units, MaxJobs = %d, %d, %d", c.Queues, c.Units, c.MaxJobs)
	p.line(")")
	for i := range s.Blocks {
		s.goBlock(&p, &s.Blocks[i])
	}
	for _, t := range []struct {
		name, doc string
		all       []Number
	}{
		{"opcode", "Opcodes of submissions.", s.Opcodes},
		{"status", "Statuses of completions.", s.Statuses},
		{"rule", "Rule sets.", s.Rules},
	} {
		p.line("\n// %s\nconst (", t.doc)
		for _, n := range t.all {
			p.line("	%s = %#02x // %s", camel(t.name, n.Name), n.Value, n.Doc)
		}
		p.line(")")
	}
	p.line("\n// StatusName is what chip.toml calls a status, or \"\" for a number that is none.")
	p.line("func StatusName(status uint8) string {\nswitch status {")
	for _, n := range s.Statuses {
		p.line("case %s:\nreturn %q", camel("status", n.Name), n.Name)
	}
	p.line("}\nreturn \"\"\n}")
	p.line("\n// Kernels.\nconst (")
	for _, k := range s.Kernels {
		p.line("	%s = %#04x // %s", camel("kernel", k.Name), k.ID, k.Name)
	}
	p.line(")")
	s.goKernels(&p)
	s.goMap(&p)
	s.goLayout(&p)
	for i := range s.Entries {
		s.goEntry(&p, &s.Entries[i])
	}
	text, err := format.Source(p.Bytes())
	if err != nil {
		return nil, fmt.Errorf("regs: the Go that was generated is not Go: %w", err)
	}
	return text, nil
}

func (s *Spec) goBlock(p *page, b *Block) {
	for i := range b.Registers {
		w := &b.Registers[i]
		name, at := camel(b.Name, w.Name), b.Base+w.Offset
		p.line("")
		p.line("// %s (%s): %s", name, shape(w), w.Doc)
		switch {
		case b.Array() && w.Count > 1:
			p.line("func %s(block, i uint32) uint32 { return %#x + %#x*block + %d*i }", name, at, b.Size, w.Width/8)
		case b.Array():
			p.line("func %s(block uint32) uint32 { return %#x + %#x*block }", name, at, b.Size)
		case w.Count > 1:
			p.line("func %s(i uint32) uint32 { return %#x + %d*i }", name, at, w.Width/8)
		default:
			p.line("const %s = %#x", name, at)
		}
		if len(w.Fields) == 0 {
			continue
		}
		p.line("\n// Fields of %s.\nconst (", name)
		for j := range w.Fields {
			f := &w.Fields[j]
			field := camel(b.Name, w.Name, f.Name)
			p.line("	%sShift, %sMask = %d, %#x // %s", field, field, f.Lo, f.mask(), f.Doc)
		}
		p.line(")")
	}
}

func (s *Spec) goKernels(p *page) {
	p.line("\n// Kernel is what the chip knows of a kernel: bytes of a row and of an output, whether jobs have a message, rule sets.")
	p.line("type Kernel struct {\nID uint16\nName string\nIn, Out int\nMessage bool\nRules []uint32\n}")
	p.line("\n// Kernels is every kernel, in order of their ids.\nvar Kernels = []Kernel{")
	for _, k := range s.Kernels {
		p.WriteString(fmt.Sprintf("{%s, %q, %d, %d, %v, []uint32{", camel("kernel", k.Name), k.Name, k.In, k.Out, k.Message))
		for _, v := range s.rulesOf(k) {
			p.WriteString(fmt.Sprintf("%#x, ", v))
		}
		p.line("}},")
	}
	p.line("}")
}

// goMap lists the registers by name, for tools that show them.
func (s *Spec) goMap(p *page) {
	p.line("\n// Register describes one register of BAR0; Count of them follow one another, Width bits each. The block repeats")
	p.line("// Blocks times, Stride bytes apart.")
	p.line("type Register struct {\nName, Access string\nOffset uint32\nWidth, Count, Blocks, Stride int\nReset uint64\nFields []Field\n}")
	p.line("\n// Field is a range of bits of a register.\ntype Field struct {\nName string\nHi, Lo int\n}")
	p.line("\n// Map is every register, in order of the blocks.\nvar Map = []Register{")
	for i := range s.Blocks {
		b := &s.Blocks[i]
		for _, j := range fromLow(b.Registers) {
			w := &b.Registers[j]
			p.WriteString(fmt.Sprintf("{%q, %q, %#x, %d, %d, %d, %#x, %#x, ", b.Name+"."+w.Name, w.Access, b.Base+w.Offset, w.Width, w.Count, b.Count, b.Size, w.Reset))
			p.line("%s},", goFields(w))
		}
	}
	p.line("}")
}

// goFields is the list of a word's fields.
func goFields(w *Word) string {
	if len(w.Fields) == 0 {
		return "nil"
	}
	list := ""
	for k := range w.Fields {
		f := &w.Fields[k]
		list += fmt.Sprintf("{%q, %d, %d}, ", f.Name, f.Hi, f.Lo)
	}
	return "[]Field{" + list + "}"
}

// goLayout lists the words of queue entries and the numbers in them by name, for the same tools.
func (s *Spec) goLayout(p *page) {
	p.line("\n// Word describes a word of a queue entry, Width bits at Offset bytes from its begin.")
	p.line("type Word struct {\nName string\nOffset, Width int\nFields []Field\n}")
	for i := range s.Entries {
		e := &s.Entries[i]
		p.line("\n// %sWords is every word of a %s.\nvar %sWords = []Word{", camel(e.Name), camel(e.Name), camel(e.Name))
		for _, j := range fromLow(e.Words) {
			w := &e.Words[j]
			p.line("{%q, %#x, %d, %s},", w.Name, w.Offset, w.Width, goFields(w))
		}
		p.line("}")
	}
	p.line("\n// Number is a number that has a name.\ntype Number struct {\nValue uint32\nName string\n}")
	for _, t := range []struct {
		name, doc string
		all       []Number
	}{
		{"Opcodes", "is every opcode of submissions", s.Opcodes},
		{"Statuses", "is every status of completions", s.Statuses},
		{"Rules", "is every rule set", s.Rules},
	} {
		p.line("\n// %s %s.\nvar %s = []Number{", t.name, t.doc, t.name)
		for _, n := range t.all {
			p.line("{%#02x, %q},", n.Value, n.Name)
		}
		p.line("}")
	}
}

// goType is the smallest unsigned type that holds the bits.
func goType(bits int) string {
	for _, n := range []int{8, 16, 32} {
		if bits <= n {
			return fmt.Sprintf("uint%d", n)
		}
	}
	return "uint64"
}

func (s *Spec) goEntry(p *page, e *Entry) {
	name := camel(e.Name)
	p.line("\n// %sSize is the bytes of a %s.\nconst %sSize = %d", name, name, name, e.Size)
	p.line("\n// %s: %s\ntype %s struct {", name, e.Doc, name)
	order := fromLow(e.Words)
	for _, i := range order {
		w := &e.Words[i]
		if len(w.Fields) == 0 {
			p.line("%s uint%d // byte %#x: %s", camel(w.Name), w.Width, w.Offset, w.Doc)
		}
		for j := range w.Fields {
			f := &w.Fields[j]
			p.line("%s %s // byte %#x, bits %s: %s", camel(f.Name), goType(f.Width()), w.Offset, f.Bits, f.Doc)
		}
	}
	p.line("}")
	p.line("\n// Put writes the entry into p. Bits of a field beyond its width are dropped.")
	p.line("func (e *%s) Put(p *[%sSize]byte) {", name, name)
	for _, i := range order {
		w := &e.Words[i]
		p.WriteString(fmt.Sprintf("binary.LittleEndian.PutUint%d(p[%#x:], ", w.Width, w.Offset))
		if len(w.Fields) == 0 {
			p.WriteString("e." + camel(w.Name))
		}
		for j := range w.Fields {
			f := &w.Fields[j]
			if j > 0 {
				p.WriteString(" | ")
			}
			p.WriteString(fmt.Sprintf("uint%d(e.%s)&%#x<<%d", w.Width, camel(f.Name), uint64(1)<<f.Width()-1, f.Lo))
		}
		p.line(")")
	}
	p.line("}")
	p.line("\n// Get reads the entry from p. It tells whether all bits that no field names are zero.")
	p.line("func (e *%s) Get(p *[%sSize]byte) bool {", name, name)
	p.line("var rest uint64")
	for n, i := range order {
		w := &e.Words[i]
		if len(w.Fields) == 0 {
			p.line("e.%s = binary.LittleEndian.Uint%d(p[%#x:])", camel(w.Name), w.Width, w.Offset)
			continue
		}
		p.line("w%d := binary.LittleEndian.Uint%d(p[%#x:])", n, w.Width, w.Offset)
		var used uint64
		for j := range w.Fields {
			f := &w.Fields[j]
			used |= f.mask()
			p.line("e.%s = %s(w%d >> %d & %#x)", camel(f.Name), goType(f.Width()), n, f.Lo, uint64(1)<<f.Width()-1)
		}
		if all := ^uint64(0) >> (64 - w.Width); used != all {
			p.line("rest |= uint64(w%d &^ %#x)", n, used)
		}
	}
	p.line("return rest == 0\n}")
}
