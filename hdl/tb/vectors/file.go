package main

import (
	"bufio"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// create makes a file, and its folder, with what lines writes.
func create(path string, lines func(w io.Writer)) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f) // keeps the first error for Flush
	lines(w)
	return w.Flush()
}

// hexes writes bytes and a space, "-" for none.
func hexes(w io.Writer, p []byte) {
	s := hex.EncodeToString(p)
	if s == "" {
		s = "-"
	}
	fmt.Fprint(w, s, " ")
}
