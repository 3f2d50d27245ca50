#!/usr/bin/env bash
# Bounded proofs with yosys-smtbmc and z3: skid_buffer and fifo. STEPS clock cycles from reset (default 14); a cover
# statement shows that the inputs are not so constrained that nothing happens. Working files go to $B/formal.
set -euo pipefail
cd "$(dirname "$0")"
out=${B:?}/formal
mkdir -p "$out"

prove() { # NAME KIND STEPS
	local name=$1 kind=$2 steps=$3
	yosys -q -l "$out/$name.yosys.log" -p "
		read_verilog -formal -sv ../rtl/stream_check.sv ../rtl/skid_buffer.sv ../rtl/fifo.sv buffer_formal.sv
		chparam -set KIND $kind -set WIDTH 1 buffer_formal
		prep -top buffer_formal -flatten; memory_map; opt -fast; dffunmap
		write_smt2 -wires $out/$name.smt2"
	grep -q yosys-smt2-assert "$out/$name.smt2" || { echo "formal: $name: no assertions" >&2; exit 1; }
	for mode in "" -c; do
		if ! timeout 300 yosys-smtbmc -s z3 --noprogress $mode -t "$steps" --dump-vcd "$out/$name.vcd" \
			"$out/$name.smt2" >"$out/$name$mode.log" 2>&1; then
			tail -n 5 "$out/$name$mode.log" >&2
			echo "formal: $name: failed; trace in $out/$name.vcd" >&2
			exit 1
		fi
	done
	echo "formal: $name: $(grep -c yosys-smt2-assert "$out/$name.smt2") assertions hold for $steps cycles from reset, cover reached"
}

prove skid_buffer 0 "${STEPS:-14}"
prove fifo 1 "${STEPS:-14}"
