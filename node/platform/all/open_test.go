package all

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

func packed(t testing.TB, data string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(data)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// hello is "hello\n" by bzip2.
const hello = "BZh91AY&SY\xc1\xc0\x80\xe2\x00\x00\x01A\x00\x00\x10\x02D\xa0\x000\xcd\x00\xc3F)\x97\x17rE8P\x90\xc1\xc0\x80\xe2"

func TestUnpack(t *testing.T) {
	flip := func(p []byte, at int) []byte {
		p = bytes.Clone(p)
		p[(at+len(p))%len(p)] ^= 0x55
		return p
	}
	one := packed(t, "hello\n")
	long := packed(t, strings.Repeat("0123456789abcdef", 1<<14))
	for _, c := range []struct {
		name   string
		data   []byte
		want   string
		reason string // of the error, if there is one
	}{
		{"empty", nil, "", ""},
		{"plain", []byte("hello\n"), "hello\n", ""},
		{"one byte", []byte("h"), "h", ""},
		{"the first byte of gzip", []byte{0x1f}, "\x1f", ""},
		{"gzip of another method", []byte{0x1f, 0x8b, 7, 0}, "\x1f\x8b\x07\x00", ""},
		{"bzip2 of no size", []byte("BZh0x"), "BZh0x", ""},
		{"bzip2 of no size", []byte("BZhello"), "BZhello", ""},
		{"gzip", one, "hello\n", ""},
		{"gzip of nothing", packed(t, ""), "", ""},
		{"gzip, two members", append(bytes.Clone(one), packed(t, "world\n")...), "hello\nworld\n", ""},
		{"gzip in gzip is unpacked once", packed(t, string(one)), string(one), ""},
		{"bzip2", []byte(hello), "hello\n", ""},
		{"bzip2, two streams", []byte(hello + hello), "hello\nhello\n", ""},

		{"gzip, only its magic", one[:3], "", "gzip: unexpected EOF"},
		{"gzip, cut in the data", one[:15], "", "gzip: unexpected EOF"},
		{"gzip, cut in the checksum", one[:len(one)-1], "hello\n", "gzip: unexpected EOF"},
		{"gzip, cut in the second member", append(bytes.Clone(one), one[:12]...), "hello\n", "gzip: unexpected EOF"},
		{"gzip, data changed", flip(long, 40), "", "gzip: "},
		{"gzip, checksum changed", flip(one, -8), "hello\n", "gzip: invalid checksum"},
		{"gzip, length changed", flip(one, -1), "hello\n", "gzip: invalid checksum"},
		{"gzip, garbage behind it", append(bytes.Clone(one), "garbage garbage"...), "hello\n", "gzip: invalid header"},
		{"bzip2, only its magic", []byte(hello[:4]), "", "bzip2: unexpected EOF"},
		{"bzip2, cut", []byte(hello[:30]), "", "bzip2: unexpected EOF"},
		{"bzip2, block magic changed", flip([]byte(hello), 5), "", "bzip2: bzip2 data invalid"},
		{"bzip2, checksum changed", flip([]byte(hello), 11), "", "bzip2: bzip2 data invalid"},
		{"bzip2, garbage behind it", []byte(hello + "garbage"), "hello\n", "bzip2: bzip2 data invalid"},
	} {
		t.Run(c.name, func(t *testing.T) {
			src, err := Unpack("name", iotest.OneByteReader(bytes.NewReader(c.data)))
			var got []byte
			if err == nil {
				got, err = io.ReadAll(src)
			}
			if c.reason == "" {
				if err != nil || string(got) != c.want {
					t.Fatalf("%q, %v; want %q", got, err, c.want)
				}
				return
			}
			var parse *platform.ParseError
			if !errors.As(err, &parse) || parse.File != "name" || !strings.Contains(err.Error(), c.reason) {
				t.Fatalf("%q, %v; want name: … %s", got, err, c.reason)
			}
			if parse.Offset < 0 || !strings.HasPrefix(string(got), c.want) {
				t.Errorf("%q before the error at %d, want %q", got, parse.Offset, c.want)
			}
		})
	}
}

func TestUnpackReaderError(t *testing.T) {
	broken := errors.New("broken")
	for _, data := range []string{"", "plain", string(packed(t, strings.Repeat("x", 1000))[:20]), hello[:20]} {
		src, err := Unpack("name", io.MultiReader(strings.NewReader(data), iotest.ErrReader(broken)))
		if err == nil {
			_, err = io.ReadAll(src)
		}
		var parse *platform.ParseError
		if !errors.Is(err, broken) || errors.As(err, &parse) {
			t.Errorf("%q: %v; want the reader's error, which is no parse error", data, err)
		}
	}
}

func TestOpen(t *testing.T) {
	dir := t.TempDir()
	for name, base := range map[string]string{"a.hex": "a.hex", "b.hex.gz": "b.hex", "c.bz2": "c"} {
		path := filepath.Join(dir, name)
		data := map[string][]byte{"a.hex": []byte("hello\n"), "b.hex.gz": packed(t, "hello\n"), "c.bz2": []byte(hello)}[name]
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(f)
		if err != nil || string(got) != "hello\n" || f.Base != base || f.File != path {
			t.Errorf("%s: %q, %v, base %q, name %q", name, got, err, f.Base, f.File)
		}
		if at, err := f.Raw.Seek(0, io.SeekCurrent); err != nil || at != int64(len(data)) {
			t.Errorf("%s: the packed file is at %d of %d, %v", name, at, len(data), err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), "folder") {
		t.Errorf("a folder: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("an absent file: %v", err)
	}
	bad := filepath.Join(dir, "bad.gz")
	if err := os.WriteFile(bad, []byte{0x1f, 0x8b, 8}, 0o600); err != nil {
		t.Fatal(err)
	}
	var parse *platform.ParseError
	if _, err := Open(bad); !errors.As(err, &parse) || parse.File != bad {
		t.Errorf("a broken header: %v", err)
	}
}

// TestCutPackages verifies chain data whose packing is cut: no platform takes the end of the package for the end of
// the file.
func TestCutPackages(t *testing.T) {
	for _, name := range examples {
		data := packed(t, string(vectors.Read(t, name)))
		for _, cut := range []int{1, 4, 8, 9, 20} {
			src, err := Unpack(name, bytes.NewReader(data[:len(data)-cut]))
			if err != nil {
				t.Fatal(err)
			}
			r, err := ByName(owner(name)).Verify(context.Background(), allValid{}, src, platform.Options{})
			if err == nil || !strings.Contains(err.Error(), name) {
				t.Errorf("%s without its last %d packed bytes: %+v, %v", name, cut, r, err)
			}
		}
	}
}

// TestBomb unpacks 256 MiB of zeros, which are 256 KiB packed: every platform gives up early.
func TestBomb(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	zeros := make([]byte, 1<<20)
	for range 1 << 8 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for _, p := range Platforms {
		t.Run(p.Name, func(t *testing.T) {
			src, err := Unpack("bomb", bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err = p.Verify(context.Background(), allValid{}, src, platform.Options{})
			runtime.ReadMemStats(&after)
			var parse *platform.ParseError
			if !errors.As(err, &parse) {
				t.Errorf("%v; want a ParseError", err)
			}
			if used := (after.TotalAlloc - before.TotalAlloc) >> 20; used > 100 {
				t.Errorf("%d MiB allocated", used)
			}
		})
	}
}
