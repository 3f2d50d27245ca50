#!/usr/bin/env bash
# Installs tshark, which the tests of driver/trace hold the dissector of bus traces against, if it is missing. As root it
# installs with apt-get; otherwise it prints the command and stops.
set -euo pipefail
. "$(dirname "$0")/apt.sh"

command -v tshark >/dev/null || install setup-trace tshark
