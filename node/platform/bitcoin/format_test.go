package bitcoin

import (
	"bytes"
	"encoding/hex"
	"strings"
	"testing"
	"time"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

func TestSniff(t *testing.T) {
	block := content(t, "bitcoin/blocks/300025.raw")
	changed := bytes.Clone(block)
	changed[68] ^= 1
	var large bytes.Buffer
	if err := pay(1, anyone, make([]wire.OutPoint, 5000)...).Serialize(&large); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		data []byte
		want platform.Confidence
	}{
		{"block file", content(t, "bitcoin/chain/blk_0_to_4.dat.bz2"), platform.Sure},
		{"obfuscated block file", xorKey{9, 8, 7, 6, 5, 4, 3, 2}.plain(content(t, "bitcoin/chain/blk_0_to_4.dat.bz2"), 0), platform.Sure},
		{"obfuscated later block file", xorKey{9, 8, 7, 6, 5, 4, 3, 2}.plain(content(t, "bitcoin/blocks/277647.dat.bz2"), 0), platform.Sure},
		{"block", block, platform.Sure},
		{"block with witnesses", content(t, "bitcoin/blocks/702861.raw"), platform.Sure},
		{"block without work", changed, platform.Likely},
		{"block in hexadecimal", []byte(hex.EncodeToString(block)), platform.Sure},
		{"genesis block in hexadecimal", []byte(genesis + "\n"), platform.Sure},
		{"headers", content(t, "bitcoin/headers/signet_headers.bin.gz"), platform.Sure},
		{"a header", block[:80], platform.Sure},
		{"transaction", content(t, "bitcoin/tx/tx1.raw"), platform.Likely},
		{"transaction in hexadecimal", []byte(hex.EncodeToString(content(t, "bitcoin/tx/tx1.raw")) + "\r\n"), platform.Likely},
		{"a large transaction", large.Bytes(), platform.Maybe},
		{"nothing", nil, platform.No},
		{"zeros", make([]byte, 1000), platform.No},
		{"text", []byte(strings.Repeat("Bitcoin ", 100)), platform.No},
		{"a table", content(t, "bitcoin/blocks/300025.prevouts.csv.gz"), platform.No},
		{"undo data", content(t, "bitcoin/blocks/300025-undo.raw"), platform.No},
		{"digits", []byte("0123456789"), platform.No},
		{"other data", content(t, "secp256k1/bip340_test_vectors.csv"), platform.No},
		{"a capture", content(t, "pcap/bitcoin_p2p_2011.pcap"), platform.No},
	} {
		if got := Platform.Sniff(c.data[:min(len(c.data), platform.SniffBytes)], ""); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// TestHexLines mixes blocks, headers and transactions.
func TestHexLines(t *testing.T) {
	m, fresh, _, _ := scene(t)
	var text strings.Builder
	line := func(p []byte, end string) { text.WriteString(hex.EncodeToString(p) + end) }
	raw := func(b *wire.MsgBlock) []byte {
		var buf bytes.Buffer
		if err := b.Serialize(&buf); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	line(raw(m.blocks[0]), "\n")
	line(raw(m.blocks[1]), "  \r\n\n")
	line(raw(m.blocks[2]), "\n")
	var tx bytes.Buffer
	if err := pay(1, anyone, fresh).Serialize(&tx); err != nil {
		t.Fatal(err)
	}
	line(tx.Bytes(), "\n")
	next := m.mine(m.block())
	line(raw(next)[:80], "")
	o := check(t, kernelEngine{}, []byte(text.String()), nil)
	if !o.holds() || o.Blocks != 4 || o.Transactions != 5 || o.NotCheckable != 1 || o.Why[headerOnly] != 1 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
}

// TestLoneTransaction judges a transaction that is in no block by the rules of today, and of the day on which
// it was seen.
func TestLoneTransaction(t *testing.T) {
	// The first input unlocks what only rules since BIP 65 lock.
	prev := &wire.TxOut{Value: 10, PkScript: []byte{txscript.OP_1, txscript.OP_CHECKLOCKTIMEVERIFY}}
	tx := pay(1, anyone, wire.OutPoint{Hash: [32]byte{1}})
	raw, undo := new(bytes.Buffer), new(bytes.Buffer)
	if err := tx.Serialize(raw); err != nil {
		t.Fatal(err)
	}
	if err := wire.WriteTxOut(undo, 0, 0, prev); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		when    time.Time
		wrong   int64
		skipped int64
	}{
		{"unknown", time.Time{}, 0, 1},
		{"before", day(2015, time.December, 1), 0, 0},
		{"after", day(2016, time.January, 1), 1, 0},
	} {
		v, err := NewVerifier(t.Context(), Config{Engine: kernelEngine{}, Given: platform.NewSource("", bytes.NewReader(undo.Bytes()))})
		if err != nil {
			t.Fatal(err)
		}
		if err := v.Transaction(raw.Bytes(), c.when, 0); err != nil {
			t.Fatal(err)
		}
		r, err := v.Close()
		if err != nil || r.Wrong != c.wrong || r.NotCheckable != c.skipped || r.Blocks != 0 || r.Transactions != 1 {
			t.Errorf("%s: %v %+v", c.name, err, r)
		}
	}
	// A damaged signature is false under any rules.
	data := content(t, "bitcoin/tx/tx4.raw")
	bad := bytes.Clone(data)
	bad[60] ^= 1
	if o := check(t, kernelEngine{}, bad, content(t, "bitcoin/tx/tx4-undo.raw")); o.err != nil || o.Wrong != 1 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
	// A coinbase has no meaning alone.
	var coinbase bytes.Buffer
	if err := mainnet.params.GenesisBlock.Transactions[0].Serialize(&coinbase); err != nil {
		t.Fatal(err)
	}
	if o := check(t, kernelEngine{}, coinbase.Bytes(), nil); !o.holds() || o.NotCheckable != 1 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
}

func TestRules(t *testing.T) {
	const p2sh, der, cltv, csv = txscript.ScriptBip16, txscript.ScriptVerifyDERSignatures,
		txscript.ScriptVerifyCheckLockTimeVerify, txscript.ScriptVerifyCheckSequenceVerify
	const segwit = txscript.ScriptVerifyWitness | txscript.ScriptStrictMultiSig
	const taproot = txscript.ScriptVerifyTaproot
	for _, c := range []struct {
		net    *network
		height int32
		when   time.Time
		want   txscript.ScriptFlags
	}{
		{mainnet, 0, day(2009, 1, 3), 0},
		{mainnet, 173804, time.Unix(1333238399, 0), 0},
		{mainnet, 173805, time.Unix(1333238400, 0), p2sh}, // BIP 16: 1 April 2012
		{mainnet, 363724, day(2015, 7, 4), p2sh},
		{mainnet, 363725, day(2015, 7, 4), p2sh | der},
		{mainnet, 388381, day(2015, 12, 14), p2sh | der | cltv},
		{mainnet, 419328, day(2016, 7, 4), p2sh | der | cltv | csv},
		{mainnet, 481823, day(2017, 8, 24), p2sh | der | cltv | csv},
		{mainnet, 481824, day(2017, 8, 24), p2sh | der | cltv | csv | segwit},
		{mainnet, 709631, day(2021, 11, 14), p2sh | der | cltv | csv | segwit},
		{mainnet, 709632, day(2021, 11, 14), p2sh | der | cltv | csv | segwit | taproot},
		{mainnet, 1, day(2024, 1, 1), p2sh | der | cltv | csv | segwit | taproot}, // a height that cannot be
		{mainnet, -1, day(2014, 1, 1), p2sh},
		{mainnet, -1, day(2018, 1, 1), p2sh | der | cltv | csv | segwit},
		{testnet3, 928816, day(2016, 9, 19), p2sh | der | cltv | csv | segwit},
		{testnet3, 330775, day(2015, 4, 1), p2sh},
		{testnet4, 1, day(2024, 5, 4), p2sh | der | cltv | csv | segwit | taproot},
		{signet, 1, day(2020, 9, 1), p2sh | der | cltv | csv | segwit | taproot},
		{regtest, 1, day(2011, 2, 2), p2sh | der | cltv | csv | segwit | taproot},
	} {
		if got := rulesAt(c.net, c.height, c.when).flags; got != c.want {
			t.Errorf("%s %d, %v: %#x, want %#x", c.net.params.Name, c.height, c.when, got, c.want)
		}
	}
}

// TestGuessNetwork guesses the network of real blocks from heights and times.
func TestGuessNetwork(t *testing.T) {
	for _, c := range []struct {
		height int32
		time   int64
		bits   uint32
		want   *network
	}{
		{0, 1231006505, 0x1d00ffff, mainnet},
		{1, 1231469665, 0x1d00ffff, mainnet},
		{14131, 1242068340, 0x1d00ffff, mainnet},
		{169482, 1330781454, 0x1a0b350c, mainnet},
		{277647, 1388375596, 0x1903a30c, mainnet},
		{367891, 1438410176, 0x18150815, mainnet},
		{574200, 1556771700, 0x172c4e11, mainnet},
		{702861, 1632990500, 0x170ed0eb, mainnet},
		{928816, 1474285542, 0x1a021a66, testnet3},
		{21111, 1343600000, 0x1c00f72c, testnet3},
		{4_000_000, 1740000000, 0x1d00ffff, testnet4}, // or testnet3: their rules are the same by then
		{100_000, 1760000000, 0x1d00ffff, testnet4},
		{-1, 1700000000, 0x1e0377ae, signet},
		{5, 1700000000, 0x207fffff, regtest},
	} {
		h := &wire.BlockHeader{Timestamp: time.Unix(c.time, 0), Bits: c.bits}
		if got := guessNetwork(h, c.height); got != c.want {
			t.Errorf("%d: %s, want %s", c.height, got.params.Name, c.want.params.Name)
		}
	}
}
