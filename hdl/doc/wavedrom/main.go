// Command wavedrom draws timing diagrams: each WaveDrom file NAME.json of a folder as zNAME.svg beside it. It knows the part
// of WaveDrom that hdl/doc/README.md names, and refuses the rest. No network, no Node.js, the same bytes everywhere.
//
// With -list it prints the diagrams that a bench can replay, with their modules and parameters; with -bench the C++ that does.
//
// usage: wavedrom DIR | wavedrom -list DIR | wavedrom -bench FILE
package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "wavedrom:", err)
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: wavedrom DIR | wavedrom -list DIR | wavedrom -bench FILE")

func run(args []string) error {
	mode := ""
	if len(args) == 2 {
		mode, args = args[0], args[1:]
	}
	if len(args) != 1 || !slices.Contains([]string{"", "-list", "-bench"}, mode) {
		return errUsage
	}
	files := args
	if mode != "-bench" {
		var err error
		if files, err = filepath.Glob(filepath.Join(args[0], "*.json")); err != nil {
			return err
		}
		if len(files) == 0 {
			return fmt.Errorf("no diagrams in %s", args[0])
		}
	}
	for _, file := range files {
		if err := one(mode, file); err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}

func one(mode, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	d, err := parse(text)
	if err != nil {
		return err
	}
	base := filepath.Base(file)
	name := strings.TrimSuffix(base, ".json")
	switch mode {
	case "-list":
		if d.Module != "" {
			fmt.Print(name, " ", d.Module)
			for _, p := range slices.Sorted(maps.Keys(d.Parameters)) {
				fmt.Print(" -G", p, "=", d.Parameters[p])
			}
			fmt.Println()
		}
		return nil
	case "-bench":
		text, err := d.bench(base)
		if err != nil {
			return err
		}
		_, err = os.Stdout.Write(text)
		return err
	}
	return os.WriteFile(filepath.Join(filepath.Dir(file), "z"+name+".svg"), d.draw(base), 0o644)
}
