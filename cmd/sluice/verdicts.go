package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
)

// verdictWriter writes the verdicts of a job file, a line each.
type verdictWriter struct {
	w    *bufio.Writer
	file *os.File // nil where the output is not a file of ours
	err  error    // the first failure; later verdicts are not written
}

// newVerdictWriter creates the file at path, or writes to stdout where path is "-". The input file is refused.
func newVerdictWriter(path, input string, stdout io.Writer) (*verdictWriter, error) {
	if path == "-" {
		return &verdictWriter{w: bufio.NewWriter(stdout)}, nil
	}
	a, errA := os.Stat(path)
	b, errB := os.Stat(input)
	if errA == nil && errB == nil && os.SameFile(a, b) {
		return nil, fmt.Errorf("--verdicts %s is the file itself that is to be verified", path)
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, fmt.Errorf("--verdicts: %w", err)
	}
	return &verdictWriter{w: bufio.NewWriter(f), file: f}, nil
}

func (v *verdictWriter) write(valid bool) {
	word := "invalid\n"
	if valid {
		word = "valid\n"
	}
	if v.err == nil {
		_, v.err = v.w.WriteString(word)
	}
}

// close writes what is left and tells whether everything was written.
func (v *verdictWriter) close() error {
	err := errors.Join(v.err, v.w.Flush())
	if v.file != nil {
		err = errors.Join(err, v.file.Close())
	}
	if err != nil {
		return fmt.Errorf("--verdicts: %w", err)
	}
	return nil
}
