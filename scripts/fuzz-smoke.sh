#!/usr/bin/env bash
# Runs every fuzz target of the packages that the arguments name (./...) for FUZZTIME (5s). Goes on after a finding and fails
# at the end; go leaves the input in testdata/fuzz of the package. To make an input smaller takes at most 20 tries: without a
# limit go spends a minute on each new one, and most of a short run.
set -euo pipefail
cd "$(dirname "$0")/.."

count=0 findings=()
while read -r dir; do
	for target in $(cd "$dir" && cat ./*_test.go 2>/dev/null | sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p'); do
		echo "== ${dir#"$PWD"/} $target"
		go test -run '^$' -fuzz "^$target\$" -fuzztime "${FUZZTIME:-5s}" -fuzzminimizetime 20x "$dir" ||
			findings+=("${dir#"$PWD"/} $target")
		count=$((count + 1))
	done
done < <(go list -f '{{.Dir}}' "${@:-./...}")

if ((count == 0)); then
	echo "fuzz-smoke: found no fuzz target" >&2
	exit 1
fi
if ((${#findings[@]})); then
	printf 'fuzz-smoke: finding: %s\n' "${findings[@]}" >&2
	exit 1
fi
echo "fuzz-smoke: $count targets, no finding"
