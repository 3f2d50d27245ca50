package bitcoin

import (
	"encoding/binary"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// undoRecord is the undo data of one block in a rev*.dat file of Bitcoin Core (undo.h):
//
//	magic 4 | size u32 | data: CompactSize transactions, the coinbase left out
//	                       each: CompactSize inputs, each: VarInt 2*height+coinbase,
//	                       VarInt unused (only if height > 0), compressed output
//	        | checksum 32: SHA-256d of the previous block's hash and data
type undoRecord struct {
	data     []byte
	checksum chainhash.Hash
	outputs  [][]*wire.TxOut // by transaction after the coinbase, by input
	used     bool
}

// fits tells whether the record could belong to the block: one transaction for each of its transactions.
func (u *undoRecord) fits(r *record) bool {
	txs := r.msg.Transactions
	if r.kind != wholeBlock || len(u.outputs) != len(txs)-1 {
		return false
	}
	for i, outs := range u.outputs {
		if len(outs) != len(txs[i+1].TxIn) {
			return false
		}
	}
	return true
}

func isUndo(data []byte) bool {
	return len(data) >= 4 && networkOf(wire.BitcoinNet(binary.LittleEndian.Uint32(data))) != nil
}

// parseUndo reads a rev*.dat file. Zeros fill up its end.
func parseUndo(data []byte) ([]*undoRecord, error) {
	records := []*undoRecord{}
	c := &cursor{p: data}
	for {
		for c.left() > 0 && data[c.at] == 0 {
			c.at++
		}
		if c.left() == 0 {
			return records, nil
		}
		at := c.at
		c.skip(8, "magic and size")
		if c.err == nil && !isUndo(data[at:]) {
			c.fail(at, "no magic number of a network")
		}
		if c.err != nil {
			return nil, c.err
		}
		size := binary.LittleEndian.Uint32(data[at+4:])
		begin := c.at
		c.skip(uint64(size), "undo data")
		end := c.at
		c.skip(chainhash.HashSize, "checksum")
		if c.err != nil {
			return nil, c.err
		}
		u := &undoRecord{data: data[begin:end]}
		copy(u.checksum[:], data[end:])
		inner := &cursor{p: data[:end], at: begin}
		if u.outputs = inner.undoBlock(); inner.err != nil {
			return nil, inner.err
		}
		records = append(records, u)
	}
}

func (c *cursor) undoBlock() [][]*wire.TxOut {
	n := c.elements("transactions", 1)
	txs := make([][]*wire.TxOut, 0, n)
	for range n {
		k := c.elements("inputs", 3)
		outs := make([]*wire.TxOut, 0, k)
		for range k {
			if code := c.vlq("height"); code>>1 > 0 {
				c.vlq("version")
			}
			out := c.compressedOutput()
			if c.err != nil {
				return nil
			}
			outs = append(outs, out)
		}
		txs = append(txs, outs)
	}
	if c.err == nil && c.left() > 0 {
		c.fail(c.at, "%d bytes follow the undo data", c.left())
	}
	return txs
}

// vlq reads a number as Core's VarInt and btcd's VLQ have it: seven bits a byte, highest first, the top bit
// set on all but the last, and one added for every byte that follows, so that each number has one form.
func (c *cursor) vlq(what string) uint64 {
	var n uint64
	for at := c.at; ; {
		here := c.at
		c.skip(1, what)
		if c.err != nil {
			return 0
		}
		b := c.p[here]
		if n > (1<<64-1)>>7 {
			c.fail(at, "%s: a number above 64 bits", what)
			return 0
		}
		n = n<<7 | uint64(b&0x7f)
		if b&0x80 == 0 {
			return n
		}
		if n == 1<<64-1 {
			c.fail(at, "%s: a number above 64 bits", what)
			return 0
		}
		n++
	}
}

// compressedOutput reads an output as Core (compressor.h) and btcd (compress.go) keep them: an amount without
// its trailing zeros, and a script of which the standard forms are stored as their hash or key.
func (c *cursor) compressedOutput() *wire.TxOut {
	at := c.at
	value, ok := decompressAmount(c.vlq("amount"))
	size := c.vlq("script size")
	if c.err == nil && !ok {
		c.fail(at, "an amount above 64 bits")
	}
	script := c.compressedScript(size)
	if c.err != nil {
		return nil
	}
	out, err := checkOutput(value, script, at)
	if err != nil {
		c.err = err
	}
	return out
}

// Sizes below special stand for a form of script.
const special = 6

func (c *cursor) compressedScript(size uint64) []byte {
	at := c.at
	take := func(n uint64) []byte {
		if c.skip(n, "script"); c.err != nil {
			return nil
		}
		return c.p[at:c.at:c.at]
	}
	switch size {
	case 0: // P2PKH
		if hash := take(20); hash != nil {
			return concat([]byte{txscript.OP_DUP, txscript.OP_HASH160, txscript.OP_DATA_20}, hash,
				[]byte{txscript.OP_EQUALVERIFY, txscript.OP_CHECKSIG})
		}
	case 1: // P2SH
		if hash := take(20); hash != nil {
			return concat([]byte{txscript.OP_HASH160, txscript.OP_DATA_20}, hash, []byte{txscript.OP_EQUAL})
		}
	case 2, 3: // P2PK, compressed key
		if x := take(32); x != nil {
			return concat([]byte{txscript.OP_DATA_33, byte(size)}, x, []byte{txscript.OP_CHECKSIG})
		}
	case 4, 5: // P2PK, uncompressed key
		if x := take(32); x != nil {
			key, err := btcec.ParsePubKey(concat([]byte{byte(size - 2)}, x, nil))
			if err != nil {
				c.fail(at, "a compressed key that is not on the curve")
				return nil
			}
			return concat([]byte{txscript.OP_DATA_65}, key.SerializeUncompressed(), []byte{txscript.OP_CHECKSIG})
		}
	default:
		return take(size - special)
	}
	return nil
}

func concat(a, b, c []byte) []byte {
	p := make([]byte, 0, len(a)+len(b)+len(c))
	return append(append(append(p, a...), b...), c...)
}

// decompressAmount undoes CompressAmount of Core's compressor.cpp; false if the amount does not fit.
func decompressAmount(x uint64) (uint64, bool) {
	if x == 0 {
		return 0, true
	}
	x--
	e := x % 10
	x /= 10
	var n uint64
	if e < 9 {
		d := x%9 + 1
		x /= 9
		n = x*10 + d
	} else {
		n = x + 1
	}
	for ; e > 0; e-- {
		if n > (1<<64-1)/10 {
			return 0, false
		}
		n *= 10
	}
	return n, true
}
