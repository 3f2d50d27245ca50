package bitcoin

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/btcsuite/btcd/wire/v2"
)

const (
	headerSize = wire.MaxBlockHeaderPayload // 80
	// maxBlockSize bounds a serialised block: its weight is at most 4,000,000 and a byte weighs at least one
	// (BIP 141).
	maxBlockSize = wire.MaxBlockPayload

	minInputSize  = 41 // outpoint 36, empty script 1, sequence 4
	minOutputSize = 9  // value 8, empty script 1
	minTxSize     = 10 // version 4, two counts, lock time 4
)

// FormatError tells where and why bytes are not a block, header or transaction.
type FormatError struct {
	Offset int // from the first byte of the structure
	Reason string
}

func (e *FormatError) Error() string {
	return fmt.Sprintf("byte %d: %s", e.Offset, e.Reason)
}

// span tells where a transaction lies in its block.
//
//	version 4 | marker and flag 2, if it has witnesses | inputs, outputs | witnesses | lock time 4
//	start       start+4                                  body              witness     end-4         end
type span struct{ start, body, witness, end int }

func (s span) hasWitness() bool { return s.body-s.start > 4 }

// appendStripped appends what the txid hashes: the transaction without its witnesses (BIP 141).
func (s span) appendStripped(to, raw []byte) []byte {
	to = append(to, raw[s.start:s.start+4]...)
	to = append(to, raw[s.body:s.witness]...)
	return append(to, raw[s.end-4:s.end]...)
}

// cursor walks over a structure before anything is allocated for it: counts and lengths must fit into the
// bytes that are there. The first error sticks.
type cursor struct {
	p   []byte
	at  int
	err error
}

func (c *cursor) fail(at int, format string, a ...any) {
	if c.err == nil {
		c.err = &FormatError{Offset: at, Reason: fmt.Sprintf(format, a...)}
	}
}

func (c *cursor) left() int { return len(c.p) - c.at }

// skip moves over n bytes of what is named.
func (c *cursor) skip(n uint64, what string) {
	if c.err != nil {
		return
	}
	if n > uint64(c.left()) {
		c.fail(c.at, "truncated: %s has %d bytes, %d are left", what, n, c.left())
		return
	}
	c.at += int(n)
}

// count reads a CompactSize in its shortest form.
func (c *cursor) count(what string) uint64 {
	at := c.at
	c.skip(1, what)
	if c.err != nil {
		return 0
	}
	var n, least uint64
	switch first := c.p[at]; first {
	case 0xfd:
		if c.skip(2, what); c.err == nil {
			n, least = uint64(binary.LittleEndian.Uint16(c.p[at+1:])), 0xfd
		}
	case 0xfe:
		if c.skip(4, what); c.err == nil {
			n, least = uint64(binary.LittleEndian.Uint32(c.p[at+1:])), 1<<16
		}
	case 0xff:
		if c.skip(8, what); c.err == nil {
			n, least = binary.LittleEndian.Uint64(c.p[at+1:]), 1<<32
		}
	default:
		n = uint64(first)
	}
	if c.err == nil && n < least {
		c.fail(at, "%s: a count that is longer than needed", what)
	}
	return n
}

// elements reads a count of things that take at least size bytes each.
func (c *cursor) elements(what string, size int) uint64 {
	at := c.at
	n := c.count(what)
	if c.err == nil && n > uint64(c.left()/size) {
		c.fail(at, "%d %s cannot fit into %d bytes", n, what, c.left())
	}
	if c.err != nil {
		return 0
	}
	return n
}

func (c *cursor) bytes(what string) { c.skip(c.count(what), what) }

// tx walks over one transaction.
func (c *cursor) tx() span {
	s := span{start: c.at}
	c.skip(4, "transaction version")
	witness := false
	if c.err == nil && c.left() >= 2 && c.p[c.at] == wire.TxFlagMarker {
		if c.p[c.at+1] != wire.WitnessFlag {
			c.fail(c.at+1, "transaction without inputs, or with the unknown flag %#x", c.p[c.at+1])
		}
		c.skip(2, "witness flag")
		witness = true
	}
	s.body = c.at
	inputs := c.elements("inputs", minInputSize)
	for range inputs {
		c.skip(36, "outpoint")
		c.bytes("signature script")
		c.skip(4, "sequence")
	}
	for range c.elements("outputs", minOutputSize) {
		c.skip(8, "value")
		c.bytes("output script")
	}
	s.witness = c.at
	if witness {
		some := false
		for range inputs {
			items := c.elements("witness items", 1)
			some = some || items > 0
			for range items {
				c.bytes("witness item")
			}
		}
		if c.err == nil && !some {
			c.fail(s.witness, "witness flag set, but no witnesses")
		}
	}
	c.skip(4, "lock time")
	s.end = c.at
	return s
}

// locate finds the transactions of a serialised block, all of p.
func locate(p []byte) ([]span, error) {
	c := &cursor{p: p}
	if len(p) > maxBlockSize {
		c.fail(maxBlockSize, "block of %d bytes, more than %d", len(p), maxBlockSize)
	}
	c.skip(headerSize, "block header")
	n := c.elements("transactions", minTxSize)
	if c.err != nil {
		return nil, c.err
	}
	spans := make([]span, 0, n)
	for range n {
		s := c.tx()
		if c.err != nil {
			return nil, c.err
		}
		spans = append(spans, s)
	}
	if c.left() > 0 {
		return nil, &FormatError{Offset: c.at, Reason: fmt.Sprintf("%d bytes follow the block", c.left())}
	}
	return spans, nil
}

// decodeBlock parses a serialised block, all of raw.
func decodeBlock(raw []byte) (*wire.MsgBlock, []span, error) {
	spans, err := locate(raw)
	if err != nil {
		return nil, nil, err
	}
	msg := new(wire.MsgBlock)
	if err := decode(raw, msg.Deserialize); err != nil {
		return nil, nil, err
	}
	return msg, spans, nil
}

// decodeTx parses a serialised transaction, all of raw.
func decodeTx(raw []byte) (*wire.MsgTx, span, error) {
	c := &cursor{p: raw}
	if len(raw) > maxBlockSize {
		c.fail(maxBlockSize, "transaction of %d bytes, more than %d", len(raw), maxBlockSize)
	}
	s := c.tx()
	if c.err == nil && c.left() > 0 {
		c.fail(c.at, "%d bytes follow the transaction", c.left())
	}
	if c.err != nil {
		return nil, span{}, c.err
	}
	msg := new(wire.MsgTx)
	if err := decode(raw, msg.Deserialize); err != nil {
		return nil, span{}, err
	}
	return msg, s, nil
}

// decodeHeader parses a serialised header of 80 bytes.
func decodeHeader(raw []byte) (wire.BlockHeader, error) {
	var h wire.BlockHeader
	if len(raw) != headerSize {
		return h, &FormatError{Offset: len(raw), Reason: fmt.Sprintf("a header has %d bytes", headerSize)}
	}
	err := decode(raw, h.Deserialize)
	return h, err
}

// decode runs a decoder of btcd's over all of raw.
func decode(raw []byte, deserialize func(r io.Reader) error) error {
	r := bytes.NewReader(raw)
	if err := deserialize(r); err != nil {
		return &FormatError{Offset: len(raw) - r.Len(), Reason: err.Error()}
	}
	if r.Len() != 0 {
		return &FormatError{Offset: len(raw) - r.Len(), Reason: "bytes follow"}
	}
	return nil
}
