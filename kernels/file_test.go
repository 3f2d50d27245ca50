package kernels_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sluice-engine/sluice/kernels"
)

// file is the batch in its file form.
func file(t testing.TB, b *kernels.Batch) []byte {
	t.Helper()
	var w bytes.Buffer
	if n, err := b.WriteTo(&w); err != nil || n != int64(w.Len()) {
		t.Fatalf("WriteTo: %d bytes of %d, %v", n, w.Len(), err)
	}
	return w.Bytes()
}

func read(p []byte) (*kernels.Batch, error) { return kernels.Read(bytes.NewReader(p), find, 0) }

func TestRoundTrip(t *testing.T) {
	for _, k := range shapes {
		for _, n := range []int{0, 1, 2, 15, 16, 17, 64, 65, 200} {
			t.Run(fmt.Sprintf("%s/%d", k.Name, n), func(t *testing.T) {
				want := filled(t, k, n, 1)
				p := file(t, want)
				got, err := kernels.Read(iotest.OneByteReader(bytes.NewReader(p)), find, int64(len(p)))
				if err != nil {
					t.Fatal(err)
				}
				same(t, got, want)
				checkHeader(t, got)
				if got.Cap() != n || got.MessageRoom() != 0 {
					t.Errorf("capacity %d, room %d", got.Cap(), got.MessageRoom())
				}
				if !bytes.Equal(got.Region(), p) {
					t.Error("the region of a batch that was read is not the file")
				}
				if again := file(t, got); !bytes.Equal(again, p) {
					t.Error("written again it differs")
				}
				// A batch that was read can be used again.
				if err := got.Reset(); err != nil {
					t.Fatal(err)
				}
				fill(t, got, n, 2)
				same(t, got, filled(t, k, n, 2))
			})
		}
	}
}

// TestShadowFile: a shadow is written with its own verdicts and outputs.
func TestShadowFile(t *testing.T) {
	b := filled(t, everything, 9, 1)
	s := b.Shadow()
	s.SetVerdict(3, kernels.Invalid)
	s.Out(3)[0] = 0x77
	got, err := read(file(t, s))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, s)
}

// TestStream reads batches of several kernels that follow each other, and then a clean end.
func TestStream(t *testing.T) {
	var stream bytes.Buffer
	for i, k := range shapes {
		stream.Write(file(t, filled(t, k, 3*i, byte(i))))
	}
	for i, k := range shapes {
		b, err := kernels.Read(&stream, find, 0)
		if err != nil {
			t.Fatalf("batch %d: %v", i, err)
		}
		same(t, b, filled(t, k, 3*i, byte(i)))
	}
	for range 2 {
		if b, err := kernels.Read(&stream, find, 0); err != io.EOF || b != nil {
			t.Fatalf("at the end: %v", err)
		}
	}
}

// TestMutations changes each bit of each byte of the file: the batch is refused with the offset of a byte, or it is
// another batch that is written just as it was read.
func TestMutations(t *testing.T) {
	for _, k := range shapes {
		t.Run(k.Name, func(t *testing.T) {
			p := file(t, filled(t, k, 7, 1))
			refused, accepted := 0, 0
			for at := range p {
				for bit := range 8 {
					p[at] ^= 1 << bit
					b, err := read(p)
					var bad *kernels.FormatError
					switch {
					case err == nil:
						accepted++
						if again := file(t, b); !bytes.Equal(again, p) {
							t.Errorf("bit %d of byte %d: read and written it is another batch", bit, at)
						}
					case errors.As(err, &bad) && b == nil && bad.Reason != "" && bad.Offset >= 0 && bad.Offset <= int64(len(p)):
						refused++
					default:
						t.Errorf("bit %d of byte %d: %v", bit, at, err)
					}
					p[at] ^= 1 << bit
				}
			}
			if accepted == 0 && k.In+k.Out > 0 || refused == 0 {
				t.Errorf("%d mutations accepted, %d refused", accepted, refused)
			}
			t.Logf("%d bytes: %d mutations refused, %d give another batch", len(p), refused, accepted)
		})
	}
}

// TestHeaderBytes sets each byte of the header to each value. Only another kernel of the same shape, another rule, and
// another number of jobs that have no bytes but verdicts make another batch.
func TestHeaderBytes(t *testing.T) {
	for _, k := range shapes {
		p := file(t, filled(t, k, 7, 1))
		for at := range kernels.HeaderSize {
			was := p[at]
			for v := range 256 {
				p[at] = byte(v)
				b, err := read(p)
				var bad *kernels.FormatError
				if err == nil && !bytes.Equal(file(t, b), p) || err != nil && !errors.As(err, &bad) {
					t.Errorf("%s: byte %d = %#x: %v", k.Name, at, v, err)
				}
				if err == nil && byte(v) != was && at != 6 && at != 8 && (at != 12 || k.In+k.Out > 0) {
					t.Errorf("%s: byte %d = %#x instead of %#x is accepted", k.Name, at, v, was)
				}
			}
			p[at] = was
		}
	}
}

// TestTruncated cuts the file at every byte; the error tells how far it went.
func TestTruncated(t *testing.T) {
	for _, k := range shapes {
		p := file(t, filled(t, k, 7, 1))
		for n := 1; n < len(p); n++ {
			b, err := read(p[:n])
			var bad *kernels.FormatError
			if b != nil || !errors.As(err, &bad) || bad.Offset != int64(n) || !strings.Contains(bad.Reason, "ends") {
				t.Fatalf("%s, %d bytes of %d: %v", k.Name, n, len(p), err)
			}
		}
	}
}

// TestReadErrors: one case for each thing that can be wrong, with its offset.
func TestReadErrors(t *testing.T) {
	le := binary.LittleEndian
	at := func(off int, v uint32) func(p []byte) []byte {
		return func(p []byte) []byte { le.PutUint32(p[off:], v); return p }
	}
	// Of everything (7 jobs, 11 message bytes): in at 64, ends at 128, messages at 192, verdict at 256, out at 320.
	for _, c := range []struct {
		name   string
		change func(p []byte) []byte
		offset int64
		reason string
	}{
		{"magic", at(0, 0x464c457f), 0, `magic is "\x7fELF", want "SLBT"`},
		{"version", func(p []byte) []byte { p[4] = 2; return p }, 4, "format version 2, this program reads 1"},
		{"kernel", func(p []byte) []byte { p[6] = 0xff; return p }, 6, "unknown kernel 0x1ff"},
		{"rule", at(8, uint32(kernels.LowS)), 8, `test.everything has no rule set "LowS"`},
		{"too many jobs", at(12, 1<<31), 12, "2147483648 jobs"},
		{"reserved", at(20, 1), 20, "reserved word is not zero"},
		{"in", at(24, 128), 24, "section offset 128, want 64"},
		{"ends", at(32, 64), 32, "section offset 64, want 128"},
		{"messages", at(44, 1), 40, "section offset 4294967488, want 192"},
		{"verdict", at(48, 0), 48, "section offset 0, want 256"},
		{"out", at(56, 321), 56, "section offset 321, want 320"},
		{"jobs against offsets", at(12, 300), 32, "section offset 128, want 2176"},
		{"message bytes against offsets", at(16, 300), 48, "section offset 256, want 512"},
		{"message bytes against ends", at(16, 12), 16, "messages end at 11, header says 12"},
		{"ends go back", at(128+4*3, 1), 128 + 4*3, "message 3 ends at 1, after 3 and within 11 wanted"},
		{"ends beyond", at(128+4*3, 12), 128 + 4*3, "message 3 ends at 12, after 3 and within 11 wanted"},
		{"verdict 3", func(p []byte) []byte { p[256+5] = 3; return p }, 256 + 5, "verdict 3 of job 5"},
		{"padding of rows", func(p []byte) []byte { p[64+49] = 1; return p }, 64 + 49, "padding is not zero"},
		{"padding of ends", func(p []byte) []byte { p[128+28] = 1; return p }, 128 + 28, "padding is not zero"},
		{"padding of messages", func(p []byte) []byte { p[255] = 1; return p }, 255, "padding is not zero"},
		{"padding of verdicts", func(p []byte) []byte { p[256+7] = 1; return p }, 256 + 7, "padding is not zero"},
		{"padding of outputs", func(p []byte) []byte { p[320+21] = 1; return p }, 320 + 21, "padding is not zero"},
		{"cut in the header", func(p []byte) []byte { return p[:63] }, 63, "header ends after 63 of 64 bytes"},
		{"cut after the header", func(p []byte) []byte { return p[:64] }, 64, "ends early: 64 bytes of 384"},
		{"cut at the end", func(p []byte) []byte { return p[:383] }, 383, "ends early: 383 bytes of 384"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := read(c.change(file(t, filled(t, everything, 7, 1))))
			var bad *kernels.FormatError
			if !errors.As(err, &bad) || bad.Offset != c.offset || !strings.Contains(bad.Reason, c.reason) {
				t.Fatalf("error %v, want offset %d: %s", err, c.offset, c.reason)
			}
			if want := fmt.Sprintf("kernels: not a batch: offset %d: %s", bad.Offset, bad.Reason); err.Error() != want {
				t.Errorf("error reads %q", err)
			}
		})
	}
	t.Run("messages without a job", func(t *testing.T) {
		p := file(t, kernels.New(everything, 0, 0, 0))
		le.PutUint32(p[16:], 5)
		le.PutUint64(p[48:], 128)
		le.PutUint64(p[56:], 128)
		_, err := read(append(p, make([]byte, 64)...))
		var bad *kernels.FormatError
		if !errors.As(err, &bad) || bad.Offset != 16 {
			t.Errorf("error %v", err)
		}
	})
	t.Run("message bytes of a kernel without", func(t *testing.T) {
		p := file(t, filled(t, rowOnly, 1, 1))
		le.PutUint32(p[16:], 5)
		_, err := read(p)
		var bad *kernels.FormatError
		if !errors.As(err, &bad) || bad.Offset != 12 {
			t.Errorf("error %v", err)
		}
	})
}

// claim is a header that claims the jobs and message bytes, all offsets right.
func claim(k *kernels.Kernel, flags kernels.Flags, jobs, messages uint64) []byte {
	h, le := make([]byte, kernels.HeaderSize), binary.LittleEndian
	copy(h, "SLBT\x01\x00")
	le.PutUint16(h[6:], uint16(k.ID))
	le.PutUint32(h[8:], uint32(flags))
	le.PutUint32(h[12:], uint32(jobs))
	le.PutUint32(h[16:], uint32(messages))
	off := uint64(kernels.HeaderSize)
	sizes := []uint64{jobs * uint64(k.In), 0, messages, jobs}
	if k.Message {
		sizes[1] = 4 * jobs
	}
	for i := range 5 {
		le.PutUint64(h[24+8*i:], off)
		if i < len(sizes) {
			off += (sizes[i] + 63) &^ 63
		}
	}
	return h
}

// TestHugeClaims: what a header claims costs nothing until the bytes arrive, and a limit refuses it at once.
func TestHugeClaims(t *testing.T) {
	for _, c := range []struct {
		name           string
		kernel         *kernels.Kernel
		jobs, messages uint64
	}{
		{"4 GiB of messages", shapes[0], 1, 1<<32 - 1},
		{"4 GiB of rows", rowOnly, 1 << 32 / 104, 0},
		{"all jobs that there can be", everything, 1<<31 - 1, 1<<32 - 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := append(claim(c.kernel, c.kernel.Default(), c.jobs, c.messages), make([]byte, 1000)...)
			r := bytes.NewReader(p)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := kernels.Read(r, find, 0)
			runtime.ReadMemStats(&after)
			var bad *kernels.FormatError
			if !errors.As(err, &bad) || bad.Offset != int64(len(p)) {
				t.Fatalf("error %v", err)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 64<<10 {
				t.Errorf("%d bytes allocated for %d that arrived", n, len(p))
			}

			r.Reset(p)
			if _, err := kernels.Read(r, find, 1<<30); !errors.As(err, &bad) || bad.Offset != 12 || !strings.Contains(bad.Reason, "limit of 1073741824") {
				t.Errorf("with a limit: %v", err)
			}
			if r.Len() != 1000 {
				t.Errorf("with a limit: %d bytes left of 1000", r.Len())
			}
		})
	}
}

// TestLimit: the limit counts all bytes of the batch and includes itself.
func TestLimit(t *testing.T) {
	p := file(t, filled(t, everything, 7, 1))
	if _, err := kernels.Read(bytes.NewReader(p), find, int64(len(p))); err != nil {
		t.Error(err)
	}
	var bad *kernels.FormatError
	if _, err := kernels.Read(bytes.NewReader(p), find, int64(len(p))-1); !errors.As(err, &bad) {
		t.Errorf("error %v", err)
	}
}

// TestFailingReader: the reader's own error comes through, wherever it strikes.
func TestFailingReader(t *testing.T) {
	p := file(t, filled(t, everything, 7, 1))
	broken := errors.New("broken disk")
	for n := range p {
		r := io.MultiReader(bytes.NewReader(p[:n]), iotest.ErrReader(broken))
		if b, err := kernels.Read(r, find, 0); b != nil || !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %v", n, err)
		}
	}
}

// limited takes n bytes and then fails.
type limited struct {
	n    int
	fail error
}

func (w *limited) Write(p []byte) (int, error) {
	if len(p) > w.n {
		n := w.n
		w.n = 0
		return n, w.fail
	}
	w.n -= len(p)
	return len(p), nil
}

func TestFailingWriter(t *testing.T) {
	b := filled(t, everything, 7, 1)
	size, broken := len(file(t, b)), errors.New("disk full")
	for n := range size {
		if wrote, err := b.WriteTo(&limited{n, broken}); wrote != int64(n) || !errors.Is(err, broken) {
			t.Fatalf("after %d bytes: %d, %v", n, wrote, err)
		}
	}
}

// FuzzRead: whatever is accepted is written as it was read, and what follows it stays in the stream.
func FuzzRead(f *testing.F) {
	for _, k := range shapes {
		f.Add(file(f, filled(f, k, 0, 1)))
		f.Add(file(f, filled(f, k, 7, 1)))
		f.Add(claim(k, k.Default(), 1<<31-1, 0))
	}
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, p []byte) {
		r := bytes.NewReader(p)
		b, err := kernels.Read(r, find, 1<<20)
		var bad *kernels.FormatError
		switch {
		case err == io.EOF:
			if len(p) != 0 || b != nil {
				t.Fatalf("EOF after %d bytes", len(p))
			}
		case errors.As(err, &bad):
			if b != nil || bad.Offset < 0 || bad.Offset > int64(len(p)) {
				t.Fatalf("offset %d of %d bytes: %v", bad.Offset, len(p), err)
			}
		case err != nil:
			t.Fatalf("neither EOF nor a FormatError: %v", err)
		default:
			again := file(t, b)
			if !bytes.Equal(again, p[:len(p)-r.Len()]) {
				t.Fatalf("read %x\nwritten %x", p[:len(p)-r.Len()], again)
			}
			checkHeader(t, b)
		}
	})
}
