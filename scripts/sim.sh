#!/usr/bin/env bash
# Builds the simulator of the chip: hdl/rtl, compiled by Verilator, behind the vfio-user server of sim/src.
#
#   scripts/sim.sh [fast|trace|debug|unit]...     fast when nothing is said
#
#   fast   build/sim/sluice-sim         as quick as it gets: no assertions, no waves
#   trace  build/sim/sluice-sim-trace   the same with waves; sluice-sim --trace starts it
#   debug  build/sim/sluice-sim-debug   assertions, waves, registers without reset begin with any value
#   unit   build/sim/unit               tests of sim/src alone, with sanitizers; needs no Verilator
#
# SIM_PARAMS: parameters of module chip, such as "-GSHA256_UNITS=8 -GQUEUES=8"; SIM_NAME: name of what is built (sluice-sim).
set -euo pipefail
cd "$(dirname "$0")/.."

[[ "${*:-fast}" == unit ]] || scripts/setup-hdl.sh
name=${SIM_NAME:-sluice-sim}
out=$PWD/build/sim
mkdir -p "$out"
warn='-Wall -Wextra -Wno-unused-parameter' # Verilator's own code has unused parameters

read -ra params <<<"${SIM_PARAMS:-}"

# model NAME CFLAGS FLAGS…
model() {
	local target=$1 cflags=$2
	shift 2
	local log=$out/$target.log
	verilator --cc --exe --build -j 1 -O3 -Wall hdl/lint/waivers.vlt "$@" "${params[@]}" \
		-CFLAGS "-std=c++17 $warn $cflags -I$PWD/sim -I$PWD/sim/src" -F hdl/chip.f --top-module chip \
		--Mdir "$out/obj-$target" -o "$out/$target" "$PWD"/sim/src/*.cpp >"$log" 2>&1 || {
		cat "$log" >&2
		exit 1
	}
	echo "sim: build/sim/$target"
}

for what in "${@:-fast}"; do
	case $what in
	fast)
		model "$name" '-O3 -march=native' --x-assign fast --x-initial fast --noassert \
			-MAKEFLAGS 'OPT_FAST=-O3 OPT_SLOW=-O0 OPT_GLOBAL=-O2'
		;;
	trace)
		model "$name-trace" '-O3 -march=native' --x-assign fast --x-initial fast --noassert --trace-fst --trace-structs \
			-MAKEFLAGS 'OPT_FAST=-O3 OPT_SLOW=-O0 OPT_GLOBAL=-O2'
		;;
	debug)
		model "$name-debug" '' --x-assign unique --x-initial unique --assert --trace-fst --trace-structs \
			-MAKEFLAGS 'OPT_FAST=-O1 OPT_SLOW=-O0 OPT_GLOBAL=-O1'
		;;
	unit)
		# Without what Verilator makes.
		mapfile -t sources < <(ls sim/src/*.cpp | grep -v -e main.cpp -e verilated_chip.cpp)
		g++ -std=c++17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -O1 -g -fsanitize=address,undefined -fno-sanitize-recover \
			-Isim -Isim/src -o "$out/unit" sim/tests/*.cpp "${sources[@]}"
		"$out/unit"
		;;
	*)
		echo "sim.sh: unknown build $what; fast, trace, debug and unit are known" >&2
		exit 2
		;;
	esac
done
