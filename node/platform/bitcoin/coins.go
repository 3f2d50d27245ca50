package bitcoin

import (
	"bytes"
	"fmt"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// coin is an output that can be spent.
type coin struct {
	value  int64
	script []byte // of its own: it does not hold on to its transaction
}

// spend finds the previous outputs of all inputs of a record and lists those inputs that can be checked. Then
// the record's own outputs can be spent.
func (c *chain) spend(r *record) error {
	given := noOutput
	if c.given != nil {
		var err error
		if given, err = c.given.of(r); err != nil {
			return err
		}
	}
	s := spender{chain: c, of: r, given: given, stripped: stripped(r), spent: map[wire.OutPoint]bool{}}
	for i, tx := range r.msg.Transactions {
		if !blockchain.IsCoinBaseTx(tx) {
			s.transaction(i, tx)
		}
		// Nobody can spend the first coinbase of all: it never was in the set of unspent outputs.
		if r.kind == loneTx || networkOfGenesis(r.hash) == nil {
			c.addOutputs(tx, r.txids[i])
		}
	}
	if r.kind == wholeBlock {
		s.subsidy()
	}
	if s.missing > 0 {
		r.skip("no previous output", s.missing)
	}
	return nil
}

func (c *chain) addOutputs(tx *wire.MsgTx, txid chainhash.Hash) {
	for i, out := range tx.TxOut {
		if !txscript.IsUnspendable(out.PkScript) {
			c.coins[wire.OutPoint{Hash: txid, Index: uint32(i)}] = coin{out.Value, bytes.Clone(out.PkScript)}
		}
	}
}

// spender goes through the inputs of one record.
type spender struct {
	*chain
	of       *record
	given    func(tx, input int) *wire.TxOut
	stripped bool
	spent    map[wire.OutPoint]bool
	missing  int64 // inputs without previous output
	unsure   bool  // what some transaction takes in is not known
	fees     int64
}

// number is what messages call a transaction of the record.
func (s *spender) number(tx int) int {
	if s.of.kind == loneTx {
		return s.of.index
	}
	return tx
}

func (s *spender) transaction(i int, tx *wire.MsgTx) {
	t := &spending{tx: tx, prevs: make([]*wire.TxOut, len(tx.TxIn))}
	known, sums := true, true
	var in int64
	for k, txIn := range tx.TxIn {
		prev := s.previous(i, k, txIn.PreviousOutPoint)
		if prev == nil {
			known = false
			continue
		}
		t.prevs[k] = prev
		if sums = sums && prev.Value >= 0 && prev.Value <= btcutil.MaxSatoshi-in; sums {
			in += prev.Value
		}
	}
	for k, prev := range t.prevs {
		if prev == nil {
			continue
		}
		input := &input{spending: t, number: s.number(i), index: k, rules: s.of.rules,
			lone: s.of.kind == loneTx && s.of.when.IsZero()}
		switch {
		case s.stripped && input.wantsWitness():
			s.of.skip("witness data is not in the file", 1)
		case !known && input.taproot():
			// Its signature covers the outputs that all inputs of the transaction spend (BIP 341).
			s.of.skip("a taproot input beside one without previous output", 1)
		default:
			s.of.inputs = append(s.of.inputs, input)
		}
	}
	if !known {
		s.unsure = true
		return
	}
	var out int64
	for _, o := range tx.TxOut {
		out += o.Value
	}
	switch {
	case !sums:
		s.of.fault(s.number(i), -1, "takes in more than there is")
	case in < out:
		s.of.fault(s.number(i), -1, fmt.Sprintf("pays out %d and takes in %d", out, in))
	}
	s.fees += in - out
}

// previous finds the output that an input spends; nil if it is not at hand.
func (s *spender) previous(tx, k int, op wire.OutPoint) *wire.TxOut {
	if s.spent[op] {
		s.of.fault(s.number(tx), k, fmt.Sprintf("spends %v, which is spent before in the block", op))
		return nil
	}
	s.spent[op] = true
	stated := s.given(tx, k)
	coin, known := s.coins[op]
	switch {
	case known:
		if stated != nil && (stated.Value != coin.value || !bytes.Equal(stated.PkScript, coin.script)) {
			s.of.fault(s.number(tx), k, fmt.Sprintf("the output %v given for it is not the one in the file", op))
		}
		if s.unbroken {
			delete(s.coins, op)
		}
		return &wire.TxOut{Value: coin.value, PkScript: coin.script}
	case stated != nil:
		return stated
	case s.unbroken && s.of.kind == wholeBlock:
		s.of.fault(s.number(tx), k, fmt.Sprintf("spends %v, which does not exist or is spent already", op))
		s.unsure = true
		return nil
	}
	s.missing++
	return nil
}

// subsidy checks that the coinbase pays out no more than subsidy and fees.
func (s *spender) subsidy() {
	r := s.of
	if s.unsure || r.height < 0 || len(r.msg.Transactions) == 0 {
		return
	}
	var out int64
	for _, o := range r.msg.Transactions[0].TxOut {
		out += o.Value
	}
	if most := blockchain.CalcBlockSubsidy(r.height, r.net.params) + s.fees; out > most {
		r.fault(0, -1, fmt.Sprintf("the coinbase pays out %d, subsidy and fees are %d", out, most))
	}
}
