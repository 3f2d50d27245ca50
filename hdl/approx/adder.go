// Package approx is the golden model of the inexact proof-of-work unit of the chip: the adder of hdl/rtl/approx_adder.sv,
// whose carries look back a few bits only, and the searches of hdl/rtl/pow_unit.sv with it. Both agree with the RTL
// bit by bit, wrong digests included; the benches of hdl compare them. After Vilim, Duwe, Kumar, Approximate Bitcoin
// Mining, DAC 2016.
//
// For right hashes use kernels/sha256. Nothing here is for secret data.
package approx

// An Adder adds modulo 2^32; its value is how far carries look back, in bits, from 1. The carry into a bit is that of so
// many bits below it, as if no carry came into them. Exact and 32 are exact.
type Adder int

// Exact looks back as far as there are bits.
const Exact Adder = 0

// exact tells whether all sums are right.
func (k Adder) exact() bool { return k == Exact || k == 32 }

// Add is a + b as the adder has it. The adder must be 0 to 32.
func (k Adder) Add(a, b uint32) uint32 {
	if k.exact() {
		return a + b
	}
	// A sum can be wrong only where k bits in a row pass a carry on.
	p := a ^ b
	run, span := p, 1
	for 2*span <= int(k) {
		run &= run << span
		span *= 2
	}
	if run&(run<<(int(k)-span)) == 0 {
		return a + b
	}
	g := a & b
	for span = 1; 2*span <= int(k); span *= 2 {
		g |= p & (g << span)
		p &= p << span
	}
	g |= p & (g << (int(k) - span)) // spans overlap: a carry that passes all of one passes what they share
	return a ^ b ^ g<<1
}
