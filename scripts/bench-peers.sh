#!/usr/bin/env bash
# Builds bin/bench-peers and runs it with the arguments. It needs a C compiler, libsecp256k1 and libsodium beside Go: what is
# missing is installed with apt-get as root; otherwise the command is printed.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
cc=$(go env CC)
if ! command -v "${cc%% *}" >/dev/null; then
	packages+=(gcc libc6-dev)
fi
for header in secp256k1_schnorrsig.h:libsecp256k1-dev sodium.h:libsodium-dev; do
	if [ ${#packages[@]} -gt 0 ] || ! echo "#include <${header%%:*}>" | ${cc} -E - >/dev/null 2>&1; then
		packages+=("${header##*:}")
	fi
done
if ((${#packages[@]})); then
	if ! command -v apt-get >/dev/null; then
		echo "bench-peers: missing: ${packages[*]}: install them with this system's package manager" >&2
		exit 1
	fi
	if ((EUID != 0)); then
		echo "bench-peers: missing: ${packages[*]}. Run: sudo apt-get install -y ${packages[*]}" >&2
		exit 1
	fi
	apt-get update -qq
	DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2
fi

commit=$(git describe --always --abbrev=12 --dirty --exclude '*' 2>/dev/null || true)
(cd bench/peers && CGO_ENABLED=1 go build -trimpath -ldflags "-X main.commit=$commit" -o ../../bin/bench-peers .)
exec bin/bench-peers "$@"
