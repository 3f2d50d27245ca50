package bitcoin

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// xorKey is what Bitcoin Core 28 and later obfuscate blk*.dat and rev*.dat with: byte i is XORed with byte i
// modulo 8 of the key, which lies in xor.dat beside them. It is zero in older files.
type xorKey [8]byte

// plain gives p, which lies at an offset of the file, as it was before.
func (k xorKey) plain(p []byte, offset int64) []byte {
	q := make([]byte, len(p))
	for i, b := range p {
		q[i] = b ^ k[(offset+int64(i))%8]
	}
	return q
}

// firstBlock is the record of a chain's first block up to its time: length 285, version 1, no parent.
var firstBlock = [12]byte{0x1d, 0x01, 0, 0, 1}

// blockFileKey tells whether a file begins as a block file, and with which key.
//
// The key need not be at hand: of a file that begins with a chain's first block, 8 bytes are known, and of any
// other file with the magic number, and with the end of the previous block's hash, which is zero as far as
// proof of work makes it so. A key other than zero must give the first header its proof of work.
func blockFileKey(head []byte) (xorKey, bool) {
	const begin = 8 // of the header; its previous hash is at 4, so it ends at begin+36
	if len(head) < begin+headerSize {
		return xorKey{}, len(head) >= 4 && networkOf(wire.BitcoinNet(binary.LittleEndian.Uint32(head))) != nil
	}
	for _, n := range networks {
		var magic [4]byte
		binary.LittleEndian.PutUint32(magic[:], uint32(n.magic()))
		var key xorKey
		for i := range magic {
			key[i] = head[i] ^ magic[i]
		}
		if (key == xorKey{}) {
			return key, true
		}
		first, later := key, key
		for i := range 4 {
			first[4+i] = head[4+i] ^ firstBlock[i]
			later[4+i] = head[begin+28+i] // bytes 24…27 of the previous hash
		}
		for _, key := range []xorKey{first, later} {
			plain := key.plain(head[:begin+headerSize], 0)
			if size := binary.LittleEndian.Uint32(plain[4:]); size > headerSize && size <= maxBlockSize && works(plain[begin:]) {
				return key, true
			}
		}
	}
	return xorKey{}, false
}

// feedBlockFile reads a blk*.dat file: magic 4, length u32, block; again and again. Zeros fill up its end.
func feedBlockFile(v *Verifier, src *platform.Source) error {
	k := v.config.key
	for {
		begin, err := k.nextRecord(src, v.config.Network)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		head, err := k.read(src, 8, "magic number and length")
		if err != nil {
			return err
		}
		size := binary.LittleEndian.Uint32(head[4:])
		if size > maxBlockSize {
			return src.Errorf(begin+4, "%w: a block of %d bytes", platform.ErrTooLarge, size)
		}
		begin = src.Offset()
		raw, err := k.read(src, int(size), "block")
		if err != nil {
			return err
		}
		if err := v.Block(raw, src.Offset()); err != nil {
			return parseError(src, err, begin, 1)
		}
	}
}

// nextRecord moves over zeros to the next magic number and gives its offset; io.EOF at the end. Zeros are
// those that were written, or those that the file system filled up with.
func (k xorKey) nextRecord(src *platform.Source, magic wire.BitcoinNet) (int64, error) {
	for {
		at := src.Offset()
		p, err := src.Peek(4)
		if len(p) == 0 || err != nil && !errors.Is(err, io.EOF) {
			return at, err
		}
		if q := k.plain(p, at); len(q) == 4 && wire.BitcoinNet(binary.LittleEndian.Uint32(q)) == magic {
			return at, nil
		}
		if p[0] != 0 && p[0] != k[at%8] {
			return at, src.Errorf(at, "bytes %x where a block with the magic number %08x may begin", p, uint32(magic))
		}
		if err := src.Skip(max(1, k.zeros(src.Buffered(), byte(magic)))); err != nil {
			return at, err
		}
	}
}

// zeros is how many of the first bytes are zero and begin no record, as that begins with first: the rest of a file may be
// megabytes of them.
func (k xorKey) zeros(p []byte, first byte) (n int) {
	if bytes.IndexByte(k[:], first) >= 0 {
		return 0 // a zero could
	}
	for len(p)-n >= 8 && binary.LittleEndian.Uint64(p[n:]) == 0 {
		n += 8
	}
	return n
}

// read reads n bytes, and undoes the obfuscation.
func (k xorKey) read(src *platform.Source, n int, what string) ([]byte, error) {
	begin := src.Offset()
	p := make([]byte, n)
	got, err := io.ReadFull(src, p)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, src.Errorf(begin, "truncated: %s of %d bytes, %d are left", what, n, got)
	}
	if err != nil {
		return nil, err
	}
	for i := range p {
		p[i] ^= k[(begin+int64(i))%8]
	}
	return p, nil
}
