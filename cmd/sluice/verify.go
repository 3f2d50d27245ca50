package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/all"
)

// stdinName is the file name that means standard input.
const stdinName = "-"

// verifier is one run of `sluice verify`.
type verifier struct {
	platform string
	backends []string
	prefer   []string
	prefers  bool // prefer was given
	chip     chipSource
	counters bool // of the chip
	blocks   string
	span     platform.Range // blocks, taken apart
	prevouts string
	verdicts string
	json     bool

	stdin          io.Reader
	stdout, stderr io.Writer
	engine         *engine.Engine
}

func newVerify() *cobra.Command {
	var v verifier
	cmd := &cobra.Command{
		Use:   "verify [flags] FILE...",
		Short: "Verify files of blocks, transactions or jobs",
		Long: `Verify decides every signature, hash and proof in the files that can be decided, and says which are wrong.

Files are recognised by content, and read through gzip and bzip2; "-" is standard input.

Some data can be checked only with other data: a Bitcoin block with the outputs that it spends (unless the file is a
chain from its first block), a Cosmos commit with the validators, Solana entries with their transactions. That side
file is given by --prevouts, or found beside the file by its name: rev00042.dat for blk00042.dat, X-undo.raw,
X.utxostore or X.prevouts.csv for X.dat; docs/cli.md has the list. What cannot be checked is counted as "not
checkable", never as valid.

Of the backends, what is fastest is used; the CPU decides what others cannot and checks them. A simulated chip gets all jobs
that it has units for, as its speed says nothing: --prefer changes that. A backend that cannot be used is an error, unless
the CPU is in the list, too.

Exit status:
  0    nothing is false in any file
  1    something is false; the output says which block, transaction and input
  2    a file could not be read, nothing in it could be checked, or the command could not run
  130  interrupted`,
		Example: `  sluice verify ~/.bitcoin/blocks/blk00000.dat
  sluice verify --prevouts rev00042.dat blk00042.dat
  sluice verify --json block.json | jq .invalid_at
  sluice verify --backend chip,cpu --blocks 0-2000 blk00000.dat
  zcat jobs.jsonl.gz | sluice verify --verdicts verdicts.txt -`,
		RunE: func(cmd *cobra.Command, files []string) error {
			v.stdin, v.stdout, v.stderr = cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()
			v.prefers = cmd.Flags().Changed("prefer")
			if err := v.check(files); err != nil {
				return usageError(cmd, err)
			}
			return v.run(cmd.Context(), files)
		},
	}
	f := cmd.Flags()
	f.StringVar(&v.platform, "platform", "", "what the files are, by `NAME` instead of a guess: "+strings.Join(all.Names(), ", "))
	f.StringSliceVar(&v.backends, "backend", nil, "comma-separated `LIST` of backends to use; there are: "+
		strings.Join(engine.Names(), ", ")+" (default cpu)")
	f.StringSliceVar(&v.prefer, "prefer", nil, "comma-separated `LIST` of backends that get all jobs that they can decide, however slow;\n"+
		`"none": what is fastest is used (default a simulated chip)`)
	v.chip.bind(cmd)
	v.chip.bindCapture(cmd)
	f.BoolVar(&v.counters, "counters", false, "print the counters of the chip at the end, on standard error")
	f.StringVar(&v.blocks, "blocks", "", "verify only these blocks of Bitcoin files, by their place from 0: `RANGE` such as 0-2000, 7 or 100-")
	f.StringVar(&v.prevouts, "prevouts", "", "`FILE` with what the one file depends on, such as the outputs that a Bitcoin block\n"+
		`spends; "none": use no file that lies beside either`)
	f.StringVar(&v.verdicts, "verdicts", "", "`FILE` for \"valid\" or \"invalid\" for each line of the one job file, in order;\n"+
		`"-": standard output`)
	f.BoolVar(&v.json, "json", false, "print one JSON object for each file instead of the table")
	return cmd
}

// check finds what is wrong with the command line.
func (v *verifier) check(files []string) error {
	stdins := 0
	for _, f := range files {
		switch f {
		case "":
			return errors.New("a file name is empty")
		case stdinName:
			stdins++
		}
	}
	switch {
	case len(files) == 0:
		return errors.New("no file given")
	case stdins > 1:
		return errors.New("standard input can be read only once")
	case v.platform != "" && !slices.Contains(all.Names(), v.platform):
		return fmt.Errorf("unknown platform %q: known are %s", v.platform, strings.Join(all.Names(), ", "))
	case v.prevouts != "" && v.prevouts != noSide && len(files) > 1:
		return errors.New("--prevouts belongs to one file, but several are given")
	case v.verdicts != "" && len(files) > 1:
		return errors.New("--verdicts belongs to one file, but several are given")
	case v.verdicts == "-" && v.json:
		return errors.New("--verdicts - and --json both want standard output")
	case !v.usesChip() && (v.chip.name != "" || v.chip.capture != "" || v.counters):
		return errors.New("--chip, --capture and --counters are for --backend chip")
	case v.prefers && len(v.prefer) > 1 && slices.Contains(v.prefer, noPreference):
		return errors.New("--prefer none leaves no room for others")
	}
	var err error
	v.span, err = parseBlocks(v.blocks)
	return err
}

// parseBlocks reads FROM-TO, FROM- or a single number; both ends belong to the range. Empty means all.
func parseBlocks(s string) (r platform.Range, err error) {
	if s == "" {
		return r, nil
	}
	from, to, several := strings.Cut(s, "-")
	bad := fmt.Errorf("--blocks %q is not a range of numbers from 0 on, such as 0-2000, 7 or 100-", s)
	const most = 1 << 40
	if r.From, err = strconv.ParseInt(from, 10, 64); err != nil || r.From < 0 || r.From > most || from[0] == '+' {
		return platform.Range{}, bad
	}
	switch {
	case !several:
		r.To = r.From + 1
	case to != "":
		last, err := strconv.ParseInt(to, 10, 64)
		if err != nil || last < r.From || last > most || to[0] == '+' {
			return platform.Range{}, bad
		}
		r.To = last + 1
	}
	return r, nil
}

// run verifies the files, one after the other, and prints what it found. Its error is a status, or a failure that
// nothing was said about yet.
func (v *verifier) run(ctx context.Context, files []string) (err error) {
	end, err := v.begin(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	var results []result
	for _, file := range files {
		r := v.file(ctx, file)
		results = append(results, r)
		switch {
		case errors.Is(r.err, context.Canceled):
			fmt.Fprintf(v.stderr, "sluice: %s: interrupted\n", printable(file))
		case r.err != nil:
			fmt.Fprintln(v.stderr, "sluice:", oneLine(r.err))
		}
		if v.json {
			if err := writeJSON(v.stdout, recordOf(&r)); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			break
		}
	}
	if !v.json {
		out := v.stdout
		if v.verdicts == "-" {
			out = v.stderr
		}
		if err := writeSummary(out, results, wantsColour(out)); err != nil {
			return err
		}
	}
	if code := exitCode(results); code != exitValid {
		return status(code)
	}
	return nil
}

// file verifies one file.
func (v *verifier) file(ctx context.Context, name string) result {
	r := result{file: name, report: platform.NewReport(v.platform)}
	start := time.Now()
	r.err = v.decide(ctx, name, &r)
	r.took = time.Since(start)
	if r.err == nil && !r.checked() {
		r.err = fmt.Errorf("%s: nothing in it could be checked", name)
	}
	return r
}
