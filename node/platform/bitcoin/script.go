package bitcoin

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/btcsuite/btcd/txscript/v2"
)

// run has btcd's script engine decide an input. The candidates that the engine found valid answer its questions
// through its signature cache; every other signature it verifies itself.
//
// The cache holds one entry at a time, as its key is the digest alone, which all signatures of a multisig
// script may share. That also tells who verified: an entry that is still there after a successful check was
// used, as the script engine adds what it verified itself and has room for one.
func (in *input) run() {
	in.err = in.execute(in.rules)
	if in.err != nil && in.lone {
		engine, library := in.engine, in.library
		in.outdated = in.execute(rulesFirst()) == nil
		in.engine, in.library = engine, library
	}
}

func (in *input) execute(r rules) (err error) {
	defer func() {
		// A library's fault on a hostile script must not take the process down. It is no verdict "valid".
		if p := recover(); p != nil {
			err = fmt.Errorf("the script engine failed: %v", p)
		}
	}()
	cache := txscript.NewSigCache(1)
	prev := in.prev()
	vm, err := txscript.NewEngine(prev.PkScript, in.tx, in.index, r.flags, cache, in.sigHashes(), prev.Value, in.spending)
	if err != nil {
		return err
	}
	if c := in.only(); c != nil {
		cache.Add(c.digest, c.sig, c.pub)
		err := vm.Execute()
		in.count(err == nil && cache.Exists(c.digest, c.sig, c.pub), 1)
		return err
	}
	if in.spend.form == keyPath {
		in.count(false, 1)
		return vm.Execute()
	}
	if in.checksNothing() {
		return vm.Execute()
	}
	g := guide{input: in, vm: vm, cache: cache, flags: r.flags}
	return g.execute()
}

func (in *input) count(byEngine bool, n int64) {
	if byEngine {
		in.engine += n
	} else {
		in.library += n
	}
}

// only is the candidate of an input that checks exactly one signature, if it was found valid; nil otherwise.
func (in *input) only() *candidate {
	if len(in.candidates) != 1 || !in.candidates[0].valid {
		return nil
	}
	s := &in.spend
	if s.form == keyPath || s.form == legacy || s.form == witnessV0 {
		if s.form == keyPath || txscript.IsPayToPubKey(s.script) || txscript.IsPayToPubKeyHash(s.script) {
			return &in.candidates[0]
		}
	}
	return nil
}

// checksNothing tells whether no script of the input has an opcode that checks signatures.
func (in *input) checksNothing() bool {
	scripts := [][]byte{in.txIn().SignatureScript, in.prev().PkScript, in.spend.script}
	if redeem, ok := in.redeemScript(); ok {
		scripts = append(scripts, redeem)
	}
	if w := in.txIn().Witness; in.spend.form == opaque && len(w) > 0 {
		return false // some witness program that was not opened
	}
	for _, script := range scripts {
		t := txscript.MakeScriptTokenizer(0, script)
		for t.Next() {
			if isSignatureOp(t.Opcode()) {
				return false
			}
		}
	}
	return true
}

// guide runs a script step by step, putting into the cache what the next step will ask for.
type guide struct {
	*input
	vm    *txscript.Engine
	cache *txscript.SigCache
	flags txscript.ScriptFlags
}

// execute is vm.Execute with a look at every opcode that checks signatures.
func (g *guide) execute() error {
	for done := false; !done; {
		var err error
		switch op := g.next(); op {
		case "OP_CHECKSIG", "OP_CHECKSIGVERIFY", "OP_CHECKSIGADD":
			done, err = g.stepSingle(op)
		case "OP_CHECKMULTISIG", "OP_CHECKMULTISIGVERIFY":
			done, err = g.stepMulti(op == "OP_CHECKMULTISIGVERIFY")
		default:
			done, err = g.vm.Step()
		}
		if err != nil {
			return err
		}
	}
	return g.vm.CheckErrorCondition(true)
}

// next is the name of the opcode that the next step executes, or passes over in a branch not taken.
func (g *guide) next() string {
	line, err := g.vm.DisasmPC() // "01:0004: OP_CHECKSIG"
	if err != nil {
		return ""
	}
	_, line, _ = strings.Cut(line, ": ")
	return line
}

// stepSingle executes the check of one signature.
func (g *guide) stepSingle(op string) (done bool, err error) {
	stack := g.vm.GetStack()
	sigAt := len(stack) - 2
	if op == "OP_CHECKSIGADD" {
		sigAt--
	}
	if sigAt < 0 || len(stack[sigAt]) == 0 {
		return g.vm.Step() // nothing is verified
	}
	c := g.find(stack[sigAt], stack[len(stack)-1])
	if c != nil {
		g.cache.Add(c.digest, c.sig, c.pub)
	}
	done, err = g.vm.Step()
	if err != nil || len(g.vm.GetStack()) != len(stack) { // else it is in a branch that is not taken
		g.count(err == nil && c != nil && g.cache.Exists(c.digest, c.sig, c.pub), 1)
	}
	return done, err
}

// find is the valid candidate of a signature, as it is on the stack, and a key.
func (g *guide) find(sig, pub []byte) *candidate {
	if len(sig) == 0 {
		return nil
	}
	for i := range g.candidates {
		c := &g.candidates[i]
		want := sig
		if !c.schnorr {
			want = sig[:len(sig)-1]
		}
		if c.valid && bytes.Equal(c.pub, pub) && bytes.Equal(c.sig, want) {
			return c
		}
	}
	return nil
}
