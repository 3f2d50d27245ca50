#!/usr/bin/env bash
# The files of rtl/ that modules need, parts first, the checks of simulation included: those whose names a module and its parts
# mention. Also for other scripts: source it and call find_files.
#
# usage: synth/files.sh MODULE...
set -euo pipefail

# Appends to the array `found`; `seen` holds the modules that were visited.
find_files() { # MODULE
	local word file=rtl/$1.sv
	[[ " ${seen[*]-} " == *" $1 "* ]] && return
	seen+=("$1")
	[[ -f $file ]] || { echo "files: no $file" >&2; return 1; }
	for word in $(sed 's://.*::' "$file" | grep -ow '[a-z0-9_]*' | sort -u); do
		if [[ -f rtl/$word.sv ]]; then find_files "$word"; fi
	done
	found+=("$file")
}

if [[ $0 == "${BASH_SOURCE[0]}" ]]; then
	cd "$(dirname "$0")/.."
	seen=() found=()
	for module in "$@"; do find_files "$module"; done
	printf '%s\n' "${found[@]}"
fi
