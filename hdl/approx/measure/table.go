package main

import (
	"bytes"
	"fmt"
)

// ge is the transistors of a gate equivalent, a NAND of two inputs.
const ge = 4

// ffGE is what a flip-flop with enable is taken for. An assumption: libraries differ.
const ffGE = 7

// table is approx.md.
func table(r *result) []byte {
	var w bytes.Buffer
	hashes := float64(r.Headers) * float64(r.Nonces)
	fmt.Fprintf(&w, `<!-- Written by %s; figures in approx.json. -->

# Approximate adders in proof-of-work search: measured

%d random headers x %d nonces = %.2f million double hashes by the golden model (hdl/approx, bit-exact to the RTL), seed %d; hits are hashes
with %d leading zero bits (%d of them). Wrong sums: of %.1f million additions of random numbers. Midstates: were they computed with
the same adder, which they are not. Area: one stage of the pipeline (`+"`pow_stage`"+`, a round, a schedule step, %d flip-flops) by
%s:
LUT and CARRY4 of `+"`synth_xilinx -family xcup -nowidelut`"+`; gates (NAND equivalents, 4 transistors) and levels of gates of the
logic by `+"`synth`, `abc -fast -g AND,NAND,OR,NOR,XOR,XNOR`, `ltp`"+`. Area x delay: gates and flip-flops (%d gates each, an assumption) times
levels, to the whole prefix network's (32). Right hashes per area x delay: the same, with what is wrong taken off.

Look-back 0 is the adder that the tool makes of +, the one of the exact unit.

| looks back | wrong sums | wrong hashes | missed hits | false hits per hit | wrong midstates | LUT | CARRY4 | gates | levels | area x delay | right hashes per area x delay |
|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|
`, r.Command, r.Headers, r.Nonces, hashes/1e6, r.Seed, r.Zeros, r.Hits, float64(r.Sums)/1e6, r.Rows[0].Area.FF, r.Tool, ffGE)
	whole := cost(r.Rows[len(r.Rows)-1].Area)
	for _, x := range r.Rows {
		wrong := float64(x.Hashes) / hashes
		at := cost(x.Area) / whole
		fmt.Fprintf(&w, "| %d | %s | %s | %s | %.3f | %s | %d | %d | %d | %d | %.3f | %.3f |\n", x.Bits,
			share(x.Sums, float64(r.Sums)), share(x.Hashes, hashes), share(x.Missed, float64(r.Hits)), float64(x.False)/float64(max(r.Hits, 1)),
			share(x.Midstates, float64(r.Headers)), x.Area.LUT, x.Area.Carry, x.Area.Transistors/ge, x.Area.Levels, at, (1-wrong)/at)
	}
	return w.Bytes()
}

func cost(a area) float64 { return float64(a.Transistors/ge+ffGE*a.FF) * float64(a.Levels) }

// share is a count as a share of a whole, in percent; small ones with their power of ten.
func share(n uint64, of float64) string {
	switch p := 100 * float64(n) / of; {
	case n == 0:
		return "0"
	case p < 0.01:
		return fmt.Sprintf("%.1e %%", p)
	default:
		return fmt.Sprintf("%.2f %%", p)
	}
}
