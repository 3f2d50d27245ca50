#!/usr/bin/env bash
# Installs what the Makefile needs beside Go and is missing, then downloads the Go modules. Quick when nothing is
# missing. As root it installs with apt-get; otherwise it prints the command and stops.
#
# usage: scripts/setup.sh [build]     build: only what building sluice needs, which downloads its modules itself
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/apt.sh

if ! command -v go >/dev/null; then
	echo "setup: Go is missing: install Go $(awk '/^go / { print $2 }' go.mod) or later from https://go.dev/dl/" >&2
	exit 1
fi

packages=()
command -v git >/dev/null || packages+=(git)
command -v make >/dev/null || packages+=(make)
# Of all that this serves, only the race detector is C.
cc=$(go env CC)
[[ ${1-} == build ]] || command -v "${cc%% *}" >/dev/null || packages+=(gcc libc6-dev)
install setup "${packages[@]}"
[[ ${1-} != build ]] || exit 0

go mod download
(cd kernels/_asm && go mod download) # the generators of assembly
