// Package regs reads chip.toml, the one source of truth for what software sees of the chip, checks it, and writes
// from it the SystemVerilog package, the Go package, the C++ header and the manual. Command hdl/regs/gen runs it;
// software that talks to a chip uses what it wrote for Go, package driver/regs.
package regs
