#!/usr/bin/env bash
# Writes the generated files (z*) again, in a copy of the tree that has none of them, and fails if they differ or
# if one exists that no generator writes.
set -euo pipefail
cd "$(dirname "$0")/.."

copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
mkdir "$copy/tree"
git ls-files -co --exclude-standard | while IFS= read -r f; do
	if [ -e "$f" ]; then printf '%s\n' "$f"; fi # not one that is deleted but still in the index
done | tar -cf - -T - | tar -xf - -C "$copy/tree"

generated() { find . -name 'z*' -type f -not -path '*/testdata/*' | sort; }

(
	cd "$copy/tree"
	generated >"$copy/list"
	tar -cf "$copy/old.tar" -T "$copy/list"
	xargs -r rm -f <"$copy/list"
	scripts/gen.sh
	generated >"$copy/list.new"
	mkdir "$copy/old" "$copy/new"
	tar -xf "$copy/old.tar" -C "$copy/old"
	tar -cf - -T "$copy/list.new" | tar -xf - -C "$copy/new"
)
if [ ! -s "$copy/list.new" ]; then
	echo "gen-check: the generators wrote nothing" >&2
	exit 1
fi
if ! diff -ru "$copy/old" "$copy/new"; then
	echo "gen-check: generated files differ from what their generators write (run: make gen)" >&2
	exit 1
fi
echo "gen-check: $(wc -l <"$copy/list.new") generated files are up to date"
