package ethereum

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/node/platform"
)

func TestBadInput(t *testing.T) {
	chain := blocks(t, 3)
	first := int(firstItem(chain))
	block := string(vectors.Read(t, "ethereum/mainnet_blocks/1920000.json.gz"))
	beacon := string(vectors.Unpack(t, geth(t, "beacon/types/testdata/block_electra_consolidations.json")))
	yaml := string(vectors.Read(t, "ethereum/portal/block-data-15537393.yaml.gz"))
	replace := func(s, old, new string) string {
		if !strings.Contains(s, old) {
			t.Fatalf("no %q", old)
		}
		return strings.Replace(s, old, new, 1)
	}
	at := func(s, sub string) int64 { return int64(strings.Index(s, sub)) }
	many, err := rlp.EncodeToBytes([]any{[]any{}, make([]struct{}, maxEntries+1)})
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, data string
		offset     int64
		reason     string
	}{
		{"empty", "", 0, "neither RLP"},
		{"text", "hello", 0, "neither RLP"},
		{"Bitcoin", "\xf9\xbe\xb4\xd9\x1d\x01\x00\x00", 8, "unexpected EOF"},
		{"truncated block", string(chain[:100]), 100, "unexpected EOF"},
		{"truncated prefix", string(chain[:first]) + "\xf9\x02", int64(first), "prefix"},
		{"second block truncated", string(chain[:first+50]), int64(first) + 50, "unexpected EOF"},
		{"claims 4 GiB", "\xfb\xff\xff\xff\xff", 0, "too large"},
		{"claims 16 EiB", "\xff\xff\xff\xff\xff\xff\xff\xff\xff", 0, "too large"},
		{"empty list", "\xc0", 0, "not a transaction"},
		{"list of empty lists", "\xc1\xc0", 0, "not a block"},
		{"too many transactions", string(many), 0, "too large"},
		{"trailing bytes", string(chain[:first]) + "x", int64(first), "not a transaction"},
		{"typed and more", "\x02\xc1\x80x", 0, "neither RLP"},
		{"hexadecimal, odd", hex.EncodeToString(chain[:first])[1:], 0, "not hexadecimal"},
		{"hexadecimal, second line", hex.EncodeToString(chain[:first]) + "\nzz", int64(2*first + 1), "not hexadecimal"},
		{"hexadecimal, truncated", hex.EncodeToString(chain[:first-1]), 0, "not a block"},
		{"hexadecimal prefix alone", "0x\n", 0, "neither RLP"},

		{"JSON of another kind", `{"kernel":"sha256","msg":""}`, 0, "neither a block"},
		{"JSON list of nothing", `[]`, 2, "empty"},
		{"JSON string", `["0x"]`, 1, "neither a block"},
		{"error answer", `{"jsonrpc":"2.0","id":1,"error":{"code":1}}`, 0, "without a result"},
		{"no such block", `{"jsonrpc":"2.0","id":1,"result":null}`, 0, "without a result"},
		{"truncated JSON", block[:500], 500, "unexpected EOF"},
		{"unknown field", replace(block, `"stateRoot"`, `"stateRoos"`), at(block, `"stateRoot"`), "not known"},
		{"field twice", replace(block, `"stateRoot"`, `"gasLimit": "0x1", "stateRoot"`), -1, "twice"},
		{"missing field", replace(block, `"gasUsed"`, `"size"`), -1, ""},
		{"number without 0x", replace(block, `"gasLimit": "0x`, `"gasLimit": "`), at(block, `"gasLimit": "0x`) + 12, "gasLimit"},
		{"leading zero", replace(block, `"gasLimit": "0x`, `"gasLimit": "0x0`), at(block, `"gasLimit": "0x`) + 12, "leading zero"},
		{"short hash", replace(block, `"parentHash": "0x`, `"parentHash": "0x00`), at(block, `"parentHash": "0x`) + 14, "length"},
		{"transaction field", replace(block, `"gas": "0x`, `"gas": "`), 0, "transaction 0: json"},
		{"some hashes", replace(block, `"transactions": [`, `"transactions": ["0x00", `), 0, "some hashes"},

		{"blinded", replace(beacon, `"execution_payload"`, `"execution_payload_header"`), -1, "not known"},
		{"decimal", replace(beacon, `"gas_limit": "30000000"`, `"gas_limit": "0x1c9c380"`), at(beacon, `"gas_limit": "30000000"`) + 13, "gas_limit"},
		{"decimal with a zero", replace(beacon, `"gas_limit": "3`, `"gas_limit": "03`), at(beacon, `"gas_limit": "3`) + 13, "begins with a zero"},
		{"base fee", replace(beacon, `"base_fee_per_gas": "7"`, `"base_fee_per_gas": "-7"`), at(beacon, `"base_fee_per_gas": "7"`) + 20, "no decimal number"},
		{"another call", `{"jsonrpc":"2.0","id":1,"method":"engine_forkchoiceUpdatedV3","params":[{}]}`, 0, "a call of"},

		{"YAML without a body", yaml[:strings.Index(yaml, "\n")+1], int64(strings.Index(yaml, "\n") + 1), "no body"},
		{"YAML with another name", replace(yaml, "body: ", "bodi: "), at(yaml, "body: "), "neither header"},
		{"YAML with two headers", yaml + yaml, int64(len(yaml)), "twice"},
		{"YAML with a bad digit", replace(yaml, "body: 0x", "body: 0xg"), at(yaml, "body: "), "not hexadecimal"},
		{"YAML with trailing bytes", replace(yaml, "\nbody", "00\nbody"), 0, "header: rlp"},

		{"SSZ key", `{"0x00000000000000000000000000000000000000000000000000000000000000zz":{"header":"0x","body":"0x","receipts":"0x"}}`, 0, "no block hash"},
		{"SSZ header", `{"0x0000000000000000000000000000000000000000000000000000000000000000":{"header":"0x","body":"0x","receipts":"0x"}}`, 0, "header"},
		{"SSZ content key", `{"7":{"content_key":"0x01","content_value":"0x"}}`, 0, "content key"},
		{"record", `{"raw":"0x01"}`, 0, "not a transaction"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := newRunner().verify([]byte(test.data))
			var p *platform.ParseError
			if !errors.As(err, &p) {
				t.Fatalf("%v, %+v", err, r)
			}
			if test.offset >= 0 && p.Offset != test.offset || !strings.Contains(err.Error(), test.reason) || p.File != "test" {
				t.Errorf("%v (want %q at %d)", err, test.reason, test.offset)
			}
		})
	}
}

func TestOffsets(t *testing.T) {
	tests := []struct {
		in   string
		want string // items by commas
		ok   bool
	}{
		{"", "", true},
		{"04000000", "", true}, // one empty item
		{"04000000aabb", "aabb", true},
		{"08000000" + "09000000" + "aabbcc", "aa,bbcc", true},
		{"08000000" + "08000000" + "aabbcc", ",aabbcc", true},
		{"08000000" + "0b000000" + "aabbcc", "aabbcc,", true},
		{"08000000" + "0c000000" + "aabbcc", "", false}, // beyond the end
		{"08000000" + "07000000" + "aabbcc", "", false}, // into the offsets
		{"00000000", "", false},
		{"05000000aa", "", false},
		{"040000", "", false},
		{"fcffffff", "", false},
	}
	for _, test := range tests {
		raw, _ := hex.DecodeString(test.in)
		items, err := offsets(raw, false)
		var got []string
		for _, item := range items {
			got = append(got, hex.EncodeToString(item))
		}
		if (err == nil) != test.ok || strings.Join(got, ",") != test.want {
			t.Errorf("%s: %v, %v", test.in, got, err)
		}
	}
	if _, err := offsets(nil, true); err == nil {
		t.Error("an empty container")
	}
}

// TestDecidedBefore: what came before data that does not parse is in the report.
func TestDecidedBefore(t *testing.T) {
	chain := blocks(t, 3)
	r, err := newRunner().verify(chain[:len(chain)-1])
	if err == nil || r.Blocks != 2 || r.Jobs["secp256k1.recover"].Valid == 0 || r.Jobs["secp256k1.recover"].Valid != r.Transactions {
		t.Errorf("%v, %+v", err, r)
	}
}

type failing struct{ err error }

func (f failing) Run(context.Context, *kernels.Batch) error { return f.err }

// TestOtherErrors: errors of reading, of the engine and of the context are no parse errors.
func TestOtherErrors(t *testing.T) {
	chain := blocks(t, 3)
	broken := errors.New("broken")
	json := rpcAnswers(t)
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	for name, data := range map[string][]byte{"RLP": chain, "JSON": json} {
		_, err := Platform.Verify(context.Background(), failing{broken}, platform.NewSource("", bytes.NewReader(data)), platform.Options{})
		if err != broken {
			t.Errorf("%s, engine: %v", name, err)
		}
		_, err = Platform.Verify(cancelled, newRunner(), platform.NewSource("", bytes.NewReader(data)), platform.Options{})
		if err != context.Canceled {
			t.Errorf("%s, context: %v", name, err)
		}
	}
	_, err := Platform.Verify(context.Background(), newRunner(), platform.NewSource("", iotest.TimeoutReader(iotest.OneByteReader(bytes.NewReader(chain)))), platform.Options{})
	if err != iotest.ErrTimeout {
		t.Errorf("reader: %v", err)
	}
}

func TestProgress(t *testing.T) {
	chain := blocks(t, 20)
	var seen []int64
	_, err := Platform.Verify(context.Background(), newRunner(), platform.NewSource("", bytes.NewReader(chain)), platform.Options{
		BatchJobs: 3, Block: func(offset int64) { seen = append(seen, offset) },
	})
	if err != nil || len(seen) != 20 {
		t.Fatalf("%v, %d blocks", err, len(seen))
	}
	for _, offset := range seen {
		if offset <= 0 || offset > int64(len(chain)) {
			t.Errorf("offset %d of %d", offset, len(chain))
		}
	}
}

func TestSniff(t *testing.T) {
	chain := blocks(t, 1)
	tx, err := signed(t, types.DynamicFeeTxType, 1).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	legacy, err := signed(t, types.LegacyTxType, 1).MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	bitcoinTx := "0100000001" + strings.Repeat("c0", 36) + "00ffffffff0100f2052a01000000015100000000"
	tests := []struct {
		name string
		head string
		want platform.Confidence
	}{
		{"block", string(chain), platform.Sure},
		{"beginning of a block", string(chain[:700]), platform.Sure},
		{"legacy transaction", string(legacy), platform.Sure},
		{"typed transaction", string(tx), platform.Sure},
		{"transaction in hexadecimal", hex.EncodeToString(tx), platform.Sure},
		{"transaction in hexadecimal with 0x", "\n 0x" + hex.EncodeToString(legacy) + "\r\n", platform.Sure},
		{"beginning of a transaction", string(legacy[:40]), platform.Maybe},
		{"beginning of a long transaction", "\xf9\x12\x34\x80\x85\x01\x02\x03\x04\x05", platform.Maybe},
		{"beginning of a long typed transaction", "\x02\xfa\x12\x34\x56\x01\x80\x85\x01\x02\x03\x04\x05", platform.Maybe},
		{"era1", "\x65\x32\x00\x00\x00\x00\x00\x00\x03\x00", platform.Sure},
		{"YAML", "header: 0xf90222", platform.Sure},
		{"RPC", `{"jsonrpc":"2.0","id":1,"result":{"parentHash":"0x","stateRoot":"0x`, platform.Sure},
		{"RPC transaction", `{"blockHash":null,"from":"0x","gas":"0x5208","gasPrice":"0x1`, platform.Sure},
		{"beacon", `{"slot": "1","proposer_index":"1","body":{"randao_reveal":"0x`, platform.Sure},
		{"payload", `{"parent_hash":"0x","fee_recipient":"0x`, platform.Sure},
		{"records", `[{"raw":"0x","chain_id":1`, platform.Likely},
		{"jobs", `{"kernel":"secp256k1.recover","digest":"00","sig":"00"}`, platform.No},
		{"CometBFT", `{"jsonrpc":"2.0","result":{"signed_header":{"header":{`, platform.No},
		{"Bitcoin file", "\xf9\xbe\xb4\xd9\x1d\x01\x00\x00\x01\x00\x00\x00" + strings.Repeat("\x00", 200), platform.No},
		{"Bitcoin header", "01000000" + strings.Repeat("00", 76), platform.No},
		{"Bitcoin transaction", bitcoinTx, platform.No},
		{"Bitcoin transaction, binary", unhexString(bitcoinTx), platform.No},
		{"Solana transaction", "\x01" + strings.Repeat("\xf8", 64) + "\x01\x00\x01", platform.No},
		{"msgpack", "\x82\xa5block\x8b\xa4cert", platform.No},
		{"batch", "SLBT\x01\x00", platform.No},
		{"text", "hello", platform.No},
		{"nothing", "", platform.No},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Platform.Sniff([]byte(test.head), ""); got != test.want {
				t.Errorf("%d, want %d", got, test.want)
			}
		})
	}
	t.Run("vectors", func(t *testing.T) {
		for pattern, n := range map[string]int{"mainnet_blocks/*.json.gz": 20, "mainnet_blocks_*.json": 1, "public*.json": 1, "portal/*": 6, "era1/*": 1} {
			for _, file := range glob(t, pattern, n) {
				data := vectors.Unpack(t, file)
				if got := Platform.Sniff(data[:min(len(data), platform.SniffBytes)], ""); got < platform.Likely {
					t.Errorf("%s: %d", file, got)
				}
			}
		}
	})
}

func unhexString(s string) string {
	p, _ := hex.DecodeString(s)
	return string(p)
}

// A record is a transaction with what is said of it; this one is the example of EIP-155.
func ExamplePlatform() {
	const record = `{
		"raw": "0xf86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83",
		"chain_id": 1,
		"sender": "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F"
	}`
	src := platform.NewSource("eip155.json", strings.NewReader(record))
	report, err := Platform.Verify(context.Background(), newRunner(), src, platform.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("valid:", report.Valid(), report.Jobs)
	// Output: valid: true map[keccak256:{1 0} secp256k1.recover:{1 0}]
}
