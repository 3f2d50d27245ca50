package solana

import "fmt"

// DecodeError tells where and why bytes are not a transaction or an entry.
type DecodeError struct {
	Offset int // from the first byte given to the decoder
	Reason string
}

func (e *DecodeError) Error() string { return fmt.Sprintf("byte %d: %s", e.Offset, e.Reason) }

// cursor walks over bytes. After the first error it stays where it is and gives zeros.
type cursor struct {
	data []byte
	at   int
	err  *DecodeError
}

func (c *cursor) fail(at int, format string, a ...any) {
	if c.err == nil {
		c.err = &DecodeError{at, fmt.Sprintf(format, a...)}
	}
}

// take is the next n bytes, a part of the data.
func (c *cursor) take(n int, what string) []byte {
	if c.err == nil && n > len(c.data)-c.at {
		c.fail(c.at, "%s: %d bytes wanted, %d left", what, n, len(c.data)-c.at)
	}
	if c.err != nil {
		return nil
	}
	p := c.data[c.at : c.at+n : c.at+n]
	c.at += n
	return p
}

func (c *cursor) byte(what string) int {
	p := c.take(1, what)
	if p == nil {
		return 0
	}
	return int(p[0])
}

// compact is the next compact-u16: 7 bits a byte, low ones first, at most 16 bits, in its only shortest form, as
// Agave's short_vec asks for.
func (c *cursor) compact(what string) int {
	start, value := c.at, 0
	for i := range 3 {
		b := c.byte(what)
		value |= (b & 0x7f) << (7 * i)
		if i == 2 && b > 3 {
			c.fail(start, "%s: compact-u16 is over 65535", what)
		}
		if i > 0 && b == 0 {
			c.fail(start, "%s: compact-u16 is longer than it needs to be", what)
		}
		if c.err != nil {
			return 0
		}
		if b < 0x80 {
			break
		}
	}
	return value
}

// list is the next compact-u16 count and that many items of size bytes.
func (c *cursor) list(size int, what string) []byte {
	n := c.compact(what + " count")
	return c.take(n*size, what)
}
