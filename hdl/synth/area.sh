#!/usr/bin/env bash
# Area by Yosys (synth_xilinx -family xcup, UltraScale+), module by module: a table, and $B/area.json.
# usage: B=DIR synth/area.sh "NAME TOP FILE..." ...
set -euo pipefail
out=${B:?}/area
mkdir -p "$out"

names=()
printf '%-14s %7s %7s %7s %5s %5s\n' module LUT FF CARRY DSP BRAM
for spec in "$@"; do
	read -r name top files <<<"$spec"
	names+=("$name")
	yosys -q -l "$out/$name.log" -p "
		read_verilog -sv $files
		synth_xilinx -family xcup -flatten -noiopad -top $top
		tee -q -o $out/$name.stat stat"
	# LUTs as logic, of any size; a LUT6_2 holds two functions in one place. LUT RAM is counted at its LUTs.
	awk -v name="$name" -v json="$out/$name.json" '
		$1 ~ /^LUT[1-6](_2)?$/ { lut += $2 }
		$1 == "RAM32M16" { lut += 8 * $2 } $1 == "RAM32M" || $1 == "RAM64M" { lut += 4 * $2 } $1 == "RAM64M8" { lut += 8 * $2 }
		$1 ~ /^SRL/ { lut += $2 }
		$1 ~ /^FD[RSCP]E/ { ff += $2 }
		$1 ~ /^CARRY/ { carry += $2 }
		$1 ~ /^DSP48/ { dsp += $2 }
		$1 ~ /^RAMB/ { bram += $2 }
		END {
			printf "%-14s %7d %7d %7d %5d %5d\n", name, lut, ff, carry, dsp, bram
			printf "{\"module\": \"%s\", \"lut\": %d, \"ff\": %d, \"carry\": %d, \"dsp\": %d, \"bram\": %d}\n",
				name, lut, ff, carry, dsp, bram > json
		}' "$out/$name.stat"
done

{
	echo '['
	for i in "${!names[@]}"; do
		sep=','
		((i + 1 < ${#names[@]})) || sep=''
		echo "  $(<"$out/${names[i]}.json")$sep"
	done
	echo ']'
} >"$B/area.json"
echo "area: table written to $B/area.json"
