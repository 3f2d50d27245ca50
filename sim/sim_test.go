//go:build linux

package sim_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/sim"
	"golang.org/x/sys/unix"
)

// start gives a simulator that ends with the test. A test that has none is skipped; SLUICE_REQUIRE_SIM=1 makes it fail.
func start(t testing.TB, c sim.Config) *sim.Sim {
	t.Helper()
	s, err := sim.Start(t.Context(), c)
	if errors.Is(err, sim.ErrNoBinary) && os.Getenv("SLUICE_REQUIRE_SIM") != "1" {
		t.Skipf("%v (SLUICE_REQUIRE_SIM=1 makes this a failure)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("simulator: %v", err)
		}
		if st := s.Stats(); st.Cycles > 0 {
			t.Logf("%d cycles at %.1f kHz, %d clients", st.Cycles, st.CyclesPerSecond/1000, st.Clients)
		}
	})
	return s
}

func dial(t testing.TB, s *sim.Sim) *vfiouser.Client {
	t.Helper()
	d, err := vfiouser.Dial(s.Socket(), vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// gone fails unless nothing is left of a simulator that has ended.
func gone(t *testing.T, s *sim.Sim, socket string) {
	t.Helper()
	if err := unix.Kill(s.PID(), 0); !errors.Is(err, unix.ESRCH) {
		t.Errorf("process %d is there: %v", s.PID(), err)
	}
	if _, err := os.Lstat(socket); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("socket %s is there: %v", socket, err)
	}
	if own := filepath.Dir(socket); strings.Contains(own, "sluice-sim-") {
		if _, err := os.Lstat(own); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("folder %s is there: %v", own, err)
		}
	}
}

func TestStartStop(t *testing.T) {
	start(t, sim.Config{}) // skips where there is none
	descriptors, goroutines := fds(t), runtime.NumGoroutine()
	for range 10 {
		s, err := sim.Start(context.Background(), sim.Config{})
		if err != nil {
			t.Fatal(err)
		}
		d, err := vfiouser.Dial(s.Socket(), vfiouser.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := d.Read32(regs.GlobalID); err != nil || v != regs.ID {
			t.Fatalf("id %#x, %v", v, err)
		}
		if s.Err() != nil || s.Stats() != (sim.Stats{}) {
			t.Error("it has not ended")
		}
		d.Close()
		if err := s.Stop(); err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		if st := s.Stats(); st.Cycles == 0 || st.Clients != 1 || st.RegisterReads != 1 || st.WallSeconds <= 0 {
			t.Errorf("%+v", st)
		}
		gone(t, s, s.Socket())
		if err := s.Stop(); err != nil {
			t.Errorf("second Stop: %v", err)
		}
		if err := s.Kill(); err != nil {
			t.Errorf("Kill after the end: %v", err)
		}
	}
	for range 100 {
		if runtime.NumGoroutine() <= goroutines {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if d, g := fds(t), runtime.NumGoroutine(); d > descriptors || g > goroutines {
		t.Errorf("%d descriptors, %d before; %d goroutines, %d before", d, descriptors, g, goroutines)
	}
}

func fds(t testing.TB) int {
	t.Helper()
	all, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

// TestKill: kill -9, by us and by somebody else, leaves nothing.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := start(t, sim.Config{})
	for name, kill := range map[string]func(*sim.Sim) error{
		"Kill":    (*sim.Sim).Kill,
		"kill -9": func(s *sim.Sim) error { return unix.Kill(s.PID(), unix.SIGKILL) },
	} {
		s, err := sim.Start(context.Background(), sim.Config{Socket: path})
		if err != nil {
			t.Fatal(err)
		}
		if err := kill(s); err != nil {
			t.Fatal(err)
		}
		<-s.Done()
		if err := s.Err(); !errors.Is(err, sim.ErrEnded) || !strings.Contains(err.Error(), "killed") {
			t.Errorf("%s: %v", name, err)
		}
		gone(t, s, path)
	}
	if v, err := dial(t, s).Read32(regs.GlobalID); err != nil || v != regs.ID {
		t.Errorf("another simulator: id %#x, %v", v, err)
	}
}

func TestNoBinary(t *testing.T) {
	for _, c := range []sim.Config{{Binary: "/nowhere/sluice-sim"}, {Binary: t.TempDir()}} {
		_, err := sim.Start(context.Background(), c)
		if !errors.Is(err, sim.ErrNoBinary) || !strings.Contains(err.Error(), "make sim") {
			t.Error(err)
		}
	}
	t.Setenv("SLUICE_SIM", "/nowhere/else")
	if _, err := sim.Start(context.Background(), sim.Config{}); !errors.Is(err, sim.ErrNoBinary) || !strings.Contains(err.Error(), "/nowhere/else") {
		t.Error(err)
	}
	t.Setenv("SLUICE_SIM", "")
	t.Chdir(t.TempDir())
	if exe, err := os.Executable(); err != nil || strings.HasPrefix(exe, os.TempDir()) { // not beside a build
		if _, err := sim.Start(context.Background(), sim.Config{}); !errors.Is(err, sim.ErrNoBinary) {
			t.Error(err)
		}
	}
}

func TestBadConfig(t *testing.T) {
	start(t, sim.Config{})
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	long := filepath.Join(t.TempDir(), strings.Repeat("x", 120))
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		config sim.Config
		want   string
	}{
		{sim.Config{Latency: -1}, "latency"},
		{sim.Config{Latency: 100001}, "latency"},
		{sim.Config{WriteLatency: -1}, "write-latency"},
		{sim.Config{Bandwidth: 65}, "bandwidth"},
		{sim.Config{Stall: 91}, "stall"},
		{sim.Config{TraceFrom: 5, TraceTo: 5}, "--from"},
		{sim.Config{Socket: long}, "bytes"},
		{sim.Config{Socket: file}, "no socket"},
		{sim.Config{Socket: "/nowhere/s"}, "bind"},
		{sim.Config{Binary: "/bin/true"}, "ended"},
		{sim.Config{Binary: "/bin/false"}, "exit status 1"},
	} {
		s, err := sim.Start(context.Background(), c.config)
		if err == nil {
			s.Stop()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c.config, err)
		}
	}
	if _, err := os.Stat(file); err != nil {
		t.Errorf("a file that is no socket was taken away: %v", err)
	}
	if left, err := os.ReadDir(tmp); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// TestSocketInUse: a second simulator on the same path ends, and the first one keeps its socket.
func TestSocketInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	s := start(t, sim.Config{Socket: path})
	_, err := sim.Start(context.Background(), sim.Config{Socket: path})
	if !errors.Is(err, sim.ErrStart) || !strings.Contains(err.Error(), "somebody serves") {
		t.Error(err)
	}
	if v, err := dial(t, s).Read32(regs.GlobalID); err != nil || v != regs.ID {
		t.Errorf("id %#x, %v", v, err)
	}
}

// TestStaleSocket: what a killed simulator left on the path is not in the way of the next.
func TestStaleSocket(t *testing.T) {
	start(t, sim.Config{})
	path := filepath.Join(t.TempDir(), "s")
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	unix.Close(fd) // the name stays
	dial(t, start(t, sim.Config{Socket: path}))
}

// TestStartCancelled: a context that ends gives up the start.
func TestStartCancelled(t *testing.T) {
	slow := filepath.Join(t.TempDir(), "slow")
	for _, script := range []string{"exec sleep 600", "exec sleep 600 3>&-"} { // the second one does not wait to be ready
		if err := os.WriteFile(slow, []byte("#!/bin/sh\n"+script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
		defer cancel()
		_, err := sim.Start(ctx, sim.Config{Binary: slow})
		if !errors.Is(err, sim.ErrStart) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", script, err)
		}
	}
}

// TestCycleLimit: a simulator whose cycles are over says so.
func TestCycleLimit(t *testing.T) {
	start(t, sim.Config{})
	var log bytes.Buffer
	s, err := sim.Start(context.Background(), sim.Config{CycleLimit: 2000, Log: &log})
	if err != nil {
		t.Fatal(err)
	}
	d := dial(t, s)
	for err == nil {
		_, err = d.Read32(regs.GlobalID)
	}
	<-s.Done()
	if err := s.Err(); !errors.Is(err, sim.ErrEnded) || !strings.Contains(err.Error(), "limit of 2000 cycles") {
		t.Error(err)
	}
	if st := s.Stats(); st.Cycles != 2000 || st.RegisterReads == 0 {
		t.Errorf("%+v", st)
	}
	if !strings.Contains(log.String(), "client 1") {
		t.Errorf("log: %s", log.String())
	}
}

// TestIdle: a simulator that nobody uses needs no CPU, and its clock stands still.
func TestIdle(t *testing.T) {
	s := start(t, sim.Config{})
	d := dial(t, s)
	counter := func() uint64 {
		if err := d.Write32(regs.CounterControl, regs.CounterControlSnapshotMask); err != nil {
			t.Fatal(err)
		}
		v, err := d.Read32(regs.CounterCycles)
		if err != nil {
			t.Fatal(err)
		}
		return uint64(v)
	}
	before, used := counter(), cpu(t, s.PID())
	time.Sleep(500 * time.Millisecond)
	if after := counter(); after-before > 2000 {
		t.Errorf("%d cycles while nothing was to do", after-before)
	}
	if ticks := cpu(t, s.PID()) - used; ticks > 10 {
		t.Errorf("%d ticks of CPU (of 50) while nothing was to do", ticks)
	}
}

// cpu is the time that a process used, in ticks of 10 ms.
func cpu(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+2:]))
	total := 0
	for _, f := range fields[11:13] { // utime, stime
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		total += n
	}
	return total
}

// TestParentDies: the simulator does not outlive who started it, even if that is killed.
func TestParentDies(t *testing.T) {
	if os.Getenv("SIM_TEST_PARENT") != "" {
		s, err := sim.Start(context.Background(), sim.Config{})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("pid %d %s\n", s.PID(), s.Socket())
		time.Sleep(time.Minute)
		return
	}
	start(t, sim.Config{})
	cmd := exec.Command(os.Args[0], "-test.run=^TestParentDies$")
	cmd.Env = append(os.Environ(), "SIM_TEST_PARENT=1")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	var pid int
	var socket string
	if _, err := fmt.Fscanf(out, "pid %d %s\n", &pid, &socket); err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(filepath.Dir(socket)) // who would remove it is dead
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	cmd.Wait()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if state(pid) == "" {
			if _, err := os.Stat(socket); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("its socket is there: %v", err)
			}
			return
		}
	}
	t.Errorf("process %d lives (%s)", pid, state(pid))
}

// state is that of a process: "" when it is gone or a zombie of somebody else.
func state(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	if s := string(text[bytes.LastIndexByte(text, ')')+2:][:1]); s != "Z" {
		return s
	}
	return ""
}

// command runs the simulator's binary and gives what it says on either stream.
func command(t *testing.T, args ...string) (string, error) {
	t.Helper()
	s := start(t, sim.Config{})
	exe, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", s.PID()))
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(exe, args...).CombinedOutput()
	return string(out), err
}

func TestHelp(t *testing.T) {
	out, err := command(t, "--help")
	if err != nil {
		t.Error(err)
	}
	for _, c := range []string{"--socket", "--latency", "--bandwidth", "--stall", "--seed", "--cycle-limit", "--trace", "--from", "--to", "--stats"} {
		if !strings.Contains(out, c) {
			t.Errorf("the help text has no %s", c)
		}
	}
}

func TestBadCommandLine(t *testing.T) {
	for _, c := range [][]string{
		{}, {"--socket"}, {"--socket", ""}, {"--socket", "s", "more"}, {"--socket", "s", "--latency", "0"}, {"--socket", "s", "--latency", "x"},
		{"--socket", "s", "--seed", "-1"}, {"--socket", "s", "--stall", "91"}, {"--socket", "s", "--bandwidth", "1e3"}, {"--nonsense"},
		{"--socket", "s", "--from", "7", "--to", "7"}, {"--socket", "s", "--cycle-limit", "99999999999999999999999"},
	} {
		out, err := command(t, c...)
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(out, "--help") {
			t.Errorf("%v: %v, %s", c, err, out)
		}
	}
}
