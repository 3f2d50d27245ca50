#!/usr/bin/env bash
# Installs the tools of hdl/ that are missing: Verilator, Yosys (with yosys-smtbmc), z3, a C++ compiler, zlib. Quick when
# nothing is missing. As root it installs with apt-get; otherwise it prints the command and stops.
set -euo pipefail

packages=()
need() { command -v "$1" >/dev/null || packages+=("${@:2}"); }
need verilator verilator
need yosys yosys
need yosys-smtbmc yosys
need z3 z3
need g++ g++
need make make
[[ -e /usr/include/zlib.h ]] || packages+=(zlib1g-dev) # the waves of the simulator

((${#packages[@]})) || exit 0
mapfile -t packages < <(printf '%s\n' "${packages[@]}" | sort -u)
if ! command -v apt-get >/dev/null; then
	echo "setup-hdl: missing: ${packages[*]}: install them with this system's package manager" >&2
	exit 1
fi
if ((EUID != 0)); then
	echo "setup-hdl: missing: ${packages[*]}. Run: sudo apt-get install -y ${packages[*]}" >&2
	exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
