#!/usr/bin/env bash
# Installs what the Makefile needs beside Go and is missing, then downloads the Go modules. Quick when nothing is
# missing. As root it installs with apt-get; otherwise it prints the command and stops.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v go >/dev/null; then
	echo "setup: Go is missing: install Go $(awk '/^go / { print $2 }' go.mod) or later from https://go.dev/dl/" >&2
	exit 1
fi

packages=()
command -v git >/dev/null || packages+=(git)
command -v make >/dev/null || packages+=(make)
# The race detector is the only thing here that is C.
cc=$(go env CC)
if ! command -v "${cc%% *}" >/dev/null; then
	packages+=(gcc libc6-dev)
fi

if ((${#packages[@]})); then
	if ! command -v apt-get >/dev/null; then
		echo "setup: missing: ${packages[*]}: install them with this system's package manager" >&2
		exit 1
	fi
	if ((EUID != 0)); then
		echo "setup: missing: ${packages[*]}. Run: sudo apt-get install -y ${packages[*]}" >&2
		exit 1
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"
fi

go mod download
(cd kernels/_asm && go mod download) # the generators of assembly
