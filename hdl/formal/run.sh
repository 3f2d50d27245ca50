#!/usr/bin/env bash
# Bounded proofs with yosys-smtbmc and z3: skid_buffer, fifo and queue_pointers for STEPS clock cycles from reset (default 14),
# approx_adder for all operands; a cover statement shows that the inputs are not so constrained that nothing happens. Working
# files go to $B/formal.
set -euo pipefail
cd "$(dirname "$0")"
out=${B:?}/formal
mkdir -p "$out"

prove() { # NAME TOP STEPS "PARAMETER VALUE …" FILE …
	local name=$1 top=$2 steps=$3 parameters=$4 set=
	shift 4
	# shellcheck disable=SC2086
	[ -z "$parameters" ] || set="chparam $(printf -- '-set %s %s ' $parameters) $top"
	yosys -q -l "$out/$name.yosys.log" -p "
		read_verilog -formal -sv $*
		$set
		prep -top $top -flatten; memory_map; opt -fast; dffunmap
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

buffers="../rtl/stream_check.sv ../rtl/skid_buffer.sv ../rtl/fifo.sv buffer_formal.sv"
# shellcheck disable=SC2086
prove skid_buffer buffer_formal "${STEPS:-14}" "KIND 0 WIDTH 1" $buffers
# shellcheck disable=SC2086
prove fifo buffer_formal "${STEPS:-14}" "KIND 1 WIDTH 1" $buffers
prove queue_pointers queue_formal "${STEPS:-14}" "LOG_DEPTH 2" ../rtl/queue_pointers.sv queue_formal.sv
for bits in 1 8 13 16 31 32; do # any operands: one cycle is all
	prove "approx_adder_$bits" adder_formal 1 "LOOKBACK $bits" ../rtl/approx_adder.sv adder_formal.sv
done
