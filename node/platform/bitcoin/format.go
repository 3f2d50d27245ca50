package bitcoin

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// format is how a source holds its records.
type format uint8

const (
	unknown   format = iota
	blockFile        // magic, length and block, again and again
	rawBlock
	rawHeaders
	rawTx
	hexLines // each a block, a header or a transaction
)

// guess tells the format of a source from its first bytes, which are all of it if whole.
func guess(head []byte, whole bool) (format, platform.Confidence) {
	if _, ok := blockFileKey(head); ok {
		return blockFile, platform.Sure
	}
	if raw, all := leadingHex(head); raw != nil {
		_, sure := guessRaw(raw, whole && all)
		return hexLines, sure
	}
	return guessRaw(head, whole)
}

// guessRaw tells what a structure is that has no marker.
func guessRaw(p []byte, whole bool) (format, platform.Confidence) {
	switch {
	case beginsBlock(p):
		if works(p) {
			return rawBlock, platform.Sure
		}
		return rawBlock, platform.Likely
	case beginsHeaders(p, whole):
		if works(p) && (len(p) < 2*headerSize || linked(p)) {
			return rawHeaders, platform.Sure
		}
		return rawHeaders, platform.Maybe
	case beginsTx(p, whole):
		if whole {
			return rawTx, platform.Likely
		}
		return rawTx, platform.Maybe
	}
	return unknown, platform.No
}

// beginsBlock tells whether a coinbase follows a header: one input that spends nothing.
func beginsBlock(p []byte) bool {
	c := &cursor{p: p}
	c.skip(headerSize, "")
	n := c.count("")
	c.skip(4, "")
	if c.err != nil || n == 0 {
		return false
	}
	p = p[c.at:]
	if len(p) > 2 && p[0] == wire.TxFlagMarker && p[1] == wire.WitnessFlag {
		p = p[2:]
	}
	var nothing [1 + chainhash.HashSize + 4]byte
	nothing[0] = 1
	binary.LittleEndian.PutUint32(nothing[1+chainhash.HashSize:], wire.MaxPrevOutIndex)
	return bytes.HasPrefix(p, nothing[:])
}

// beginsHeaders tells whether all headers in view look like headers.
func beginsHeaders(p []byte, whole bool) bool {
	if len(p) < headerSize || whole && len(p)%headerSize != 0 {
		return false
	}
	for ; len(p) >= headerSize; p = p[headerSize:] {
		h, err := decodeHeader(p[:headerSize])
		if err != nil || h.Timestamp.Before(mainnet.params.GenesisBlock.Header.Timestamp) ||
			checkTarget(h.Bits, guessNetwork(&h, -1)) != "" {
			return false
		}
	}
	return true
}

// beginsTx tells whether p is a transaction, or begins one that goes on behind what is in view.
func beginsTx(p []byte, whole bool) bool {
	c := &cursor{p: p}
	if whole {
		c.tx()
		return c.err == nil && c.left() == 0
	}
	c.skip(4, "")
	if c.err == nil && c.left() > 2 && c.p[4] == wire.TxFlagMarker && c.p[5] == wire.WitnessFlag {
		c.skip(2, "")
	}
	n := c.count("")
	c.skip(36, "")
	c.bytes("")
	c.skip(4, "")
	return c.err == nil && n > 0 && n <= maxBlockSize/minInputSize && binary.LittleEndian.Uint32(p) <= 3
}

// works tells whether the header that p begins with has proof of work.
func works(p []byte) bool {
	h, err := decodeHeader(p[:headerSize])
	if err != nil {
		return false
	}
	hash := chainhash.DoubleHashH(p[:headerSize])
	return checkWork(&hash, h.Bits, guessNetwork(&h, -1)) == ""
}

// linked tells whether the second header names the first.
func linked(p []byte) bool {
	hash := chainhash.DoubleHashH(p[:headerSize])
	return bytes.Equal(p[headerSize+4:headerSize+4+chainhash.HashSize], hash[:])
}

// leadingHex decodes the first line if it begins in hexadecimal; all tells whether it ends in view, and is
// nothing else.
func leadingHex(head []byte) (raw []byte, all bool) {
	line, _, all := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n"))
	line = bytes.TrimRight(line, "\r \t")
	raw = make([]byte, len(line)/2)
	n, err := hex.Decode(raw, line[:len(line)&^1])
	if all = all && err == nil; n < headerSize && !all || n < minTxSize {
		return nil, false
	}
	return raw[:n], all
}
