// Package platform turns the data of real blockchains into batches and verdicts back into statements about
// blocks. Each platform has a folder below this one; package node/platform/all lists them and guesses which
// one a file belongs to.
//
// A platform decodes with the libraries of its chain, sends every hash, signature and proof that has a kernel
// through an [Engine], and reports what it found in a [Report]. It does not print.
package platform

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/sluice-engine/sluice/kernels"
)

// Engine decides batches; *engine.Engine is one.
type Engine interface {
	// Run sets every verdict of b, or returns an error.
	Run(ctx context.Context, b *kernels.Batch) error
}

// Platform is one blockchain, or another source of jobs.
type Platform struct {
	Name string // "bitcoin"

	// Sniff tells whether a file looks like this platform's. head is its beginning, unpacked, at most
	// SniffBytes; name its base name without .gz or .bz2, which may help but is never enough.
	Sniff func(head []byte, name string) Confidence

	// Verify reads the source to its end and decides everything in it that can be decided. Data that cannot
	// be parsed is a *[ParseError]; the report then holds what was decided before it. Data that can be
	// parsed and is wrong is no error: the report says so. Other errors are those of reading and of the
	// engine. Memory does not grow with what a file claims, only with what it holds.
	Verify func(ctx context.Context, e Engine, src *Source, opt Options) (*Report, error)
}

// SniffBytes is how much of a file Sniff sees at most.
const SniffBytes = 64 << 10

// Confidence is how sure Sniff is.
type Confidence int

const (
	No     Confidence = iota // it is not
	Maybe                    // the shape fits, nothing speaks against it
	Likely                   // a marker of the format is there
	Sure                     // a magic number, or a decoded structure that checks
)

// Source is one input, already unpacked. It counts what was read, for errors and progress.
type Source struct {
	File   string // for messages
	r      *bufio.Reader
	offset int64
}

// NewSource reads from r; file is its name in messages.
func NewSource(file string, r io.Reader) *Source {
	return &Source{File: file, r: bufio.NewReaderSize(r, SniffBytes)}
}

// Read implements io.Reader.
func (s *Source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.offset += int64(n)
	return n, err
}

// ReadByte implements io.ByteReader.
func (s *Source) ReadByte() (byte, error) {
	c, err := s.r.ReadByte()
	if err == nil {
		s.offset++
	}
	return c, err
}

// Peek shows the next n bytes, at most SniffBytes, without reading them; fewer with an error at the end.
func (s *Source) Peek(n int) ([]byte, error) { return s.r.Peek(n) }

// Buffered shows the next bytes, as many as are in memory.
func (s *Source) Buffered() []byte {
	p, _ := s.r.Peek(s.r.Buffered()) // so many are there
	return p
}

// Skip reads n bytes that Peek or Buffered has shown.
func (s *Source) Skip(n int) error {
	n, err := s.r.Discard(n)
	s.offset += int64(n)
	return err
}

// Offset is the number of bytes read so far, in the unpacked data.
func (s *Source) Offset() int64 { return s.offset }

// Errorf makes a ParseError of this source at an offset.
func (s *Source) Errorf(offset int64, format string, a ...any) error {
	return &ParseError{File: s.File, Offset: offset, Err: fmt.Errorf(format, a...)}
}

// ErrTooLarge: a structure claims or has more bytes than its platform allows.
var ErrTooLarge = errors.New("too large")

// ReadAll reads the rest of the source, at most limit bytes; more is a ParseError with ErrTooLarge.
func (s *Source) ReadAll(limit int64) ([]byte, error) {
	start := s.offset
	data, err := io.ReadAll(io.LimitReader(s, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, s.Errorf(start, "%w: more than %d bytes", ErrTooLarge, limit)
	}
	return data, nil
}

// ParseError is data that is not what its format asks for.
type ParseError struct {
	File   string
	Offset int64 // bytes from the beginning of the unpacked data; -1 where the decoder does not tell
	Err    error
}

func (e *ParseError) Error() string {
	if e.Offset < 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s: offset %d: %v", e.File, e.Offset, e.Err)
}

func (e *ParseError) Unwrap() error { return e.Err }

// Range is numbers from From to before To; To 0 means no end. The zero value is all of them.
type Range struct{ From, To int64 }

// Options of one Verify. The zero value is usable.
type Options struct {
	// Prevouts is the side file, already unpacked: the outputs that a Bitcoin block spends (undo data, CSV,
	// utxostore), the validators of a Cosmos commit, the transactions of Solana's entries, or the participation keys
	// of Algorand's voters; nil where none was given.
	Prevouts *Source

	// Verdict is called for each line of a job file, in order, with whether the verdict was valid.
	Verdict func(valid bool)

	// Blocks are the ones to decide, by their place in the source; the zero value means all. Only Bitcoin has it.
	Blocks Range

	// Block is called after each decided block with the bytes of the source read so far, for progress.
	Block func(offset int64)

	// BatchJobs is the number of jobs that are collected before the engine is asked; 0 means a sensible default.
	BatchJobs int
}
