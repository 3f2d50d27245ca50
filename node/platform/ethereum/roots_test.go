package ethereum

import (
	"context"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// TestRoots changes one part of a real block, or what its header says of it, at a time.
func TestRoots(t *testing.T) {
	parts := map[string][]byte{}
	for _, line := range strings.Split(strings.TrimSpace(string(vectors.Read(t, "ethereum/portal/block-data-19426587.yaml.gz"))), "\n") {
		name, text, _ := strings.Cut(line, ": ")
		raw, err := unhex([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		parts[name] = raw
	}
	decode := func() *block {
		b := &block{header: new(types.Header), hasReceipts: true}
		body, err := decodeBody(parts["body"])
		if err != nil {
			t.Fatal(err)
		}
		b.setBody(body)
		if err := rlp.DecodeBytes(parts["header"], b.header); err != nil {
			t.Fatal(err)
		}
		if b.receipts, err = decodeReceipts(parts["receipts"]); err != nil {
			t.Fatal(err)
		}
		return b
	}
	tests := []struct {
		name   string
		change func(b *block)
		reason string // empty: none
	}{
		{"as it is", func(*block) {}, ""},
		{"hash", func(b *block) { b.hash = &common.Hash{1} }, "block hash"},
		{"transactions root", func(b *block) { b.header.TxHash[0]++ }, "transactions root"},
		{"a transaction less", func(b *block) { b.txs = b.txs[1:] }, "transactions root"},
		{"two transactions exchanged", func(b *block) { b.txs[0], b.txs[1] = b.txs[1], b.txs[0] }, "transactions root"},
		{"uncles hash", func(b *block) { b.header.UncleHash[0]++ }, "uncles hash"},
		{"an uncle", func(b *block) { b.uncles = append(b.uncles, b.header) }, "uncles hash"},
		{"withdrawals root", func(b *block) { b.header.WithdrawalsHash[0]++ }, "withdrawals root"},
		{"a withdrawal", func(b *block) { b.withdrawals[3].Amount++ }, "withdrawals root"},
		{"withdrawals without a root", func(b *block) { b.header.WithdrawalsHash = nil }, "no root"},
		{"receipts root", func(b *block) { b.header.ReceiptHash[0]++ }, "receipts root"},
		{"status of a receipt", func(b *block) { b.receipts[1].Status ^= 1 }, "receipts root"},
		{"a receipt less", func(b *block) { b.receipts = b.receipts[:len(b.receipts)-1]; b.header.ReceiptHash = root(b.receipts) }, "receipts for"},
		{"bloom", func(b *block) { b.header.Bloom[9] ^= 4 }, "bloom"},
		{"gas used", func(b *block) { b.header.GasUsed++ }, "gas"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := decode()
			test.change(b)
			r := platform.NewReport(name)
			v := newVerifier(newRunner(), platform.NewSource("", strings.NewReader("")), r, platform.Options{})
			if err := v.block(context.Background(), b); err != nil {
				t.Fatal(err)
			}
			if err := v.flush(context.Background()); err != nil {
				t.Fatal(err)
			}
			if test.reason == "" && !r.Valid() || test.reason != "" && (r.Wrong == 0 || !strings.Contains(r.InvalidAt[0].Reason, test.reason)) {
				t.Errorf("%v, want %q", r.InvalidAt, test.reason)
			}
		})
	}
}

// TestBeaconStatements changes what a beacon block says around its payload.
func TestBeaconStatements(t *testing.T) {
	read := func(name string) string {
		return string(vectors.Unpack(t, geth(t, "beacon/types/testdata/block_"+name+".json")))
	}
	tests := []struct{ name, data, old, new, reason string }{
		{"slot", read("capella"), `"slot": "7378495"`, `"slot": "7378496"`, "slot 7378496 is at 1695365975, the timestamp is 1695365963"},
		{"slot before time", read("capella"), `"slot": "7378495"`, `"slot": "18446744073709551615"`, "slot 18446744073709551615"},
		{"parent root", read("deneb"), `"parent_root": "0x5a`, `"parent_root": "0x5b`, "block hash"},
		{"commitment", read("deneb"), `"0x97d62d45`, `"0x97d62d46`, "blob commitments: blob 0"},
		{"commitment too many", read("electra_consolidations"), `"blob_kzg_commitments": []`, `"blob_kzg_commitments": ["0x` + strings.Repeat("00", 48) + `"]`, "1 blob commitments for 0 blobs"},
		{"request", read("electra_deposits"), `"pubkey": "0xa3dc91086418a5680fe3037dba62dda3de79dd22bb41036719c3771f140b419586ae7d9bdf3`, `"pubkey": "0xa3dc91086418a5680fe3037dba62dda3de79dd22bb41036719c3771f140b419586ae7d9bdf4`, "block hash"},
		{"transaction", read("electra_consolidations"), `"0x02f9017b85`, `"0x05f9017b85`, "transaction 0: not a transaction"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(test.data, test.old) {
				t.Fatalf("no %s", test.old)
			}
			r, err := newRunner().verify([]byte(strings.Replace(test.data, test.old, test.new, 1)))
			if err != nil || r.Wrong == 0 || !strings.Contains(r.InvalidAt[0].String(), test.reason) {
				t.Errorf("%v, %v", err, r.InvalidAt)
			}
		})
	}
}
