package platform

import (
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

func TestReadLine(t *testing.T) {
	long := strings.Repeat("x", 2*SniffBytes)
	for _, c := range []struct {
		name, data string
		limit      int
		want       []string
		err        error
	}{
		{"empty", "", 10, nil, io.EOF},
		{"one, no end", "abc", 3, []string{"abc"}, io.EOF},
		{"ends", "a\nb\r\n\n\r\nc", 3, []string{"a", "b", "", "", "c"}, io.EOF},
		{"a CR inside stays", "a\rb\n\r", 3, []string{"a\rb", "\r"}, io.EOF},
		{"at the limit", "abc\r\nabcd\n", 3, []string{"abc"}, ErrTooLarge},
		{"one over, no end", "abcd", 3, nil, ErrTooLarge},
		{"over the buffer", long + "\nz", len(long), []string{long, "z"}, io.EOF},
		{"far over the limit", long, 5, nil, ErrTooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewSource("f", strings.NewReader(c.data))
			for _, want := range c.want {
				got, err := s.ReadLine(c.limit)
				if err != nil || string(got) != want {
					t.Fatalf("line %q, %v; want %q", got, err, want)
				}
			}
			if got, err := s.ReadLine(c.limit); !errors.Is(err, c.err) {
				t.Fatalf("line %q, %v; want %v", got, err, c.err)
			}
			if c.err == io.EOF && s.Offset() != int64(len(c.data)) {
				t.Errorf("offset %d, want %d", s.Offset(), len(c.data))
			}
		})
	}
}

func TestReadLineReaderError(t *testing.T) {
	broken := errors.New("broken")
	s := NewSource("f", io.MultiReader(strings.NewReader("half a li"), iotest.ErrReader(broken)))
	if got, err := s.ReadLine(100); !errors.Is(err, broken) {
		t.Fatalf("line %q, %v; want the reader's error", got, err)
	}
}
