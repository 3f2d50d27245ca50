package bench

import (
	"flag"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// Options are what the command line of sluice bench and of bench-peers says.
type Options struct {
	Config
	JSON bool   // print one JSON object for each row instead of tables
	Out  string // folder for result.json, report.md and report.html; empty: none
}

// Bind adds the flags to fs.
func Bind(fs *flag.FlagSet, o *Options) {
	list(fs, "kernel", "`names` of kernels, such as ed25519.verify,sha256 (default all)", &o.Kernels, func(s string) (*kernels.Kernel, error) {
		if k := all.ByName(s); k != nil {
			return k, nil
		}
		return nil, fmt.Errorf("unknown kernel %q (see: sluice devices)", s)
	})
	list(fs, "rule", "`names` of rules, such as ZIP215; plain: the rule without a name (default the kernel's own, and ZIP215 and ELL2)", &o.Rules,
		func(s string) (kernels.Flags, error) {
			if s == "plain" {
				return 0, nil
			}
			if s == "" {
				return 0, fmt.Errorf("empty name")
			}
			return kernels.ParseFlags(s)
		})
	list(fs, "backend", "`names` of backends: "+strings.Join(engine.Names(), ", ")+" (default cpu)", &o.Backends,
		func(s string) (string, error) { return s, nil })
	list(fs, "batch", "batch `sizes`, such as 1,64,1024 (default 1,8,64,256,1024 as far as the kernel's jobs are short)", &o.Batches, strconv.Atoi)
	list(fs, "message", "message `sizes` in bytes, such as 64,1024; mixed: 0 to 1024 (default 64 and some more for hashes)", &o.Messages,
		func(s string) (int, error) {
			if s == "mixed" {
				return Mixed, nil
			}
			if n, err := strconv.Atoi(s); err == nil && n >= 0 {
				return n, nil
			}
			return 0, fmt.Errorf("%q is neither a number of bytes nor mixed", s)
		})
	fs.IntVar(&o.Threads, "threads", 1, "measure with 1, 2, 4 … and this many threads")
	fs.DurationVar(&o.Time, "time", 100*time.Millisecond, "how long each contender is measured for a row")
	fs.IntVar(&o.Rounds, "rounds", 7, "turns that each contender has in this time")
	fs.IntVar(&o.Keys, "keys", 0, "different keys that sign the jobs (default as many as jobs; beside that 128 where a kernel remembers keys)")
	fs.Uint64Var(&o.Seed, "seed", 1, "seed of the jobs")
	fs.BoolVar(&o.Sweep, "sweep", false, "batches of 1, 2, 4 … 4096, for curves")
	fs.BoolVar(&o.Latency, "latency", false, "also measure single jobs through a stream: p50 and p99")
	fs.BoolVar(&o.JSON, "json", false, "print one JSON object a line: see bench/SCHEMA.md")
	fs.StringVar(&o.Out, "out", "", "`folder` for result.json, report.md and report.html")
}

// list adds a flag whose value is a comma-separated list. Given several times, the lists are joined.
func list[T any](fs *flag.FlagSet, name, usage string, to *[]T, parse func(string) (T, error)) {
	fs.Func(name, usage, func(s string) error {
		for item := range strings.SplitSeq(s, ",") {
			v, err := parse(strings.TrimSpace(item))
			if err != nil {
				return err
			}
			*to = append(*to, v)
		}
		return nil
	})
}
