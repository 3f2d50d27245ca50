package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// noSide as the argument of --prevouts: no side file, not even one that lies beside the file.
const noSide = "none"

// sides tells by what names a file's side file is looked for in its own folder: in the name without .gz and .bz2,
// what matches is replaced by each of the candidates. The first rule of the platform that matches holds, and the first
// candidate that exists, plain, .gz or .bz2.
var sides = []struct {
	platform   string
	match      *regexp.Regexp
	candidates []string
}{
	{"bitcoin", regexp.MustCompile(`^blk(\d{5,})\.dat$`), []string{"rev$1.dat"}}, // Bitcoin Core
	{"bitcoin", regexp.MustCompile(`(\.[^.]*)?$`), []string{"-undo.raw", ".utxostore", ".prevouts.csv", ".spent_utxos.json"}},
	{"cosmos", regexp.MustCompile(`_commit\.json$`), []string{"_validators.json", "_validators_1.json"}},
	{"solana", regexp.MustCompile(`\.entries\.csv$`), []string{".txs.hex"}},
}

// alone are the platforms whose files depend on no other file.
var alone = []string{"ethereum", "jobs"}

// sideBeside is the side file that lies beside a file of the platform, or "".
func sideBeside(platform, file string) string {
	dir, name := filepath.Split(file)
	name = strings.TrimSuffix(strings.TrimSuffix(name, ".gz"), ".bz2")
	for _, rule := range sides {
		if rule.platform != platform || !rule.match.MatchString(name) {
			continue
		}
		for _, c := range rule.candidates {
			at := rule.match.FindStringSubmatchIndex(name)
			side := name[:at[0]] + string(rule.match.ExpandString(nil, c, name, at))
			for _, packed := range []string{"", ".gz", ".bz2"} {
				path := filepath.Join(dir, side+packed)
				if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
					return path
				}
			}
		}
		return ""
	}
	return ""
}
