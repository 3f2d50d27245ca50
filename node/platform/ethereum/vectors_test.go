package ethereum

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// row is one line of a .txs.csv file.
type row struct{ index, kind, hash, sender, digest, parity, r, s, raw string }

func rows(t *testing.T, file string) (list []row) {
	t.Helper()
	lines, err := csv.NewReader(bytes.NewReader(vectors.Unpack(t, file))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines[1:] {
		list = append(list, row{l[0], l[1], l[2], l[3], l[4], l[5], l[6], l[7], l[8]})
	}
	return list
}

// TestMainnetBlocks verifies real blocks of every fork from Homestead to Prague, with senders and hashes stated.
func TestMainnetBlocks(t *testing.T) {
	total := 0
	for _, file := range glob(t, "mainnet_blocks/*.json.gz", 20) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			data := vectors.Unpack(t, file)
			list := rows(t, strings.TrimSuffix(file, ".json.gz")+".txs.csv.gz")
			r, err := newRunner().verify(data)
			valid(t, r, err, 1, int64(len(list)))
			for why := range r.Why {
				if why != "receipts: they are not in the file" && why != "total difficulties: the blocks before are not in the file" &&
					why != "execution requests: they are not in the file" {
					t.Error(why)
				}
			}
			total += len(list)
		})
	}
	t.Logf("20 blocks with %d transactions, all valid", total)
	if total != 2078 {
		t.Errorf("%d transactions", total)
	}
}

// TestTransactionRows holds jobs and forms against the rows that were derived from the same blocks by other means: as
// records with sender and hash, and as lines of hexadecimal.
func TestTransactionRows(t *testing.T) {
	var records []map[string]any
	var lines strings.Builder
	for _, file := range glob(t, "mainnet_blocks/*.txs.csv.gz", 20) {
		for _, row := range rows(t, file) {
			raw, err := hex.DecodeString(row.raw)
			if err != nil {
				t.Fatal(err)
			}
			tx := new(types.Transaction)
			if err := tx.UnmarshalBinary(raw); err != nil {
				t.Fatal(err)
			}
			sig, err := signatureOf(tx)
			if err != nil || hex.EncodeToString(sig.digest[:]) != row.digest || hex.EncodeToString(sig.rs[:]) != row.r+row.s || fmt.Sprint(sig.v) != row.parity {
				t.Errorf("%s line %s: %+v, %v", filepath.Base(file), row.index, sig, err)
			}
			records = append(records, map[string]any{"raw": "0x" + row.raw, "sender": "0x" + row.sender, "hash": "0x" + row.hash})
			fmt.Fprintf(&lines, "%s%s\n", []string{"", "0x"}[len(records)%2], row.raw)
		}
	}
	data, err := json.Marshal(records)
	if err != nil {
		t.Fatal(err)
	}
	engine := newRunner()
	for name, data := range map[string]string{"records": string(data), "hexadecimal": lines.String()} {
		r, err := engine.verify([]byte(data))
		valid(t, r, err, 0, 2078)
		if r.NotCheckable != 0 {
			t.Errorf("%s: %v", name, r.Why)
		}
	}
	t.Logf("%d rows, all valid", len(records))
}

func TestPublicTransactions(t *testing.T) {
	r, err := newRunner().verify(vectors.Read(t, "ethereum/public_chain_txs.json"))
	valid(t, r, err, 0, 44)
	t.Log("44 transactions of 4 chains, all valid")
}

func TestPortal(t *testing.T) {
	txs := map[string]int64{"14764013": 19, "15537393": 1, "17034870": 184, "19426587": 37, "22431084": 95}
	for _, file := range glob(t, "portal/*.yaml.gz", 5) {
		number := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "block-data-"), ".yaml.gz")
		t.Run(number, func(t *testing.T) {
			r, err := newRunner().verify(vectors.Unpack(t, file))
			valid(t, r, err, 1, txs[number])
			if number != "22431084" && r.NotCheckable != 0 { // with receipts, only Prague's requests are missing
				t.Error(r.Why)
			}
		})
	}
	t.Run("SSZ", func(t *testing.T) {
		r, err := newRunner().verify(vectors.Read(t, "ethereum/mainnet_blocks_1000001_1000010.json"))
		valid(t, r, err, 10, 25)
		if r.NotCheckable != 0 {
			t.Error(r.Why)
		}
	})
	t.Run("headers", func(t *testing.T) {
		r, err := newRunner().verify(vectors.Read(t, "ethereum/portal/headers_with_proof_1000001-1000010.json"))
		valid(t, r, err, 10, 0)
		if r.Why["proofs of headers: the accumulator is not in the file"] != 10 {
			t.Error(r.Why)
		}
	})
}

func TestEra1(t *testing.T) {
	const name = "ethereum/era1/sepolia-00021-b8814b14.era1"
	r, err := newRunner().verify(vectors.Read(t, name))
	valid(t, r, err, 8192, 93)
	// 8192 records, a perfect tree above them, 13 zero nodes and the length.
	if nodes := r.Jobs["sha256.node"].Valid; nodes != 8192+8191+13+1 || r.NotCheckable != 0 {
		t.Errorf("%d nodes, %v", nodes, r.Why)
	}
	t.Log("8192 blocks with 93 transactions, all valid, and the accumulator")
}

func TestModuleBlocks(t *testing.T) {
	tests := []struct {
		file        string
		blocks, txs int64
		why         map[string]int64 // but for the receipts
	}{
		{"beacon/types/testdata/block_capella.json", 1, 100, map[string]int64{"signatures of the beacon chain: the validators' keys are not in the file": 88}},
		{"beacon/types/testdata/block_deneb.json", 1, 322, map[string]int64{"signatures of the beacon chain: the validators' keys are not in the file": 130}},
		{"beacon/types/testdata/block_electra_consolidations.json", 1, 3, map[string]int64{"signatures of the beacon chain: the validators' keys are not in the file": 4}},
		{"beacon/types/testdata/block_electra_deposits.json", 1, 102, map[string]int64{"signatures of the beacon chain: the validators' keys are not in the file": 4}},
		{"beacon/types/testdata/block_electra_withdrawals.json", 1, 110, map[string]int64{"signatures of the beacon chain: the validators' keys are not in the file": 5}},
		{"cmd/devp2p/internal/ethtest/testdata/chain.rlp", 600, 612, map[string]int64{"execution requests: they are not in the file": 589}},
		{"cmd/geth/testdata/blockchain.blocks", 33, 32, nil},
		{"cmd/devp2p/internal/ethtest/testdata/headblock.json", 1, 0, map[string]int64{
			"execution requests: they are not in the file": 1, "transactions: they are not in the file": 1, "withdrawals: they are not in the file": 1}},
		{"internal/ethapi/testdata/eth_getBlockByHash-hash-latest-1-fullTx.json", 1, 1, nil},
		{"internal/ethapi/testdata/eth_getBlockByNumber-tag-pending-fullTx.json", 1, 1, map[string]int64{"block hash: it is not stated": 1}},
		{"internal/ethapi/testdata/eth_getBlockByNumber-tag-latest.json", 1, 0, map[string]int64{
			"sizes of blocks of which parts are not in the file": 1, "transactions: they are not in the file": 1}},
	}
	for _, test := range tests {
		t.Run(filepath.Base(test.file), func(t *testing.T) {
			r, err := newRunner().verify(vectors.Unpack(t, geth(t, test.file)))
			valid(t, r, err, test.blocks, test.txs)
			delete(r.Why, "receipts: they are not in the file")
			if len(r.Why) != len(test.why) {
				t.Errorf("%v, want %v", r.Why, test.why)
			}
			for why, n := range test.why {
				if r.Why[why] != n {
					t.Errorf("%v, want %v", r.Why, test.why)
				}
			}
		})
	}
	t.Run("beacon API", func(t *testing.T) {
		block := vectors.Unpack(t, geth(t, "beacon/types/testdata/block_deneb.json"))
		answer := `{"version":"deneb","execution_optimistic":false,"finalized":true,"data":{"message":` + string(block) + `,"signature":"0x00"}}`
		r, err := newRunner().verify([]byte(answer))
		valid(t, r, err, 1, 322)
		if n := r.Why["signatures of the beacon chain: the validators' keys are not in the file"]; n != 131 {
			t.Errorf("%d signatures", n)
		}
	})
	t.Run("payload", func(t *testing.T) {
		var block struct {
			Body struct {
				Payload json.RawMessage `json:"execution_payload"`
			} `json:"body"`
		}
		if err := json.Unmarshal(vectors.Unpack(t, geth(t, "beacon/types/testdata/block_capella.json")), &block); err != nil {
			t.Fatal(err)
		}
		r, err := newRunner().verify(block.Body.Payload)
		valid(t, r, err, 1, 100)
	})
}

// TestNewPayload: all but the first of the requests are right; the first makes a payload of the genesis block, which had
// a difficulty.
func TestNewPayload(t *testing.T) {
	r, err := newRunner().verify(vectors.Unpack(t, geth(t, "cmd/devp2p/internal/ethtest/testdata/newpayload.json")))
	if err != nil {
		t.Fatal(err)
	}
	if r.Blocks != 601 || r.Transactions != 612 || r.Wrong != 2 || r.InvalidAt[0].Block != "0" || r.InvalidAt[1].Block != "1" ||
		!strings.HasPrefix(r.InvalidAt[0].Reason, "block hash") || !strings.HasPrefix(r.InvalidAt[1].Reason, "parent hash") {
		t.Errorf("%+v", r)
	}
}

// TestForms writes real blocks in the other forms that are read.
func TestForms(t *testing.T) {
	chain := vectors.Unpack(t, geth(t, "cmd/devp2p/internal/ethtest/testdata/chain.rlp"))
	var lines, blocks bytes.Buffer
	n, txs := int64(0), int64(0)
	var typed []byte
	for rest := chain; len(rest) > 0 && n < 50; n++ {
		size, _ := itemSize(rest)
		b, err := decodeBlock(rest[:size])
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range b.txs {
			if tx.tx.Type() == types.DynamicFeeTxType && typed == nil {
				if typed, err = tx.tx.MarshalBinary(); err != nil {
					t.Fatal(err)
				}
			}
		}
		txs += int64(len(b.txs))
		fmt.Fprintf(&lines, "0x%x\r\n\n", rest[:size])
		blocks.Write(rest[:size])
		rest = rest[size:]
	}
	wrapped, err := rlp.EncodeToBytes(typed)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name        string
		data        []byte
		blocks, txs int64
	}{
		{"hexadecimal blocks", lines.Bytes(), n, txs},
		{"one block", chain[:firstItem(chain)], 1, 1},
		{"typed transaction", typed, 0, 1},
		{"typed transaction in a string", wrapped, 0, 1},
		{"typed transaction in hexadecimal", []byte(fmt.Sprintf(" %X", typed)), 0, 1},
		{"RPC answers", rpcAnswers(t), 2, 2},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Platform.Sniff(test.data[:min(len(test.data), platform.SniffBytes)], ""); got != platform.Sure {
				t.Errorf("confidence %d", got)
			}
			r, err := newRunner().verify(test.data)
			valid(t, r, err, test.blocks, test.txs)
		})
	}
}

// TestLoneTransactions checks transactions as eth_getTransactionByHash gives them.
func TestLoneTransactions(t *testing.T) {
	for name, n := range map[string]int64{"1150000": 9, "12965000": 259, "22431082": 68} {
		var block struct{ Transactions []json.RawMessage }
		if err := json.Unmarshal(vectors.Read(t, "ethereum/mainnet_blocks/"+name+".json.gz"), &block); err != nil {
			t.Fatal(err)
		}
		var lines []byte
		for _, tx := range block.Transactions {
			lines = fmt.Appendf(lines, "%s\n", tx)
		}
		r, err := newRunner().verify(lines)
		valid(t, r, err, 0, n)
		if r.Why["places of transactions whose block is not in the file"] != n {
			t.Error(r.Why)
		}
	}
}

func firstItem(p []byte) uint64 {
	n, _ := itemSize(p)
	return n
}

// rpcAnswers wraps two blocks as a batch of JSON-RPC answers.
func rpcAnswers(t testing.TB) []byte {
	a := vectors.Unpack(t, geth(t, "internal/ethapi/testdata/eth_getBlockByHash-hash-latest-1-fullTx.json"))
	b := vectors.Unpack(t, geth(t, "internal/ethapi/testdata/eth_getBlockByNumber-tag-pending-fullTx.json"))
	return fmt.Appendf(nil, `[{"jsonrpc":"2.0","id":1,"result":%s},{"jsonrpc":"2.0","id":2,"result":%s,"error":null}]`, a, b)
}
