package bitcoin

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"maps"
	"testing"
	"time"

	"github.com/btcsuite/btcd/chainhash/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// vector is a file of real data and what is known of it.
type vector struct {
	file, prevouts string
	blocks, txs    int64
	signatures     int64 // that scripts check
	unchecked      map[string]int64
}

const (
	noPrevout  = "no previous output"
	headerOnly = "transactions of a block of which only the header is at hand"
	outdated   = "valid only under rules of the past, and the block is not known"
)

var realData = []vector{
	{file: "blocks/277647.dat.bz2", prevouts: "blocks/277647.prevouts.csv.gz", blocks: 1, txs: 213, signatures: 732},
	{file: "blocks/277647.dat.bz2", prevouts: "blocks/277647.utxostore.bz2", blocks: 1, txs: 213, signatures: 732},
	{file: "blocks/300025.raw", prevouts: "blocks/300025-undo.raw", blocks: 1, txs: 461, signatures: 1427},
	{file: "blocks/300025.raw", prevouts: "blocks/300025.prevouts.csv.gz", blocks: 1, txs: 461, signatures: 1427},
	{file: "blocks/367891.raw", prevouts: "blocks/367891.spent_utxos.json.gz", blocks: 1, txs: 420, signatures: 824},
	{file: "blocks/367891.raw", prevouts: "blocks/367891.prevouts.csv.gz", blocks: 1, txs: 420, signatures: 824},
	{file: "blocks/928816.raw", prevouts: "blocks/928816-undo.raw", blocks: 1, txs: 889, signatures: 8697},
	{file: "blocks/928828.raw", prevouts: "blocks/928828-undo.raw", blocks: 1, txs: 201, signatures: 3870},
	{file: "blocks/928828.raw", prevouts: "blocks/928828.prevouts.csv.gz", blocks: 1, txs: 201, signatures: 3870},
	// Blocks without previous outputs: what they spend of their own can be checked.
	{file: "blocks/277647.dat.bz2", blocks: 1, txs: 213, signatures: 62, unchecked: map[string]int64{noPrevout: 670}},
	{file: "blocks/169482.dat", blocks: 1, txs: 14, unchecked: map[string]int64{noPrevout: 59}},
	{file: "blocks/227835.dat", blocks: 1, txs: 122, signatures: 15, unchecked: map[string]int64{noPrevout: 247}},
	{file: "blocks/574200.blk", blocks: 1, txs: 3315, signatures: 1063, unchecked: map[string]int64{noPrevout: 4083}},
	{file: "blocks/702861.raw", blocks: 1, txs: 2500, signatures: 364, unchecked: map[string]int64{noPrevout: 6190}},
	// Chains from the genesis block.
	{file: "chain/blk_0_to_4.dat.bz2", blocks: 5, txs: 9, signatures: 4},
	{file: "chain/blocks1-256.bz2", blocks: 255, txs: 262, signatures: 7},
	// Headers.
	{file: "headers/mainnet_0_10236.bin.gz", blocks: 10237, unchecked: map[string]int64{headerOnly: 10237}},
	{file: "headers/signet_headers.bin.gz", blocks: 2016, unchecked: map[string]int64{headerOnly: 2016}},
	// Transactions.
	{file: "tx/tx1.raw", prevouts: "tx/tx1-undo.raw", txs: 1, signatures: 1},
	{file: "tx/tx2.raw", prevouts: "tx/tx2-undo.raw", txs: 1, signatures: 1},
	{file: "tx/tx3.raw", prevouts: "tx/tx3-undo.raw", txs: 1, signatures: 3},
	{file: "tx/tx4.raw", prevouts: "tx/tx4-undo.raw", txs: 1, signatures: 2},
	{file: "tx/tx6.raw", prevouts: "tx/tx6-undo.raw", txs: 1, signatures: 5, unchecked: map[string]int64{outdated: 2}},
	{file: "tx/tx7.raw", prevouts: "tx/tx7-undo.raw", txs: 1, signatures: 1},
	{file: "tx/tx10.raw", prevouts: "tx/tx10-undo.raw", txs: 1, signatures: 3},
}

func TestRealData(t *testing.T) {
	for _, v := range realData {
		t.Run(v.file+" "+v.prevouts, func(t *testing.T) {
			data := content(t, "bitcoin/"+v.file)
			var prevouts []byte
			if v.prevouts != "" {
				prevouts = content(t, "bitcoin/"+v.prevouts)
			}
			start := time.Now()
			o := check(t, remembering, data, prevouts)
			took := time.Since(start)
			if o.err != nil {
				t.Fatal(o.err)
			}
			t.Logf("%d blocks, %d transactions, %d signatures, %.2f %% of them through the engine, in %v",
				o.Blocks, o.Transactions, o.engine+o.LeftToLibrary, 100*o.share(), took.Round(time.Millisecond))
			if !o.Valid() {
				t.Errorf("%d false: %v", o.Wrong, o.InvalidAt)
			}
			if o.Blocks != v.blocks || o.Transactions != v.txs || o.engine+o.LeftToLibrary != v.signatures {
				t.Errorf("%d blocks, %d transactions, %d signatures", o.Blocks, o.Transactions, o.engine+o.LeftToLibrary)
			}
			if !maps.Equal(o.Why, v.unchecked) {
				t.Errorf("not checkable: %v, want %v", o.Why, v.unchecked)
			}
			if v.blocks > 0 && o.share() < 0.99 {
				t.Errorf("%d of %d signatures were left to btcd", o.LeftToLibrary, o.engine+o.LeftToLibrary)
			}
		})
	}
}

// TestFirstBlocks verifies the first 14,132 blocks of Bitcoin.
func TestFirstBlocks(t *testing.T) {
	data := content(t, "btcd:blockchain/testdata/blk_0_to_14131.dat")
	var calls, last int64
	opt := platform.Options{Block: func(offset int64) {
		if offset <= last {
			t.Errorf("progress goes from %d to %d", last, offset)
		}
		calls++
		last = offset
	}}
	start := time.Now()
	r, err := Platform.Verify(t.Context(), kernelEngine{}, platform.NewSource("blk", bytes.NewReader(data)), opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d blocks in %v: %v", r.Blocks, time.Since(start).Round(time.Millisecond), r.Jobs)
	if !r.Valid() || r.Blocks != 14132 || r.Transactions != 14247 || r.NotCheckable != 0 || r.LeftToLibrary != 0 {
		t.Errorf("%+v", r)
	}
	if calls != 14132 || last != 3272717 { // zeros follow
		t.Errorf("%d calls, the last at %d", calls, last)
	}
	if got := r.Jobs["secp256k1.verify"]; got != (platform.Count{Valid: 865}) {
		t.Errorf("signatures: %v", got)
	}
}

// TestCheckpoints gives the headers of bitcoinj's checkpoints of testnet3: not a chain, but all have work.
func TestCheckpoints(t *testing.T) {
	v, err := NewVerifier(t.Context(), Config{Engine: kernelEngine{}, Network: testnet3.magic()})
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(content(t, "bitcoin/headers/testnet3_checkpoints.txt.gz")))
	const headLines, workAndHeight = 3, 12 + 4
	for n := 0; lines.Scan(); n++ {
		if n < headLines {
			continue
		}
		row, err := base64.StdEncoding.DecodeString(lines.Text())
		if err == nil {
			err = v.Header(row[workAndHeight:], int64(n))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	r, err := v.Close()
	if err != nil || !r.Valid() || r.Blocks != 1792 {
		t.Errorf("%+v, %v", r, err)
	}
	if got := r.Why["link to a block that is not in the file before"]; got != 1791 {
		t.Errorf("%d links", got)
	}
}

// genesis is the first block of mainnet as Bitcoin Core's source has it, in hexadecimal.
const genesis = "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e" +
	"67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c0101000000010000000000000000000000000000" +
	"000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039" +
	"204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff" +
	"0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4" +
	"f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"

func TestGenesis(t *testing.T) {
	for _, n := range networks {
		var buf bytes.Buffer
		if err := n.params.GenesisBlock.Serialize(&buf); err != nil {
			t.Fatal(err)
		}
		if o := check(t, kernelEngine{}, buf.Bytes(), nil); !o.holds() || o.Blocks != 1 || o.NotCheckable != 0 {
			t.Errorf("%s: %+v", n.params.Name, o)
		}
		if got := chainhash.DoubleHashH(buf.Bytes()[:headerSize]); networkOfGenesis(got) != n {
			t.Errorf("%s: not found by %v", n.params.Name, got)
		}
	}
	if o := check(t, kernelEngine{}, []byte(genesis+"\n"), nil); !o.holds() || o.Blocks != 1 {
		t.Errorf("hexadecimal: %+v", o)
	}
}
