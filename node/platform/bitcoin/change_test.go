package bitcoin

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// TestChangedBytes changes one byte of real data, in the places that matter and in some at random: it never
// holds any more.
func TestChangedBytes(t *testing.T) {
	for _, c := range []struct {
		file   string
		random int
	}{
		{"blocks/169482.dat", 150}, {"blocks/227835.dat", 100}, {"blocks/277647.dat.bz2", 30},
		{"blocks/300025.raw", 20}, {"blocks/367891.raw", 8}, {"blocks/574200.blk", 6}, {"blocks/702861.raw", 6},
		{"blocks/928816.raw", 6}, {"blocks/928828.raw", 15}, {"chain/blk_0_to_4.dat.bz2", 150},
		{"chain/blocks1-256.bz2", 50}, {"headers/signet_headers.bin.gz", 30},
	} {
		t.Run(c.file, func(t *testing.T) {
			t.Parallel()
			data := content(t, "bitcoin/"+c.file)
			e := remembering
			if o := check(t, e, data, nil); !o.holds() {
				t.Fatal(o.err, o.InvalidAt)
			}
			r := rand.New(rand.NewPCG(1, 2))
			// Magic or version, length, previous hash, root, time, bits, nonce, first count, end.
			places := []int{0, 3, 4, 7, 20, 40, 68, 72, 75, 76, 80, 81, 84, 88, len(data) - 1}
			for range c.random {
				places = append(places, r.IntN(len(data)))
			}
			wrong, unreadable := 0, 0
			for _, at := range places {
				bad := bytes.Clone(data)
				bad[at] ^= byte(1 << r.IntN(8))
				o := check(t, e, bad, nil)
				var parse *platform.ParseError
				switch {
				case o.err == nil && !o.Valid():
					wrong++
				case errors.As(o.err, &parse) && parse.Offset >= 0 && parse.Offset <= int64(len(bad)):
					unreadable++
				default:
					t.Errorf("byte %d changed: error %v, report %+v", at, o.err, o.Report)
				}
			}
			t.Logf("%d bytes changed: %d times something is false, %d times it cannot be read", len(places), wrong, unreadable)
		})
	}
}

// TestFlippedSignatures flips a bit in the signature of inputs of block 277,647. The report names the input, and
// the Merkle root that the changed transaction no longer fits.
func TestFlippedSignatures(t *testing.T) {
	data := content(t, "bitcoin/blocks/277647.dat.bz2")
	prevouts := content(t, "bitcoin/blocks/277647.utxostore.bz2")
	e := remembering
	if o := check(t, e, data, prevouts); !o.holds() {
		t.Fatal(o.err, o.InvalidAt)
	}
	msg, spans, err := decodeBlock(data[8:])
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		tx := 1 + r.IntN(len(msg.Transactions)-1)
		in := r.IntN(len(msg.Transactions[tx].TxIn))
		script := msg.Transactions[tx].TxIn[in].SignatureScript
		where := spans[tx].start + bytes.Index(data[8+spans[tx].start:], script)
		sigLen := int(script[0])
		bad := bytes.Clone(data)
		bad[8+where+1+r.IntN(sigLen)] ^= 1 << r.IntN(8)
		o := check(t, e, bad, prevouts)
		if o.err != nil || o.Valid() {
			t.Fatalf("transaction %d, input %d: %v, %+v", tx, in, o.err, o.Report)
		}
		at := slices.IndexFunc(o.InvalidAt, func(l platform.Location) bool { return l.Transaction == tx && l.Input == in })
		root := slices.IndexFunc(o.InvalidAt, func(l platform.Location) bool { return l.Transaction == -1 })
		if at < 0 || root < 0 || o.InvalidAt[at].Block != "277647" {
			t.Errorf("transaction %d, input %d: %v", tx, in, o.InvalidAt)
		}
		for _, l := range o.InvalidAt {
			// Transactions of the block that spend the changed one lose their previous outputs; no input but
			// the changed one is called false.
			if l.Transaction >= 0 && (l.Transaction != tx || l.Input != in) {
				t.Errorf("transaction %d, input %d: %v", tx, in, l)
			}
		}
	}
}

// TestEverySignature flips a bit in every signature of block 277,647, and every bit of one, and asks the input.
func TestEverySignature(t *testing.T) {
	msg, _, err := decodeBlock(content(t, "bitcoin/blocks/277647.dat.bz2")[8:])
	if err != nil {
		t.Fatal(err)
	}
	outs, err := parseUtxoStore(content(t, "bitcoin/blocks/277647.utxostore.bz2"))
	if err != nil {
		t.Fatal(err)
	}
	rules := rulesAt(mainnet, 277647, msg.Header.Timestamp)
	r := rand.New(rand.NewPCG(5, 6))
	n := 0
	for number, tx := range msg.Transactions[1:] {
		s := &spending{tx: tx}
		for _, in := range tx.TxIn {
			s.prevs = append(s.prevs, outs[in.PreviousOutPoint])
		}
		for i, in := range tx.TxIn {
			bits := []int{r.IntN(8 * int(in.SignatureScript[0]))}
			if n == 0 {
				for bit := range 8 * int(in.SignatureScript[0]) {
					bits = append(bits, bit)
				}
			}
			for _, bit := range bits {
				in.SignatureScript[1+bit/8] ^= 1 << (bit % 8)
				if got := runInput(t, s, i, rules.flags); got.err == nil {
					t.Errorf("transaction %d, input %d, bit %d: the script holds", number+1, i, bit)
				}
				in.SignatureScript[1+bit/8] ^= 1 << (bit % 8)
			}
			n++
		}
	}
	t.Logf("%d signatures", n)
	if n != 732 {
		t.Fail()
	}
}

// TestTruncated cuts real data off everywhere near its structures: it cannot be read.
func TestTruncated(t *testing.T) {
	for _, file := range []string{"blocks/169482.dat", "chain/blk_0_to_4.dat.bz2", "tx/tx1.raw"} {
		data := content(t, "bitcoin/"+file)
		for n := range len(data) {
			if n > 600 && n%97 != 0 {
				continue
			}
			o := check(t, kernelEngine{}, data[:n], nil)
			var parse *platform.ParseError
			if errors.As(o.err, &parse) {
				continue
			}
			// A block file may end behind a block, a raw block may begin with a header.
			if whole := file == "chain/blk_0_to_4.dat.bz2" && o.Blocks > 0; !whole && (n != headerSize || o.Blocks != 1) {
				t.Errorf("%s, %d bytes: %v, %+v", file, n, o.err, o.Report)
			}
		}
	}
}

// TestClaims gives lengths and counts that claim more than is there: nothing is allocated for them.
func TestClaims(t *testing.T) {
	first := unhex(t, genesis)
	file := func(size string, block []byte) []byte { return append(unhex(t, "f9beb4d9"+size), block...) }
	tx := unhex(t, "01000000")
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"a block of 4 GiB", file("ffffffff", first), "offset 4: too large: a block of 4294967295 bytes"},
		{"a block of 4 MB", file("00093d00", first), "offset 8: truncated: block of 4000000 bytes, 285 are left"},
		{"a block of no bytes", file("00000000", nil), "offset 8: truncated: block header has 80 bytes, 0 are left"},
		{"a longer block", file("1e010000", append(first, 0)), "offset 293: 1 bytes follow the block"},
		{"another network", append(file("1d010000", first), file("1d010000", first)[1:]...), "offset 293: bytes beb4d91d"},
		{"no file", []byte("hello"), "offset 0: neither"},
		{"nothing", nil, "offset 0: neither"},
		{"2^64 transactions", file("59000000", append(first[:80:80], unhex(t, "ffffffffffffffffff")...)),
			"offset 88: 18446744073709551615 transactions cannot fit into 0 bytes"},
		{"a long count", file("53000000", append(first[:80:80], 0xfd, 1, 0)), "offset 88: transactions: a count that is longer than needed"},
		{"2^32 inputs", append(tx, unhex(t, "feffffffff")...), "offset 0: neither"},
		{"a digit missing", []byte(genesis[:len(genesis)-1]), "encoding/hex: odd length"},
		{"no digit", []byte(genesis[:400] + "x" + genesis[401:]), "offset 400: encoding/hex: invalid byte"},
		{"a short line", []byte(genesis + "\nabcd\n"), "offset 571: neither a block, headers nor a transaction"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			o := check(t, kernelEngine{}, c.data, nil)
			runtime.ReadMemStats(&after)
			if o.err == nil || !bytes.Contains([]byte(o.err.Error()), []byte(c.want)) {
				t.Errorf("%v, want %s", o.err, c.want)
			}
			if n := after.TotalAlloc - before.TotalAlloc; n > 8<<20 { // a block of the allowed size, and batches
				t.Errorf("%d bytes allocated", n)
			}
		})
	}
}

// TestHostileScripts runs scripts of random bytes, many of them opcodes that check signatures.
func TestHostileScripts(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	g := newSigner(t, 1, 1)
	for n := range 3000 {
		random := func(most int) []byte {
			p := make([]byte, r.IntN(most))
			for i := range p {
				p[i] = byte(r.Uint32())
				if r.IntN(3) == 0 {
					p[i] = byte(txscript.OP_CHECKSIG - 4 + r.IntN(10))
				}
			}
			return p
		}
		script := random(60)
		switch n % 4 {
		case 1:
			script = g.script(txscript.OP_0, make([]byte, 32))
		case 2:
			script = g.script(txscript.OP_1, random(33))
		case 3:
			script = g.script(txscript.OP_HASH160, hash160(random(5)), txscript.OP_EQUAL)
		}
		g.spends(script)
		g.tx.TxIn[signedInput].SignatureScript = random(80)
		g.tx.TxIn[signedInput].Witness = wire.TxWitness{random(70), random(70), random(40)}[:r.IntN(4)]
		for _, flags := range []txscript.ScriptFlags{consensusFlags, 0} {
			agrees(t, g.s, signedInput, flags)
		}
	}
}
