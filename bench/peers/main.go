// Command bench-peers measures the kernels of Sluice beside other libraries that decide the same jobs. It takes the flags
// of sluice bench, and is a module of its own, so that no peer becomes a dependency of Sluice.
//
// What is inside the timing of a peer is what a node has to do with the bytes of a row by that library's fastest way of
// verifying: keys and points are parsed for every job, as our kernels parse them. What is outside: rewriting a signature from
// r‖s to DER where the library wants that, and memory that a node would keep, such as contexts, hash states and verifiers.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"time"

	"golang.org/x/term"

	"github.com/sluice-engine/sluice/bench"
)

// commit is set by the linker, as the Go tool records none for a module below the root of a repository. It is never changed
// afterwards.
var commit string

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench-peers:", err)
		os.Exit(2)
	}
}

func run(ctx context.Context) error {
	var o bench.Options
	bench.Bind(flag.CommandLine, &o)
	flag.Parse()
	if flag.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q (see: bench-peers -help)", flag.Arg(0))
	}
	o.Date = time.Now().UTC().Format(time.DateOnly)
	o.Peers, o.Commit = peers(), commit
	var progress func(bench.Event)
	if term.IsTerminal(int(os.Stderr.Fd())) {
		progress = bench.Progress(os.Stderr)
	}
	return bench.Main(ctx, &o, os.Stdout, progress)
}
