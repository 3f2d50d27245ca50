package bitcoin

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// miner makes blocks of the private network, where work costs nothing.
type miner struct {
	t      testing.TB
	tip    chainhash.Hash
	height int32
	blocks []*wire.MsgBlock
}

func newMiner(t testing.TB) *miner {
	genesis := regtest.params.GenesisBlock
	return &miner{t: t, tip: genesis.BlockHash(), blocks: []*wire.MsgBlock{genesis}}
}

var anyone = []byte{txscript.OP_TRUE}

// block is the next block, not yet mined: a coinbase that anyone can spend, and the transactions.
func (m *miner) block(txs ...*wire.MsgTx) *wire.MsgBlock {
	m.height++
	height, err := txscript.NewScriptBuilder().AddInt64(int64(m.height)).AddData([]byte("sluice")).Script()
	if err != nil {
		m.t.Fatal(err)
	}
	coinbase := wire.NewMsgTx(1)
	coinbase.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: wire.MaxPrevOutIndex}, height, nil))
	coinbase.AddTxOut(wire.NewTxOut(blockchain.CalcBlockSubsidy(m.height, regtest.params), anyone))
	b := &wire.MsgBlock{Transactions: append([]*wire.MsgTx{coinbase}, txs...)}
	b.Header = wire.BlockHeader{Version: 4, PrevBlock: m.tip, Bits: regtest.params.PowLimitBits,
		Timestamp: time.Unix(1_700_000_000+600*int64(m.height), 0)}
	return b
}

// commit puts the commitment to the witnesses into the coinbase (BIP 141).
func commit(b *wire.MsgBlock) {
	var reserved [32]byte
	reserved[7] = 7
	b.Transactions[0].TxIn[0].Witness = [][]byte{reserved[:]}
	var txs []*btcutil.Tx
	for _, tx := range b.Transactions {
		txs = append(txs, btcutil.NewTx(tx))
	}
	root := blockchain.CalcMerkleRoot(txs, true)
	hash := chainhash.DoubleHashB(append(root[:], reserved[:]...))
	script := append(bytes.Clone(blockchain.WitnessMagicBytes), hash...)
	b.Transactions[0].AddTxOut(wire.NewTxOut(0, script))
}

// mine gives a block its root and its work, and makes it the tip.
func (m *miner) mine(b *wire.MsgBlock) *wire.MsgBlock {
	var txs []*btcutil.Tx
	for _, tx := range b.Transactions {
		txs = append(txs, btcutil.NewTx(tx))
	}
	if len(txs) > 0 {
		b.Header.MerkleRoot = blockchain.CalcMerkleRoot(txs, false)
	}
	work(b)
	m.tip = b.Header.BlockHash()
	m.blocks = append(m.blocks, b)
	return b
}

func work(b *wire.MsgBlock) {
	for {
		if hash := b.Header.BlockHash(); checkWork(&hash, b.Header.Bits, regtest) == "" {
			return
		}
		b.Header.Nonce++
	}
}

// file is all blocks so far as a block file.
func (m *miner) file() []byte { return blockFileOf(m.t, m.blocks...) }

func blockFileOf(t testing.TB, blocks ...*wire.MsgBlock) []byte {
	var file bytes.Buffer
	for _, b := range blocks {
		var raw bytes.Buffer
		if err := b.Serialize(&raw); err != nil {
			t.Fatal(err)
		}
		var head [8]byte
		binary.LittleEndian.PutUint32(head[:], uint32(regtest.magic()))
		binary.LittleEndian.PutUint32(head[4:], uint32(raw.Len()))
		file.Write(head[:])
		file.Write(raw.Bytes())
	}
	return file.Bytes()
}

// pay spends outputs of a transaction.
func pay(value int64, script []byte, from ...wire.OutPoint) *wire.MsgTx {
	tx := wire.NewMsgTx(2)
	for _, op := range from {
		tx.AddTxIn(wire.NewTxIn(&op, nil, nil))
	}
	tx.AddTxOut(wire.NewTxOut(value, script))
	return tx
}

func coinbaseOf(b *wire.MsgBlock) wire.OutPoint {
	return wire.OutPoint{Hash: b.Transactions[0].TxHash()}
}

func TestMinedChain(t *testing.T) {
	m := newMiner(t)
	one := m.mine(m.block())
	two := m.mine(m.block(pay(50e8, anyone, coinbaseOf(one))))
	inside := pay(10, anyone, wire.OutPoint{Hash: two.Transactions[1].TxHash()})
	three := m.block(inside, pay(9, anyone, wire.OutPoint{Hash: inside.TxHash()}))
	m.mine(three)
	witness := pay(1, anyone, wire.OutPoint{Hash: three.Transactions[2].TxHash()})
	b := m.block(witness)
	commit(b)
	m.mine(b)
	if o := check(t, kernelEngine{}, m.file(), nil); !o.holds() || o.Blocks != 5 || o.NotCheckable != 0 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
}

// scene is a chain of three blocks in which the third block's coinbase, fresh, and an output for a witness
// program, program, can be spent; used was spent in the third block.
func scene(t testing.TB) (m *miner, fresh, program, used wire.OutPoint) {
	m = newMiner(t)
	used = coinbaseOf(m.mine(m.block()))
	hash := sha256.Sum256(anyone)
	two := m.mine(m.block(pay(50e8, append([]byte{txscript.OP_0, txscript.OP_DATA_32}, hash[:]...), used)))
	return m, coinbaseOf(two), wire.OutPoint{Hash: two.Transactions[1].TxHash()}, used
}

// TestFalseBlocks mines blocks with one false statement each. The report names it, and that block.
func TestFalseBlocks(t *testing.T) {
	add := func(b *wire.MsgBlock, txs ...*wire.MsgTx) { b.Transactions = append(b.Transactions, txs...) }
	m, fresh, program, used := scene(t)
	witness := pay(1, anyone, program)
	witness.TxIn[0].Witness = wire.TxWitness{anyone}
	other := witness.Copy()
	other.TxIn[0].Witness = wire.TxWitness{{txscript.OP_2}}
	for _, c := range []struct {
		name  string
		spoil func(b *wire.MsgBlock) // before it is mined
		after func(b *wire.MsgBlock)
		want  string // "" if the block is good
	}{
		{"two spends of one output in a block", func(b *wire.MsgBlock) { add(b, pay(1, anyone, fresh), pay(2, anyone, fresh)) },
			nil, "transaction 2: input 0: spends"},
		{"two spends of one output in two blocks", func(b *wire.MsgBlock) { add(b, pay(1, anyone, used)) },
			nil, "does not exist or is spent already"},
		{"an output that does not exist", func(b *wire.MsgBlock) { add(b, pay(1, anyone, wire.OutPoint{Hash: fresh.Hash, Index: 1})) },
			nil, "does not exist or is spent already"},
		{"the first coinbase of all", func(b *wire.MsgBlock) { add(b, pay(1, anyone, coinbaseOf(m.blocks[0]))) },
			nil, "does not exist or is spent already"},
		{"two inputs that are one", func(b *wire.MsgBlock) { add(b, pay(1, anyone, fresh, fresh)) }, nil, "duplicate inputs"},
		{"more paid out than taken in", func(b *wire.MsgBlock) { add(b, pay(50e8+1, anyone, fresh)) },
			nil, "transaction 1: pays out 5000000001 and takes in 5000000000"},
		{"fees", func(b *wire.MsgBlock) { add(b, pay(49e8, anyone, fresh)); b.Transactions[0].TxOut[0].Value += 1e8 }, nil, ""},
		{"more than subsidy and fees", func(b *wire.MsgBlock) {
			add(b, pay(49e8, anyone, fresh))
			b.Transactions[0].TxOut[0].Value += 1e8 + 1
		}, nil, "the coinbase pays out 5100000001, subsidy and fees are 5100000000"},
		{"a negative value", func(b *wire.MsgBlock) { b.Transactions[0].TxOut[0].Value = -1 }, nil, "negative value"},
		{"a script that fails", func(b *wire.MsgBlock) {
			add(b, pay(1, anyone, fresh))
			b.Transactions[1].TxIn[0].SignatureScript = []byte{txscript.OP_RETURN}
		}, nil, "transaction 1: input 0: script returned early"},
		{"no coinbase", func(b *wire.MsgBlock) { b.Transactions = []*wire.MsgTx{pay(1, anyone, fresh)} },
			nil, "the first transaction is no coinbase"},
		{"two coinbases", func(b *wire.MsgBlock) {
			two := b.Transactions[0].Copy()
			two.LockTime = 1
			add(b, two)
		}, nil, "transaction 1: a coinbase that is not the first transaction"},
		{"no transactions", func(b *wire.MsgBlock) { b.Transactions = nil }, nil, "no transactions"},
		{"another height", func(b *wire.MsgBlock) {
			b.Transactions[0].TxIn[0].SignatureScript = []byte{txscript.OP_4, txscript.OP_0}
		}, nil, "transaction 0: the coinbase does not state the height 3"},
		{"another root", nil, func(b *wire.MsgBlock) { b.Header.MerkleRoot[0] ^= 1; work(b) }, "Merkle root: the header states"},
		{"no work", nil, func(b *wire.MsgBlock) {
			for hash := b.BlockHash(); checkWork(&hash, b.Header.Bits, regtest) == ""; hash = b.BlockHash() {
				b.Header.Nonce++
			}
		}, "proof of work: the hash"},
		{"a negative target", nil, func(b *wire.MsgBlock) { b.Header.Bits = 0x1d80ffff }, "the target is not positive"},
		{"a target of zero", nil, func(b *wire.MsgBlock) { b.Header.Bits = 0 }, "the target is not positive"},
		{"a target above 256 bits", nil, func(b *wire.MsgBlock) { b.Header.Bits = 0xff7fffff }, "above the limit of regtest"},
		{"a target of another network", nil, func(b *wire.MsgBlock) { b.Header.Bits = 0x1f7fffff }, "regtest has no target but"},
		{"a transaction twice (CVE-2012-2459)", func(b *wire.MsgBlock) { add(b, pay(1, anyone, fresh), pay(1, anyone, program)) },
			func(b *wire.MsgBlock) { add(b, b.Transactions[2]) }, "CVE-2012-2459"},
		{"a pair twice (CVE-2012-2459)", func(b *wire.MsgBlock) {
			for i := range uint32(5) {
				add(b, pay(1, anyone, wire.OutPoint{Hash: fresh.Hash, Index: i}))
			}
		}, func(b *wire.MsgBlock) { add(b, b.Transactions[4:]...) }, "CVE-2012-2459"},
		{"witnesses", func(b *wire.MsgBlock) { add(b, witness); commit(b) }, nil, ""},
		{"witnesses without a commitment", func(b *wire.MsgBlock) { add(b, witness) }, nil, "witness data without a commitment"},
		{"another witness", func(b *wire.MsgBlock) { add(b, witness); commit(b) },
			func(b *wire.MsgBlock) { b.Transactions[1] = other }, "witness commitment: the coinbase states"},
		{"no reserved value", func(b *wire.MsgBlock) { add(b, witness); commit(b) },
			func(b *wire.MsgBlock) { b.Transactions[0].TxIn[0].Witness = nil }, "the coinbase does not have one witness of 32 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, _, _, _ := scene(t)
			b := m.block()
			if c.spoil != nil {
				c.spoil(b)
			}
			m.mine(b)
			if c.after != nil {
				c.after(b)
			}
			o := check(t, kernelEngine{}, m.file(), nil)
			if o.err != nil || o.NotCheckable != 0 {
				t.Errorf("%v %v", o.err, o.Why)
			}
			if o.Valid() != (c.want == "") || !o.Valid() && !slices.ContainsFunc(o.InvalidAt,
				func(l platform.Location) bool { return strings.Contains(l.String(), c.want) }) {
				t.Errorf("%v, want %q", o.InvalidAt, c.want)
			}
			for _, l := range o.InvalidAt {
				if l.Block != "3" {
					t.Errorf("not in block 3: %v", l)
				}
			}
		})
	}
}

// TestStripped gives a block whose witnesses were cut off, as old nodes store it: what it signs with them is
// not checkable, and not false.
func TestStripped(t *testing.T) {
	m, fresh, program, _ := scene(t)
	b := m.block(pay(1, anyone, fresh), pay(1, anyone, program))
	b.Transactions[2].TxIn[0].Witness = wire.TxWitness{anyone}
	commit(b)
	m.mine(b)
	for _, tx := range b.Transactions {
		tx.TxIn[0].Witness = nil
	}
	o := check(t, kernelEngine{}, m.file(), nil)
	if !o.holds() || o.Why["witness data is not in the file"] != 2 || o.NotCheckable != 2 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
}

// TestEarlyCommitment: before BIP 141 held, a commitment in the coinbase meant nothing.
func TestEarlyCommitment(t *testing.T) {
	m, _, _, _ := scene(t)
	b := m.block()
	commit(b)
	r := &record{kind: wholeBlock, msg: b, height: -1}
	if checkWitnesses(r); len(r.faults)+len(r.skipped) != 0 {
		t.Errorf("%v %v", r.faults, r.skipped)
	}
}

// TestTaprootBeside spends a taproot output beside one that is not known: its signature covers both.
func TestTaprootBeside(t *testing.T) {
	g := newSigner(t, 0, 1)
	taproot := g.script(txscript.OP_1, schnorr.SerializePubKey(txscript.ComputeTaprootKeyNoScript(g.keys[0].PubKey())))
	first := pay(5, taproot, wire.OutPoint{Hash: [32]byte{1}})
	first.AddTxOut(wire.NewTxOut(5, anyone))
	hash := first.TxHash()
	second := pay(1, anyone, wire.OutPoint{Hash: hash}, wire.OutPoint{Hash: hash, Index: 1}, wire.OutPoint{Hash: [32]byte{2}})
	second.TxIn[0].Witness = wire.TxWitness{make([]byte, 64)}
	m, _, _, _ := scene(t)
	b := m.block(first, second)
	commit(b)
	o := check(t, kernelEngine{}, blockFileOf(t, m.mine(b)), nil)
	if !o.holds() || !maps.Equal(o.Why, map[string]int64{noPrevout: 2, "a taproot input beside one without previous output": 1}) {
		t.Errorf("%v %+v", o.err, o.Report)
	}
}

// TestOrder gives blocks in the order in which they arrived: what they miss is not checkable, and not false.
func TestOrder(t *testing.T) {
	m, fresh, _, _ := scene(t)
	m.mine(m.block(pay(1, anyone, fresh)))
	m.mine(m.block())
	b := m.blocks
	o := check(t, kernelEngine{}, blockFileOf(t, b[0], b[1], b[3], b[2], b[4]), nil)
	if !o.holds() || o.Blocks != 5 {
		t.Errorf("%v %+v", o.err, o.Report)
	}
	want := map[string]int64{noPrevout: 1, "link to a block that is not in the file before": 1}
	if !maps.Equal(o.Why, want) {
		t.Errorf("not checkable: %v, want %v", o.Why, want)
	}
	o = check(t, kernelEngine{}, blockFileOf(t, b[2:]...), nil)
	if !o.holds() || !maps.Equal(o.Why, map[string]int64{noPrevout: 1}) {
		t.Errorf("without the first: %v %+v", o.err, o.Report)
	}
	// A block that was lost to another one stays in the file.
	lost := m.block()
	lost.Header.PrevBlock = b[3].BlockHash()
	lost.Transactions[0].TxIn[0].SignatureScript = []byte{txscript.OP_4, txscript.OP_0}
	work(m.mine(lost))
	if o := check(t, kernelEngine{}, m.file(), nil); !o.holds() || o.NotCheckable != 0 {
		t.Errorf("a branch: %v %+v", o.err, o.Report)
	}
}

// TestStatedHeight has blocks of mainnet that came without a chain, and with a height that mainnet cannot have
// had at their time: before BIP 34 held, any bytes were good.
func TestStatedHeight(t *testing.T) {
	for stated, want := range map[int32]int32{200_000: 200_000, 400_000: -1, 3: -1} {
		m := newMiner(t)
		m.height = stated - 1
		b := m.block()
		b.Header.Version, b.Header.Timestamp = 2, day(2012, time.September, 22)
		r := &record{kind: wholeBlock, msg: b, txids: make([]chainhash.Hash, 1)}
		if err := newChain(mainnet, false, nil).admit(r); err != nil || r.height != want {
			t.Errorf("stated %d: %d, %v", stated, r.height, err)
		}
	}
}

// TestOtherGenesis gives a first block that is not the network's.
func TestOtherGenesis(t *testing.T) {
	m := &miner{t: t}
	m.height = -1
	m.mine(m.block())
	o := check(t, kernelEngine{}, m.file(), nil)
	if o.err != nil || o.Wrong != 1 || !strings.Contains(o.InvalidAt[0].Reason, "not the one of regtest") {
		t.Errorf("%v %v", o.err, o.InvalidAt)
	}
}

// TestManyWindows sends more blocks than windows hold, with one that is false near the end.
func TestManyWindows(t *testing.T) {
	m := newMiner(t)
	last := coinbaseOf(m.mine(m.block()))
	const blocks = 2*windowRecords + 100
	for i := range blocks {
		tx := pay(50e8, anyone, last)
		if i == blocks-3 {
			tx.TxIn[0].SignatureScript = []byte{txscript.OP_0, txscript.OP_VERIFY}
		}
		last = wire.OutPoint{Hash: tx.TxHash()}
		m.mine(m.block(tx))
	}
	o := check(t, kernelEngine{}, m.file(), nil)
	if o.err != nil || o.Wrong != 1 || o.Blocks != blocks+2 || o.NotCheckable != 0 {
		t.Fatalf("%v %+v", o.err, o.Report)
	}
	if l := o.InvalidAt[0]; l.Block != fmt.Sprint(blocks-1) || l.Transaction != 1 || l.Input != 0 {
		t.Error(l)
	}
}
