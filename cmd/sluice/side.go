package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// noPrevouts as the argument of --prevouts: none, not even a file beside the block.
const noPrevouts = "none"

var blkFile = regexp.MustCompile(`^blk(\d{5,})\.dat$`)

// prevoutsBeside looks for the outputs that the blocks of a Bitcoin file spend in the file's own folder, by name:
//
//	blk00042.dat   rev00042.dat, the undo data of Bitcoin Core
//	X.dat, X.raw…  X-undo.raw, X.utxostore or X.prevouts.csv, in this order
//
// each plain, .gz or .bz2. It returns "" where there is none.
func prevoutsBeside(file string) string {
	dir, name := filepath.Split(file)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".bz2")
	var candidates []string
	if m := blkFile.FindStringSubmatch(name); m != nil {
		candidates = []string{"rev" + m[1] + ".dat"}
	} else {
		stem := strings.TrimSuffix(name, filepath.Ext(name))
		candidates = []string{stem + "-undo.raw", stem + ".utxostore", stem + ".prevouts.csv"}
	}
	for _, c := range candidates {
		for _, packed := range []string{"", ".gz", ".bz2"} {
			path := filepath.Join(dir, c+packed)
			if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
				return path
			}
		}
	}
	return ""
}
