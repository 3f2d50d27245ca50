#!/usr/bin/env bash
# Holds our vfio-user against libvfio-user (github.com/nutanix/libvfio-user, BSD licence), from both sides: driver/vfiouser
# drives its sample servers, and a client with its transport drives our simulator. The argument is a clone of it whose samples
# are built in build/; nothing is written into the repository. To make one:
#
#   apt-get install -y git meson ninja-build pkg-config g++ libjson-c-dev libcmocka-dev pciutils
#   git clone https://github.com/nutanix/libvfio-user /tmp/libvfio-user
#   git -C /tmp/libvfio-user checkout 7e7a0a6    # later ones refuse BAR1 of their own sample "server"
#   meson setup /tmp/libvfio-user/build /tmp/libvfio-user
#   ninja -C /tmp/libvfio-user/build samples/gpio-pci-idio-16 samples/server
#   scripts/third-party-vfio-user.sh /tmp/libvfio-user
#
# The second half needs the simulator (make sim). A second argument is the folder of the build, if it is another one.
set -euo pipefail

if (($# < 1 || $# > 2)); then
	sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
fi
theirs=$(cd "$1" && pwd)
samples=$(cd "${2:-$1/build}/samples" && pwd)
for name in gpio-pci-idio-16 server; do
	if [ ! -x "$samples/$name" ]; then
		echo "third-party-vfio-user: $samples has no program $name: see the head of this script" >&2
		exit 1
	fi
done
cd "$(dirname "$0")/.."

echo "== our client, their servers"
SLUICE_VFIO_USER_SAMPLES=$samples go test -count=1 -v -run '^TestThirdParty' ./driver/vfiouser

echo "== their client, our simulator"
if [ ! -x build/sim/sluice-sim ]; then
	echo "third-party-vfio-user: no build/sim/sluice-sim: run make sim" >&2
	exit 1
fi
scratch=$(mktemp -d)
sim=
trap '[ -z "$sim" ] || kill "$sim" 2>/dev/null || true; rm -rf "$scratch"' EXIT
read -ra json < <(pkg-config --cflags --libs json-c)
for file in migration tran tran_sock; do
	"${CC:-gcc}" -w -O1 -D_GNU_SOURCE -I"$theirs/include" -I"$theirs/lib" "${json[@]}" -c -o "$scratch/$file.o" "$theirs/lib/$file.c"
done
"${CXX:-g++}" -std=c++17 -Wall -Wextra -O1 -I"$theirs/include" -Isim -o "$scratch/client" \
	driver/vfiousertest/thirdparty/client.cpp "$scratch"/*.o "${json[@]}"
build/sim/sluice-sim --socket "$scratch/socket" &
sim=$!
for ((i = 0; i < 100; i++)); do
	[ ! -S "$scratch/socket" ] || break
	sleep 0.1
done
"$scratch/client" "$scratch/socket" "$scratch/config"
if command -v lspci >/dev/null; then
	echo "== lspci about the simulator's configuration space"
	lspci -vv -F "$scratch/config" 2>/dev/null
fi
kill "$sim"
wait "$sim"
sim=
