package bitcoin

import (
	"bytes"
	"errors"
	"testing"

	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// FuzzVerify gives anything to the platform: it never panics, and what it cannot read is a ParseError inside
// the file. A single block that it calls good is written the same way again.
func FuzzVerify(f *testing.F) {
	for _, name := range []string{"blocks/169482.dat", "chain/blk_0_to_4.dat.bz2", "tx/tx3.raw"} {
		f.Add(content(f, "bitcoin/"+name))
	}
	f.Add([]byte(genesis + "\n"))
	f.Add(content(f, "bitcoin/headers/signet_headers.bin.gz")[:800])
	m, fresh, program, _ := scene(f)
	witness := pay(1, anyone, program, fresh)
	witness.TxIn[0].Witness = wire.TxWitness{anyone}
	b := m.block(witness)
	commit(b)
	m.mine(b)
	f.Add(m.file())
	f.Add(xorKey{8, 7, 6, 5, 4, 3, 2, 1}.plain(m.file(), 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		Platform.Sniff(data[:min(len(data), platform.SniffBytes)], "")
		o := check(t, kernelEngine{}, data, nil)
		if o.Report == nil {
			t.Fatal("no report")
		}
		checkParseError(t, o.err, data)
		if msg, _, err := decodeBlock(data); err == nil {
			var again bytes.Buffer
			if err := msg.Serialize(&again); err != nil || !bytes.Equal(again.Bytes(), data) {
				t.Errorf("decoded, and encoded again it is another block: %v", err)
			}
		}
	})
}

func checkParseError(t *testing.T, err error, data []byte) {
	t.Helper()
	var parse *platform.ParseError
	if err != nil && !errors.As(err, &parse) {
		t.Fatalf("not a ParseError: %v", err)
	}
	if err != nil && parse.Offset > int64(len(data)) {
		t.Errorf("offset %d of %d bytes", parse.Offset, len(data))
	}
}

// FuzzOutputs gives anything as previous outputs of a small block.
func FuzzOutputs(f *testing.F) {
	m, fresh, program, _ := scene(f)
	prev := map[wire.OutPoint]*wire.TxOut{fresh: m.blocks[2].Transactions[0].TxOut[0], program: m.blocks[2].Transactions[1].TxOut[0]}
	b := m.mine(m.block(pay(1, anyone, fresh), pay(2, anyone, program)))
	f.Add(undoOf(f, regtest, b, func(op wire.OutPoint) *wire.TxOut { return prev[op] }))
	f.Add(content(f, "bitcoin/tx/tx10-undo.raw"))
	f.Add(content(f, "bitcoin/blocks/277647.utxostore.bz2")[:500])
	f.Add(content(f, "bitcoin/blocks/277647.prevouts.csv.gz")[:500])
	f.Add([]byte(`[{"txout":{"value":5000000000,"script_pubkey":"51"}},{"txout":{"value":1,"script_pubkey":""}}]`))
	block := blockFileOf(f, b)
	f.Fuzz(func(t *testing.T, data []byte) {
		checkParseError(t, check(t, kernelEngine{}, block, data).err, data)
	})
}

// FuzzScripts gives anything as output script, signature script and witness: the verdict is that of btcd alone.
func FuzzScripts(f *testing.F) {
	g := newSigner(f, 1, 3)
	code := g.script(0x51, g.pub(0, ""), g.pub(1, ""), 0x52, 0xae)
	g.output(inP2WSH, code)
	s := g.unlock(inP2WSH, code, nil, g.sign(witnessV0, code, 1, 1))
	f.Add(s.prevs[signedInput].PkScript, []byte{}, s.tx.TxIn[signedInput].Witness[1], code, uint32(consensusFlags))
	g.output(bare, code)
	s = g.unlock(bare, code, nil, g.sign(legacy, code, 1, 1))
	f.Add(code, s.tx.TxIn[signedInput].SignatureScript, []byte{}, []byte{}, uint32(consensusFlags))
	f.Fuzz(func(t *testing.T, pk, sig, first, second []byte, flags uint32) {
		g := newSigner(t, 1, 0)
		g.spends(pk)
		g.tx.TxIn[signedInput].SignatureScript = sig
		for _, item := range [][]byte{first, second} {
			if len(item) > 0 {
				g.tx.TxIn[signedInput].Witness = append(g.tx.TxIn[signedInput].Witness, item)
			}
		}
		agrees(t, g.s, signedInput, consensusFlags)
	})
}
