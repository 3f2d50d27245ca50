#!/usr/bin/env bash
# Runs every fuzz target of the module for FUZZTIME (5s). Stops at the first finding; go leaves its input in
# testdata/fuzz of the package.
set -euo pipefail
cd "$(dirname "$0")/.."

count=0
while read -r dir; do
	for target in $(cd "$dir" && cat ./*_test.go 2>/dev/null | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p'); do
		echo "== ${dir#"$PWD"/} $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" "$dir"
		count=$((count + 1))
	done
done < <(go list -f '{{.Dir}}' ./...)

if ((count == 0)); then
	echo "fuzz-smoke: found no fuzz target" >&2
	exit 1
fi
echo "fuzz-smoke: $count targets, no finding"
