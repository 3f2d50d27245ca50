package regs

import "fmt"

// header is what the C++ of the simulator includes.
func (s *Spec) header() []byte {
	var p page
	c := &s.Chip
	p.line("// %s", notice)
	p.line("#pragma once")
	p.line("")
	p.line("#include <cstddef>")
	p.line("#include <cstdint>")
	p.line("")
	p.line("namespace zchip {")
	p.line("")
	p.line("constexpr uint32_t kId = 0x%08x;  // \"%s\"", c.idValue(), c.ID)
	p.line("constexpr uint32_t kVersion = 0x%08x;", c.versionValue())
	p.line("constexpr uint16_t kVendor = 0x%04x;", c.Vendor)
	p.line("constexpr uint16_t kDevice = 0x%04x;", c.Device)
	p.line("constexpr uint32_t kClass = 0x%06x;", c.Class)
	p.line("constexpr uint32_t kBarSize = 0x%x;", c.BARSize)
	p.line("constexpr uint32_t kPageSize = 0x%x;", c.PageSize)
	p.line("constexpr uint32_t kQueues = %d;", c.Queues)
	p.line("constexpr uint32_t kUnits = %d;", c.Units)
	p.line("constexpr uint32_t kMaxJobs = %d;", c.MaxJobs)
	p.line("")
	p.line("// Offsets in BAR0.")
	for i := range s.Blocks {
		b := &s.Blocks[i]
		for j := range b.Registers {
			w := &b.Registers[j]
			name := "k" + camel(b.Name, w.Name)
			switch {
			case b.Array() && w.Count > 1:
				p.line("constexpr uint32_t %s(uint32_t block, uint32_t i) { return 0x%x + 0x%x * block + %d * i; }", name, b.Base+w.Offset, b.Size, w.Width/8)
			case b.Array():
				p.line("constexpr uint32_t %s(uint32_t block) { return 0x%x + 0x%x * block; }", name, b.Base+w.Offset, b.Size)
			case w.Count > 1:
				p.line("constexpr uint32_t %s(uint32_t i) { return 0x%x + %d * i; }", name, b.Base+w.Offset, w.Width/8)
			default:
				p.line("constexpr uint32_t %s = 0x%x;", name, b.Base+w.Offset)
			}
			for k := range w.Fields {
				f := &w.Fields[k]
				p.line("constexpr uint32_t %sShift = %d, %sMask = 0x%x;", "k"+camel(b.Name, w.Name, f.Name), f.Lo, "k"+camel(b.Name, w.Name, f.Name), f.mask())
			}
		}
	}
	for _, t := range []struct {
		name string
		all  []Number
	}{{"Opcode", s.Opcodes}, {"Status", s.Statuses}} {
		p.line("")
		p.line("enum class %s : uint8_t {", t.name)
		for _, n := range t.all {
			p.line("  k%s = 0x%02x,  // %s", camel(n.Name), n.Value, n.Doc)
		}
		p.line("};")
	}
	p.line("")
	p.line("enum class Kernel : uint16_t {")
	for _, k := range s.Kernels {
		p.line("  k%s = 0x%04x,", camel(k.Name), k.ID)
	}
	p.line("};")
	for i := range s.Entries {
		e := &s.Entries[i]
		name := camel(e.Name)
		p.line("")
		p.line("// %s", e.Doc)
		p.line("struct %s {", name)
		for _, j := range fromLow(e.Words) {
			w := &e.Words[j]
			p.line("  uint%d_t %s;  // %s%s", w.Width, w.Name, w.Doc, fieldList(w))
		}
		p.line("};")
		p.line("static_assert(sizeof(%s) == %d);", name, e.Size)
		for j := range e.Words {
			p.line("static_assert(offsetof(%s, %s) == %d);", name, e.Words[j].Name, e.Words[j].Offset)
		}
	}
	p.line("")
	p.line("}  // namespace zchip")
	return p.Bytes()
}

func fieldList(w *Word) string {
	s := ""
	for i := range w.Fields {
		s += fmt.Sprintf(" [%s] %s", w.Fields[i].Bits, w.Fields[i].Name)
	}
	return s
}
