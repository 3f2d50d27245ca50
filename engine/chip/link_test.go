//go:build linux

package chip

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"golang.org/x/sys/unix"
)

// slot is a place for a card: what is plugged in changes.
type slot struct {
	mu      sync.Mutex
	kernels []*kernels.Kernel // of the card; nil: none
	card    *fake.Chip        // as it was opened last
	n       int               // opened
}

func (s *slot) plug(ks ...*kernels.Kernel) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kernels = ks
}

func (s *slot) unplug() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.card.Remove()
	s.kernels = nil
}

var errEmpty = errors.New("the slot is empty")

func (s *slot) open() (driver.Device, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.kernels == nil {
		return nil, errEmpty
	}
	s.n++
	s.card = fake.New(fake.Config{Kernels: s.kernels})
	return s.card, nil
}

// TestReconnect: a device that went is opened again when it is needed, and knows batches that were made before.
func TestReconnect(t *testing.T) {
	var s slot
	s.plug(sha256.Node)
	b := openOn(t, s.open)
	batch, want := jobs(t, b.Allocator(), sha256.Node, 300, 0)
	run := func() error { return b.Run(context.Background(), batch, 0, 300) }
	for round := range 3 {
		batch.Unset(0, 300)
		if err := run(); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		checkJobs(t, batch, want, 0, 300, false)
		if _, ok := b.link.memory.batches.Address(batch.Region()); !ok {
			t.Error("the batch is no longer read in place")
		}
		batch.Unset(0, 300)
		s.unplug()
		early, err := kernels.NewIn(b.Allocator(), sha256.Node, 0, 1<<17, 0) // a new region, while nobody knows yet that the device is gone
		if err != nil {
			t.Fatal(err)
		}
		early.Release()
		var fault *backend.Fault
		for range 3 {
			if err := run(); !errors.As(err, &fault) || !errors.Is(err, driver.ErrGone) && !errors.Is(err, errEmpty) {
				t.Fatalf("without a device: %v", err)
			}
			checkJobs(t, batch, want, 0, 0, false)
		}
		late, err := kernels.NewIn(b.Allocator(), sha256.Node, 0, 1<<17, 0) // a new region, while nobody is there to be told
		if err != nil {
			t.Fatal(err)
		}
		if round == 1 {
			late.Release()
		}
		s.plug(sha256.Node)
	}
	s.unplug()
	s.plug(keccak256.Kernel)
	if err := run(); !errors.Is(err, driver.ErrGone) && !errors.Is(err, ErrOther) {
		t.Errorf("another chip: %v", err)
	}
	if err := run(); !errors.Is(err, ErrOther) {
		t.Errorf("another chip: %v", err)
	}
}

// TestReconnectOnce: many calls that find the device gone open it once.
func TestReconnectOnce(t *testing.T) {
	var s slot
	s.plug(sha256.Node)
	b := openOn(t, s.open)
	s.unplug()
	batch, want := jobs(t, kernels.Heap, sha256.Node, 64, 0)
	if err := b.Run(context.Background(), batch.Shadow(), 0, 64); !errors.Is(err, driver.ErrGone) {
		t.Fatal(err)
	}
	s.plug(sha256.Node)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			got := batch.Shadow()
			if err := b.Run(context.Background(), got, 0, 64); err != nil {
				t.Error(err)
				return
			}
			checkJobs(t, got, want, 0, 64, false)
		})
	}
	wg.Wait()
	if s.n != 2 {
		t.Errorf("opened %d times, want 2", s.n)
	}
}

// TestDialSlow: who waits for a device that is being opened waits no longer than its context.
func TestDialSlow(t *testing.T) {
	var s slot
	s.plug(sha256.Node)
	hold := make(chan struct{})
	first := true
	b := openOn(t, func() (driver.Device, error) {
		if !first {
			<-hold
		}
		first = false
		return s.open()
	})
	s.unplug()
	batch, _ := jobs(t, kernels.Heap, sha256.Node, 64, 0)
	b.Run(context.Background(), batch, 0, 64)
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
	defer cancel()
	if err := b.Run(ctx, batch, 0, 64); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	close(hold)
}

// stubborn is a device that cannot be reset once it is armed.
type stubborn struct {
	driver.Device
	armed bool
}

func (d *stubborn) Reset() error {
	if d.armed {
		return errors.New("planted: no reset")
	}
	return d.Device.Reset()
}

// TestLost: memory that a chip which cannot be stopped may still use is never used for anything else; the next device is
// of use all the same.
func TestLost(t *testing.T) {
	chip := fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Node}})
	bad := &stubborn{Device: chip}
	devices := []driver.Device{bad, fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Node}})}
	b := openOn(t, func() (driver.Device, error) {
		d := devices[0]
		devices = devices[1:]
		return d, nil
	})
	batch, want := jobs(t, b.Allocator(), sha256.Node, 200, 0)
	old := b.link.memory
	bad.armed = true
	chip.Plant(fake.Hang)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	if err := b.Run(ctx, batch, 0, 200); !errors.Is(err, context.DeadlineExceeded) || !errors.Is(b.link.host.Err(), ring.ErrLost) {
		t.Fatalf("%v, %v", err, b.link.host.Err())
	}
	batches, own := old.batches.InUse(), old.own.InUse()
	if own <= ringBytes(b) {
		t.Errorf("%d bytes are in use, %d of rings: those of the lost command were given back", own, ringBytes(b))
	}
	batch.Unset(0, 200)
	if err := b.Run(context.Background(), batch, 0, 200); err != nil {
		t.Fatal(err)
	}
	checkJobs(t, batch, want, 0, 200, false)
	if b.link.memory == old {
		t.Error("the next device has the memory of the lost one")
	}
	batch.Release()
	if old.batches.InUse() != batches || old.own.InUse() != own {
		t.Error("memory of the lost chip was given back")
	}
	again, want := jobs(t, b.Allocator(), sha256.Node, 200, 0)
	if err := b.Run(context.Background(), again, 0, 200); err != nil {
		t.Fatal(err)
	}
	checkJobs(t, again, want, 0, 200, false)
	again.Release()
}

// TestClose: batches stay what they are after Close, and running calls end.
func TestClose(t *testing.T) {
	chip := fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Node}})
	b := openOn(t, func() (driver.Device, error) { return chip, nil })
	batch, want := jobs(t, b.Allocator(), sha256.Node, 100, 0)
	if err := b.Run(context.Background(), batch, 0, 100); err != nil {
		t.Fatal(err)
	}
	chip.Plant(fake.Stall)
	submitted := b.link.host.Stats().Submissions
	ended := make(chan error)
	go func() { ended <- b.Run(context.Background(), want.Shadow(), 0, 100) }()
	for b.link.host.Stats().Submissions == submitted {
		time.Sleep(time.Millisecond)
	}
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, backend.ErrClosed) {
		t.Error(err)
	}
	checkJobs(t, batch, want, 0, 100, false)
	if _, err := b.Allocator().Alloc(10); !errors.Is(err, driver.ErrClosed) {
		t.Error(err)
	}
	batch.Release()
}

// TestFind: which device is meant.
func TestFind(t *testing.T) {
	sys := t.TempDir()
	card := func(address, id string) {
		dir := filepath.Join(sys, "bus/pci/devices", address)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for file, text := range map[string]string{"vendor": "0x534c\n", "device": id} {
			if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	socket := filepath.Join(t.TempDir(), "s")
	t.Setenv(Env, "")
	says := func(c Config, is error, text string) {
		t.Helper()
		all, err := open(c, sys)
		for _, b := range all {
			b.Close()
		}
		if is != nil && !errors.Is(err, is) || err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("%+v: %v, want %v that says %q", c, err, is, text)
		}
	}
	says(Config{}, ErrNone, "sluice chip run")
	says(Config{Device: socket}, nil, "sluice chip run --socket "+socket)
	says(Config{Device: "0000:01:00.0"}, nil, "lspci -d 534c:4345")
	t.Setenv(Env, socket)
	says(Config{}, nil, socket)
	t.Setenv(Env, "")
	card("0000:02:00.0", "0x4345")
	card("0000:03:00.0", "0x4345")
	card("0000:04:00.0", "0x0001")
	says(Config{}, nil, "0000:02:00.0")
	says(Config{}, nil, "0000:03:00.0")
	says(Config{Device: "03:00.0"}, nil, "IOMMU")
	says(Config{Device: "0000:04:00.0"}, ErrNotChip, "0000:04:00.0 is 534c:0001, a chip is 534c:4345")
	says(Config{Device: sys}, nil, "is no socket")

	// A socket that nobody serves any more.
	l, err := (&vfiousertest.Server{Device: fake.New(fake.Config{Kernels: some})}).Start(socket)
	if err != nil {
		t.Fatal(err)
	}
	all, err := open(Config{Device: socket}, sys)
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if i := all[0].Info(); i.Device != "simulator "+socket || !i.Simulated {
		t.Errorf("%+v", i)
	}
	says(Config{Device: socket, Timeout: 50 * time.Millisecond}, nil, "does another one use it?")
	if err := all[0].Close(); err != nil {
		t.Error(err)
	}
	l()
	dead, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	dead.SetUnlinkOnClose(false)
	dead.Close()
	says(Config{Device: socket}, nil, "no longer there; start it again with: sluice chip run --socket "+socket)
}

// TestBusy: a simulator that serves somebody else says so.
func TestBusy(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		c, err := l.AcceptUnix()
		if err != nil {
			return
		}
		defer c.Close()
		if m, err := wire.Receive(c, 4096); err == nil {
			wire.Send(c, wire.Header{ID: m.ID, Command: m.Command, Flags: wire.FlagReply | wire.FlagError, Errno: uint32(unix.EBUSY)}, nil)
		}
	}()
	if _, err := Dial(socket); !errors.Is(err, unix.EBUSY) || !strings.Contains(err.Error(), "another program") {
		t.Error(err)
	}
}

// ExampleOpen decides three jobs on the chip that the environment names.
func ExampleOpen() {
	all, err := Open(Config{Device: "/nowhere"})
	fmt.Println(len(all), err)
	// Output: 0 chip: /nowhere: no such socket; start the simulator with: sluice chip run --socket /nowhere
}
