package ethereum

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math/big"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// forks gives the rules of each fork that the transaction tests name, oldest first.
func forks() map[string]rules {
	out := map[string]rules{}
	r := rules{chain: big.NewInt(1)}
	r.typed[types.LegacyTxType] = true
	add := func(names ...string) {
		for _, name := range names {
			out[name] = r
		}
	}
	add("Frontier")
	r.lowS = true
	add("Homestead", "EIP150")
	r.protected = true
	add("EIP158", "Byzantium", "Constantinople", "ConstantinopleFix", "Istanbul")
	r.typed[types.AccessListTxType] = true
	add("Berlin")
	r.typed[types.DynamicFeeTxType] = true
	add("London", "Paris", "Shanghai")
	r.typed[types.BlobTxType] = true
	add("Cancun")
	r.typed[types.SetCodeTxType] = true
	add("Prague", "Osaka")
	return out
}

// outOfScope are the exceptions that have nothing to do with the form of a transaction or its signature.
var outOfScope = []string{
	"INTRINSIC_GAS_TOO_LOW", "GASLIMIT_PRICE_PRODUCT_OVERFLOW", "PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS_2", "INITCODE_SIZE_EXCEEDED",
}

// TestTransactionTests asks for the tests' verdict, hash and sender of each transaction in each fork.
func TestTransactionTests(t *testing.T) {
	engine := newRunner()
	var good, bad, foreign int
	for _, file := range glob(t, "TransactionTests/*.json", 14) {
		var tests map[string]struct {
			Result map[string]struct {
				Exception    string
				Hash, Sender *hexutil.Bytes
			}
			TxBytes string
		}
		if err := json.Unmarshal(vectors.Unpack(t, file), &tests); err != nil {
			t.Fatal(err)
		}
		for _, name := range slices.Sorted(maps.Keys(tests)) {
			test := tests[name]
			raw, err := hex.DecodeString(strings.TrimPrefix(test.TxBytes, "0x"))
			if err != nil {
				t.Fatal(err)
			}
			for fork, want := range test.Result {
				r, ok := forks()[fork]
				if !ok {
					t.Fatalf("%s: unknown fork %s", name, fork)
				}
				hash, sender, err := judge(engine, raw, r)
				exception := strings.TrimPrefix(want.Exception, "TransactionException.")
				switch {
				case want.Exception == "":
					good++
					if err != "" || want.Hash == nil || hash != common.BytesToHash(*want.Hash) || sender != common.BytesToAddress(*want.Sender) {
						t.Errorf("%s %s in %s: %v %v: %s", filepath.Base(file), name, fork, hash, sender, err)
					}
				case slices.Contains(outOfScope, exception):
					foreign++
				default:
					bad++
					if err == "" {
						t.Errorf("%s %s in %s: valid, want %s", filepath.Base(file), name, fork, exception)
					}
				}
			}
		}
	}
	t.Logf("%d verdicts: %d valid, %d invalid; %d of rules of execution (gas) not asked for", good+bad+foreign, good, bad, foreign)
	if good != 606 || bad != 1968 || foreign != 91 {
		t.Errorf("%d valid, %d invalid, %d not asked for", good, bad, foreign)
	}
}

// judge is this package's verdict on a transaction; why is empty if it is valid.
func judge(engine platform.Engine, raw []byte, r rules) (hash common.Hash, sender common.Address, why string) {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(raw); err != nil {
		return hash, sender, err.Error()
	}
	// The sender is what the report says that it is where another one is stated.
	other := common.Address{1}
	rep := platform.NewReport(name)
	v := newVerifier(engine, platform.NewSource("", strings.NewReader("")), rep, platform.Options{})
	if err := v.loneTransaction(context.Background(), &transaction{tx: tx, from: &other}, r); err != nil {
		return hash, sender, err.Error()
	}
	if err := v.flush(context.Background()); err != nil {
		return hash, sender, err.Error()
	}
	reason := rep.InvalidAt[0].Reason
	found, ok := strings.CutPrefix(reason, "sender is ")
	if !ok {
		return hash, sender, reason
	}
	return tx.Hash(), common.HexToAddress(found[:42]), ""
}

// TestRLP: nothing that is not RLP gets through, and nothing that is RLP but no block confuses the reader.
func TestRLP(t *testing.T) {
	read := func(file string) map[string]string {
		var tests map[string]struct{ Out string }
		if err := json.Unmarshal(vectors.Read(t, "ethereum/RLPTests/"+file), &tests); err != nil {
			t.Fatal(err)
		}
		out := map[string]string{}
		for name, test := range tests {
			out[name] = strings.TrimPrefix(test.Out, "0x")
		}
		return out
	}
	invalid, good := read("invalidRLPTest.json"), read("rlptest.json")
	for name, text := range invalid {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if err := rlp.DecodeBytes(raw, new(rlp.RawValue)); err == nil {
			if _, err := all(raw); err == nil {
				t.Errorf("%s: decoded", name)
			}
		}
		if rep, err := newRunner().verify(raw); err == nil && len(raw) > 0 {
			t.Errorf("%s: no error: %+v", name, rep)
		}
	}
	for name, text := range good {
		raw, err := hex.DecodeString(text)
		if err != nil {
			t.Fatal(err)
		}
		if n, ok := itemSize(raw); !ok || n != uint64(len(raw)) {
			t.Errorf("%s: size %d, want %d", name, n, len(raw))
		}
		if n, err := all(raw); err != nil || n != len(raw) {
			t.Errorf("%s: %d of %d bytes, %v", name, n, len(raw), err)
		}
		if rep, err := newRunner().verify(raw); err == nil {
			t.Errorf("%s: taken for a block: %+v", name, rep)
		}
	}
	t.Logf("%d cases, %d valid, %d invalid", len(good)+len(invalid), len(good), len(invalid))
}

// all takes RLP apart down to its strings and returns its length.
func all(raw []byte) (int, error) {
	kind, content, rest, err := rlp.Split(raw)
	if err != nil {
		return 0, err
	}
	if kind == rlp.List {
		for p := content; len(p) > 0; {
			n, err := all(p)
			if err != nil {
				return 0, err
			}
			p = p[n:]
		}
	}
	return len(raw) - len(rest), nil
}
