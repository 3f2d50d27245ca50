package bitcoin

import (
	"github.com/btcsuite/btcd/txscript/v2"
)

// form is how an input is unlocked.
type form uint8

const (
	opaque    form = iota // not understood here; the script engine will
	legacy                // a script from before BIP 141, in P2SH or not
	witnessV0             // P2WPKH or P2WSH, in P2SH or not (BIP 141)
	keyPath               // taproot, one signature (BIP 341)
	tapscript             // taproot, a script of the tree (BIP 342)
)

// spend is what an input comes down to once P2SH and witness programs are opened: a script, and the stack that
// it starts from.
type spend struct {
	form   form
	script []byte
	stack  [][]byte
	leaf   txscript.TapLeaf // of a tapscript
	annex  []byte
}

// open finds the spend of an input.
func (in *input) open() spend {
	script := in.prev().PkScript
	stack, pushOnly := pushes(in.txIn().SignatureScript)
	nested := false
	if redeem, ok := in.redeemScript(); ok {
		script, stack, nested = redeem, stack[:len(stack)-1], true
	}
	if !in.rules.segwit() || !txscript.IsWitnessProgram(script) {
		if !pushOnly {
			return spend{}
		}
		return spend{form: legacy, script: script, stack: stack}
	}
	version, program, err := txscript.ExtractWitnessProgramInfo(script)
	if err != nil {
		return spend{}
	}
	return in.openProgram(version, program, nested)
}

func (in *input) openProgram(version int, program []byte, nested bool) spend {
	w := in.txIn().Witness
	switch {
	case version == txscript.BaseSegwitWitnessVersion && len(program) == 20:
		script := concat([]byte{txscript.OP_DUP, txscript.OP_HASH160, txscript.OP_DATA_20}, program,
			[]byte{txscript.OP_EQUALVERIFY, txscript.OP_CHECKSIG})
		return spend{form: witnessV0, script: script, stack: w}
	case version == txscript.BaseSegwitWitnessVersion && len(program) == 32 && len(w) > 0:
		return spend{form: witnessV0, script: w[len(w)-1], stack: w[:len(w)-1]}
	case version == txscript.TaprootWitnessVersion && len(program) == 32 && !nested && in.taproot():
		return openTaproot(w, program)
	}
	return spend{}
}

func openTaproot(w [][]byte, program []byte) spend {
	var s spend
	if last := len(w) - 1; last >= 1 && len(w[last]) > 0 && w[last][0] == txscript.TaprootAnnexTag {
		s.annex, w = w[last], w[:last]
	}
	switch {
	case len(w) == 0:
	case len(w) == 1:
		s.form, s.script, s.stack = keyPath, program, w
	default:
		script, control := w[len(w)-2], w[len(w)-1]
		block, err := txscript.ParseControlBlock(control)
		if err != nil || block.LeafVersion != txscript.BaseLeafVersion || txscript.ScriptHasOpSuccess(script) {
			return spend{}
		}
		s.form, s.script, s.stack = tapscript, script, w[:len(w)-2]
		s.leaf = txscript.NewBaseTapLeaf(script)
	}
	return s
}

// isSignatureOp tells whether an opcode checks signatures, of one key or of several.
func isSignatureOp(op byte) bool {
	switch op {
	case txscript.OP_CHECKSIG, txscript.OP_CHECKSIGVERIFY, txscript.OP_CHECKSIGADD:
		return true
	}
	return isMultisigOp(op)
}

func isMultisigOp(op byte) bool {
	return op == txscript.OP_CHECKMULTISIG || op == txscript.OP_CHECKMULTISIGVERIFY
}

// multisig takes a script apart that is m keys... n CHECKMULTISIG, and nothing else.
func multisig(script []byte) (m int, keys [][]byte, ok bool) {
	t := txscript.MakeScriptTokenizer(0, script)
	if !t.Next() || !txscript.IsSmallInt(t.Opcode()) {
		return 0, nil, false
	}
	m = txscript.AsSmallInt(t.Opcode())
	for t.Next() && t.Opcode() <= txscript.OP_PUSHDATA4 && t.Data() != nil {
		keys = append(keys, t.Data())
	}
	if t.Err() != nil || t.Done() || !txscript.IsSmallInt(t.Opcode()) || txscript.AsSmallInt(t.Opcode()) != len(keys) {
		return 0, nil, false
	}
	if !t.Next() || t.Opcode() != txscript.OP_CHECKMULTISIG || !t.Done() || m < 1 || m > len(keys) {
		return 0, nil, false
	}
	return m, keys, true
}
