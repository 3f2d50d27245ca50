//go:build linux

package sim_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/vfiouser"
	"github.com/sluice-engine/sluice/driver/vfiouser/wire"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/sim"
	"golang.org/x/sys/unix"
)

// rings is a client with queues and a batch of SHA-256 jobs.
type rings struct {
	device *vfiouser.Client
	pool   *dma.Pool
	host   *ring.Host
	batch  *kernels.Batch
	want   *kernels.Batch
	run    ring.Command // the whole batch
}

// open opens what it says; everything is closed with the test.
func open(t testing.TB, s *sim.Sim, jobs, messageBytes int) *rings {
	t.Helper()
	r := &rings{device: dial(t, s)}
	r.pool = dma.NewPool(r.device, dma.Config{Slab: 1 << 20})
	t.Cleanup(func() { r.pool.Close() })
	var err error
	if r.host, err = ring.Open(r.device, r.pool, ring.Options{Deadline: time.Minute, Grace: 10 * time.Second}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.host.Close() })
	k := sha256.Kernel
	if r.batch, err = kernels.NewIn(r.pool, k, k.Default(), jobs, jobs*messageBytes); err != nil {
		t.Fatal(err)
	}
	if err := sample.Fill(r.batch, jobs, 1, messageBytes); err != nil {
		t.Fatal(err)
	}
	r.want = kernels.New(k, k.Default(), jobs, jobs*messageBytes)
	if err := sample.Fill(r.want, jobs, 1, messageBytes); err != nil {
		t.Fatal(err)
	}
	k.Ref(r.want, 0, jobs)
	base, ok := r.pool.Address(r.batch.Region())
	if !ok {
		t.Fatal("the batch is not in the pool")
	}
	if r.run, err = ring.Batch(r.batch.Region(), base, 0, jobs); err != nil {
		t.Fatal(err)
	}
	return r
}

// works proves that the chip decides the batch.
func (r *rings) works(t testing.TB) {
	t.Helper()
	r.batch.Unset(0, r.batch.Len())
	if _, err := r.host.Do(context.Background(), r.run); err != nil {
		t.Fatal(err)
	}
	for i := range r.batch.Len() {
		if r.batch.Verdict(i) != r.want.Verdict(i) || !bytes.Equal(r.batch.Out(i), r.want.Out(i)) {
			t.Fatalf("job %d: %v %x, want %v %x", i, r.batch.Verdict(i), r.batch.Out(i), r.want.Verdict(i), r.want.Out(i))
		}
	}
}

// slow has commands that take long enough to be caught in the middle.
var slow = sim.Config{Latency: 3000, Bandwidth: 1}

// TestClientKilled: after a client that was killed while the chip worked for it, the next one finds a chip that works.
func TestClientKilled(t *testing.T) {
	if path := os.Getenv("SIM_TEST_CLIENT"); path != "" {
		client(t, path)
		return
	}
	s := start(t, slow)
	for range 3 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestClientKilled$", "-test.v")
		cmd.Env = append(os.Environ(), "SIM_TEST_CLIENT="+s.Socket())
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var said []string
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if said = append(said, lines.Text()); strings.HasSuffix(lines.Text(), "busy") {
				break
			}
		}
		cmd.Process.Kill()
		cmd.Wait()
		if len(said) == 0 || !strings.HasSuffix(said[len(said)-1], "busy") {
			t.Fatalf("the client did not get to work: %q", said)
		}
		d := dial(t, s)
		if v, err := d.Read32(regs.GlobalStatus); err != nil || v != regs.GlobalStatusReadyMask {
			t.Errorf("status %#x, %v", v, err)
		}
		d.Close()
	}
	open(t, s, 50, 100).works(t)
}

// client works until it is killed, and says once that the chip is busy.
func client(t *testing.T, path string) {
	d, err := vfiouser.Dial(path, vfiouser.Config{})
	if err != nil {
		t.Fatal(err)
	}
	pool := dma.NewPool(d, dma.Config{})
	h, err := ring.Open(d, pool, ring.Options{Deadline: time.Minute})
	if err != nil {
		t.Fatal(err)
	}
	b, err := kernels.NewIn(pool, sha256.Kernel, sha256.Kernel.Default(), 1000, 100000)
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.Fill(b, 1000, 1, 100); err != nil {
		t.Fatal(err)
	}
	base, _ := pool.Address(b.Region())
	c, err := ring.Batch(b.Region(), base, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	for range 4 {
		go h.Do(context.Background(), c)
	}
	for {
		if v, err := d.Read32(regs.GlobalStatus); err != nil {
			t.Fatal(err)
		} else if v&regs.GlobalStatusBusyMask != 0 {
			os.Stdout.WriteString("\nbusy\n")
			select {} // killed here
		}
	}
}

// TestUnmapWhileBusy: when Unmap has returned, the chip no longer touches the memory; its command ends with an error.
func TestUnmapWhileBusy(t *testing.T) {
	s := start(t, slow)
	r := open(t, s, 500, 100)
	out := far(t, r.device, make([]byte, 1<<16), memfd(t, 1<<16))
	c := r.run
	c.Out = farAddress
	told := make(chan error, 1)
	go func() {
		_, err := r.host.Do(context.Background(), c)
		told <- err
	}()
	for deadline := time.Now().Add(30 * time.Second); ; {
		if !bytes.Equal(out, make([]byte, len(out))) { // it writes
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no output came")
		}
		time.Sleep(time.Millisecond)
	}
	if err := r.device.Unmap(farAddress, uint64(len(out))); err != nil {
		t.Fatal(err)
	}
	then := bytes.Clone(out)
	err := <-told
	var f *ring.Failure
	if !errors.As(err, &f) || f.Status != regs.StatusDMAWrite {
		t.Errorf("%v", err)
	}
	if !bytes.Equal(out, then) {
		t.Error("memory was written after it was unmapped")
	}
	r.works(t)
}

const farAddress = 1 << 40

// far maps the file into the device at farAddress, and gives it as this process sees it.
func far(t testing.TB, d driver.Device, bytes []byte, fd int) []byte {
	t.Helper()
	if err := d.Map(driver.Memory{Bytes: bytes, FD: fd}, farAddress); err != nil {
		t.Fatal(err)
	}
	b, err := unix.Mmap(fd, 0, len(bytes), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(b) })
	return b
}

// TestTruncated: a file that was cut short is memory that is not there, and no end of the simulator.
func TestTruncated(t *testing.T) {
	s := start(t, sim.Config{})
	r := open(t, s, 20, 100)
	fd := memfd(t, 1<<16)
	far(t, r.device, make([]byte, 1<<16), fd)
	if err := unix.Ftruncate(fd, 0); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		change func(*ring.Command)
		status uint8
	}{
		"messages": {func(c *ring.Command) { c.Messages = farAddress }, regs.StatusDMARead},
		"ends":     {func(c *ring.Command) { c.Ends = farAddress }, regs.StatusDMARead},
		"verdicts": {func(c *ring.Command) { c.Verdict = farAddress }, regs.StatusDMAWrite},
		"outputs":  {func(c *ring.Command) { c.Out = farAddress }, regs.StatusDMAWrite},
	} {
		command := r.run
		c.change(&command)
		_, err := r.host.Do(context.Background(), command)
		var f *ring.Failure
		if !errors.As(err, &f) || f.Status != c.status {
			t.Errorf("%s: %v", name, err)
		}
	}
	r.works(t)
}

// TestReadOnlyMap: memory that the client mapped for reading only is not written.
func TestReadOnlyMap(t *testing.T) {
	s := start(t, sim.Config{})
	r := connect(t, s).agree()
	fd := memfd(t, 4096)
	r.must(wire.DMAMap, pack(32, 1, uint64(0), uint64(1<<20), uint64(4096)), fd)
	r.must(wire.RegionWrite, append(access(4, 7, 2), 6, 0))
	write := func(offset uint64, v int) { r.must(wire.RegionWrite, access(offset, 0, 4, v)) }
	write(uint64(regs.QueueSQBase(0)), 1<<20)
	write(uint64(regs.QueueCQBase(0)), 1<<20+2048)
	write(uint64(regs.QueueDepth(0)), 2)
	write(uint64(regs.QueueControl(0)), 1)
	write(regs.GlobalControl, 1)
	write(uint64(regs.DoorbellSQTail(0)), 1) // an entry of zeros: refused, but where to say so cannot be written
	for range 1000 {
		if p := r.must(wire.RegionRead, access(regs.GlobalError, 0, 4)); le.Uint32(p[16:])&regs.GlobalErrorDMAWriteMask != 0 {
			var b [4096]byte
			if n, err := unix.Pread(fd, b[:], 0); err != nil || n != len(b) || b != [4096]byte{} {
				t.Errorf("%d, %v: memory was written", n, err)
			}
			return
		}
	}
	t.Error("the chip saw no error")
}
