package all

import (
	"bufio"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/sluice-engine/sluice/node/platform"
)

// File is an open source, read through gzip or bzip2 if it is packed.
type File struct {
	*platform.Source
	Raw  *os.File // the packed file, for its size and position
	Base string   // base name without .gz or .bz2, for Guess
}

// Open opens a regular file or a pipe. A folder is an error.
func Open(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil {
		f.Close()
		return nil, err
	} else if info.IsDir() {
		f.Close()
		return nil, fmt.Errorf("%s: is a folder; name the files in it", path)
	}
	src, err := Unpack(path, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	base := filepath.Base(path)
	for _, packed := range []string{".gz", ".bz2"} {
		base = strings.TrimSuffix(base, packed)
	}
	return &File{Source: src, Raw: f, Base: base}, nil
}

// Close closes the file.
func (f *File) Close() error { return f.Raw.Close() }

// Unpack makes a source of r, whose name in messages is name. What begins like gzip or bzip2 is unpacked as it is read, so
// memory does not grow with it. What is packed wrongly is a *platform.ParseError when it is read.
func Unpack(name string, r io.Reader) (*platform.Source, error) {
	in := bufio.NewReaderSize(r, platform.SniffBytes)
	head, err := in.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	switch {
	case len(head) >= 3 && head[0] == 0x1f && head[1] == 0x8b && head[2] == 8: // RFC 1952, section 2.3.1
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, &platform.ParseError{File: name, Offset: 0, Err: fmt.Errorf("gzip: %w", err)}
		}
		return platform.NewSource(name, &unpacked{r: z, file: name, form: "gzip"}), nil
	case len(head) == 4 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9':
		return platform.NewSource(name, &unpacked{r: bzip2.NewReader(in), file: name, form: "bzip2"}), nil
	}
	return platform.NewSource(name, in), nil
}

// unpacked turns errors of the packing into parse errors; its offsets are those of the unpacked data.
type unpacked struct {
	r          io.Reader
	file, form string
	offset     int64
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	u.offset += int64(n)
	if err == nil || err == io.EOF {
		return n, err
	}
	var structural bzip2.StructuralError
	if errors.Is(err, gzip.ErrChecksum) || errors.Is(err, gzip.ErrHeader) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &structural) || strings.HasPrefix(err.Error(), "flate: ") {
		err = &platform.ParseError{File: u.file, Offset: u.offset, Err: fmt.Errorf("%s: %w", u.form, err)}
	}
	return n, err
}
