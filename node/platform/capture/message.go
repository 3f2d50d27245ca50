package capture

import (
	"bytes"
	"encoding/binary"
	"time"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

const (
	messageHeader = 24 // magic 4, command 12, length 4, checksum 4
	oldHeader     = 20 // of version and verack before 2012: without the checksum

	// maxMessage bounds a message, as MAX_PROTOCOL_MESSAGE_LENGTH of Bitcoin Core.
	maxMessage = 4_000_000

	// maxWaste bounds the bytes that are hashed for messages with a wrong checksum, beyond a multiple of what
	// the stream holds: a stream may be made of headers that each claim all that follows.
	maxWaste, wasteFactor = 64 << 20, 4
)

// message is a message of the peer-to-peer protocol with a good checksum.
type message struct {
	network wire.BitcoinNet
	command string
	payload []byte         // changes afterwards
	hash    chainhash.Hash // SHA-256d of payload
	seen    time.Time
}

// counts is what a stream held beside messages.
type counts struct {
	messages int64
	garbage  int64 // runs of bytes that are no message
	broken   int64 // messages with a wrong checksum
	cut      int64 // messages of which the end is missing
	gaps     int64 // places where segments are missing
	hopeless int64 // streams given up for too many wrong checksums
}

// parser finds the messages in one direction of a TCP connection.
type parser struct {
	networks []wire.BitcoinNet
	sink     func(message)

	counts
	buf       []byte
	inGarbage bool
	seenBytes int
	wasted    int
	gaveUp    bool
}

// feed takes the next bytes, which it does not keep.
func (p *parser) feed(b []byte, seen time.Time) {
	if p.gaveUp {
		return
	}
	p.seenBytes += len(b)
	p.buf = append(p.buf, b...)
	used := 0
	for {
		n := p.step(p.buf[used:], seen, false)
		if n == 0 || p.gaveUp {
			break
		}
		used += n
	}
	if used > 0 && !p.gaveUp {
		p.buf = append(p.buf[:0], p.buf[used:]...)
	}
}

// end takes it that nothing follows what was fed, because the stream ends there or segments are missing. What
// is left of a message then, before and after the gap, does not count as garbage.
func (p *parser) end(seen time.Time) {
	rest := p.buf
	for len(rest) > 0 && !p.gaveUp {
		n := p.step(rest, seen, true)
		if n == 0 {
			p.cut++
			p.inGarbage = true
			n = 4 // look for whole messages behind the magic number of the one that is cut off
		}
		rest = rest[min(n, len(rest)):]
	}
	p.buf = p.buf[:0]
	p.inGarbage = true
}

// step takes one message, or bytes that are none, from the beginning of b and tells how many; 0 if more bytes
// are needed to tell.
func (p *parser) step(b []byte, seen time.Time, last bool) int {
	at := p.find(b)
	if at < 0 { // the beginning of a magic number may be at the end
		keep := min(3, len(b))
		if last {
			keep = 0
		}
		p.skipped(len(b) - keep)
		return len(b) - keep
	}
	if at > 0 {
		p.skipped(at)
		return at
	}
	if len(b) < oldHeader {
		return 0
	}
	command, ok := commandOf(b[4:16])
	size := int(binary.LittleEndian.Uint32(b[16:]))
	if !ok || size > maxMessage {
		p.skipped(4)
		return 4
	}
	m := message{network: wire.BitcoinNet(binary.LittleEndian.Uint32(b)), command: command, seen: seen}
	old := command == "version" || command == "verack"
	if len(b) >= messageHeader+size {
		m.payload = b[messageHeader : messageHeader+size]
		m.hash = chainhash.DoubleHashH(m.payload)
		if bytes.Equal(m.hash[:4], b[oldHeader:messageHeader]) {
			p.found(m)
			return messageHeader + size
		}
		if !old {
			p.broken++
			p.waste(size)
			p.inGarbage = true
			return 4
		}
	} else if !old || !last && !p.looksOld(b, size) {
		return 0
	}
	if len(b) < oldHeader+size {
		return 0
	}
	m.payload = b[oldHeader : oldHeader+size]
	m.hash = chainhash.DoubleHashH(m.payload)
	p.found(m)
	return oldHeader + size
}

// looksOld tells of a version or verack, of which too little is there for one with a checksum, whether the
// next message already follows.
func (p *parser) looksOld(b []byte, size int) bool {
	return len(b) >= oldHeader+size+4 && p.find(b[oldHeader+size:oldHeader+size+4]) == 0
}

func (p *parser) found(m message) {
	p.messages++
	p.inGarbage = false
	p.sink(m)
}

// skipped counts runs of bytes that are no message.
func (p *parser) skipped(n int) {
	if n > 0 && !p.inGarbage {
		p.garbage++
		p.inGarbage = true
	}
}

func (p *parser) waste(n int) {
	p.wasted += n
	if p.wasted > maxWaste+wasteFactor*p.seenBytes {
		p.gaveUp = true
		p.hopeless++
		p.buf = nil
	}
}

// find is the place of the first magic number in b; -1 if there is none.
func (p *parser) find(b []byte) int {
	for i := 0; i+4 <= len(b); i++ {
		word := wire.BitcoinNet(binary.LittleEndian.Uint32(b[i:]))
		for _, n := range p.networks {
			if word == n {
				return i
			}
		}
	}
	return -1
}

// commandOf is the command of a header: printable ASCII, filled up with zeros.
func commandOf(b []byte) (string, bool) {
	name, fill, _ := bytes.Cut(b, []byte{0})
	for _, c := range name {
		if c < ' ' || c > '~' {
			return "", false
		}
	}
	return string(name), len(name) > 0 && len(bytes.Trim(fill, "\x00")) == 0
}
