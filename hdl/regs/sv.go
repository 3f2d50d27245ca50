package regs

import "fmt"

// systemVerilog is the package of the RTL, in the subset that Verilator 5.006 and Yosys 0.23 both read. A packed struct
// has its first byte in the lowest bits, as a little-endian bus has.
func (s *Spec) systemVerilog() []byte {
	var p page
	c := &s.Chip
	p.line("// %s", notice)
	p.line("// Modules name what they use as zchip_pkg::X; Yosys reads no import.")
	p.line("`default_nettype none")
	p.line("")
	p.line("// verilator lint_off UNUSEDPARAM")
	p.line("// The package lists all that there is; no design uses all of it.")
	p.line("package zchip_pkg;")
	p.line("")
	p.line("  localparam logic [31:0] CHIP_ID = 32'h%08x; // \"%s\"", c.idValue(), c.ID)
	p.line("  localparam logic [31:0] CHIP_VERSION = 32'h%08x;", c.versionValue())
	p.line("  localparam logic [15:0] PCI_VENDOR = 16'h%04x;", c.Vendor)
	p.line("  localparam logic [15:0] PCI_DEVICE = 16'h%04x;", c.Device)
	p.line("  localparam logic [23:0] PCI_CLASS = 24'h%06x;", c.Class)
	p.line("  localparam int unsigned BAR_SIZE = %d;", c.BARSize)
	p.line("  localparam int unsigned PAGE_SIZE = %d;", c.PageSize)
	p.line("  localparam int unsigned MAX_QUEUES = %d;", c.Queues)
	p.line("  localparam int unsigned MAX_UNITS = %d;", c.Units)
	p.line("  localparam int unsigned MAX_JOBS = %d;", c.MaxJobs)
	for i := range s.Blocks {
		b := &s.Blocks[i]
		p.line("")
		p.line("  // %s", b.Doc)
		p.line("  localparam logic [31:0] %s = 32'h%08x;", upper(b.Name, "base"), b.Base)
		p.line("  localparam int unsigned %s = %d;", upper(b.Name, "size"), b.Size)
		if b.Array() {
			p.line("  localparam int unsigned %s = %d;", upper(b.Name, "count"), b.Count)
		}
		for j := range b.Registers {
			w := &b.Registers[j]
			name := upper(b.Name, w.Name)
			p.line("  localparam logic [15:0] %s_OFFSET = 16'h%04x; // in the block, %s", name, w.Offset, shape(w))
			if w.Count > 1 {
				p.line("  localparam int unsigned %s_COUNT = %d;", name, w.Count)
			}
			if w.Reset != 0 {
				p.line("  localparam logic [%d:0] %s_RESET = %d'h%x;", w.Width-1, name, w.Width, w.Reset)
			}
			for k := range w.Fields {
				f := &w.Fields[k]
				p.line("  localparam int unsigned %s_LSB = %d;", upper(b.Name, w.Name, f.Name), f.Lo)
				p.line("  localparam int unsigned %s_WIDTH = %d;", upper(b.Name, w.Name, f.Name), f.Width())
			}
		}
	}
	s.svNumbers(&p, "opcode", s.Opcodes)
	s.svNumbers(&p, "status", s.Statuses)
	p.line("")
	p.line("  // Rule sets, bits of the word rules.")
	for _, r := range s.Rules {
		p.line("  localparam logic [31:0] %s = 32'h%08x;", upper("rule", r.Name), r.Value)
	}
	p.line("")
	p.line("  // Kernels: id, bytes of a row and of an output, whether jobs have a message.")
	for _, k := range s.Kernels {
		name := upper("kernel", k.Name)
		p.line("  localparam logic [15:0] %s = 16'h%04x;", name, k.ID)
		p.line("  localparam int unsigned %s_IN = %d;", name, k.In)
		p.line("  localparam int unsigned %s_OUT = %d;", name, k.Out)
		p.line("  localparam bit %s_MESSAGE = 1'b%d;", name, bit(k.Message))
	}
	for i := range s.Entries {
		s.svEntry(&p, &s.Entries[i])
	}
	s.svFunctions(&p)
	p.line("")
	p.line("endpackage")
	p.line("// verilator lint_on UNUSEDPARAM")
	p.line("")
	p.line("`default_nettype wire")
	return p.Bytes()
}

func bit(b bool) int {
	if b {
		return 1
	}
	return 0
}

func shape(w *Word) string {
	if w.Count > 1 {
		return fmt.Sprintf("%d x %d bits, %s", w.Count, w.Width, w.Access)
	}
	return fmt.Sprintf("%d bits, %s", w.Width, w.Access)
}

func (s *Spec) svNumbers(p *page, what string, all []Number) {
	p.line("")
	for _, n := range all {
		p.line("  localparam logic [7:0] %s = 8'h%02x; // %s", upper(what, n.Name), n.Value, n.Doc)
	}
}

// svEntry writes the words from the last to the first: the first member of a packed struct has the highest bits.
func (s *Spec) svEntry(p *page, e *Entry) {
	p.line("")
	p.line("  // %s", e.Doc)
	p.line("  localparam int unsigned %s_BYTES = %d;", upper(e.Name), e.Size)
	p.line("  typedef struct packed {")
	for _, i := range fromHigh(e.Words) {
		w := &e.Words[i]
		if len(w.Fields) == 0 {
			p.line("    logic [%d:0] %s; // byte %#x: %s", w.Width-1, w.Name, w.Offset, w.Doc)
			continue
		}
		next := int(w.Width)
		for _, f := range fieldsFromHigh(w) {
			if f.Hi+1 < next {
				p.line("    logic [%d:0] %s_zero%d;", next-f.Hi-2, w.Name, f.Hi+1)
			}
			p.line("    logic [%d:0] %s_%s; // byte %#x: %s", f.Width()-1, w.Name, f.Name, w.Offset, f.Doc)
			next = f.Lo
		}
		if next > 0 {
			p.line("    logic [%d:0] %s_zero0;", next-1, w.Name)
		}
	}
	p.line("  } %s_t;", e.Name)
}

// svFunctions are tables over kernels that several modules need.
func (s *Spec) svFunctions(p *page) {
	p.line("")
	p.line("  // Whether the rules are a rule set of the kernel.")
	p.line("  function automatic logic rules_ok(input logic [15:0] kernel, input logic [31:0] rules);")
	p.line("    case (kernel)")
	for _, k := range s.Kernels {
		p.WriteString(fmt.Sprintf("      %s: rules_ok = ", upper("kernel", k.Name)))
		for i, v := range s.rulesOf(k) {
			if i > 0 {
				p.WriteString(" || ")
			}
			p.WriteString(fmt.Sprintf("rules == 32'h%x", v))
		}
		p.line(";")
	}
	p.line("      default: rules_ok = 1'b0;")
	p.line("    endcase")
	p.line("  endfunction")
}
