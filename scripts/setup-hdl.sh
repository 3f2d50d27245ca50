#!/usr/bin/env bash
# Installs the tools of hdl/ that are missing: Verilator, Yosys (with yosys-smtbmc), z3, a C++ compiler, zlib. Quick when
# nothing is missing. As root it installs with apt-get; otherwise it prints the command and stops.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

packages=()
need() { command -v "$1" >/dev/null || packages+=("$2"); }
need verilator verilator
need yosys yosys
need yosys-smtbmc yosys
need z3 z3
need g++ g++
need make make
[[ -e /usr/include/zlib.h ]] || packages+=(zlib1g-dev) # the waves of the simulator
install setup-hdl "${packages[@]}"
