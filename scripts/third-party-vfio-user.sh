#!/usr/bin/env bash
# Drives sample servers of libvfio-user (github.com/nutanix/libvfio-user, BSD licence) with driver/vfiouser: our client against
# servers that are not ours. The argument is the folder of the built samples; nothing is built here. To build them:
#
#   apt-get install -y git meson ninja-build pkg-config gcc libjson-c-dev libcmocka-dev
#   git clone https://github.com/nutanix/libvfio-user /tmp/libvfio-user
#   git -C /tmp/libvfio-user checkout 7e7a0a6    # later ones refuse BAR1 of their own sample "server"
#   meson setup /tmp/libvfio-user/build /tmp/libvfio-user
#   ninja -C /tmp/libvfio-user/build samples/gpio-pci-idio-16 samples/server
#   scripts/third-party-vfio-user.sh /tmp/libvfio-user/build/samples
set -euo pipefail

if (($# != 1)); then
	sed -n '2,/^set/{/^#/s/^# \{0,1\}//p}' "$0" >&2
	exit 2
fi
samples=$(cd "$1" && pwd)
for name in gpio-pci-idio-16 server; do
	if [ ! -x "$samples/$name" ]; then
		echo "third-party-vfio-user: $samples has no program $name: see the head of this script" >&2
		exit 1
	fi
done
cd "$(dirname "$0")/.."
SLUICE_VFIO_USER_SAMPLES=$samples exec go test -count=1 -v -run '^TestThirdParty' ./driver/vfiouser
