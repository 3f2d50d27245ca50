package ethereum

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/node/platform"
)

// TestEverySignature flips one bit of each signature of real blocks in turn and asks where it is found. JSON-RPC names
// the transaction.
func TestEverySignature(t *testing.T) {
	n := 0
	for _, name := range []string{"1150000", "22431084"} {
		data := vectors.Read(t, "ethereum/mainnet_blocks/"+name+".json.gz")
		engine := newRunner()
		fields := []string{`"r": "0x`, `"s": "0x`}
		for field, at := 0, 0; ; field++ {
			tx := field / 2
			i := bytes.Index(data[at:], []byte(fields[field%2]))
			if i < 0 {
				break
			}
			at += i + len(fields[0])
			if field%2 != tx%2 {
				continue // r of one transaction, s of the next
			}
			p := at + field*5%60
			bad := bytes.Clone(data)
			d, _ := strconv.ParseUint(string(bad[p]), 16, 8)
			bad[p] = strconv.FormatUint(d^1<<(field%4), 16)[0]
			if p == at && bad[p] == '0' {
				continue // a leading zero is no quantity, which is a parse error
			}
			r, err := engine.verify(bad)
			if err != nil {
				t.Fatalf("block %s, transaction %d: %v", name, tx, err)
			}
			found := 0
			for _, l := range r.InvalidAt {
				if l.Block != name || l.Transaction != tx && l.Transaction != -1 {
					t.Errorf("block %s, transaction %d: %v", name, tx, l)
				}
				if l.Transaction == tx {
					found++
				}
			}
			if found == 0 {
				t.Errorf("block %s, transaction %d: %v", name, tx, r.InvalidAt)
			}
			n++
		}
	}
	t.Logf("%d signatures, each found and located", n)
	if n < 100 {
		t.Errorf("%d signatures", n)
	}
}

// TestEveryRLPSignature does the same in RLP, where the block is named.
func TestEveryRLPSignature(t *testing.T) {
	chain := blocks(t, 30)
	engine := newRunner()
	n := 0
	for at := 0; at < len(chain); {
		size := int(firstItem(chain[at:]))
		b, err := decodeBlock(chain[at : at+size])
		if err != nil {
			t.Fatal(err)
		}
		for _, tx := range b.txs {
			_, r, s := tx.tx.RawSignatureValues()
			for i, value := range [][]byte{r.Bytes(), s.Bytes()} {
				p := at + bytes.Index(chain[at:at+size], value) + 5 + i
				bad := bytes.Clone(chain)
				bad[p] ^= 1 << (n % 8)
				rep, err := engine.verify(bad)
				if err != nil || rep.Valid() {
					t.Fatalf("block %s: %v, valid", b.name(), err)
				}
				for _, l := range rep.InvalidAt {
					if l.Block != b.name() {
						t.Errorf("block %s: %v", b.name(), l)
					}
				}
				n++
			}
		}
		at += size
	}
	t.Logf("%d changes, each found and located", n)
}

// blocks is the beginning of a real export by geth.
func blocks(t testing.TB, n int) []byte {
	chain := vectors.Unpack(t, geth(t, "cmd/devp2p/internal/ethtest/testdata/chain.rlp"))
	end := uint64(0)
	for range n {
		end += firstItem(chain[end:])
	}
	return chain[:end]
}

// immaterial are the fields that the package's documentation says are not covered.
var immaterial = map[string]bool{
	"totalDifficulty": true, "id": true, "source": true, "jsonrpc": true, "version": true, "finalized": true,
	"execution_optimistic": true, "signature": true, "block": true,
}

// content is what a JSON file says, without what is not covered and without regard to letter case.
func content(data []byte) (any, error) {
	var v any
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	return strip(v), nil
}

func strip(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k := range v {
			if immaterial[k] {
				delete(v, k)
			} else {
				v[k] = strip(v[k])
			}
		}
	case []any:
		for i := range v {
			v[i] = strip(v[i])
		}
	case string:
		return strings.ToLower(v)
	}
	return v
}

func same(a, b []byte) bool {
	x, err := content(a)
	y, err2 := content(b)
	return err == nil && err2 == nil && reflect.DeepEqual(x, y)
}

// changed is another byte of the same kind, so that most changes pass the parser.
func changed(c byte, i int) byte {
	switch {
	case c >= '0' && c <= '8', c >= 'a' && c <= 'e':
		return c + 1
	case c == '9', c == 'f', c >= 'g' && c <= 'z':
		return c - 1
	}
	return c ^ 1<<(i%7)
}

// TestMutations changes one byte at positions all over real files. Each change must be an error or a false statement,
// or leave less checked, unless the file still says the same.
func TestMutations(t *testing.T) {
	gethJSON := func(file string) []byte { return vectors.Unpack(t, geth(t, file)) }
	beacon := gethJSON("beacon/types/testdata/block_electra_consolidations.json")
	deneb := gethJSON("beacon/types/testdata/block_electra_withdrawals.json")
	chain := blocks(t, 12)
	last := len(chain) - lastSize(chain)
	portal := vectors.Read(t, "ethereum/portal/block-data-15537393.yaml.gz")
	var lines []byte
	for at := 0; at < len(chain); at += int(firstItem(chain[at:])) {
		lines = fmt.Appendf(lines, "%x\n", chain[at:at+int(firstItem(chain[at:]))])
	}
	header := int(firstItem(chain[last+3:])) // behind the block's own prefix
	records := vectors.Read(t, "ethereum/public_chain_txs.json")
	tests := []struct {
		name     string
		data     []byte
		from, to int // positions that are covered; 0: all
		step     int
		same     func(a, b []byte) bool
	}{
		{"RPC Homestead", vectors.Read(t, "ethereum/mainnet_blocks/1150000.json.gz"), 0, 0, 131, same},
		{"RPC Prague", vectors.Read(t, "ethereum/mainnet_blocks/22431084.json.gz"), 0, 0, 3011, same},
		{"RPC header", gethJSON("cmd/devp2p/internal/ethtest/testdata/headblock.json"), 0, 0, 5, same},
		{"beacon payload and requests", beacon, bytes.Index(beacon, []byte(`"execution_payload"`)), len(beacon), 11, same},
		{"beacon commitments", deneb, bytes.Index(deneb, []byte(`"execution_payload"`)), len(deneb), 307, same},
		{"beacon parent root", beacon, bytes.Index(beacon, []byte(`"parent_root"`)), bytes.Index(beacon, []byte(`"state_root"`)) - 10, 3, same},
		{"records with a sender", records, 0, bytes.Index(records, []byte(`"sender": null`)) / 2, 503, same},
		{"portal SSZ", vectors.Read(t, "ethereum/mainnet_blocks_1000001_1000010.json"), 0, 0, 211, same},
		// The last block of an export has no child in the file that would hold its header.
		{"RLP", chain, 0, last, 53, bytes.Equal},
		{"RLP in hexadecimal", lines, 0, 2 * last, 127, bytes.EqualFold},
		{"RLP body of the last block", chain, last + 3 + header, len(chain), 7, bytes.Equal},
		{"portal body and receipts", portal, bytes.Index(portal, []byte("body")), len(portal), 17, bytes.EqualFold},
		{"era1", smallArchive(t, 100, 6), 0, 0, 13, sameArchive},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			engine := newRunner()
			base, err := engine.verify(test.data)
			if err != nil || !base.Valid() {
				t.Fatalf("%v, %+v", err, base)
			}
			if test.to == 0 {
				test.to = len(test.data)
			}
			if testing.Short() {
				test.step *= 10
			}
			var parse, wrong, unchecked, immaterial int
			for i := test.from; i < test.to; i += test.step {
				bad := bytes.Clone(test.data)
				bad[i] = changed(bad[i], i)
				rep, err := engine.verify(bad)
				var p *platform.ParseError
				switch {
				case errors.As(err, &p):
					if p.Offset < 0 || p.Offset > int64(len(bad)) {
						t.Errorf("byte %d: offset %d", i, p.Offset)
					}
					parse++
				case err != nil:
					t.Fatalf("byte %d: %v", i, err)
				case !rep.Valid():
					wrong++
				case rep.NotCheckable > base.NotCheckable:
					unchecked++
				default:
					if !test.same(test.data, bad) {
						t.Errorf("byte %d, %q to %q, in …%q…: verified", i, test.data[i], bad[i], test.data[max(0, i-40):min(len(bad), i+20)])
					}
					immaterial++
				}
			}
			t.Logf("%d changes: %d parse errors, %d wrong, %d not checkable, %d in what is not covered", parse+wrong+unchecked+immaterial, parse, wrong, unchecked, immaterial)
		})
	}
}

// lastSize is the length of the last block of a chain.
func lastSize(chain []byte) int {
	for at := 0; ; {
		n := int(firstItem(chain[at:]))
		if at+n == len(chain) {
			return n
		}
		at += n
	}
}

// sameArchive tells whether two archives unpack to the same: snappy can say one thing in many ways.
func sameArchive(a, b []byte) bool {
	x, y := eraEntries(a), eraEntries(b)
	if len(x) != len(y) {
		return false
	}
	for i := range x {
		p, err := unsnap(x[i].data)
		q, err2 := unsnap(y[i].data)
		if x[i].kind != y[i].kind || (err == nil) != (err2 == nil) || !bytes.Equal(p, q) || err != nil && !bytes.Equal(x[i].data, y[i].data) {
			return false
		}
	}
	return true
}

// TestStatedFields changes what a JSON-RPC block states beside its content.
func TestStatedFields(t *testing.T) {
	data := string(vectors.Read(t, "ethereum/mainnet_blocks/22431082.json.gz"))
	head, rest, _ := strings.Cut(data, `"transactions": [`)
	other := common.Address{9}.Hex()
	tests := []struct {
		name     string
		old, new string // in the transactions
		reason   string
	}{
		{"from", `"from": "0xdbbe3d8c2d2b22a2611c5a94a9a12c2fcd49eb29"`, `"from": "` + other + `"`, "transaction 0: sender is 0xdBBE3D8c2d2b22A2611c5A94A9a12C2fCD49Eb29"},
		{"hash", `"hash": "0x4658c9d3`, `"hash": "0x4658c9d4`, "transaction 0: transaction hash"},
		{"block hash", `"blockHash": "0x3`, `"blockHash": "0x4`, "transaction 0: block hash"},
		{"block number", `"blockNumber": "0x156456a"`, `"blockNumber": "0x156456b"`, "transaction 0: block number"},
		{"index", `"transactionIndex": "0x0"`, `"transactionIndex": "0x1"`, "transaction 0: index"},
		{"gas price", `"gasPrice": "0x17b5c7ff0"`, `"gasPrice": "0x17b5c7ff1"`, "transaction 0: gas price"},
		{"creates", `"from": "0xdbbe`, `"creates": "` + other + `", "from": "0xdbbe`, "transaction 0: contract address"},
		{"public key", `"from": "0xdbbe`, `"publicKey": "0x01", "from": "0xdbbe`, "transaction 0: public key"},
		{"raw", `"from": "0xdbbe`, `"raw": "0x03", "from": "0xdbbe`, "transaction 0: raw transaction"},
		{"standard v", `"from": "0xdbbe`, `"standardV": "0x1", "from": "0xdbbe`, "transaction 0: standard v"},
		{"timestamp", `"from": "0xdbbe`, `"blockTimestamp": "0x1", "from": "0xdbbe`, "transaction 0: block timestamp"},
		{"v out of range", `"r": "0xe126b4e7d9d7f66df8ac147cecbf946e681264a5f451c9d5056614a7c6fba267"`, `"r": "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"`, "transaction 0: invalid transaction v, r, s"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if !strings.Contains(rest, test.old) {
				t.Fatalf("no %s", test.old)
			}
			r, err := newRunner().verify([]byte(head + `"transactions": [` + strings.Replace(rest, test.old, test.new, 1)))
			if err != nil || r.Wrong == 0 || !strings.Contains(r.InvalidAt[0].String(), test.reason) {
				t.Errorf("%v, %+v", err, r)
			}
		})
	}
	for name, change := range map[string][2]string{
		"size is":     {`"size": "0x9491"`, `"size": "0x9492"`},
		"block hash":  {`"hash": "0x3`, `"hash": "0x4`},
		"author":      {`"size":`, `"author": "` + other + `", "size":`},
		"2 uncles":    {`"uncles": []`, `"uncles": ["` + common.Hash{}.Hex() + `","` + common.Hash{}.Hex() + `"]`},
		"withdrawals": {`"index": "0x`, `"index": "0x1`},
	} {
		t.Run(name, func(t *testing.T) {
			if !strings.Contains(data, change[0]) {
				t.Fatalf("no %s", change[0])
			}
			r, err := newRunner().verify([]byte(strings.Replace(data, change[0], change[1], 1)))
			if err != nil || r.Wrong == 0 || !strings.Contains(r.InvalidAt[0].Reason, name) {
				t.Errorf("%v, %+v", err, r)
			}
		})
	}
}
