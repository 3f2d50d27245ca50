package bitcoin

import (
	"bytes"

	"github.com/btcsuite/btcd/txscript/v2"
)

// CHECKMULTISIG takes m signatures and n keys, and holds if there are m of the keys, in order, of which each
// verifies the signature in its place. Its signatures mostly have one digest in common, of which the script
// engine's cache can keep only one, and it never keeps that a signature does not fit a key. So the opcode is
// taken apart: where the valid candidates already tell which key belongs to which signature, it is executed
// once for each of these pairs, as a 1-of-1, each time on a copy of the machine. If all hold, so does the
// whole, and the last copy goes on. Otherwise the machine executes the opcode as it stands.
//
// That the whole holds as the pairs do needs
//   - that the digests are the same: they depend on the script, from which the signatures themselves are
//     removed before BIP 141, so none may be in it;
//   - that no rule looks at the keys in between: those of consensus do not, and under policyFlags the opcode
//     is executed as it stands;
//   - that the limit on operations is kept with all n keys counted: see countsOperations.

// policyFlags are rules, none of consensus, under which CHECKMULTISIG may fail for keys that it passes over, or
// for the way in which numbers are written.
const policyFlags = txscript.ScriptVerifyStrictEncoding | txscript.ScriptVerifyWitnessPubKeyType |
	txscript.ScriptVerifyMinimalData | txscript.ScriptVerifyConstScriptCode

// multi is the stack of a CHECKMULTISIG: below… dummy sigs… m keys… n.
type multi struct {
	below      [][]byte
	dummy      []byte
	sigs, keys [][]byte
}

// parseMulti takes the stack apart; false if it is not deep enough or a number is out of range.
func parseMulti(stack [][]byte) (x multi, ok bool) {
	if x.keys, stack, ok = popCounted(stack); !ok {
		return x, false
	}
	if x.sigs, stack, ok = popCounted(stack); !ok || len(x.sigs) > len(x.keys) || len(stack) == 0 {
		return x, false
	}
	x.dummy, x.below = stack[len(stack)-1], stack[:len(stack)-1]
	return x, true
}

// popCounted takes a number off the stack, and that many items.
func popCounted(stack [][]byte) (items, rest [][]byte, ok bool) {
	top := len(stack) - 1
	if top < 0 {
		return nil, nil, false
	}
	number, err := txscript.MakeScriptNum(stack[top], false, 4)
	if err != nil {
		return nil, nil, false
	}
	n := int(number.Int32())
	if n < 0 || n > txscript.MaxPubKeysPerMultiSig || n > top {
		return nil, nil, false
	}
	return stack[top-n : top], stack[:top-n], true
}

// alone is the stack on which the opcode checks nothing but the pair.
func (x *multi) alone(p pair) [][]byte {
	one := []byte{1}
	stack := make([][]byte, 0, len(x.below)+5)
	return append(append(stack, x.below...), x.dummy, p.onStack, one, p.pub, one)
}

// pair is a signature of a CHECKMULTISIG, and the candidate that says which key it fits.
type pair struct {
	*candidate
	onStack []byte // the signature with its hash type
}

// match finds the key of each signature as CHECKMULTISIG does: both lists are used up from the end, and a key
// that does not fit is passed over. nil if the candidates do not tell, or the opcode cannot be taken apart.
func (g *guide) match(x *multi) []pair {
	if g.flags&policyFlags != 0 || len(x.sigs) == 0 || countsOperations(g.spend.script) > txscript.MaxOpsPerScript {
		return nil
	}
	var pairs []pair
	key := len(x.keys) - 1
	for i := len(x.sigs) - 1; i >= 0; i-- {
		sig := x.sigs[i]
		if g.spend.form == legacy && bytes.Contains(g.spend.script, sig) {
			return nil
		}
		for ; key >= 0; key-- {
			if c := g.find(sig, x.keys[key]); c != nil {
				pairs = append(pairs, pair{c, sig})
				break
			}
		}
		key--
	}
	if len(pairs) < len(x.sigs) {
		return nil
	}
	return pairs
}

// countsOperations bounds from above what a script's opcodes count towards the limit on operations.
func countsOperations(script []byte) int {
	n := 0
	t := txscript.MakeScriptTokenizer(0, script)
	for t.Next() {
		if t.Opcode() > txscript.OP_16 {
			n++
		}
		if isMultisigOp(t.Opcode()) {
			n += txscript.MaxPubKeysPerMultiSig
		}
	}
	return n
}

// stepMulti executes a CHECKMULTISIG.
func (g *guide) stepMulti(verify bool) (done bool, err error) {
	stack := g.vm.GetStack()
	x, ok := parseMulti(stack)
	if !ok {
		return g.vm.Step()
	}
	if pairs := g.match(&x); pairs != nil {
		if done, ok := g.stepPairs(&x, pairs, verify); ok {
			return done, nil
		}
		g.vm.SetStack(stack) // the copies shared its memory
	}
	done, err = g.vm.Step()
	if err != nil || len(g.vm.GetStack()) != len(stack) { // else it is in a branch that is not taken
		g.library += int64(len(x.sigs))
	}
	return done, err
}

// stepPairs executes the opcode for each pair; false, with the machine where it was but its stack spoiled, if
// one does not hold.
func (g *guide) stepPairs(x *multi, pairs []pair, verify bool) (done, ok bool) {
	var machine txscript.Engine
	var engine, library int64
	for _, p := range pairs {
		machine = *g.vm
		machine.SetStack(x.alone(p))
		g.cache.Add(p.digest, p.sig, p.pub)
		var err error
		if done, err = machine.Step(); err != nil {
			return false, false
		}
		left := machine.GetStack()
		if !verify && len(left) > 0 {
			top := len(left) - 1
			if !bytes.Equal(left[top], []byte{1}) {
				return false, false
			}
			left = left[:top]
		}
		if len(left) != len(x.below) {
			return false, false // in a branch that is not taken
		}
		if g.cache.Exists(p.digest, p.sig, p.pub) {
			engine++
		} else {
			library++
		}
	}
	*g.vm = machine
	g.engine += engine
	g.library += library
	return done, true
}
