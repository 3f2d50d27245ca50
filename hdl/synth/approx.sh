#!/usr/bin/env bash
# Area of one stage of the proof-of-work pipeline by the adders in it: $B/approx-area.json, an object for each look-back.
# usage: B=DIR synth/approx.sh BITS...
set -euo pipefail
cd "$(dirname "$0")/.."
out=${B:?}/approx
mkdir -p "$out"
src="rtl/sha256_pkg.sv rtl/pow_pkg.sv rtl/approx_adder.sv rtl/pow_stage.sv"

rows=()
for bits in "$@"; do
	# A stage of a chain of 64: its constant is fixed. Round 17 is a round like others. abc -fast keeps the networks as they
	# are written; the longer script turns whole ones into ripple carries, which are smaller and slow.
	read="read_verilog -sv $src; chparam -set ROUNDS 64 -set INDEX 17 -set APPROX_BITS $bits pow_stage"
	yosys -q -l "$out/$bits.log" -p "$read
		design -save read
		synth_xilinx -family xcup -flatten -noiopad -nowidelut -top pow_stage
		tee -q -o $out/$bits.lut stat
		design -load read
		synth -flatten -top pow_stage
		abc -fast -g AND,NAND,OR,NOR,XOR,XNOR
		opt_clean
		tee -q -o $out/$bits.gates stat -tech cmos
		tee -q -o $out/$bits.path ltp -noff"
	rows+=("$(awk -v bits="$bits" '
		$1 ~ /^LUT[1-6]$/ { lut += $2 }
		$1 == "CARRY4" { carry += $2 }
		$1 ~ /^FD[RSCP]E$/ { ff += $2 }
		/Estimated number of transistors/ { sub(/\+$/, "", $NF); transistors = $NF }
		/^Longest topological path/ { sub(/.*length=/, ""); levels = $0 + 0 }
		END {
			if (!lut || !ff || !transistors || !levels) { print "approx: " bits ": a figure is missing" > "/dev/stderr"; exit 1 }
			printf "{\"bits\": %d, \"lut\": %d, \"carry\": %d, \"ff\": %d, \"transistors\": %d, \"levels\": %d}",
				bits, lut, carry, ff, transistors, levels
		}' "$out/$bits.lut" "$out/$bits.gates" "$out/$bits.path")")
	echo "${rows[-1]}"
done

{
	echo '['
	for i in "${!rows[@]}"; do
		((i + 1 < ${#rows[@]})) && echo "  ${rows[i]}," || echo "  ${rows[i]}"
	done
	echo ']'
} >"$B/approx-area.json"
