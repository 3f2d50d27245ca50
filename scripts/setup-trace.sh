#!/usr/bin/env bash
# Installs tshark, which the tests of driver/trace hold the dissector of bus traces against, if it is missing. As root it
# installs with apt-get; otherwise it prints the command and stops.
set -euo pipefail

if command -v tshark >/dev/null; then
	exit 0
fi
if ! command -v apt-get >/dev/null; then
	echo "setup-trace: missing: tshark: install it with this system's package manager" >&2
	exit 1
fi
if ((EUID != 0)); then
	echo "setup-trace: missing: tshark. Run: sudo apt-get install -y tshark" >&2
	exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends tshark
