#!/usr/bin/env bash
# Writes every generated file of the repository again; their names begin with z. The generator of the assembly of
# kernels/X or kernels/internal/X is kernels/_asm/X, in a module of its own. It comes first, as the others build the kernels.
set -euo pipefail
cd "$(dirname "$0")/.."

for main in kernels/_asm/*/main.go; do
	name=$(basename "$(dirname "$main")")
	to=$name
	[ -d "kernels/$to" ] || to=internal/$name
	(cd kernels/_asm && go run "./$name" -out "../$to/zlanes_amd64.s" -stubs "../$to/zlanes_amd64.go" -pkg "$name")
done

# What follows from the registers of the chip: SystemVerilog, Go, C++ and the manual. The command needs the Go.
go run ./hdl/regs/gen
# Timing diagrams of the chip.
go run ./hdl/doc/wavedrom hdl/doc/timing
# The Wireshark dissector of bus traces, from that Go.
go run ./driver/trace/gen

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
go build -o "$bin/sluice" ./cmd/sluice
go run ./internal/gen -sluice "$bin/sluice" -out docs
