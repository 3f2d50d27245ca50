package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/all"
)

// decide has the file verified and fills in the result. What it cannot do is its error.
func (v *verifier) decide(ctx context.Context, name string, r *result) (err error) {
	in, err := v.open(ctx, name)
	if err != nil {
		return err
	}
	defer in.Close()
	p, err := v.recognise(in)
	if err != nil {
		return err
	}
	r.report.Platform = p.Name

	var opt platform.Options
	if v.prevouts != "" && v.prevouts != noSide && slices.Contains(alone, p.Name) {
		return fmt.Errorf("%s: --prevouts is for files that depend on another one, this is %s", name, p.Name)
	}
	if r.side = v.sideOf(p.Name, name); r.side != "" {
		side, err := all.Open(r.side)
		if err != nil {
			return fmt.Errorf("--prevouts: %w", err)
		}
		defer side.Close()
		opt.Prevouts = side.Source
	}
	if v.span != (platform.Range{}) {
		if p.Name != "bitcoin" {
			return fmt.Errorf("%s: --blocks is for Bitcoin files, this is %s", name, p.Name)
		}
		opt.Blocks = v.span
	}
	if v.verdicts != "" {
		if p.Name != "jobs" {
			return fmt.Errorf("%s: --verdicts is for job files, this is %s", name, p.Name)
		}
		w, bad := newVerdictWriter(v.verdicts, name, v.stdout)
		if bad != nil {
			return bad
		}
		defer func() { err = errors.Join(err, w.close()) }()
		opt.Verdict = w.write
	}
	bar := newProgress(v.stderr, name, in.Raw)
	defer bar.end()

	before := jobsOf(v.engine)
	report, err := p.Verify(ctx, v.engine, in.Source, opt)
	if report != nil {
		r.report = report
	}
	r.backends = jobsOf(v.engine).less(before)
	return located(name, err)
}

// open opens a file, or standard input.
func (v *verifier) open(ctx context.Context, name string) (*all.File, error) {
	if name != stdinName {
		return all.Open(name)
	}
	src, err := all.Unpack(name, newInterruptible(ctx, v.stdin))
	if err != nil {
		return nil, err
	}
	return &all.File{Source: src}, nil
}

// recognise finds the platform of the file: that asked for, or by its first bytes.
func (v *verifier) recognise(in *all.File) (*platform.Platform, error) {
	head, err := in.Peek(platform.SniffBytes)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, located(in.File, err)
	}
	if len(head) == 0 {
		return nil, fmt.Errorf("%s: is empty", in.File)
	}
	if v.platform != "" {
		return all.ByName(v.platform), nil
	}
	p, err := all.Guess(head, in.Base)
	return p, located(in.File, err)
}

// sideOf is the side file of a file: the one asked for, or one that lies beside it.
func (v *verifier) sideOf(platform, name string) string {
	switch {
	case v.prevouts == noSide:
		return ""
	case v.prevouts != "":
		return v.prevouts
	case name == stdinName:
		return ""
	}
	side := sideBeside(platform, name)
	if side != "" {
		fmt.Fprintf(v.stderr, "%s: with %s (--prevouts none: without)\n", printable(filepath.Base(name)), printable(side))
	}
	return side
}

// located is the error with the name of the file, unless it names it already.
func located(file string, err error) error {
	var parse *platform.ParseError
	var path *os.PathError
	if err == nil || errors.As(err, &parse) || errors.As(err, &path) {
		return err
	}
	return fmt.Errorf("%s: %w", file, err)
}
