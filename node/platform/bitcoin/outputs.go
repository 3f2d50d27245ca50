package bitcoin

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// maxOutputsFile bounds a file of previous outputs, which is read into memory.
const maxOutputsFile = 1 << 30

// outputs are previous outputs from a file of their own, in one of three arrangements.
type outputs struct {
	src *platform.Source // for messages

	byPoint map[wire.OutPoint]*wire.TxOut // CSV, utxostore

	inOrder []*wire.TxOut // plain undo data and JSON: of all inputs but the coinbases', in the order of the blocks
	taken   int

	undo []*undoRecord // rev*.dat
	next int           // where the search for the next block's record begins
}

// noOutput is the source of outputs where there is none.
func noOutput(tx, input int) *wire.TxOut { return nil }

// readOutputs reads a file of previous outputs in whichever form it has:
//
//   - rev*.dat: begins with a network's magic number (undo.go)
//   - JSON: begins with a bracket; an array of {"txout":{"value","script_pubkey"}} in input order
//   - CSV: text with the columns prev_txid, prev_vout, value_sat and script_pubkey_hex
//   - utxostore of btcd: records of txid, output index u32, length u32 and a compressed output
//   - plain undo data: value u64, CompactSize, script, in input order
//
// Numbers are little-endian; key is what a rev*.dat may be obfuscated with. The last two have no marker: the one that parses to the end is it.
func readOutputs(src *platform.Source, key xorKey) (*outputs, error) {
	data, err := src.ReadAll(maxOutputsFile)
	if err != nil {
		return nil, err
	}
	if len(data) >= 4 && !isUndo(data) && isUndo(key.plain(data[:4], 0)) {
		data = key.plain(data, 0)
	}
	o := &outputs{src: src}
	switch {
	case len(data) == 0:
		err = &FormatError{0, "empty"}
	case isUndo(data):
		o.undo, err = parseUndo(data)
	case bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n"), []byte{'['}):
		o.inOrder, err = parseJSON(data)
	case isCSV(data):
		o.byPoint, err = parseCSV(data)
	default:
		var storeErr error
		if o.byPoint, storeErr = parseUtxoStore(data); storeErr != nil {
			if o.inOrder, err = parsePlain(data); err != nil {
				err = fmt.Errorf("neither undo data, CSV, JSON, a utxostore (%w) nor plain outputs (%w)", storeErr, err)
			}
		}
	}
	if err != nil {
		return nil, outputsError(src, err)
	}
	return o, nil
}

// outputsError makes a ParseError, at the last place that a decoder came to.
func outputsError(src *platform.Source, err error) error {
	var f *FormatError
	at := int64(-1)
	if errors.As(err, &f) {
		at = int64(f.Offset)
	}
	return &platform.ParseError{File: src.File, Offset: at, Err: err}
}

// of gives the outputs that a block or transaction spends. It must be asked in the order of the blocks.
func (o *outputs) of(r *record) (func(tx, input int) *wire.TxOut, error) {
	txs := r.msg.Transactions
	switch {
	case o.byPoint != nil:
		return func(tx, input int) *wire.TxOut { return o.byPoint[txs[tx].TxIn[input].PreviousOutPoint] }, nil
	case o.undo != nil:
		if len(txs) < 2 {
			return noOutput, nil
		}
		u := o.find(r)
		if u == nil {
			return noOutput, nil
		}
		return func(tx, input int) *wire.TxOut { return u.outputs[tx-1][input] }, nil
	}
	first := make([]int, len(txs)) // where each transaction's outputs begin
	at := o.taken
	for i, tx := range txs {
		first[i] = at
		if !blockchain.IsCoinBaseTx(tx) {
			at += len(tx.TxIn)
		}
	}
	if at > len(o.inOrder) {
		return nil, o.src.Errorf(-1, "holds %d outputs, the inputs so far spend %d", len(o.inOrder), at)
	}
	o.taken = at
	return func(tx, input int) *wire.TxOut { return o.inOrder[first[tx]+input] }, nil
}

// pass lets a block go by that is not decided: in a file in the order of the inputs, outputs are found by counting. Nobody else
// may use o meanwhile.
func (o *outputs) pass(b *wire.MsgBlock) {
	if o.inOrder == nil {
		return
	}
	for _, tx := range b.Transactions {
		if !blockchain.IsCoinBaseTx(tx) {
			o.taken += len(tx.TxIn)
		}
	}
}

// find gives the undo data of a block; nil if there is none. Its checksum covers the hash of the block before,
// which tells it from data of the same shape.
func (o *outputs) find(r *record) *undoRecord {
	for i := range o.undo {
		k := (o.next + i) % len(o.undo)
		u := o.undo[k]
		if u.used || !u.fits(r) {
			continue
		}
		prev := r.msg.Header.PrevBlock
		if chainhash.DoubleHashH(append(prev[:], u.data...)) == u.checksum {
			u.used = true
			o.next = k + 1
			return u
		}
	}
	return nil
}

// finish tells whether all was used that must be.
func (o *outputs) finish() error {
	if left := len(o.inOrder) - o.taken; left > 0 {
		return o.src.Errorf(-1, "holds %d outputs more than the inputs spend", left)
	}
	return nil
}

// checkOutput refuses values that no output can have.
func checkOutput(value uint64, script []byte, at int) (*wire.TxOut, error) {
	if value > btcutil.MaxSatoshi {
		return nil, &FormatError{at, fmt.Sprintf("a value of %d, more than there is", value)}
	}
	return &wire.TxOut{Value: int64(value), PkScript: script}, nil
}
