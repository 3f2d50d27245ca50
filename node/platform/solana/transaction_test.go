package solana

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/platformtest"
)

// TestCompact has the canonical and the other encodings of Agave's short_vec tests.
func TestCompact(t *testing.T) {
	for _, c := range []struct {
		data  []byte
		value int
		err   string
	}{
		{[]byte{0x00}, 0, ""},
		{[]byte{0x7f}, 0x7f, ""},
		{[]byte{0x80, 0x01}, 0x80, ""},
		{[]byte{0xff, 0x01}, 0xff, ""},
		{[]byte{0x80, 0x02}, 0x100, ""},
		{[]byte{0xff, 0x7f}, 0x3fff, ""},
		{[]byte{0x80, 0x80, 0x01}, 0x4000, ""},
		{[]byte{0xff, 0xff, 0x03}, 0xffff, ""},
		{[]byte{}, 0, "1 bytes wanted"},
		{[]byte{0x80}, 0, "1 bytes wanted"},
		{[]byte{0x80, 0x80}, 0, "1 bytes wanted"},
		{[]byte{0x80, 0x00}, 0, "longer than it needs"},
		{[]byte{0xff, 0x00}, 0, "longer than it needs"},
		{[]byte{0x80, 0x80, 0x00}, 0, "longer than it needs"},
		{[]byte{0x81, 0x80, 0x00}, 0, "longer than it needs"},
		{[]byte{0x80, 0x80, 0x04}, 0, "over 65535"},
		{[]byte{0x80, 0x80, 0x06}, 0, "over 65535"},
		{[]byte{0xff, 0xff, 0x83, 0x00}, 0, "over 65535"},
		{[]byte{0x80, 0x80, 0x80, 0x00}, 0, "over 65535"},
	} {
		cur := &cursor{data: c.data}
		got := cur.compact("n")
		switch {
		case c.err == "" && (cur.err != nil || got != c.value || cur.at != len(c.data)):
			t.Errorf("%x: %d after %d bytes, %v; want %d", c.data, got, cur.at, cur.err, c.value)
		case c.err != "" && (got != 0 || cur.err == nil || !strings.Contains(cur.err.Error(), c.err)):
			t.Errorf("%x: %d, %v; want an error with %q", c.data, got, cur.err, c.err)
		}
	}
}

// parts of a transaction that a test puts together.
type parts struct {
	version          []byte // nil or 0x80
	signers          byte
	readonlySigned   byte
	readonlyUnsigned byte
	keys             int
	instructions     []byte // count and all
	lookups          []byte // count and all; version 0 only
	claimedSigners   byte   // in the header; 0: signers
	extra            []byte // behind the transaction
}

// build makes the transaction, signed by its keys.
func (p parts) build() []byte {
	if p.claimedSigners == 0 {
		p.claimedSigners = p.signers
	}
	m := append(slices.Clone(p.version), p.claimedSigners, p.readonlySigned, p.readonlyUnsigned, byte(p.keys))
	var private []ed25519.PrivateKey
	for i := range p.keys {
		k := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{byte(i + 1)}, ed25519.SeedSize))
		private = append(private, k)
		m = append(m, k.Public().(ed25519.PublicKey)...)
	}
	m = append(m, bytes.Repeat([]byte{0xbb}, hashSize)...)
	m = append(m, p.instructions...)
	m = append(m, p.lookups...)
	tx := []byte{p.signers}
	for i := range p.signers {
		if int(i) < p.keys {
			tx = append(tx, ed25519.Sign(private[i], m)...)
		} else {
			tx = append(tx, make([]byte, signatureSize)...)
		}
	}
	return append(append(tx, m...), p.extra...)
}

var (
	v0 = []byte{0x80}
	// call is one instruction that calls account 1 with accounts 0 and 2 and two bytes of data.
	call = []byte{1, 1, 2, 0, 2, 2, 0xda, 0x7a}
)

func lookup(counts ...byte) []byte {
	p := append([]byte{1}, bytes.Repeat([]byte{0xaa}, keySize)...)
	for _, n := range counts {
		p = append(append(p, n), bytes.Repeat([]byte{9}, int(n))...)
	}
	return p
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name  string
		p     parts
		fault string // part of Fault
		err   string // part of the error
	}{
		{"legacy", parts{signers: 1, keys: 3, instructions: call}, "", ""},
		{"version 0", parts{version: v0, signers: 1, keys: 3, instructions: call, lookups: []byte{0}}, "", ""},
		{"three signers, one readonly", parts{signers: 3, readonlySigned: 1, keys: 3, instructions: call}, "", ""},
		{"lookup", parts{version: v0, signers: 1, keys: 2, instructions: call, lookups: lookup(1, 0)}, "", ""},
		{"readonly lookup", parts{version: v0, signers: 1, keys: 2, instructions: call, lookups: lookup(0, 1)}, "", ""},
		{"no instruction", parts{signers: 1, keys: 1, instructions: []byte{0}}, "", ""},

		{"nobody pays", parts{signers: 2, readonlySigned: 2, keys: 3, instructions: call}, "nobody pays", ""},
		{"readonly accounts over the keys", parts{signers: 1, readonlyUnsigned: 3, keys: 3, instructions: call}, "3 readonly accounts among 3 keys", ""},
		{"the payer as program", parts{signers: 1, keys: 3, instructions: []byte{1, 0, 0, 0}}, "calls the fee payer", ""},
		{"program over the keys", parts{signers: 1, keys: 3, instructions: []byte{1, 3, 0, 0}}, "calls account 3 of 3", ""},
		{"program from a table", parts{version: v0, signers: 1, keys: 2, instructions: []byte{1, 2, 0, 0}, lookups: lookup(1, 0)}, "calls account 2 of 2", ""},
		{"account over the keys", parts{signers: 1, keys: 3, instructions: []byte{1, 1, 2, 3, 0, 0}}, "uses account 3 of 3", ""},
		{"account over the tables", parts{version: v0, signers: 1, keys: 2, instructions: []byte{1, 1, 1, 4, 0}, lookups: lookup(1, 1)}, "uses account 4 of 4", ""},
		{"empty lookup", parts{version: v0, signers: 1, keys: 3, instructions: call, lookups: lookup(0, 0)}, "loads nothing", ""},
		{"257 accounts", parts{version: v0, signers: 1, keys: 3, instructions: call, lookups: lookup(127, 127)}, "257 accounts", ""},

		{"no signature", parts{signers: 0, claimedSigners: 1, keys: 3, instructions: call}, "", "0 signatures, but the message wants 1"},
		{"a signature too few", parts{signers: 1, claimedSigners: 2, keys: 3, instructions: call}, "", "1 signatures, but the message wants 2"},
		{"a signature too many", parts{signers: 2, claimedSigners: 1, keys: 3, instructions: call}, "", "2 signatures, but the message wants 1"},
		{"more signers than keys", parts{signers: 2, keys: 1, instructions: call}, "", "1 account keys for 2 signers"},
		{"version 1", parts{version: []byte{0x81}, signers: 1, keys: 3, instructions: call, lookups: []byte{0}}, "", "version 1"},
		{"version 127", parts{version: []byte{0xff}, signers: 1, keys: 3, instructions: call}, "", "version 127"},
		{"lookups in a legacy message", parts{signers: 1, keys: 3, instructions: call, lookups: []byte{0}}, "", "1 bytes after"},
		{"a byte too many", parts{signers: 1, keys: 3, instructions: call, extra: []byte{0}}, "", "1 bytes after"},
		{"instructions missing", parts{signers: 1, keys: 3, instructions: []byte{2, 1, 0, 0}}, "", "program index: 1 bytes wanted, 0 left"},
		{"65535 instructions", parts{signers: 1, keys: 3, instructions: []byte{0xff, 0xff, 3}}, "", "program index"},
		{"packet size", parts{signers: 1, keys: 3, instructions: append([]byte{1, 1, 0, 0x86, 0x08}, make([]byte, 1030)...)}, "", ""},
		{"over the packet size", parts{signers: 1, keys: 3, instructions: append([]byte{1, 1, 0, 0x87, 0x08}, make([]byte, 1031)...)}, "", "1233 bytes; at most 1232"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := c.p.build()
			tx, err := Decode(data)
			if c.err != "" {
				var d *DecodeError
				if !errors.As(err, &d) || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("%v; want a DecodeError with %q", err, c.err)
				}
				if d.Offset < 0 || d.Offset > len(data) {
					t.Errorf("offset %d of %d", d.Offset, len(data))
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if c.fault == "" != (tx.Fault == "") || !strings.Contains(tx.Fault, c.fault) {
				t.Errorf("fault %q, want %q", tx.Fault, c.fault)
			}
			r, err := newRunner().verify(data, platform.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Valid() != (c.fault == "") || r.Jobs["ed25519.verify"].Valid != int64(c.p.signers) {
				t.Errorf("valid %v, %+v", r.Valid(), r.Jobs)
			}
			// Every prefix of a transaction ends too early.
			for n := range data {
				if _, err := Decode(data[:n]); err == nil {
					t.Fatalf("decodes from %d of %d bytes", n, len(data))
				}
			}
		})
	}
}

// TestSmallOrderSigner has a signature by the neutral element as key, which RFC 8032 lets pass for every message and
// Solana must not.
func TestSmallOrderSigner(t *testing.T) {
	data := parts{signers: 1, keys: 3, instructions: call}.build()
	neutral := make([]byte, 32)
	neutral[0] = 1
	copy(data[1:], neutral)             // R
	copy(data[33:65], make([]byte, 32)) // s
	copy(data[1+64+4:], neutral)        // the key
	tx, err := Decode(data)
	if err != nil || !bytes.Equal(tx.Key(0), neutral) {
		t.Fatal(err)
	}
	if !ed25519.Verify(tx.Key(0), tx.Message, tx.Signature(0)) {
		t.Fatal("the test wants a signature that crypto/ed25519 accepts")
	}
	r, err := newRunner().verify(data, platform.Options{})
	if err != nil {
		t.Fatal(err)
	}
	platformtest.Want(t, r, 0, 1, 1, 0, map[string]platform.Count{"ed25519.verify": {Invalid: 1}})
}

// TestEveryByte flips two or three bits of each byte, one at a time, of real transactions: none may be valid.
func TestEveryByte(t *testing.T) {
	engine := newRunner()
	var broken, wrong int
	for _, name := range []string{"transaction4", "transaction6", "transaction2"} {
		data := vectors.Read(t, "solana/firedancer_txn/"+name+".bin")
		for i := 0; i < 8*len(data); i += 3 {
			data[i/8] ^= 1 << (i % 8)
			r, err := engine.verify(data, platform.Options{})
			var parse *platform.ParseError
			switch {
			case errors.As(err, &parse):
				broken++
			case err != nil:
				t.Fatal(err)
			case r.Valid():
				t.Errorf("%s with bit %d flipped is valid", name, i)
			default:
				wrong++
				if l := r.InvalidAt[0]; l.Transaction != 0 {
					t.Errorf("%s, bit %d: located at %v", name, i, l)
				}
			}
			data[i/8] ^= 1 << (i % 8)
		}
	}
	t.Logf("%d flipped bits: %d cannot be parsed, %d are found false", broken+wrong, broken, wrong)
}
