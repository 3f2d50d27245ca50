// Command report writes REPORT.md and report.html from results of sluice bench and bench-peers. make report runs it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/sluice-engine/sluice/bench"
)

func main() {
	dir := flag.String("out", ".", "`folder` for REPORT.md and report.html")
	flag.Parse()
	if err := run(*dir, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(2)
	}
}

func run(dir string, files []string) error {
	if len(files) == 0 {
		return errors.New("no results: give files that sluice bench --out or bench-peers -out wrote")
	}
	var results []*bench.Result
	for _, name := range files {
		r, err := read(name)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		results = append(results, r)
	}
	return errors.Join(
		write(filepath.Join(dir, "REPORT.md"), func(w io.Writer) error {
			if _, err := io.WriteString(w, "<!-- Written by make report from bench/results/*.json. DO NOT EDIT. -->\n# Benchmark report\n\n"); err != nil {
				return err
			}
			return bench.WriteMarkdown(w, results)
		}),
		write(filepath.Join(dir, "report.html"), func(w io.Writer) error { return bench.WriteHTML(w, results) }),
	)
}

func read(name string) (*bench.Result, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return bench.ReadJSON(f)
}

func write(name string, to func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return errors.Join(to(f), f.Close())
}
