#!/usr/bin/env bash
# Area by Yosys, module by module: a table on standard output, $B/area.json and $B/area.md.
#
# usage: B=DIR synth/area.sh "NAME TOP [WORD...]" ...
#   NAME   of the row; TOP: the module, in rtl/TOP.sv
#   WORD   PARAMETER=VALUE; -hierarchy: do not flatten (each kind of module is mapped once: quicker, a little larger);
#          -luts: no GE (null in area.json), for modules with large RAMs, which would become flip-flops and multiplexers;
#          a file, if the module needs others than those of rtl/ whose names it and its parts mention
#   FORCE=1 measures again what has not changed: figures are kept in $B/area by the hash of sources, parameters and Yosys.
#
# LUT, FF, CARRY4, DSP48E2, BRAM (of 36 Kb; two halves are one): synth_xilinx -family xcup -nowidelut (UltraScale+). LUTs are those
# used as logic, of any size, and as RAM. GE: gate equivalents (NAND of two inputs) of the logic alone, without flip-flops,
# by synth and abc -fast with gates of two inputs; RAMs count as what selects among their flip-flops.
set -euo pipefail
cd "$(dirname "$0")/.."
out=${B:?}/area
mkdir -p "$out"
version=$(yosys -V)
source synth/files.sh

measure() { # NAME TOP WORD...: writes $out/NAME.json
	local name=$1 top=$2 word key flatten=-flatten gates=1
	local -a set=() files=() parameters=()
	for word in "${@:3}"; do
		case $word in
		-hierarchy) flatten='' ;;
		-luts) gates= ;;
		*=*) parameters+=("$word"); set+=(-set "${word%%=*}" "${word#*=}") ;;
		*) files+=("$word") ;;
		esac
	done
	if ((${#files[@]} == 0)); then
		local -a seen=() found=()
		find_files "$top"
		files=("${found[@]}")
	fi
	key=$(cat synth/area.sh "${files[@]}" <(echo "$version" "$*") | sha256sum | cut -d' ' -f1)
	[[ -z ${FORCE-} && -f $out/$name.json && $(cat "$out/$name.key" 2>/dev/null) == "$key" ]] && return
	rm -f "$out/$name.json" "$out/$name.key"
	yosys -q -l "$out/$name.log" -p "
		read_verilog -sv ${files[*]}
		$( ((${#set[@]})) && echo "chparam ${set[*]} $top")
		hierarchy -check -top $top
		design -save read
		synth_xilinx -family xcup $flatten -noiopad -nowidelut -top $top
		tee -q -o $out/$name.lut stat -top $top
		${gates:+design -load read
		synth $flatten -top $top
		abc -fast -g AND,NAND,OR,NOR,XOR,XNOR
		opt_clean
		tee -q -o $out/$name.gates stat -tech cmos -top $top}" 2>"$out/$name.warnings" || { cat "$out/$name.warnings" >&2; exit 1; }
	[[ -n $gates ]] || : >"$out/$name.gates"
	# With a hierarchy the sums come last, under a heading of their own.
	awk -v name="$name" -v top="$top" -v parameters="${parameters[*]}" '
		/^=== design hierarchy/ && FILENAME ~ /lut$/ { lut = ff = carry = dsp = bram = half = 0 }
		$1 ~ /^LUT[1-6](_2)?$/ || $1 ~ /^SRL/ { lut += $2 }
		$1 == "RAM32M16" || $1 == "RAM64M8" { lut += 8 * $2 }
		$1 == "RAM32M" || $1 == "RAM64M" { lut += 4 * $2 }
		$1 == "RAM64X1D" || $1 == "RAM32X1D" { lut += 2 * $2 }
		$1 == "RAM128X1D" { lut += 4 * $2 }
		$1 == "RAM256X1D" { lut += 8 * $2 }
		$1 ~ /^FD[RSCP]E/ { ff += $2 }
		$1 ~ /^CARRY/ { carry += $2 }
		$1 ~ /^DSP48/ { dsp += $2 }
		$1 ~ /^RAMB36/ { bram += $2 }
		$1 ~ /^RAMB18/ { half += $2 }
		/Estimated number of transistors/ { sub(/\+$/, "", $NF); transistors = $NF }
		END {
			printf "{\"module\": \"%s\", \"top\": \"%s\", \"parameters\": \"%s\", \"lut\": %d, \"ff\": %d, \"carry\": %d, \"dsp\": %d, \"bram\": %d, \"ge\": %s}\n",
				name, top, parameters, lut, ff, carry, dsp, bram + int((half + 1) / 2), transistors == "" ? "null" : int(transistors / 4)
		}' "$out/$name.lut" "$out/$name.gates" >"$out/$name.json"
	echo "$key" >"$out/$name.key"
}

names=()
printf '%-20s %8s %8s %6s %5s %5s %9s\n' module LUT FF CARRY4 DSP BRAM GE
for spec in "$@"; do
	read -ra words <<<"$spec"
	measure "${words[@]}"
	names+=("${words[0]}")
	sed -E 's/^.*"module": "([^"]*)".*"lut": ([0-9]+), "ff": ([0-9]+), "carry": ([0-9]+), "dsp": ([0-9]+), "bram": ([0-9]+), "ge": ([0-9]+|null).*/\1 \2 \3 \4 \5 \6 \7/; s/null$/-/' \
		"$out/${words[0]}.json" | { read -ra f; printf '%-20s %8d %8d %6d %5d %5d %9s\n' "${f[@]}"; }
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
{
	echo "| module | LUT | FF | CARRY4 | DSP | BRAM | GE |"
	echo "|---|---:|---:|---:|---:|---:|---:|"
	sed -nE 's/^.*"module": "([^"]*)".*"lut": ([0-9]+), "ff": ([0-9]+), "carry": ([0-9]+), "dsp": ([0-9]+), "bram": ([0-9]+), "ge": ([0-9]+|null).*/| \1 | \2 | \3 | \4 | \5 | \6 | \7 |/; s/ null \|$/ - |/; /^\|/p' "$B/area.json"
	echo
	echo "$version"
} >"$B/area.md"
echo "area: written to $B/area.json and $B/area.md"
