#!/usr/bin/env bash
# Builds bin/bench-peers and runs it with the arguments. It needs a C compiler, libsecp256k1 and libsodium beside Go: what is
# missing is installed with apt-get as root; otherwise the command is printed.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/apt.sh

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
install bench-peers "${packages[@]}" >&2

object=$(mktemp)
for need in "secp256k1 secp256k1_schnorrsig_verify" "secp256k1 secp256k1_ecdsa_recover" "sodium crypto_sign_ed25519_verify_detached"; do
	read -r library function <<<"$need"
	if ! echo "void $function(void); int main(void) { $function(); }" | ${cc} -x c - -o "$object" "-l$library" 2>/dev/null; then
		echo "bench-peers: lib$library is not there or has no $function: install one that has, as that of Debian 12" >&2
		rm -f "$object"
		exit 1
	fi
done
rm -f "$object"

commit=$(git describe --always --abbrev=12 --dirty --exclude '*' 2>/dev/null || true)
(cd bench/peers && CGO_ENABLED=1 go build -trimpath -ldflags "-X main.commit=$commit" -o ../../bin/bench-peers .)
exec bin/bench-peers "$@"
