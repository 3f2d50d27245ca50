package bitcoin

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// appendVLQ is the inverse of cursor.vlq.
func appendVLQ(to []byte, n uint64) []byte {
	digits := []byte{byte(n & 0x7f)}
	for n >>= 7; n > 0; n >>= 7 {
		n--
		digits = append(digits, byte(n&0x7f)|0x80)
	}
	for i := len(digits) - 1; i >= 0; i-- {
		to = append(to, digits[i])
	}
	return to
}

// compressAmount is CompressAmount of Core's compressor.cpp.
func compressAmount(n uint64) uint64 {
	if n == 0 {
		return 0
	}
	e := uint64(0)
	for ; n%10 == 0 && e < 9; e++ {
		n /= 10
	}
	if e < 9 {
		d := n % 10
		return 1 + (n/10*9+d-1)*10 + e
	}
	return 1 + (n-1)*10 + 9
}

// appendOutput compresses an output as Core does.
func appendOutput(to []byte, out *wire.TxOut) []byte {
	to = appendVLQ(to, compressAmount(uint64(out.Value)))
	switch pk := out.PkScript; {
	case txscript.IsPayToPubKeyHash(pk):
		return append(append(to, 0), pk[3:23]...)
	case txscript.IsPayToScriptHash(pk):
		return append(append(to, 1), pk[2:22]...)
	case len(pk) == 35 && txscript.IsPayToPubKey(pk):
		return append(to, pk[1:34]...)
	case len(pk) == 67 && txscript.IsPayToPubKey(pk):
		return append(append(to, 4|pk[65]&1), pk[2:34]...)
	default:
		return append(appendVLQ(to, uint64(len(pk)+special)), pk...)
	}
}

// undoOf makes the record of a rev*.dat file for a block.
func undoOf(t testing.TB, net *network, b *wire.MsgBlock, prev func(op wire.OutPoint) *wire.TxOut) []byte {
	var data bytes.Buffer
	count := func(n int) {
		if err := wire.WriteVarInt(&data, 0, uint64(n)); err != nil {
			t.Fatal(err)
		}
	}
	count(len(b.Transactions) - 1)
	for i, tx := range b.Transactions[1:] {
		count(len(tx.TxIn))
		for _, in := range tx.TxIn {
			height := uint64(i % 3 * 1000) // 0 now and then: nothing follows it
			code := appendVLQ(nil, height<<1)
			if height > 0 {
				code = append(code, 0)
			}
			data.Write(appendOutput(code, prev(in.PreviousOutPoint)))
		}
	}
	record := binary.LittleEndian.AppendUint32(nil, uint32(net.magic()))
	record = binary.LittleEndian.AppendUint32(record, uint32(data.Len()))
	record = append(record, data.Bytes()...)
	parent := b.Header.PrevBlock
	sum := chainhash.DoubleHashB(append(parent[:], data.Bytes()...))
	return append(record, sum...)
}

// TestForms reads the same outputs in every form.
func TestForms(t *testing.T) {
	for _, number := range []string{"300025"} {
		t.Run(number, func(t *testing.T) {
			outs, err := parseCSV(content(t, "bitcoin/blocks/"+number+".prevouts.csv.gz"))
			if err != nil {
				t.Fatal(err)
			}
			var raw []byte
			if number == "277647" {
				raw = content(t, "bitcoin/blocks/277647.dat.bz2")[8:]
			} else {
				raw = content(t, "bitcoin/blocks/"+number+".raw")
			}
			msg, _, err := decodeBlock(raw)
			if err != nil {
				t.Fatal(err)
			}
			e := remembering
			var plain, store []byte
			var list []map[string]any
			var table strings.Builder
			w := csv.NewWriter(&table)
			_ = w.Write([]string{"value_sat", "prev_vout", "note", "prev_txid", "script_pubkey_hex"})
			for _, tx := range msg.Transactions[1:] {
				for _, in := range tx.TxIn {
					op := in.PreviousOutPoint
					out := outs[op]
					var buf bytes.Buffer
					if err := wire.WriteTxOut(&buf, 0, 0, out); err != nil {
						t.Fatal(err)
					}
					plain = append(plain, buf.Bytes()...)
					entry := appendOutput(appendVLQ(nil, 2*200_000), out)
					store = binary.LittleEndian.AppendUint32(append(store, op.Hash[:]...), op.Index)
					store = append(binary.LittleEndian.AppendUint32(store, uint32(len(entry))), entry...)
					list = append(list, map[string]any{"is_coinbase": false,
						"txout": map[string]any{"value": out.Value, "script_pubkey": hex.EncodeToString(out.PkScript)}})
					_ = w.Write([]string{strconv.FormatInt(out.Value, 10), strconv.Itoa(int(op.Index)), "x", op.Hash.String(),
						hex.EncodeToString(out.PkScript)})
				}
			}
			w.Flush()
			array, err := json.Marshal(list)
			if err != nil {
				t.Fatal(err)
			}
			undo := undoOf(t, mainnet, msg, func(op wire.OutPoint) *wire.TxOut { return outs[op] })
			stranger := undoOf(t, mainnet, &wire.MsgBlock{Transactions: msg.Transactions},
				func(op wire.OutPoint) *wire.TxOut { return &wire.TxOut{PkScript: anyone} })
			for name, form := range map[string][]byte{"plain": plain, "utxostore": store, "JSON": append([]byte("\n "), array...),
				"CSV": []byte(table.String()), "undo": undo, "undo among others": append(append(stranger, undo...), 0, 0, 0)} {
				o := check(t, e, raw, form)
				if !o.holds() || o.NotCheckable != 0 {
					t.Errorf("%s: %v, %v, %v", name, o.err, o.Why, o.InvalidAt)
				}
			}
		})
	}
}

// TestUndoOfChain matches blocks in any order with undo data in another.
func TestUndoOfChain(t *testing.T) {
	m, fresh, program, used := scene(t)
	prevs := map[wire.OutPoint]*wire.TxOut{used: m.blocks[1].Transactions[0].TxOut[0], fresh: m.blocks[2].Transactions[0].TxOut[0],
		program: m.blocks[2].Transactions[1].TxOut[0]}
	m.mine(m.block(pay(1, anyone, fresh)))
	witness := pay(1, anyone, program)
	witness.TxIn[0].Witness = wire.TxWitness{anyone}
	b := m.block(witness)
	commit(b)
	m.mine(b)
	undo := map[int][]byte{}
	for i := 1; i < len(m.blocks); i++ {
		undo[i] = undoOf(t, regtest, m.blocks[i], func(op wire.OutPoint) *wire.TxOut { return prevs[op] })
	}
	file := bytes.Join([][]byte{undo[1], undo[2], undo[3], undo[4]}, nil)
	blocks := blockFileOf(t, m.blocks[3], m.blocks[1], m.blocks[4], m.blocks[2])
	o := check(t, kernelEngine{}, blocks, file)
	if !o.holds() || o.Blocks != 4 || o.NotCheckable != 0 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
	// Without the undo data of one block, its input is not checkable.
	o = check(t, kernelEngine{}, blocks, bytes.Join([][]byte{undo[1], undo[2], undo[4]}, nil))
	if !o.holds() || o.Why[noPrevout] != 1 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
	// Core 28 obfuscates both files with one key.
	key := xorKey{1, 2, 3, 4, 5, 6, 7, 8}
	whole := append(m.file(), 0, 0, 0, 0, 0)
	o = check(t, kernelEngine{}, append(key.plain(whole[:len(whole)-2], 0), 0, 0), key.plain(file, 0))
	if !o.holds() || o.Blocks != 5 || o.NotCheckable != 0 {
		t.Errorf("obfuscated: %v %+v", o.err, o.Report)
	}
}

// TestFalseOutputs gives outputs that are not those of the block.
func TestFalseOutputs(t *testing.T) {
	data := content(t, "bitcoin/blocks/300025.raw")
	undo := content(t, "bitcoin/blocks/300025-undo.raw")
	e := remembering
	bad := bytes.Clone(undo)
	bad[12] ^= 1 // in the hash of the first script
	o := check(t, e, data, bad)
	if o.err != nil || o.Wrong == 0 || o.InvalidAt[0].Transaction != 1 || o.InvalidAt[0].Input != 0 {
		t.Errorf("another script: %v %v", o.err, o.InvalidAt)
	}
	bad = bytes.Clone(undo)
	bad[3] = 0 // the value
	if o := check(t, e, data, bad); o.err != nil || o.Valid() || !strings.Contains(o.InvalidAt[0].Reason, "pays out") {
		t.Errorf("another value: %v %v", o.err, o.InvalidAt)
	}
	if o := check(t, e, data, undo[:len(undo)-34]); o.err == nil || !strings.Contains(o.err.Error(), "prevouts: holds 1426 outputs") {
		t.Errorf("one less: %v", o.err)
	}
	if o := check(t, e, data, append(bytes.Clone(undo), undo[:34]...)); o.err == nil || !strings.Contains(o.err.Error(), "holds 1 outputs more") {
		t.Errorf("one more: %v", o.err)
	}
	// An output of the same block that is stated otherwise.
	m, fresh, _, _ := scene(t)
	inner := pay(5, anyone, fresh)
	m.mine(m.block(inner, pay(4, anyone, wire.OutPoint{Hash: inner.TxHash()})))
	table := "prev_txid,prev_vout,value_sat,script_pubkey_hex\n" + inner.TxHash().String() + ",0,5,52\n"
	o = check(t, kernelEngine{}, m.file(), []byte(table))
	if o.err != nil || o.Wrong != 1 || o.InvalidAt[0].String() != fmt.Sprintf(
		"block 3: transaction 2: input 0: the output %v:0 given for it is not the one in the file", inner.TxHash()) {
		t.Errorf("%v %v", o.err, o.InvalidAt)
	}
}

// TestSpentTwice spends a given output twice in a block that is alone.
func TestSpentTwice(t *testing.T) {
	m, fresh, _, _ := scene(t)
	b := m.mine(m.block(pay(1, anyone, fresh), pay(2, anyone, fresh)))
	table := "prev_txid,prev_vout,value_sat,script_pubkey_hex\n" + fresh.Hash.String() + ",0,5,51\n"
	o := check(t, kernelEngine{}, blockFileOf(t, b), []byte(table))
	if o.err != nil || o.Wrong != 1 || o.InvalidAt[0].Transaction != 2 || o.InvalidAt[0].Input != 0 ||
		!strings.Contains(o.InvalidAt[0].Reason, "which is spent before in the block") {
		t.Errorf("%v %v", o.err, o.InvalidAt)
	}
}

// TestUnreadableOutputs gives files of previous outputs that are none: the error names that file and a place.
func TestUnreadableOutputs(t *testing.T) {
	block := unhex(t, genesis)
	head := "prev_txid,prev_vout,value_sat,script_pubkey_hex\n"
	id := strings.Repeat("ab", 32)
	magic := unhex(t, "f9beb4d9")
	for _, c := range []struct{ name, data, want string }{
		{"nothing", "", "offset 0: byte 0: empty"},
		{"no form", "hello, world", "neither undo data, CSV, JSON, a utxostore"},
		{"CSV without a column", "prev_txid,prev_vout,value_sat\n", "no column script_pubkey_hex"},
		{"CSV, a short row", head + id + ",0,5\n", "offset 48: byte 48: record on line 2: wrong number of fields"},
		{"CSV, a bad hash", head + id[1:] + ",0,5,51\n", "prev_txid has 63 digits"},
		{"CSV, no hash", head + "xx" + id[2:] + ",0,5,51\n", "invalid byte"},
		{"CSV, a bad index", head + id + ",4294967296,5,51\n", "value out of range"},
		{"CSV, a bad value", head + id + ",0,-5,51\n", "invalid syntax"},
		{"CSV, too much", head + id + ",0,2100000000000001,51\n", "more than there is"},
		{"CSV, a bad script", head + id + ",0,5,5\n", "odd length"},
		{"CSV, two outputs in one place", head + id + ",0,5,51\n" + id + ",0,5,52\n", "another output for"},
		{"JSON, cut", `[{"txout":{"value":1,"script_pubkey":"51"}}`, "EOF"},
		{"JSON, no output", `[{"value":1}]`, "offset 1: byte 1: txout with value and script_pubkey wanted"},
		{"JSON, a negative value", `[{"txout":{"value":-1,"script_pubkey":"51"}}]`, "cannot unmarshal"},
		{"JSON, more than an array", `[]]`, "something follows the array"},
		{"undo, cut", string(magic) + "\xff\xff\xff\xff", "offset 8: byte 8: truncated: undo data has 4294967295 bytes, 0 are left"},
		{"undo, too many transactions", string(magic) + "\x05\x00\x00\x00\xfe\xff\xff\xff\xff" + id, "transactions cannot fit into 0 bytes"},
		{"undo, more behind", string(magic) + "\x02\x00\x00\x00\x00\x00" + id, "1 bytes follow the undo data"},
		{"undo, a key off the curve", string(magic) + "\x25\x00\x00\x00\x01\x01\x00\x01\x04" + string(make([]byte, 31)) + "\x05" + id,
			"not on the curve"},
	} {
		t.Run(c.name, func(t *testing.T) {
			o := check(t, kernelEngine{}, block, []byte(c.data))
			var parse *platform.ParseError
			if !errors.As(o.err, &parse) || parse.File != "prevouts" || !strings.Contains(o.err.Error(), c.want) {
				t.Errorf("%v, want %q", o.err, c.want)
			}
			if o.Report == nil || o.Blocks != 0 {
				t.Errorf("%+v", o.Report)
			}
		})
	}
}

// TestCompression has the examples of Core's compress_tests.cpp and of btcd's compress.go.
func TestCompression(t *testing.T) {
	for _, c := range []struct{ amount, compressed uint64 }{
		{0, 0}, {1, 1}, {1_000_000, 7}, {100_000_000, 9}, {50 * 100_000_000, 0x32}, {21_000_000 * 100_000_000, 0x1406f40},
	} {
		if got, ok := decompressAmount(c.compressed); !ok || got != c.amount || compressAmount(c.amount) != c.compressed {
			t.Errorf("%#x: %d, want %d", c.compressed, got, c.amount)
		}
	}
	if _, ok := decompressAmount(1<<64 - 1); ok {
		t.Error("an amount of more than 64 bits")
	}
	for _, c := range []struct {
		n     uint64
		bytes string
	}{
		{0, "00"}, {127, "7f"}, {128, "8000"}, {129, "8001"}, {255, "807f"}, {256, "8100"}, {16511, "ff7f"},
		{16512, "808000"}, {32895, "80ff7f"}, {2113663, "ffff7f"}, {270549119, "ffffff7f"},
		{1<<64 - 1, "80fefefefefefefefe7f"},
	} {
		x := &cursor{p: unhex(t, c.bytes)}
		if got := x.vlq("n"); x.err != nil || got != c.n || x.left() != 0 || hex.EncodeToString(appendVLQ(nil, c.n)) != c.bytes {
			t.Errorf("%s: %d, %v; want %d", c.bytes, got, x.err, c.n)
		}
	}
	for _, bad := range []string{"", "80", "80fefefefefefefeff00", "ffffffffffffffffff7f", "ffffffffffffffffffff7f"} {
		x := &cursor{p: unhex(t, bad)}
		if x.vlq("n"); x.err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
