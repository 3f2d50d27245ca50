// Command sluice verifies blocks, transactions and signatures of blockchains on the fastest silicon that the
// machine has. It binds flags, draws progress and prints; packages engine and node/platform do the work.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"github.com/sluice-engine/sluice/kernels/all"
)

// The statuses of the process.
const (
	exitValid       = 0
	exitInvalid     = 1
	exitFailed      = 2
	exitInterrupted = 130 // 128 + SIGINT, as shells say it
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), unix.SIGINT, unix.SIGTERM)
	context.AfterFunc(ctx, func() {
		time.Sleep(time.Second / 2) // timeout(1) sends the first signal twice
		stop()                      // a second one ends the process whatever it waits for
	})
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// status is an error that carries the status of the process; what there was to say has been said.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// run is main with its surroundings as arguments. It returns the status of the process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	var s status
	switch {
	case err == nil:
		return exitValid
	case errors.As(err, &s):
		return int(s)
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(stderr, "sluice: interrupted")
		return exitInterrupted
	}
	fmt.Fprintln(stderr, "sluice:", oneLine(err))
	return exitFailed
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "sluice",
		Short: "Verify blocks, transactions and signatures of blockchains",
		Long: `Sluice verifies blocks, transactions and signatures of blockchains on the fastest silicon that the machine has.

  sluice verify blk00000.dat      # is every signature, hash and proof in this file right?
  sluice devices                  # what does the work, and what is missing?
  sluice bench                    # how fast is it?
  sluice chip                     # simulate the chip, look into it, measure it`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRun: func(cmd *cobra.Command, _ []string) {
			if _, _, err := all.Vectors(); err != nil {
				fmt.Fprintf(cmd.ErrOrStderr(), "sluice: %v; it is ignored\n", err)
			}
		},
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error { return usageError(cmd, err) })
	root.AddCommand(newVerify(), newBench(), newDevices(), newChip(), newVersion())
	root.InitDefaultHelpCmd()
	help, _, _ := root.Find([]string{"help"})
	help.Args = func(cmd *cobra.Command, args []string) error { // without it, help for what there is not is that of the root
		of, rest, err := root.Find(args)
		if err == nil && len(rest) > 0 {
			err = fmt.Errorf("unknown command %q for %q", rest[0], of.CommandPath())
		}
		if err != nil {
			return usageError(root, err)
		}
		return nil
	}
	return root
}

// usage makes the errors of an argument check say where help is.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if err := check(cmd, args); err != nil {
			return usageError(cmd, err)
		}
		return nil
	}
}

func usageError(cmd *cobra.Command, err error) error {
	return fmt.Errorf("%w (see: %s --help)", err, cmd.CommandPath())
}
