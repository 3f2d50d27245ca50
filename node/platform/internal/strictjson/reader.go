package strictjson

import (
	"encoding/json"
	"errors"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
)

// Reader takes a source apart into documents: values that follow each other, with or without white space between
// them, and the elements of lists at the top level.
type Reader struct {
	src    *platform.Source
	inList bool
	first  bool // no element of the open list was read yet
}

// NewReader reads documents from src.
func NewReader(src *platform.Source) *Reader { return &Reader{src: src} }

// Next is the next document, which is valid JSON, and its offset in the file; or io.EOF after the last one. A
// document of more than limit bytes, or text that is no JSON, is a *platform.ParseError. Memory grows with the bytes of
// the document that really arrive.
func (r *Reader) Next(limit int) (raw []byte, offset int64, err error) {
	c, err := r.begin()
	if err != nil {
		return nil, 0, err
	}
	offset = r.src.Offset() - 1
	raw, err = r.read(c, limit)
	if err != nil {
		return nil, offset, err
	}
	if !json.Valid(raw) {
		err := json.Unmarshal(raw, new(json.RawMessage))
		at := offset
		if s := (*json.SyntaxError)(nil); errors.As(err, &s) {
			at += max(0, s.Offset-1) // of the byte after which it stands
		}
		return nil, offset, r.src.Errorf(at, "not JSON: %w", err)
	}
	return raw, offset, nil
}

// begin is the first byte of the next document. It enters and leaves lists at the top level.
func (r *Reader) begin() (byte, error) {
	comma := false
	for {
		c, err := r.src.ReadByte()
		at := r.src.Offset() - 1
		switch {
		case err == io.EOF && r.inList:
			return 0, r.src.Errorf(r.src.Offset(), "not JSON: a list is not closed: %w", io.ErrUnexpectedEOF)
		case err != nil:
			return 0, err
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
		case !r.inList && c == '[':
			r.inList, r.first = true, true
		case !r.inList:
			return c, nil
		case c == ']' && !comma:
			r.inList = false
		case c == ',' && !comma && !r.first:
			comma = true
		case c == ']' || c == ',' || !comma && !r.first:
			return 0, r.src.Errorf(at, "not JSON: %q between the elements of a list", c)
		default:
			r.first = false
			return c, nil
		}
	}
}

// read is the document that begins with c, as far as brackets and quotes tell.
func (r *Reader) read(c byte, limit int) ([]byte, error) {
	raw := []byte{c}
	depth, quoted, escaped := 0, false, false
	for {
		switch {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			depth--
		}
		switch c {
		case '}', ']', '"':
			if depth <= 0 && !quoted {
				return raw, nil
			}
		}
		if depth == 0 && !quoted { // a number or a literal
			next, err := r.src.Peek(1)
			if err == io.EOF || err == nil && !isScalar(next[0]) {
				return raw, nil
			}
		}
		var err error
		if c, err = r.src.ReadByte(); err == io.EOF {
			return nil, r.src.Errorf(r.src.Offset(), "not JSON: %w", io.ErrUnexpectedEOF)
		} else if err != nil {
			return nil, err
		}
		if len(raw) == limit {
			return nil, r.src.Errorf(r.src.Offset()-1, "%w: a document of more than %d bytes", platform.ErrTooLarge, limit)
		}
		raw = append(raw, c)
	}
}

// Parse turns an *Error into the *platform.ParseError of the source; other errors, and nil, stay as they are.
func Parse(src *platform.Source, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	return &platform.ParseError{File: src.File, Offset: e.Offset, Err: e}
}
