//go:build linux

package chip_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// serveEnv makes the test binary a process that serves a chip in memory on the socket that it names.
const serveEnv = "SLUICE_TEST_SERVE"

func TestMain(m *testing.M) {
	if socket := os.Getenv(serveEnv); socket != "" {
		if err := serve(socket); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

var served = []*kernels.Kernel{sha256.Kernel, sha256.Double}

// serve plays the simulator until its input ends. At a line "stall" it has the next submissions stall and says "planted"; and
// "stalled" when the first of them does.
func serve(socket string) error {
	c := fake.New(fake.Config{Kernels: served})
	stop, err := (&vfiousertest.Server{Device: c}).Start(socket)
	if err != nil {
		return err
	}
	defer stop()
	fmt.Println("serves")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		for range 64 {
			c.Plant(fake.Stall)
		}
		fmt.Println("planted")
		end := time.Now().Add(time.Minute)
		for v := uint32(0); v&regs.GlobalStatusBusyMask == 0; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				return errors.New("no submission came within a minute")
			}
			if v, err = c.Read32(regs.GlobalStatus); err != nil {
				return err
			}
		}
		fmt.Println("stalled")
	}
	return nil
}

// process is the test binary that serves.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func start(t *testing.T, socket string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(os.Args[0])}
	p.cmd.Env = append(os.Environ(), serveEnv+"="+socket)
	p.cmd.Stderr = os.Stderr
	in, err := p.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.in, p.out = in, bufio.NewScanner(out)
	t.Cleanup(p.kill)
	p.expect(t, "serves")
	return p
}

func (p *process) expect(t *testing.T, word string) {
	t.Helper()
	if !p.out.Scan() || p.out.Text() != word {
		t.Fatalf("the process says %q, want %q", p.out.Text(), word)
	}
}

func (p *process) kill() {
	p.cmd.Process.Kill() // SIGKILL
	p.cmd.Wait()
}

// TestKill: the process that plays the chip is killed during a batch. The engine decides what is left by the CPU, and
// admits the chip again once it is back.
func TestKill(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "chip")
	first := start(t, socket)
	killDuringBatch(t, socket, 5000, func() {
		fmt.Fprintln(first.in, "stall")
		first.expect(t, "planted")
	}, func() {
		first.expect(t, "stalled")
		first.kill()
	}, func() {
		os.Remove(socket)
		start(t, socket)
	})
}

// killDuringBatch runs a batch of n jobs on the chip at the socket, kills it meanwhile, and starts it again.
func killDuringBatch(t *testing.T, socket string, n int, before, kill, restart func()) {
	t.Helper()
	var log bytes.Buffer
	e, err := engine.Open(engine.Config{
		Backends: []string{"cpu", "chip"}, Kernels: served, Chip: chip.Config{Device: socket},
		Probation: 20 * time.Millisecond, Hang: time.Minute, Logger: slog.New(slog.NewTextHandler(&log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := e.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
		if t.Failed() {
			t.Log(log.String())
		}
	}()
	status := func() engine.Status {
		s := e.Backends()
		if len(s) != 2 {
			t.Fatalf("%d backends, want 2", len(s))
		}
		return s[1]
	}
	if s := status(); s.State != engine.Serving {
		t.Fatalf("%v because %q", s.State, s.Reason)
	}
	const few = 1000
	batch := func(seed uint64, n int) *kernels.Batch {
		b := kernels.New(sha256.Double, 0, n, 100*n)
		if err := sample.Fill(b, n, seed, 100); err != nil {
			t.Fatal(err)
		}
		return b
	}
	right := func(b *kernels.Batch) {
		t.Helper()
		want := b.Shadow()
		b.Kernel().Run(want, 0, b.Len())
		if !bytes.Equal(want.Verdicts(), b.Verdicts()) || !bytes.Equal(want.Outs(), b.Outs()) {
			t.Fatal("verdicts or outputs differ from the CPU's")
		}
	}
	b := batch(1, few)
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	right(b)
	if jobs := status().Jobs["sha256d"]; jobs != few {
		t.Errorf("the chip decided %d jobs of the first batch, want all %d", jobs, n)
	}

	before()
	b = batch(2, n)
	ended := make(chan error)
	go func() { ended <- e.Run(context.Background(), b) }()
	kill()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	right(b)
	if jobs := e.Backends()[0].Jobs["sha256d"]; jobs == 0 {
		t.Error("the CPU decided nothing of the second batch")
	}
	for i := uint64(3); status().State != engine.Quarantined; i++ { // faults in a row
		if i > 20 {
			t.Fatalf("the chip is gone and %v", status().State)
		}
		b = batch(i, few)
		if err := e.Run(context.Background(), b); err != nil {
			t.Fatal(err)
		}
		right(b)
	}

	restart()
	for end := time.Now().Add(time.Minute); status().State != engine.Serving; time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%v because %q", status().State, status().Reason)
		}
	}
	was := status().Jobs["sha256d"]
	b = batch(99, few)
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	right(b)
	if jobs := status().Jobs["sha256d"] - was; jobs != few {
		t.Errorf("the chip decided %d jobs after it was back, want all %d", jobs, n)
	}
	if !strings.Contains(log.String(), "serves again") {
		t.Error("the log does not say that the chip serves again")
	}
}
