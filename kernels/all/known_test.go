package all

import (
	"bytes"
	"io"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
)

// plainHash tells the kernels that hash whatever they are given: every job is valid.
func plainHash(k *kernels.Kernel) bool { return k.ID < kernels.SHA256dPoW }

// each runs the test for every kernel and rule.
func each(t *testing.T, run func(t *testing.T, k *kernels.Kernel, rule kernels.Flags)) {
	for _, k := range Kernels {
		for _, rule := range k.Rules {
			name := k.Name
			if rule != 0 {
				name += "/" + rule.String()
			}
			t.Run(name, func(t *testing.T) { run(t, k, rule) })
		}
	}
}

// implementations are what decides jobs.
var implementations = []struct {
	name   string
	decide func(b *kernels.Batch, lo, hi int)
}{
	{"Ref", func(b *kernels.Batch, lo, hi int) { b.Kernel().Ref(b, lo, hi) }},
	{"Run", func(b *kernels.Batch, lo, hi int) { b.Kernel().Run(b, lo, hi) }},
}

// spoil leaves rubbish in verdicts and outputs, all of which a kernel writes.
func spoil(b *kernels.Batch) {
	for i := range b.Len() {
		b.SetVerdict(i, 0xee)
	}
	for i := range b.Outs() {
		b.Outs()[i] = 0xa5
	}
}

// compare reports jobs of [lo,hi) whose verdict or output is not as wanted.
func compare(t *testing.T, name string, got, want *kernels.Batch, lo, hi int) {
	t.Helper()
	for i := lo; i < hi; i++ {
		if got.Verdict(i) != want.Verdict(i) {
			t.Errorf("%s: job %d is %v, want %v", name, i, got.Verdict(i), want.Verdict(i))
		}
		if !bytes.Equal(got.Out(i), want.Out(i)) {
			t.Errorf("%s: job %d: out\n%x, want\n%x", name, i, got.Out(i), want.Out(i))
		}
	}
}

// TestKnown: Ref and Run reproduce the known answers of every kernel and rule.
func TestKnown(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		known := k.Known(rule)
		n := known.Len()
		if known.Kernel() != k || known.Flags() != rule || n == 0 {
			t.Fatalf("Known gives %d jobs of %s, rule %q", n, known.Kernel().Name, known.Flags())
		}
		count := map[kernels.Verdict]int{}
		for i := range n {
			count[known.Verdict(i)]++
			if known.Verdict(i) == kernels.Invalid && len(bytes.Trim(known.Out(i), "\x00")) != 0 {
				t.Errorf("job %d is invalid and has the output %x", i, known.Out(i))
			}
		}
		t.Logf("%d jobs, %d valid, %d invalid", n, count[kernels.Valid], count[kernels.Invalid])
		if count[kernels.Valid] == 0 || count[kernels.Valid]+count[kernels.Invalid] != n {
			t.Errorf("verdicts of known jobs: %v", count)
		}
		if (count[kernels.Invalid] == 0) != plainHash(k) {
			t.Errorf("%d invalid known jobs", count[kernels.Invalid])
		}
		if n > 100 || known.MessageBytes() > 1<<16 {
			t.Errorf("%d jobs with %d message bytes are not few", n, known.MessageBytes())
		}
		for _, impl := range implementations {
			b := k.Known(rule)
			spoil(b)
			impl.decide(b, 0, n)
			compare(t, impl.name, b, known, 0, n)
		}
	})
}

// TestKnownFresh: each call of Known gives a batch of its own.
func TestKnownFresh(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		a, want := k.Known(rule), k.Known(rule)
		spoil(a)
		for _, p := range [][]byte{a.Rows(), a.Messages()} {
			clear(p)
		}
		b := k.Known(rule)
		compare(t, "Known", b, want, 0, want.Len())
		if !bytes.Equal(b.Rows(), want.Rows()) || !bytes.Equal(b.Messages(), want.Messages()) {
			t.Error("jobs changed")
		}
	})
}

// TestSpans: a span is decided wholly and nothing beside it, whatever its bounds; an empty one changes nothing.
func TestSpans(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		known := k.Known(rule)
		n := known.Len()
		jobs := bytes.Clone(known.Region())
		for _, impl := range implementations {
			for _, span := range [][2]int{{0, 0}, {n, n}, {0, 1}, {n - 1, n}, {1, n - 1}, {n / 2, n/2 + 1}} {
				lo, hi := span[0], span[1]
				b, untouched := k.Known(rule), k.Known(rule)
				spoil(b)
				spoil(untouched)
				impl.decide(b, lo, hi)
				compare(t, impl.name, b, known, lo, hi)
				compare(t, impl.name+", before the span", b, untouched, 0, lo)
				compare(t, impl.name+", after the span", b, untouched, hi, n)
				if !bytes.Equal(b.Rows(), known.Rows()) || !bytes.Equal(b.Messages(), known.Messages()) || !bytes.Equal(b.Ends(), known.Ends()) {
					t.Errorf("%s changed the jobs", impl.name)
				}
			}
		}
		if !bytes.Equal(known.Region(), jobs) {
			t.Error("another batch changed")
		}
	})
}

// TestConcurrent: spans of one batch are decided by several goroutines at once (mostly for the race detector).
func TestConcurrent(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		known, b := k.Known(rule), k.Known(rule)
		spoil(b)
		done := make(chan struct{})
		for i := range b.Len() {
			go func() {
				k.Run(b, i, i+1)
				done <- struct{}{}
			}()
		}
		for range b.Len() {
			<-done
		}
		compare(t, "Run", b, known, 0, b.Len())
	})
}

// TestShadow: a shadow is decided like its batch, which stays as it was.
func TestShadow(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		known, b := k.Known(rule), k.Known(rule)
		b.Unset(0, b.Len())
		s := b.Shadow()
		k.Run(s, 0, s.Len())
		compare(t, "shadow", s, known, 0, s.Len())
		for i := range b.Len() {
			if b.Verdict(i) != kernels.Unset || len(bytes.Trim(b.Out(i), "\x00")) != 0 {
				t.Errorf("job %d of the batch: %v, out %x", i, b.Verdict(i), b.Out(i))
			}
		}
	})
}

// TestFile: a batch of every kernel is written, read and decided as before.
func TestFile(t *testing.T) {
	var file bytes.Buffer
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		if _, err := k.Known(rule).WriteTo(&file); err != nil {
			t.Fatal(err)
		}
	})
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		b, err := kernels.Read(&file, ByID, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		known := k.Known(rule)
		if b.Kernel() != k || b.Flags() != rule || b.Len() != known.Len() {
			t.Fatalf("read %d jobs of %s %q", b.Len(), b.Kernel().Name, b.Flags())
		}
		compare(t, "read", b, known, 0, b.Len())
		spoil(b)
		k.Run(b, 0, b.Len())
		compare(t, "Run", b, known, 0, b.Len())
	})
	if _, err := kernels.Read(&file, ByID, 0); err != io.EOF {
		t.Errorf("at the end: %v", err)
	}
}

// TestAllocations: appending and hashing cost no allocation per job. What the libraries of the signature kernels
// allocate per job is only logged.
func TestAllocations(t *testing.T) {
	const few, many = 2, 66
	for _, k := range Kernels {
		t.Run(k.Name, func(t *testing.T) {
			known := k.Known(k.Default())
			b := kernels.New(k, k.Default(), many, known.MessageBytes()*many)
			add := func() {
				if err := b.Reset(); err != nil {
					t.Fatal(err)
				}
				for i := range many {
					from := i % min(known.Len(), 4)
					row, err := b.Add(known.Message(from))
					if err != nil {
						t.Fatal(err)
					}
					copy(row, known.Row(from))
				}
			}
			if n := testing.AllocsPerRun(5, add); n != 0 {
				t.Errorf("Add: %v allocations for %d jobs", n, many)
			}
			base := testing.AllocsPerRun(5, func() { k.Run(b, 0, few) })
			all := testing.AllocsPerRun(5, func() { k.Run(b, 0, many) })
			t.Logf("Run: %v allocations for %d jobs, %v for %d", base, few, all, many)
			if all > base && k.ID < kernels.Ed25519Verify {
				t.Error("Run allocates per job")
			}
		})
	}
}

// TestMalformed: rows and messages of all zeros, of all ones and of nothing are decided without a panic, and alike by
// Ref and Run, with zero outputs where they are invalid.
func TestMalformed(t *testing.T) {
	each(t, func(t *testing.T, k *kernels.Kernel, rule kernels.Flags) {
		fills := []byte{0x00, 0x01, 0x7f, 0x80, 0xff}
		arena := 0
		if k.Message {
			arena = 3 * len(fills)
		}
		b := kernels.New(k, rule, len(fills), arena)
		for i, c := range fills {
			var message []byte
			if k.Message {
				message = bytes.Repeat([]byte{c}, i%4)
			}
			row, err := b.Add(message)
			if err != nil {
				t.Fatal(err)
			}
			for j := range row {
				row[j] = c
			}
			if k.ID == kernels.SHA256dPoW {
				row[116+1], row[116+2], row[116+3] = 0, 0, 0 // a count that ends
			}
			if k.ID == kernels.SHA256Chain {
				row[96+1], row[96+2], row[96+3] = 0, 0, 0
			}
		}
		spoil(b)
		k.Ref(b, 0, b.Len())
		for i := range b.Len() {
			if v := b.Verdict(i); v != kernels.Valid && v != kernels.Invalid || v == kernels.Invalid && len(bytes.Trim(b.Out(i), "\x00")) != 0 {
				t.Errorf("job of %#x: %v, out %x", fills[i], v, b.Out(i))
			}
		}
		s := b.Shadow()
		spoil(s)
		k.Run(s, 0, s.Len())
		compare(t, "Run against Ref", s, b, 0, b.Len())
	})
}
