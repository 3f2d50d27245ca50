//go:build linux

package trace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/google/gopacket/pcapgo"
	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/drivertest"
	"github.com/sluice-engine/sluice/driver/event"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/driver/trace"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// TestConformance: a device that is recorded is a device like any other.
func TestConformance(t *testing.T) {
	drivertest.Run(t, func(t testing.TB) (driver.Device, drivertest.Faults) {
		c := fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Kernel, sha256.Node}})
		var file bytes.Buffer
		d, err := trace.New(c, &file, trace.Options{Buffer: 1 << 16})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			d.Close()
			if s, err := d.Stats(), d.Err(); err != nil || s.Lost != 0 {
				t.Errorf("%+v, %v", s, err)
			}
			if n := uint64(len(records(t, &file))); n != d.Stats().Records || n < 2 {
				t.Errorf("%d records in the file, want %d", n, d.Stats().Records)
			}
		})
		return d, c
	})
}

// records reads a file.
func records(t testing.TB, file io.Reader) (all []trace.Record) {
	t.Helper()
	r, err := pcapgo.NewNgReader(file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	for {
		b, _, err := r.ReadPacketData()
		if err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		x, err := trace.Parse(b)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, x)
	}
}

// TestRings: what driver/ring does on a device that is recorded can be read from the file: every command from its entry by
// its doorbell to its completion, with the chip's cycle.
func TestRings(t *testing.T) {
	c := fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Kernel}, Queues: 2})
	var file bytes.Buffer
	d, err := trace.New(c, &file, trace.Options{Buffer: 1 << 16})
	if err != nil {
		t.Fatal(err)
	}
	pool := dma.NewPool(d, dma.Config{})
	h, err := ring.Open(d, pool, ring.Options{Depth: 4})
	if err != nil {
		t.Fatal(err)
	}
	c.Plant(0, 0, fake.StaleID) // the slots have earlier uses by then
	const n = 40
	for range n {
		if _, err := h.Do(context.Background(), ring.Command{Nop: true}); err != nil {
			t.Fatal(err)
		}
	}
	s := h.Stats()
	for what, err := range map[string]error{"rings": h.Close(), "pool": pool.Close(), "device": d.Close(), "file": d.Err()} {
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}

	type command struct{ queue, id uint32 }
	var tails [2]uint32
	published := map[uint32][]command{} // by queue, without a doorbell
	flying := map[command]bool{}
	counts := map[trace.Type]uint64{}
	stale := 0
	for i, r := range records(t, &file) {
		counts[r.Type]++
		if r.Number != uint32(i+1) || r.Status != trace.OK {
			t.Errorf("record %d: %+v", i, r)
		}
		switch r.Type {
		case trace.Submission:
			var e regs.Submission
			queue := uint32(r.Words[0])
			if !e.Get((*[regs.SubmissionSize]byte)(r.Tail)) || e.Opcode != regs.OpcodeNop {
				t.Errorf("record %d: %+v", i, e)
			}
			published[queue] = append(published[queue], command{queue, uint32(e.Generation)<<16 | uint32(e.Tag)})
		case trace.Doorbell:
			for q := range uint32(2) {
				if uint32(r.Words[0]) == regs.DoorbellSQTail(q) {
					if tails[q] = (tails[q] + 1) % 4; uint32(r.Words[1]) != tails[q] || len(published[q]) != 1 {
						t.Errorf("record %d: %+v, want tail %d for %v", i, r, tails[q], published[q])
					}
					for _, c := range published[q] {
						flying[c] = true
					}
					published[q] = nil
				}
			}
		case trace.Completion:
			var e regs.Completion
			e.Get((*[regs.CompletionSize]byte)(r.Tail))
			if ring.Judgement(r.Words[1]) != ring.Believed {
				stale++
				if j := ring.Judgement(r.Words[1]); j != ring.Stale && j != ring.Unknown || r.HasCycle {
					t.Errorf("record %d: %+v", i, r)
				}
				continue
			}
			who := command{uint32(r.Words[0]), e.ID}
			if !flying[who] || !r.HasCycle || r.Cycle != e.Stamp || r.Cycle == 0 {
				t.Errorf("record %d: %+v of %v", i, r, who)
			}
			delete(flying, who)
		}
	}
	if len(flying) != 0 || counts[trace.Submission] != s.Submissions || counts[trace.Completion] != s.Completions+uint64(stale) || stale != 1 {
		t.Errorf("%v, %d dropped, %+v, left %v", counts, stale, s, flying)
	}
	for _, k := range []trace.Type{trace.Info, trace.Map, trace.Unmap, trace.Vector, trace.Reset, trace.Close, trace.Read, trace.Write, trace.Interrupt} {
		if counts[k] == 0 {
			t.Errorf("no record of type %s: %v", k, counts)
		}
	}
}

// TestInterrupts: only what the device fires is recorded, not what the owner of the eventfd signals; a vector that changes
// hands goes to the new owner.
func TestInterrupts(t *testing.T) {
	c := fake.New(fake.Config{})
	var file bytes.Buffer
	d, err := trace.New(c, &file, trace.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var e [2]*event.Event
	for i := range e {
		if e[i], err = event.New(); err != nil {
			t.Fatal(err)
		}
		defer e[i].Close()
	}
	fire := func(want bool, at *event.Event) {
		t.Helper()
		if err := d.Write32(regs.GlobalIntrTest, 1); err != nil {
			t.Fatal(err)
		}
		wait := time.Minute
		if !want {
			wait = 10 * time.Millisecond
		}
		if ok, err := at.Wait(wait); ok != want || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
	}
	if err := errors.Join(d.Write32(regs.GlobalIntrEnable, 1), d.Interrupt(0, e[0].FD()), e[0].Signal()); err != nil {
		t.Fatal(err)
	}
	if ok, err := e[0].Wait(time.Minute); !ok || err != nil {
		t.Fatal(ok, err)
	}
	fire(true, e[0])
	if err := d.Interrupt(0, e[1].FD()); err != nil {
		t.Fatal(err)
	}
	fire(true, e[1])
	fire(true, e[1])
	if ok, err := e[0].Wait(time.Millisecond); ok || err != nil {
		t.Errorf("the first owner has it still: %v, %v", ok, err)
	}
	if err := d.Interrupt(0, 1<<20); err == nil {
		t.Error("a descriptor that is none was taken")
	}
	fire(true, e[1]) // nothing has changed
	if err := d.Interrupt(0, -1); err != nil {
		t.Fatal(err)
	}
	fire(false, e[1])
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range records(t, &file) {
		if r.Type == trace.Interrupt {
			n++
		}
	}
	if n != 4 {
		t.Errorf("%d interrupts recorded, want 4", n)
	}
}
