//go:build linux

package chip

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// jobs makes a batch of n jobs, every third of them changed, and the answers of the reference.
func jobs(t testing.TB, a kernels.Allocator, k *kernels.Kernel, n, messageBytes int) (b, want *kernels.Batch) {
	t.Helper()
	room := 0
	if k.Message {
		room = n * messageBytes
	}
	b, err := kernels.NewIn(a, k, k.Default(), n, room)
	if err != nil {
		t.Fatal(err)
	}
	if err := sample.Fill(b, n, 5, messageBytes); err != nil {
		t.Fatal(err)
	}
	for i := 0; k.In > 0 && i < n; i += 3 {
		b.Row(i)[i%k.In] ^= 1
	}
	if want, err = copyTo(kernels.Heap, b); err != nil {
		t.Fatal(err)
	}
	k.Ref(want, 0, n)
	return b, want
}

// checkJobs compares the answers of jobs [lo,hi), which may be unset if partly; the others must be unset.
func checkJobs(t testing.TB, b, want *kernels.Batch, lo, hi int, partly bool) (decided int) {
	t.Helper()
	for i := range b.Len() {
		v, w := b.Verdict(i), want.Verdict(i)
		if v == kernels.Unset && (partly || i < lo || i >= hi) {
			continue
		}
		if decided++; i < lo || i >= hi || v != w || !bytes.Equal(b.Out(i), want.Out(i)) {
			t.Fatalf("job %d of [%d,%d) is %v with %x, want %v with %x", i, lo, hi, v, b.Out(i), w, want.Out(i))
		}
	}
	return decided
}

// TestInfo: what the chip has is told, and what it lacks.
func TestInfo(t *testing.T) {
	b, _ := openFake(t, sha256.Kernel, ed25519.Kernel)
	i := b.Info()
	if i.Name != "chip0" || i.Kind != "chip" || i.Device != "simulator memory" || i.Version != "0.1.0" || !i.Simulated ||
		strings.Join(i.Features, " ") != "sha256:1 ed25519.verify:1" || len(i.Kernels) != 2 {
		t.Errorf("%+v", i)
	}
	if len(i.Missing) != 2 || !strings.Contains(i.Missing[0].Remedy, "vfio-pci") || !strings.Contains(i.Missing[1].What, "keccak256") ||
		strings.Contains(i.Missing[1].What, "ed25519") {
		t.Errorf("missing: %+v", i.Missing)
	}
	for _, s := range i.Kernels {
		if !s.ValidExact || !s.InvalidExact {
			t.Errorf("%+v", s)
		}
	}
}

// inexact is a device whose units are marked as not exact.
type inexact struct{ driver.Device }

func (d inexact) Read32(offset uint32) (uint32, error) {
	v, err := d.Device.Read32(offset)
	if offset >= regs.UnitRow(0) && offset < regs.UnitRow(regs.Units) && v != 0 {
		v |= regs.UnitRowInexactMask
	}
	return v, err
}

// TestInexact: units that are not exact are used if there are no others, and no verdict of theirs is called exact.
func TestInexact(t *testing.T) {
	chip := fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.PoW}})
	b := openOn(t, func() (driver.Device, error) { return inexact{chip}, nil })
	i := b.Info()
	if s, ok := i.Supports(kernels.SHA256dPoW); !ok || s.ValidExact || s.InvalidExact {
		t.Errorf("%+v, %t", s, ok)
	}
	if i.Features[0] != "sha256d.pow:1(inexact)" {
		t.Errorf("%q", i.Features)
	}
	known := sha256.PoW.Known(0)
	got := known.Shadow()
	if err := b.Run(context.Background(), got, 0, got.Len()); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Verdicts(), known.Verdicts()) {
		t.Errorf("verdicts %v, want %v", got.Verdicts(), known.Verdicts())
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	p, err := (&task{backend: b, link: b.link, batch: got, inexact: true}).prepare(b.link.memory.own, 0, 1)
	if err != nil || !p.command.Inexact {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestExactFirst: a kernel that has exact units and others is exact, unless all units are to be used.
func TestExactFirst(t *testing.T) {
	caps := ring.Caps{Units: []ring.Unit{{Kernel: regs.KernelSha256dPow, Units: 4, Inexact: true}, {Kernel: regs.KernelSha256dPow, Units: 1},
		{Kernel: regs.KernelSha256, Units: 1}, {Kernel: regs.KernelSm3, Units: 1, Inexact: true}}}
	for _, anyUnit := range []bool{false, true} {
		for _, s := range supports(caps, anyUnit) {
			want := s.Kernel == kernels.SHA256 || s.Kernel == kernels.SHA256dPoW && !anyUnit
			if s.ValidExact != want || s.InvalidExact != want {
				t.Errorf("any unit %t: %+v, want exact: %t", anyUnit, s, want)
			}
		}
	}
	if n := len(supports(caps, true)); n != 3 {
		t.Errorf("%d kernels, want 3", n)
	}
}

// TestInPlace: the chip reads a batch in the backend's memory where it is, and its copy where it is not; verdicts and
// outputs never go to the batch itself.
func TestInPlace(t *testing.T) {
	b, _ := openFake(t, ed25519.Kernel, sha256.Kernel)
	for _, k := range []*kernels.Kernel{ed25519.Kernel, sha256.Kernel} {
		for _, place := range []struct {
			name string
			a    kernels.Allocator
			near bool
		}{{"near", b.Allocator(), true}, {"far", kernels.Heap, false}} {
			batch, _ := jobs(t, place.a, k, 200, 33)
			m := b.link.memory
			base, ok := m.batches.Address(batch.Region())
			if ok != place.near {
				t.Fatalf("%s: has an address: %t", place.name, ok)
			}
			for _, lo := range []int{0, 1, 77, 128} {
				p, err := (&task{backend: b, link: b.link, batch: batch}).prepare(m.own, lo, 200)
				if err != nil {
					t.Fatal(err)
				}
				c := p.command
				if place.near && (c.In != base+kernels.HeaderSize || c.Lo != uint32(lo) || c.Hi != 200) {
					t.Errorf("%s from %d: %+v; the batch lies at %#x", place.name, lo, c, base)
				}
				if !place.near && (c.Lo != 0 || c.Hi != uint32(200-lo)) {
					t.Errorf("%s from %d: %+v", place.name, lo, c)
				}
				if near := len(p.memory) < (200-lo)*(1+k.Out)+256; near != place.near {
					t.Errorf("%s from %d: %d bytes of memory", place.name, lo, len(p.memory))
				}
				for _, at := range []uint64{c.In, c.Ends, c.Messages, c.Verdict, c.Out} {
					if at%align != 0 {
						t.Errorf("%s from %d: address %#x", place.name, lo, at)
					}
				}
				if where, ok := m.own.Address(p.verdict); !ok || where != c.Verdict+uint64(c.Lo) {
					t.Errorf("%s from %d: verdicts at %#x, the chip writes at %#x", place.name, lo, where, c.Verdict+uint64(c.Lo))
				}
				m.own.Free(p.memory)
			}
			batch.Release()
		}
	}
}

// TestPieces: many jobs and long messages become several submissions; all verdicts are right.
func TestPieces(t *testing.T) {
	b, _ := openFake(t, sha256.Kernel)
	for _, c := range []struct{ n, bytes, least, most int }{
		{1, 10, 1, 1}, {leastJobs, 10, 1, 1}, {100, 10, 7, 7}, {9 * pieceJobs, 4, 9, 16}, {40, pieceBytes / 4, 10, 14}, {3, 3 * pieceBytes, 3, 3},
	} {
		before := b.link.host.Stats().Submissions
		batch, want := jobs(t, kernels.Heap, sha256.Kernel, c.n, c.bytes)
		if err := b.Run(context.Background(), batch, 0, c.n); err != nil {
			t.Fatal(err)
		}
		checkJobs(t, batch, want, 0, c.n, false)
		if n := int(b.link.host.Stats().Submissions - before); n < c.least || n > c.most {
			t.Errorf("%d jobs of %d bytes: %d submissions, want %d to %d", c.n, c.bytes, n, c.least, c.most)
		}
		if in := b.link.memory.own.InUse(); in != ringBytes(b) {
			t.Errorf("%d bytes are in use, %d of them by rings", in, ringBytes(b))
		}
	}
}

// TestStop: after a piece has failed, no more are begun.
func TestStop(t *testing.T) {
	const n = 40 * pieceJobs
	b, chip := openFake(t, sha256.Node)
	batch, _ := jobs(t, kernels.Heap, sha256.Node, n, 0)
	chip.Plant(fake.Internal)
	var fault *backend.Fault
	if err := b.Run(context.Background(), batch, 0, n); !errors.As(err, &fault) {
		t.Fatal(err)
	}
	if n := b.link.host.Stats().Submissions; n > 30 {
		t.Errorf("%d submissions although the first one failed", n)
	}
}

func ringBytes(b *Backend) uint64 {
	return uint64(b.link.host.Caps().Queues) * 64 * (regs.SubmissionSize + regs.CompletionSize)
}

// TestFaults: whatever the chip does, a fault is an error and never a verdict, and the backend is of use afterwards.
func TestFaults(t *testing.T) {
	const n = 120
	for _, c := range []struct {
		name  string
		fault fake.Fault
		is    error // nil: the fault is of no consequence
	}{
		{"bogus id", fake.BogusID, nil}, {"stale id", fake.StaleID, nil}, {"duplicate id", fake.DuplicateID, nil}, {"garbage", fake.Garbage, nil},
		{"lost interrupt", fake.LostInterrupt, nil},
		{"partial", fake.Partial, ring.ErrPartial}, {"liar", fake.Liar, ErrVerdict}, {"internal", fake.Internal, nil},
		{"removal", fake.Removal, driver.ErrGone},
	} {
		t.Run(c.name, func(t *testing.T) {
			var chip *fake.Chip
			b := openOn(t, func() (driver.Device, error) {
				chip = fake.New(fake.Config{Kernels: []*kernels.Kernel{ed25519.Kernel}})
				return chip, nil
			})
			batch, want := jobs(t, b.Allocator(), ed25519.Kernel, n, 20)
			chip.Plant(c.fault)
			err := b.Run(context.Background(), batch, 10, n-10)
			var fault *backend.Fault
			var failure *ring.Failure
			switch {
			case c.fault == fake.Internal:
				if !errors.As(err, &fault) || !errors.As(err, &failure) || failure.Status != regs.StatusInternal {
					t.Error(err)
				}
			case c.is == nil:
				if err != nil {
					t.Error(err)
				}
			case !errors.As(err, &fault) || fault.Backend != "chip0" || !errors.Is(err, c.is):
				t.Errorf("%v, want a fault that is %v", err, c.is)
			}
			decided := checkJobs(t, batch, want, 10, n-10, err != nil)
			t.Logf("%v, %d of %d decided", err, decided, n-20)
			batch.Unset(0, n)
			if err := b.Run(context.Background(), batch, 0, n); err != nil {
				t.Fatalf("afterwards: %v", err)
			}
			checkJobs(t, batch, want, 0, n, false)
		})
	}
}

// TestCancel: a chip that stalls or hangs costs no more than the grace of the driver; what was decided stays.
func TestCancel(t *testing.T) {
	for name, fault := range map[string]fake.Fault{"stall": fake.Stall, "hang": fake.Hang, "lost completion": fake.LostCompletion} {
		t.Run(name, func(t *testing.T) {
			b, chip := openFake(t, sha256.Node)
			batch, want := jobs(t, b.Allocator(), sha256.Node, 500, 0)
			chip.Plant(fault)
			ctx, cancel := context.WithCancel(context.Background())
			ended := make(chan error)
			go func() { ended <- b.Run(ctx, batch, 0, 500) }()
			for b.link.host.Stats().Submissions == 0 {
				time.Sleep(time.Millisecond)
			}
			cancel()
			select {
			case err := <-ended:
				if !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			case <-time.After(20 * time.Second):
				t.Fatal("Run does not return")
			}
			checkJobs(t, batch, want, 0, 500, true)
			batch.Unset(0, 500)
			if err := b.Run(context.Background(), batch, 0, 500); err != nil {
				t.Fatal(err)
			}
			checkJobs(t, batch, want, 0, 500, false)
		})
	}
}

// TestRefused: rules that the chip does not take are not supported, whatever its tables say.
func TestRefused(t *testing.T) {
	b, _ := openFake(t, sha256.Kernel)
	refuse := func(status uint8) error {
		return b.fault(context.Background(), &ring.Failure{Status: status})
	}
	var fault *backend.Fault
	if err := refuse(regs.StatusBadRules); !errors.Is(err, backend.ErrUnsupported) {
		t.Error(err)
	}
	for _, s := range []uint8{regs.StatusBadKernel, regs.StatusBadSpan, regs.StatusBadAddress, regs.StatusBadMessage, regs.StatusDMARead, regs.StatusAborted} {
		if err := refuse(s); !errors.As(err, &fault) || errors.Is(err, backend.ErrUnsupported) {
			t.Errorf("%s: %v", regs.StatusName(s), err)
		}
	}
	other := *sha256.Kernel
	other.Out = 64
	odd := kernels.New(&other, 0, 1, 0)
	if _, err := odd.Add(nil); err != nil {
		t.Fatal(err)
	}
	if err := b.Run(context.Background(), odd, 0, 1); !errors.Is(err, backend.ErrUnsupported) || !strings.Contains(err.Error(), "64") {
		t.Error(err)
	}
}

// TestAccept: of a command that ended early, only verdicts are taken that its completion vouches for.
func TestAccept(t *testing.T) {
	failed := errors.New("failed")
	for _, c := range []struct {
		name     string
		status   uint8
		decided  uint32
		failed   error
		verdicts []byte
		taken    int
		is       error
	}{
		{"done", regs.StatusOk, 4, nil, []byte{1, 2, 2, 1}, 4, nil},
		{"done but for one", regs.StatusOk, 4, nil, []byte{1, 0, 2, 1}, 0, ErrVerdict},
		{"done with a verdict that is none", regs.StatusOk, 4, nil, []byte{1, 2, 3, 1}, 0, ErrVerdict},
		{"aborted", regs.StatusAborted, 2, failed, []byte{1, 0, 2, 0}, 2, failed},
		{"aborted, nothing done", regs.StatusAborted, 0, failed, []byte{0, 0, 0, 0}, 0, failed},
		{"aborted with more than it says", regs.StatusAborted, 1, failed, []byte{1, 0, 2, 0}, 0, ErrCount},
		{"aborted with less than it says", regs.StatusAborted, 3, failed, []byte{1, 0, 2, 0}, 0, ErrCount},
		{"aborted with a verdict that is none", regs.StatusAborted, 2, failed, []byte{1, 0, 2, 0x80}, 0, ErrVerdict},
		{"bad message", regs.StatusBadMessage, 3, failed, []byte{1, 2, 2, 0}, 3, failed},
		{"internal", regs.StatusInternal, 4, failed, []byte{1, 2, 2, 1}, 0, failed},
		{"partial", regs.StatusOk, 2, failed, []byte{1, 2, 0, 0}, 0, failed},
		{"never completed", 0, 0, failed, []byte{1, 2, 0, 0}, 0, failed},
	} {
		b := kernels.New(sha256.Node, 0, 6, 0)
		for range 6 {
			if _, err := b.Add(nil); err != nil {
				t.Fatal(err)
			}
		}
		p := piece{batch: b, lo: 1, hi: 5, verdict: c.verdicts, out: bytes.Repeat([]byte{7}, 4*32)}
		if err := p.accept(c.status, c.decided, c.failed); !errors.Is(err, c.is) {
			t.Errorf("%s: %v, want %v", c.name, err, c.is)
		}
		taken := 0
		for i := range 6 {
			if v := b.Verdict(i); v != kernels.Unset {
				taken++
				if i < 1 || i > 4 || byte(v) != c.verdicts[i-1] || b.Out(i)[31] != 7 {
					t.Errorf("%s: job %d is %v with %x", c.name, i, v, b.Out(i))
				}
			} else if b.Out(i)[0] != 0 {
				t.Errorf("%s: job %d is unset and has an output", c.name, i)
			}
		}
		if taken != c.taken {
			t.Errorf("%s: %d verdicts taken, want %d", c.name, taken, c.taken)
		}
	}
}
