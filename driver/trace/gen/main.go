// Command gen writes driver/trace/zsluice.lua, the Wireshark dissector. `make gen` runs it in the root of the repository.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/sluice-engine/sluice/driver/trace"
)

func main() {
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if err := os.WriteFile(filepath.Join(*root, "driver/trace/zsluice.lua"), trace.Dissector(), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
