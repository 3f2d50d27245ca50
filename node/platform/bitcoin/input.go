package bitcoin

import (
	"sync"

	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
)

// spending is a transaction whose inputs are checked. It is the script engine's source of previous outputs.
type spending struct {
	tx    *wire.MsgTx
	prevs []*wire.TxOut // of each input; nil if it is not known

	once    sync.Once
	hashes  *txscript.TxSigHashes // of a transaction with witnesses
	byPoint map[wire.OutPoint]*wire.TxOut
}

// sigHashes gives the parts of the signature hashes that inputs of a transaction share (BIP 143, 341); nil for
// a transaction without witnesses, which needs none. Inputs of one transaction may ask concurrently.
func (s *spending) sigHashes() *txscript.TxSigHashes {
	s.once.Do(func() {
		if !s.tx.HasWitness() {
			return
		}
		s.byPoint = make(map[wire.OutPoint]*wire.TxOut, len(s.prevs))
		for i, prev := range s.prevs {
			if prev != nil {
				s.byPoint[s.tx.TxIn[i].PreviousOutPoint] = prev
			}
		}
		s.hashes = txscript.NewTxSigHashes(s.tx, s)
	})
	return s.hashes
}

// FetchPrevOutput implements txscript.PrevOutputFetcher. It gives an empty output for one that is not known,
// as txscript does not expect nil; inputs whose signatures cover such an output are never run.
func (s *spending) FetchPrevOutput(op wire.OutPoint) *wire.TxOut {
	if out := s.byPoint[op]; out != nil {
		return out
	}
	return &wire.TxOut{}
}

// input is an input whose previous output is known.
type input struct {
	*spending
	number int // of the transaction, in messages
	index  int // in the transaction
	rules  rules
	lone   bool // of a transaction of which nobody knows when it was valid

	spend      spend
	candidates []candidate

	// What came of it.
	err      error // why the script fails; nil if it holds
	outdated bool  // a lone input that fails now, but would have held under rulesFirst
	engine   int64 // signatures whose check the engine's verdict answered
	library  int64 // signatures that the script engine verified itself
}

func (in *input) prev() *wire.TxOut { return in.prevs[in.index] }
func (in *input) txIn() *wire.TxIn  { return in.tx.TxIn[in.index] }

// taproot tells whether the input spends a taproot output under rules that know it.
func (in *input) taproot() bool {
	return in.rules.has(txscript.ScriptVerifyTaproot) && txscript.IsPayToTaproot(in.prev().PkScript)
}

// wantsWitness tells whether the input spends a witness program, plain or in P2SH.
func (in *input) wantsWitness() bool {
	if txscript.IsWitnessProgram(in.prev().PkScript) {
		return true
	}
	redeem, ok := in.redeemScript()
	return ok && txscript.IsWitnessProgram(redeem)
}

// redeemScript is the script whose hash a P2SH output holds: the last push of the signature script (BIP 16).
func (in *input) redeemScript() ([]byte, bool) {
	if !in.rules.has(txscript.ScriptBip16) || !txscript.IsPayToScriptHash(in.prev().PkScript) {
		return nil, false
	}
	stack, ok := pushes(in.txIn().SignatureScript)
	if !ok || len(stack) == 0 {
		return nil, false
	}
	return stack[len(stack)-1], true
}

// pushes is the stack that a script leaves which does nothing but push; false for any other script.
func pushes(script []byte) ([][]byte, bool) {
	var stack [][]byte
	t := txscript.MakeScriptTokenizer(0, script)
	for t.Next() {
		switch op := t.Opcode(); {
		case op == txscript.OP_0:
			stack = append(stack, nil)
		case op <= txscript.OP_PUSHDATA4:
			stack = append(stack, t.Data())
		case op == txscript.OP_1NEGATE:
			stack = append(stack, []byte{0x81})
		case txscript.IsSmallInt(op):
			stack = append(stack, []byte{byte(txscript.AsSmallInt(op))})
		default:
			return nil, false
		}
	}
	return stack, t.Err() == nil
}
