//go:build linux

package sim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// Sim is a running simulator. All methods may be called from many goroutines at once.
type Sim struct {
	socket string
	folder string // of our own, removed at the end
	stats  string // file
	cmd    *exec.Cmd
	tail   tail

	done  chan struct{} // closed when the process has ended and the next two are set
	err   error
	ended Stats

	stopper sync.Mutex
	told    bool // by Stop or Kill to end; guarded by stopper
	served  atomic.Bool
}

// patience is how long a simulator may take to end when it is told to: it closes its trace first.
const patience = 20 * time.Second

// Start starts a simulator and returns when its socket accepts. It ends when Stop or Kill is called, or when this process
// does; the end of ctx only ends the start. Errors: ErrNoBinary, ErrStart, ctx's, those of Config's values.
func Start(ctx context.Context, c Config) (*Sim, error) {
	binary, err := c.binary()
	if err != nil {
		return nil, err
	}
	args, err := c.options()
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "sluice-sim-")
	if err != nil {
		return nil, fmt.Errorf("sim: %w", err)
	}
	s := &Sim{socket: c.Socket, folder: folder, stats: filepath.Join(folder, "stats.json"), done: make(chan struct{})}
	if s.socket == "" {
		s.socket = filepath.Join(folder, "socket")
	}
	ready, theirs, err := os.Pipe()
	if err != nil {
		os.RemoveAll(folder)
		return nil, fmt.Errorf("sim: %w", err)
	}
	defer ready.Close()

	s.cmd = exec.Command(binary, append(args, "--socket", s.socket, "--stats", s.stats, "--ready-fd", "3")...)
	s.cmd.ExtraFiles = []*os.File{theirs}
	s.cmd.Stderr = &s.tail
	if c.Log != nil {
		s.cmd.Stderr = io.MultiWriter(&s.tail, c.Log)
	}
	s.cmd.Stdout = s.cmd.Stderr
	s.cmd.WaitDelay = time.Second
	s.cmd.SysProcAttr = &unix.SysProcAttr{
		Setpgid:   true, // an interrupt of the terminal is for us; we tell it
		Pdeathsig: unix.SIGTERM,
	}
	started := make(chan error)
	go s.watch(started)
	err = <-started
	theirs.Close()
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrStart, err)
	}
	if err := s.await(ctx, ready); err != nil {
		s.Kill()
		return nil, err
	}
	return s, nil
}

// watch runs the process to its end. The kernel sends the death signal when the thread that started it ends, so this
// goroutine keeps its thread.
func (s *Sim) watch(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(s.done)
	err := s.cmd.Start()
	started <- err
	if err == nil {
		err = s.cmd.Wait()
		s.stopper.Lock()
		told := s.told
		s.stopper.Unlock()
		s.err = s.verdict(err, told)
		if text, err := os.ReadFile(s.stats); err == nil {
			if err := json.Unmarshal(text, &s.ended); err != nil && s.err == nil {
				s.err = fmt.Errorf("sim: statistics: %w", err)
			}
		}
		if s.served.Load() {
			os.Remove(s.socket) // it does so itself unless it was killed
		}
	}
	os.RemoveAll(s.folder)
}

// verdict says what the end of the process means.
func (s *Sim) verdict(err error, told bool) error {
	switch {
	case err == nil && told:
		return nil
	case err == nil:
		return fmt.Errorf("%w: somebody else told it to", ErrEnded)
	case s.tail.String() == "":
		return fmt.Errorf("%w: %w", ErrEnded, err)
	default:
		return fmt.Errorf("%w: %w: %s", ErrEnded, err, s.tail.String())
	}
}

// await waits for the byte that says that the socket accepts.
func (s *Sim) await(ctx context.Context, ready *os.File) error {
	stop := context.AfterFunc(ctx, func() { ready.SetReadDeadline(time.Unix(1, 0)) })
	defer stop()
	var b [1]byte
	if _, err := ready.Read(b[:]); err == nil {
		s.served.Store(true) // so the socket is its own
		return nil
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%w: %w", ErrStart, err)
	}
	// It ends, or is no simulator of ours.
	select {
	case <-s.done:
	case <-ctx.Done():
		return fmt.Errorf("%w: %w", ErrStart, ctx.Err())
	case <-time.After(patience):
		s.end(unix.SIGKILL)
		<-s.done
	}
	return fmt.Errorf("%w: %w", ErrStart, s.err)
}

// Socket is the path to dial.
func (s *Sim) Socket() string { return s.socket }

// PID is the process, for tests and tools.
func (s *Sim) PID() int { return s.cmd.Process.Pid }

// Done is closed when the process has ended and nothing of it is left.
func (s *Sim) Done() <-chan struct{} { return s.done }

// Err is nil while the simulator runs and when it ended because Stop told it to; else why it ended: ErrEnded, with its
// last words.
func (s *Sim) Err() error {
	select {
	case <-s.done:
		return s.err
	default:
		return nil
	}
}

// Stop tells the simulator to end and waits for it; a trace is complete then. A simulator that does not end in 20 s is
// killed. It returns what Err does.
func (s *Sim) Stop() error {
	s.end(unix.SIGTERM)
	select {
	case <-s.done:
	case <-time.After(patience):
		s.end(unix.SIGKILL)
		<-s.done
	}
	return s.err
}

// Kill ends the simulator at once, as kill -9 does, and waits for it. Err then says so. An error means that it could not
// be killed.
func (s *Sim) Kill() error {
	if err := s.end(unix.SIGKILL); err != nil {
		return err
	}
	<-s.done
	return nil
}

func (s *Sim) end(signal os.Signal) error {
	s.stopper.Lock()
	defer s.stopper.Unlock()
	s.told = true
	if err := s.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("sim: %v: %w", signal, err)
	}
	return nil
}

// Stats is what the simulator did, once it has ended by itself or by Stop; before, and after Kill, it is zero.
func (s *Sim) Stats() Stats {
	select {
	case <-s.done:
		return s.ended
	default:
		return Stats{}
	}
}

// tail keeps the last words of a process.
type tail struct {
	mu    sync.Mutex
	bytes []byte
}

const tailBytes = 2048

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, b...)
	if n := len(t.bytes) - tailBytes; n > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[n:]...)
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.bytes))
}
