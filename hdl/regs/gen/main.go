// Command gen writes what follows from hdl/regs/chip.toml: the SystemVerilog package, package driver/regs, the header of
// the simulator and the register manual. `make gen` runs it in the root of the repository.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sluice-engine/sluice/hdl/regs"
)

func main() {
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := run(*root); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(root string) error {
	name := filepath.Join(root, "hdl/regs/chip.toml")
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	spec, err := regs.Parse(name, text)
	if err != nil {
		return err
	}
	outputs, err := spec.Outputs()
	if err != nil {
		return err
	}
	for _, o := range outputs {
		path := filepath.Join(root, o.Path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, o.Text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
