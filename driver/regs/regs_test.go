package regs

import (
	"encoding/binary"
	"math/rand/v2"
	"testing"
)

// TestSubmission: the bytes are where the manual says, and come back.
func TestSubmission(t *testing.T) {
	want := Submission{Kernel: KernelEd25519Verify, Opcode: OpcodeRun, Inexact: 1, Rules: RuleZIP215, Tag: 0x1122, Generation: 0x3344,
		Lo: 5, Hi: 7, MessageBytes: 9, In: 1 << 40, Ends: 2 << 40, Messages: 3 << 40, Verdict: 4 << 40, Out: 5<<40 | 64}
	var p [SubmissionSize]byte
	want.Put(&p)
	le := binary.LittleEndian
	for i, w := range []uint32{0x01010010, 2, 0x33441122, 5, 7, 9, 0, 1 << 8, 0, 2 << 8, 0, 3 << 8, 0, 4 << 8, 64, 5 << 8} {
		if got := le.Uint32(p[4*i:]); got != w {
			t.Errorf("word %d is %#x, want %#x", i, got, w)
		}
	}
	var got Submission
	if !got.Get(&p) || got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	p[3] |= 0x80 // no field
	if got.Get(&p) {
		t.Error("a bit without a name passed")
	}
}

// TestCompletion: whatever is put comes back; a bit that no field names is seen.
func TestCompletion(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		want := Completion{ID: r.Uint32(), Status: uint8(r.Uint32()), Queue: uint8(r.Uint32()), SQHead: uint16(r.Uint32()),
			Decided: r.Uint32(), Detail: r.Uint32(), Stamp: r.Uint64(), Cycles: r.Uint32(), Phase: uint8(r.Uint32() & 1)}
		var p [CompletionSize]byte
		want.Put(&p)
		var got Completion
		if !got.Get(&p) || got != want {
			t.Fatalf("%+v, want %+v", got, want)
		}
		if p[CompletionSize-4]&1 != want.Phase {
			t.Fatal("the phase is not in the last word")
		}
		p[CompletionSize-1-r.IntN(3)] |= 1 << r.IntN(8)
		if got.Get(&p) {
			t.Fatal("a bit without a name passed")
		}
	}
}

// TestMap: registers do not overlap, lie in the BAR, and the reset of the id reads as letters.
func TestMap(t *testing.T) {
	taken := map[uint32]string{}
	for _, r := range Map {
		for b := range r.Blocks {
			for i := range r.Count * r.Width / 32 {
				at := r.Offset + uint32(b*r.Stride+4*i)
				if at >= BARSize || taken[at] != "" {
					t.Fatalf("%s at %#x is taken by %q or outside", r.Name, at, taken[at])
				}
				taken[at] = r.Name
			}
		}
	}
	for at, want := range map[uint32]string{GlobalID: "global.id", DoorbellSQTail(7): "doorbell.sq_tail", QueueCQBase(3): "queue.cq_base",
		CounterUnitJobs(31): "counter.unit_jobs", UnitRow(2): "unit.row", GlobalKernels(3): "global.kernels"} {
		if taken[at] != want {
			t.Errorf("%#x is %q, want %q", at, taken[at], want)
		}
	}
	if DoorbellSQTail(1)-DoorbellSQTail(0) != PageSize {
		t.Error("doorbells share a page")
	}
}

func TestStatusName(t *testing.T) {
	for s, want := range map[uint8]string{StatusOk: "ok", StatusDMARead: "dma_read", 0: "", 0xff: ""} {
		if got := StatusName(s); got != want {
			t.Errorf("status %#x is %q, want %q", s, got, want)
		}
	}
}

// TestWords: the lists of words fill their entries, and say where Put puts a field.
func TestWords(t *testing.T) {
	for name, c := range map[string]struct {
		words []Word
		size  int
	}{"submission": {SubmissionWords, SubmissionSize}, "completion": {CompletionWords, CompletionSize}} {
		end := 0
		for _, w := range c.words {
			if w.Offset != end {
				t.Errorf("%s %s at %#x, want %#x", name, w.Name, w.Offset, end)
			}
			end += w.Width / 8
		}
		if end != c.size {
			t.Errorf("%s has %d bytes of words, want %d", name, end, c.size)
		}
	}
	e := Completion{Status: 0xff}
	var p [CompletionSize]byte
	e.Put(&p)
	if s := CompletionWords[1]; s.Name != "state" || s.Fields[0] != (Field{"status", 7, 0}) || p[s.Offset] != 0xff {
		t.Errorf("%+v, %x", s, p)
	}
	if w := SubmissionWords[0]; w.Fields[1] != (Field{"opcode", 23, 16}) || Opcodes[0] != (Number{OpcodeRun, "run"}) || Rules[len(Rules)-1] != (Number{RuleDraft03, "Draft03"}) {
		t.Errorf("%+v, %v, %v", w, Opcodes, Rules)
	}
	for _, s := range Statuses {
		if StatusName(uint8(s.Value)) != s.Name {
			t.Errorf("status %#x is %q and %q", s.Value, s.Name, StatusName(uint8(s.Value)))
		}
	}
}
