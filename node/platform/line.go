package platform

import (
	"bufio"
	"bytes"
	"errors"
	"io"
)

// ReadLine reads one line, without its end (LF or CR LF), of at most limit bytes; more is a ParseError with
// ErrTooLarge. The last line may lack its end. After it, the error is io.EOF. The line is the caller's.
func (s *Source) ReadLine(limit int) ([]byte, error) {
	start := s.offset
	var line []byte
	for {
		part, err := s.r.ReadSlice('\n')
		s.offset += int64(len(part))
		if len(line)+len(part) > limit+len("\r\n") {
			return nil, s.Errorf(start, "%w: a line of more than %d bytes", ErrTooLarge, limit)
		}
		line = append(line, part...)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err == io.EOF && len(line) == 0:
			return nil, io.EOF
		case err != nil && err != io.EOF:
			return nil, err
		}
		if body, ok := bytes.CutSuffix(line, []byte("\n")); ok {
			line = bytes.TrimSuffix(body, []byte("\r"))
		}
		if len(line) > limit {
			return nil, s.Errorf(start, "%w: a line of more than %d bytes", ErrTooLarge, limit)
		}
		return line, nil
	}
}
