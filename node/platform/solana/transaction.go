package solana

import (
	"fmt"
	"slices"
)

// Sizes of the wire form, in bytes.
const (
	// MaxTransaction is PACKET_DATA_SIZE: what fits an IPv6 packet of 1280 bytes after its headers.
	MaxTransaction = 1232

	signatureSize = 64
	keySize       = 32
	hashSize      = 32
)

// Legacy is the version of transactions from before there were versions.
const Legacy = -1

// maxAccounts is the number of accounts that an index byte can name.
const maxAccounts = 256

// Transaction is a decoded transaction. Its slices are parts of the bytes that it was decoded from.
type Transaction struct {
	Version    int    // Legacy or 0
	Signatures []byte // 64 bytes for each signer
	Keys       []byte // 32 bytes for each account key; the first are the signers'
	Message    []byte // what every signer signs

	// Fault is the first rule of Agave's sanitize that the message breaks though its shape is right; empty if
	// none. No validator executes such a transaction.
	Fault string
}

// Signers is the number of signatures, and of keys that must sign.
func (t *Transaction) Signers() int { return len(t.Signatures) / signatureSize }

// Signature is the one of signer i, 64 bytes.
func (t *Transaction) Signature(i int) []byte {
	return t.Signatures[i*signatureSize : (i+1)*signatureSize]
}

// Key is account key i, 32 bytes; signer i's for i < Signers.
func (t *Transaction) Key(i int) []byte { return t.Keys[i*keySize : (i+1)*keySize] }

// Decode parses one transaction in its wire form, which must end with the data. The error is a *[DecodeError].
func Decode(data []byte) (*Transaction, error) {
	t, n, err := decodePrefix(data)
	if err != nil {
		return nil, err
	}
	if n != len(data) {
		return nil, &DecodeError{n, fmt.Sprintf("%d bytes after the transaction", len(data)-n)}
	}
	return t, nil
}

// decodePrefix parses the transaction at the beginning of data and returns its length too.
func decodePrefix(data []byte) (*Transaction, int, error) {
	c := &cursor{data: data}
	t := &Transaction{Signatures: c.list(signatureSize, "signatures")}
	start := c.at
	t.message(c)
	if c.err == nil && c.at > MaxTransaction {
		c.fail(MaxTransaction, "a transaction of %d bytes; at most %d fit a packet", c.at, MaxTransaction)
	}
	if c.err != nil {
		return nil, 0, c.err
	}
	t.Message = data[start:c.at:c.at]
	return t, c.at, nil
}

// header counts, as a message states them.
type header struct {
	signers, readonlySigned, readonlyUnsigned int
}

// message parses a legacy or version 0 message, fields in the order of the wire.
func (t *Transaction) message(c *cursor) {
	start := c.at
	t.Version = Legacy
	first := c.byte("message header")
	if first >= 0x80 {
		if t.Version = first & 0x7f; t.Version != 0 {
			c.fail(start, "message version %d; legacy and 0 are known", t.Version)
		}
		first = c.byte("message header")
	}
	h := header{signers: first, readonlySigned: c.byte("message header"), readonlyUnsigned: c.byte("message header")}
	if c.err == nil && (h.signers == 0 || h.signers != t.Signers()) {
		c.fail(start, "%d signatures, but the message wants %d", t.Signers(), h.signers)
	}
	at := c.at
	t.Keys = c.list(keySize, "account keys")
	if n := len(t.Keys) / keySize; c.err == nil && n < h.signers {
		c.fail(at, "%d account keys for %d signers", n, h.signers)
	}
	c.take(hashSize, "recent block hash")
	uses := instructions(c)
	loaded := 0
	if t.Version == 0 {
		loaded = t.lookups(c)
	}
	if c.err == nil {
		t.sanitize(h, uses, loaded)
	}
}

// use is what the indexes of one instruction reach.
type use struct {
	program int
	account int // the highest; -1 where there is none
}

func instructions(c *cursor) []use {
	n := c.compact("instruction count")
	var uses []use
	for i := 0; i < n && c.err == nil; i++ {
		u := use{program: c.byte("program index"), account: -1}
		if accounts := c.list(1, "instruction accounts"); len(accounts) > 0 {
			u.account = int(slices.Max(accounts))
		}
		c.list(1, "instruction data")
		uses = append(uses, u)
	}
	return uses
}

// lookups parses the address table lookups of version 0 and returns how many accounts they load.
func (t *Transaction) lookups(c *cursor) (loaded int) {
	n := c.compact("address table lookup count")
	for i := 0; i < n && c.err == nil; i++ {
		c.take(keySize, "address table key")
		writable := c.list(1, "writable table indexes")
		readonly := c.list(1, "readonly table indexes")
		if len(writable)+len(readonly) == 0 {
			t.fault("address table lookup %d loads nothing", i)
		}
		loaded += len(writable) + len(readonly)
	}
	return loaded
}

func (t *Transaction) fault(format string, a ...any) {
	if t.Fault == "" {
		t.Fault = fmt.Sprintf(format, a...)
	}
}

// sanitize checks what Message::sanitize of Agave checks in a message of the right shape: the fee payer is
// writable, the header counts fit the keys, indexes name accounts, and no instruction calls the fee payer or a
// program that a table loads.
func (t *Transaction) sanitize(h header, uses []use, loaded int) {
	keys := len(t.Keys) / keySize
	if h.readonlySigned >= h.signers {
		t.fault("%d of %d signers are readonly, so nobody pays the fee", h.readonlySigned, h.signers)
	}
	if h.signers+h.readonlyUnsigned > keys {
		t.fault("%d signers and %d readonly accounts among %d keys", h.signers, h.readonlyUnsigned, keys)
	}
	if keys+loaded > maxAccounts {
		t.fault("%d accounts, at most %d have an index", keys+loaded, maxAccounts)
	}
	for i, u := range uses {
		switch {
		case u.program == 0:
			t.fault("instruction %d calls the fee payer as its program", i)
		case u.program >= keys:
			t.fault("instruction %d calls account %d of %d keys", i, u.program, keys)
		case u.account >= keys+loaded:
			t.fault("instruction %d uses account %d of %d", i, u.account, keys+loaded)
		}
	}
}
