package solana

import (
	"errors"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
)

// byteArrays reads a JSON array of arrays of byte values, one inner array at a time.
type byteArrays struct {
	src   *platform.Source
	begun bool
}

// next is the next inner array, at most maxShred bytes. After the end of the outer one, and nothing but space
// behind it, the error is io.EOF.
func (a *byteArrays) next() ([]byte, error) {
	if !a.begun {
		if c, err := a.token(); err != nil {
			return nil, err
		} else if c != '[' {
			return nil, a.unexpected(c, "the '[' of an array of shreds")
		}
	}
	c, err := a.token()
	if err != nil {
		return nil, err
	}
	if c == ']' {
		return nil, a.end()
	}
	if a.begun {
		if c != ',' {
			return nil, a.unexpected(c, "',' or ']' after a shred")
		}
		if c, err = a.token(); err != nil {
			return nil, err
		}
	}
	a.begun = true
	if c != '[' {
		return nil, a.unexpected(c, "the '[' of a shred")
	}
	return a.inner()
}

// inner reads an array of byte values behind its '['.
func (a *byteArrays) inner() ([]byte, error) {
	raw := make([]byte, 0, maxShred)
	c, err := a.token()
	if err != nil || c == ']' {
		return raw, err
	}
	for {
		value, digits, first := 0, 0, c
		for '0' <= c && c <= '9' && digits < 4 {
			value, digits = 10*value+int(c-'0'), digits+1
			if c, err = a.byte(); err != nil {
				return nil, err
			}
		}
		if digits == 0 {
			return nil, a.unexpected(c, "a number from 0 to 255")
		}
		if value > 255 || digits > 1 && first == '0' {
			return nil, a.src.Errorf(a.src.Offset()-1, "a number from 0 to 255, as JSON writes it, is wanted")
		}
		if len(raw) == maxShred {
			return nil, a.src.Errorf(a.src.Offset()-1, "%w: a shred of more than %d bytes", platform.ErrTooLarge, maxShred)
		}
		raw = append(raw, byte(value))
		if isSpace(c) {
			if c, err = a.token(); err != nil {
				return nil, err
			}
		}
		if c == ']' {
			return raw, nil
		}
		if c != ',' {
			return nil, a.unexpected(c, "',' or ']' after a number")
		}
		if c, err = a.token(); err != nil {
			return nil, err
		}
	}
}

// end checks that only space follows.
func (a *byteArrays) end() error {
	for {
		c, err := a.src.ReadByte()
		if err != nil {
			return err // io.EOF
		}
		if !isSpace(c) {
			return a.unexpected(c, "nothing after the array of shreds")
		}
	}
}

// token is the next byte that is no space.
func (a *byteArrays) token() (byte, error) {
	for {
		c, err := a.byte()
		if err != nil || !isSpace(c) {
			return c, err
		}
	}
}

// byte is the next byte; the file must not end here.
func (a *byteArrays) byte() (byte, error) {
	c, err := a.src.ReadByte()
	if errors.Is(err, io.EOF) {
		return 0, a.src.Errorf(a.src.Offset(), "the array of shreds ends early")
	}
	return c, err
}

func (a *byteArrays) unexpected(c byte, want string) error {
	return a.src.Errorf(a.src.Offset()-1, "%q where %s is wanted", c, want)
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
