//go:build linux

package vfiouser_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiousertest"
)

// TestServerEnds: a server that is killed while commands are in flight is a device that is gone; everything closes.
func TestServerEnds(t *testing.T) {
	chip, path, stop := serve(t)
	d, err := vfiouser.Dial(path, vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	pool := dma.NewPool(d, dma.Config{})
	h, err := ring.Open(d, pool, ring.Options{Deadline: time.Minute, Tick: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	chip.Plant(fake.Stall)
	told := make(chan error)
	go func() {
		_, err := h.Do(context.Background(), ring.Command{Nop: true})
		told <- err
	}()
	for h.Stats().Submissions == 0 {
		time.Sleep(time.Millisecond)
	}
	stop()
	if err := <-told; !errors.Is(err, driver.ErrGone) {
		t.Error(err)
	}
	if _, err := d.Read32(regs.GlobalID); !errors.Is(err, driver.ErrGone) {
		t.Error(err)
	}
	for what, err := range map[string]error{"rings": h.Close(), "pool": pool.Close(), "device": d.Close()} {
		if err != nil {
			t.Errorf("close %s: %v", what, err)
		}
	}
	if _, err := vfiouser.Dial(path, vfiouser.Config{}); err == nil {
		t.Error("dialled a server that is gone")
	}
}

// TestKill: a server that is killed with kill -9 while commands are in flight is a device that is gone: each caller is told
// at once, and everything closes.
func TestKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	cmd := exec.Command(os.Args[0], "-test.run=^TestServerProcess$")
	cmd.Env = append(os.Environ(), "SLUICE_TEST_SOCKET="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer cmd.Wait()
	defer cmd.Process.Kill()
	d, err := vfiouser.Dial(path, vfiouser.Config{})
	for begin := time.Now(); err != nil && time.Since(begin) < 30*time.Second; time.Sleep(5 * time.Millisecond) {
		d, err = vfiouser.Dial(path, vfiouser.Config{})
	}
	if err != nil {
		t.Fatal(err)
	}
	pool := dma.NewPool(d, dma.Config{})
	h, err := ring.Open(d, pool, ring.Options{Deadline: time.Minute, Tick: 10 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	const callers = 8
	told := make(chan error, callers)
	for range callers {
		go func() {
			_, err := h.Do(context.Background(), ring.Command{Nop: true}) // which its chip never ends
			told <- err
		}()
	}
	for h.Stats().Submissions < callers {
		time.Sleep(time.Millisecond)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for range callers {
		if err := <-told; !errors.Is(err, driver.ErrGone) {
			t.Error(err)
		}
	}
	if err := h.Err(); !errors.Is(err, driver.ErrGone) {
		t.Error(err)
	}
	for what, err := range map[string]error{"rings": h.Close(), "pool": pool.Close(), "device": d.Close()} {
		if err != nil {
			t.Errorf("close %s: %v", what, err)
		}
	}
}

// TestServerProcess is the server of TestKill, in a process of its own. Its chip ends no command.
func TestServerProcess(t *testing.T) {
	path := os.Getenv("SLUICE_TEST_SOCKET")
	if path == "" {
		t.Skip("this is a part of TestKill, which runs it")
	}
	chip := fake.New(fake.Config{})
	chip.Plant(fake.Hang)
	if _, err := (&vfiousertest.Server{Device: chip}).Start(path); err != nil {
		t.Fatal(err)
	}
	select {} // until it is killed
}

// TestClientEnds: after a client that just vanishes, with work going on, the next one finds a fresh device; ten times.
func TestClientEnds(t *testing.T) {
	chip, path, _ := serve(t)
	for range 10 {
		d, err := vfiouser.Dial(path, vfiouser.Config{})
		if err != nil {
			t.Fatal(err)
		}
		if v, err := d.Read32(regs.GlobalScratch); err != nil || v != 0 {
			t.Errorf("scratch %#x, %v", v, err)
		}
		pool := dma.NewPool(d, dma.Config{})
		h, err := ring.Open(d, pool, ring.Options{Deadline: time.Minute, Tick: time.Minute})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Do(context.Background(), ring.Command{Nop: true}); err != nil {
			t.Error(err)
		}
		if err := d.Write32(regs.GlobalScratch, 1); err != nil {
			t.Error(err)
		}
		chip.Plant(fake.Stall)
		told := make(chan error)
		go func() {
			_, err := h.Do(context.Background(), ring.Command{Nop: true})
			told <- err
		}()
		for h.Stats().Submissions < 2 {
			time.Sleep(time.Millisecond)
		}
		d.Close()
		h.Close()
		if err := <-told; !errors.Is(err, ring.ErrClosed) {
			t.Error(err)
		}
		if err := pool.Close(); err != nil {
			t.Error(err)
		}
	}
}
