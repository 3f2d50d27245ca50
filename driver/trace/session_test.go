//go:build linux

package trace

import (
	"bytes"
	"errors"
	"flag"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/dma"
	"github.com/sluice-engine/sluice/driver/event"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/driver/regs"
	"github.com/sluice-engine/sluice/driver/ring"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

var update = flag.Bool("update", false, "write testdata/session.txt again")

// steady is a clock that goes on by a microsecond whenever somebody looks.
func steady() clock {
	var n atomic.Int64
	return clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), func() time.Duration { return time.Duration(n.Add(1000)) }}
}

// session records one of everything, always in the same order.
func session(t testing.TB) []byte {
	t.Helper()
	var file bytes.Buffer
	d, err := newDevice(fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Kernel, sha256.Double}}), &file, Options{}, steady())
	if err != nil {
		t.Fatal(err)
	}
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	refused := func(err, want error) {
		t.Helper()
		if !errors.Is(err, want) {
			t.Fatalf("%v, want %v", err, want)
		}
	}
	memory, err := dma.NewRegion(2 * driver.PageSize)
	ok(err)
	defer memory.Close()
	signal, err := event.New()
	ok(err)
	defer signal.Close()

	_, err = d.Read32(regs.GlobalID)
	ok(err)
	_, err = d.Read32(regs.GlobalLimits)
	ok(err)
	_, err = d.Read32(regs.UnitRow(1))
	ok(err)
	_, err = d.Read32(regs.BARSize)
	refused(err, driver.ErrRange)
	ok(d.Reset())
	ok(d.Map(memory.Memory, 1<<32))
	refused(d.Map(memory.Memory, 1<<32), driver.ErrOverlap)
	refused(d.Unmap(1<<33, driver.PageSize), driver.ErrNotMapped)
	ok(d.Interrupt(1, signal.FD()))
	ok(driver.Write64(d, regs.QueueSQBase(1), 1<<32|0x40))
	ok(d.Write32(regs.QueueControl(1), regs.QueueControlEnableMask|regs.QueueControlAbortMask))
	_, err = driver.Read64(d, regs.CounterUnitJobs(1))
	ok(err)
	ok(d.Write32(regs.GlobalIntrEnable, 0xf))
	ok(d.Write32(regs.GlobalIntrTest, 1<<1))
	if fired, err := signal.Wait(time.Minute); !fired || err != nil {
		t.Fatal(fired, err)
	}

	var sent [regs.SubmissionSize]byte
	(&regs.Submission{Kernel: regs.KernelSecp256k1Verify, Opcode: regs.OpcodeRun, Inexact: 1, Rules: regs.RuleLowS, Tag: 3, Generation: 7,
		Lo: 5, Hi: 25, MessageBytes: 900, In: 0x100000040, Ends: 0x100000080, Messages: 0x1000000c0, Verdict: 0x100000100, Out: 0x100000140}).Put(&sent)
	d.Submitted(1, sent)
	ok(d.Write32(regs.DoorbellSQTail(1), 4))
	done := regs.Completion{ID: 7<<16 | 3, Status: regs.StatusOk, Queue: 1, SQHead: 4, Decided: 20, Stamp: 123456, Cycles: 1320, Phase: 1}
	var got [regs.CompletionSize]byte
	stale := done
	stale.ID = 6<<16 | 3
	stale.Put(&got)
	d.Completed(1, got, ring.Stale)
	done.Put(&got)
	d.Completed(1, got, ring.Believed)
	d.Completed(1, got, ring.Duplicate)
	ok(d.Write32(regs.DoorbellCQHead(1), 1))
	(&regs.Submission{Opcode: regs.OpcodeNop, Tag: 3, Generation: 8}).Put(&sent)
	d.Submitted(1, sent)
	(&regs.Completion{ID: 8<<16 | 3, Status: regs.StatusDMARead, Queue: 1, Detail: 6, Stamp: 123999, Cycles: 40, Phase: 1}).Put(&got)
	d.Completed(1, got, ring.Believed)
	(&regs.Submission{Opcode: 9, Tag: 4, Rules: regs.RuleTAI | 1<<30}).Put(&sent)
	d.Submitted(0, sent) // nothing answers

	ok(d.Unmap(1<<32, 2*driver.PageSize))
	ok(d.Interrupt(1, -1))
	d.sink.put(&Record{Type: Lost, Words: [4]uint64{12}})
	ok(d.Close())
	refused(d.Reset(), driver.ErrClosed)
	ok(d.Err())
	return file.Bytes()
}

// tshark runs the program with the dissector on a file, or skips the test.
func tshark(t *testing.T, file []byte, args ...string) string {
	t.Helper()
	path, err := exec.LookPath("tshark")
	if err != nil {
		if os.Getenv("SLUICE_REQUIRE_SIM") == "1" {
			t.Fatal("SLUICE_REQUIRE_SIM=1, but there is no tshark: run scripts/setup-trace.sh")
		}
		t.Skip("no tshark here: scripts/setup-trace.sh installs it")
	}
	name := filepath.Join(t.TempDir(), "session.pcapng")
	if err := os.WriteFile(name, file, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(path, append([]string{"-n", "-2", "-r", name, "-X", "lua_script:zsluice.lua"}, args...)...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "TZ=UTC", "LC_ALL=C") // nobody's preferences
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil || strings.Contains(errs.String(), "Lua") {
		t.Fatalf("%v\n%s", err, errs.Bytes())
	}
	return out.String()
}

// TestDissector: the dissector says of a session what testdata/session.txt does: a line for each record, then the details.
func TestDissector(t *testing.T) {
	file := session(t)
	lines := tshark(t, file, "-o", `gui.column.format:"No.","%m","Time","%t","From","%s","To","%d","What","%i"`)
	details := tshark(t, file, "-O", "sluice")
	var got strings.Builder
	for _, l := range strings.Split(lines+"\n"+details, "\n") {
		if !strings.HasPrefix(l, "Frame ") { // sizes and interfaces: each version of tshark says it in its own way
			got.WriteString(strings.TrimRight(l, " ") + "\n")
		}
	}
	const golden = "testdata/session.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		g, w := strings.Split(got.String(), "\n"), strings.Split(string(want), "\n")
		for i := range max(len(g), len(w)) {
			if i >= len(g) || i >= len(w) || g[i] != w[i] {
				t.Fatalf("differs from %s (go test -run Dissector -update) at line %d:\n%s\nwant\n%s", golden, i+1, strings.Join(g[i:min(i+3, len(g))], "\n"), strings.Join(w[i:min(i+3, len(w))], "\n"))
			}
		}
	}
}

// TestSections: devices that are recorded to one file one after another, as when a simulator comes back, are sections of it.
func TestSections(t *testing.T) {
	one := session(t)
	out := tshark(t, append(append([]byte{}, one...), one...), "-T", "fields", "-e", "sluice.number", "-e", "sluice.request_in")
	lines := strings.Split(strings.TrimRight(out, "\n"), "\n")
	if len(lines) != 62 || lines[21] != "22\t19" || lines[31+21] != "22\t50" {
		t.Errorf("%d lines\n%s", len(lines), out)
	}
}

// TestMalformed: whatever a packet holds, the dissector says that it is no record, and has no error of its own.
func TestMalformed(t *testing.T) {
	var file bytes.Buffer
	s, err := newSink(&file, driver.Info{Name: "garbage", Transport: "test"}, 1<<12, steady())
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	bad, n := 0, 1000
	for i := range n {
		b := make([]byte, r.IntN(MaxSize))
		if i%4 != 0 {
			b = make([]byte, MaxSize)
			x := Record{Type: Type(1 + r.IntN(int(Lost))), Tail: make([]byte, maxTail), Words: [4]uint64{r.Uint64(), r.Uint64(), r.Uint64(), r.Uint64()}}
			b = b[:x.put(b)]
			if i%4 != 1 {
				b = b[:r.IntN(len(b)+1)]
			}
		}
		for j := range b {
			if j > 1 || i%4 == 0 {
				b[j] = byte(r.Uint32())
			}
		}
		if len(b) > 1 && b[1] == byte(Info) {
			b = bytes.ReplaceAll(b, []byte("\n"), []byte(" ")) // a line for each packet
		}
		if len(b) == 0 {
			b = []byte{Version} // no dissector is called for nothing
		}
		if _, err := Parse(b); err != nil {
			bad++
		}
		s.mu.Lock()
		x := &s.ring[(s.first+s.held)%len(s.ring)]
		x.n = copy(x.b[:], b)
		s.held++
		s.mu.Unlock()
	}
	s.close()
	out := tshark(t, file.Bytes(), "-o", `gui.column.format:"What","%i"`)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	said := strings.Count(out, "not a record of this version")
	if len(lines) != n || said != bad || bad < 100 || bad > 900 {
		t.Errorf("%d lines for %d packets; %d are no records, the dissector says so of %d", len(lines), n, bad, said)
	}
	if details := tshark(t, file.Bytes(), "-O", "sluice"); strings.Contains(details, "Lua Error") || strings.Contains(details, "Malformed Packet") {
		t.Error("the dissector failed")
	}
}
