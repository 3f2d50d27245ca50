package bitcoin

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/schnorr"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"
	//lint:ignore SA1019 Bitcoin's hash of keys
	"golang.org/x/crypto/ripemd160"
)

// signer makes inputs of every kind, signed by keys of its own. The input is the last of three, the transaction
// has two outputs, so that SIGHASH_SINGLE has nothing to sign (before BIP 341 it then signs the number 1).
type signer struct {
	t    testing.TB
	rand *rand.Rand
	keys []*btcec.PrivateKey
	tx   *wire.MsgTx
	s    *spending
}

const signedInput, signedAmount = 2, 50_000

func newSigner(t testing.TB, seed uint64, keys int) *signer {
	g := &signer{t: t, rand: rand.New(rand.NewPCG(seed, 0))}
	for i := range keys {
		var b [16]byte
		binary.BigEndian.PutUint64(b[:], seed)
		binary.BigEndian.PutUint64(b[8:], uint64(i))
		h := sha256.Sum256(b[:])
		key, _ := btcec.PrivKeyFromBytes(h[:])
		g.keys = append(g.keys, key)
	}
	g.tx = wire.NewMsgTx(2)
	for i := range 3 {
		g.tx.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: [32]byte{byte(i), 7}, Index: uint32(i)}, nil, nil))
	}
	g.tx.AddTxOut(wire.NewTxOut(1000, []byte{txscript.OP_TRUE}))
	g.tx.AddTxOut(wire.NewTxOut(2000, []byte{txscript.OP_TRUE}))
	return g
}

// spends sets what the signed input spends. The others spend a key hash, without signing.
func (g *signer) spends(pkScript []byte) *signer {
	other := &wire.TxOut{Value: 1, PkScript: g.script(txscript.OP_1, make([]byte, 32))}
	g.s = &spending{tx: g.tx, prevs: []*wire.TxOut{other, other, {Value: signedAmount, PkScript: pkScript}}}
	g.tx.TxIn[0].Witness = [][]byte{{1}} // so that the shared parts of the digests exist
	return g
}

// script puts opcodes (int) and pushes ([]byte) together.
func (g *signer) script(parts ...any) []byte {
	b := txscript.NewScriptBuilder()
	for _, p := range parts {
		switch p := p.(type) {
		case int:
			b.AddOp(byte(p))
		case []byte:
			b.AddData(p)
		}
	}
	script, err := b.Script()
	if err != nil {
		g.t.Fatal(err)
	}
	return script
}

func hash160(p []byte) []byte {
	h := sha256.Sum256(p)
	r := ripemd160.New()
	r.Write(h[:])
	return r.Sum(nil)
}

func (g *signer) pub(i int, form string) []byte {
	p := g.keys[i].PubKey()
	switch form {
	case "uncompressed":
		return p.SerializeUncompressed()
	case "hybrid":
		b := p.SerializeUncompressed()
		b[0] = 6 | b[64]&1
		return b
	case "x-only":
		return schnorr.SerializePubKey(p)
	}
	return p.SerializeCompressed()
}

// sign signs in the form's way.
func (g *signer) sign(f form, script []byte, hashType txscript.SigHashType, key int) []byte {
	var sig []byte
	var err error
	hashes := g.s.sigHashes()
	switch pk := g.s.prevs[signedInput].PkScript; f {
	case legacy:
		sig, err = txscript.RawTxInSignature(g.tx, signedInput, script, hashType, g.keys[key])
	case witnessV0:
		sig, err = txscript.RawTxInWitnessSignature(g.tx, hashes, signedInput, signedAmount, script, hashType, g.keys[key])
	case keyPath:
		sig, err = txscript.RawTxInTaprootSignature(g.tx, hashes, signedInput, signedAmount, pk, nil, hashType, g.keys[key])
	case tapscript:
		sig, err = txscript.RawTxInTapscriptSignature(g.tx, hashes, signedInput, signedAmount, pk,
			txscript.NewBaseTapLeaf(script), hashType, g.keys[key])
	}
	if err != nil {
		g.t.Fatal(err)
	}
	return sig
}

// wrap is how a script is put into an output, and its stack into an input.
type wrap uint8

const (
	bare wrap = iota
	inP2SH
	inP2WSH
	inP2SHP2WSH
	wraps
)

func (w wrap) form() form {
	if w >= inP2WSH {
		return witnessV0
	}
	return legacy
}

// output sets the output that the script is spent from.
func (g *signer) output(w wrap, script []byte) {
	hash := sha256.Sum256(script)
	program := g.script(txscript.OP_0, hash[:])
	switch w {
	case bare:
		g.spends(script)
	case inP2SH:
		g.spends(g.script(txscript.OP_HASH160, hash160(script), txscript.OP_EQUAL))
	case inP2WSH:
		g.spends(program)
	case inP2SHP2WSH:
		g.spends(g.script(txscript.OP_HASH160, hash160(program), txscript.OP_EQUAL))
	}
}

// unlock puts the stack into the input.
func (g *signer) unlock(w wrap, script []byte, stack ...[]byte) *spending {
	in := g.tx.TxIn[signedInput]
	in.SignatureScript, in.Witness = nil, nil
	hash := sha256.Sum256(script)
	switch w {
	case bare, inP2SH:
		b := txscript.NewScriptBuilder()
		for _, item := range stack {
			b.AddData(item)
		}
		if w == inP2SH {
			b.AddData(script)
		}
		in.SignatureScript, _ = b.Script()
	case inP2SHP2WSH:
		in.SignatureScript = g.script(g.script(txscript.OP_0, hash[:]))
		fallthrough
	case inP2WSH:
		in.Witness = append(append(wire.TxWitness{}, stack...), script)
	}
	return g.s
}

var hashTypes = []txscript.SigHashType{1, 2, 3, 0x81, 0x82, 0x83, 0, 4, 0x80, 0xff}

// TestMultisigAgrees runs CHECKMULTISIG of every size over signatures in and out of order, doubled, damaged,
// missing and by other keys, in every wrapping: the verdict is always that of btcd alone. Where it holds under
// consensus rules, every signature was answered by the engine.
func TestMultisigAgrees(t *testing.T) {
	var c tally
	for seed := range uint64(400) {
		g := newSigner(t, seed, 5)
		w := wrap(seed % uint64(wraps))
		n := 1 + g.rand.IntN(4)
		m := 1 + g.rand.IntN(n)
		parts := []any{txscript.OP_1 - 1 + m}
		for i := range n {
			parts = append(parts, g.pub(i, []string{"", "", "uncompressed", "hybrid"}[g.rand.IntN(4)]))
		}
		script := g.script(append(parts, txscript.OP_1-1+n, txscript.OP_CHECKMULTISIG)...)
		g.output(w, script)

		by := g.rand.Perm(n)[:m]
		order := g.rand.IntN(4)
		if order > 0 { // mostly in order
			for i := range by {
				for j := i; j > 0 && by[j] < by[j-1]; j-- {
					by[j], by[j-1] = by[j-1], by[j]
				}
			}
		}
		stack := [][]byte{nil}
		hashType := hashTypes[g.rand.IntN(len(hashTypes))]
		for _, key := range by {
			if g.rand.IntN(3) == 0 {
				hashType = hashTypes[g.rand.IntN(len(hashTypes))]
			}
			stack = append(stack, g.sign(w.form(), script, hashType, key))
		}
		switch i := 1 + g.rand.IntN(m); g.rand.IntN(9) {
		case 0:
			stack[i] = g.sign(w.form(), script, hashType, 4) // a key that is not in the script
		case 1:
			stack[i][g.rand.IntN(len(stack[i]))] ^= 1 << g.rand.IntN(8)
		case 2:
			stack[i] = nil
		case 3:
			stack[i] = stack[1]
		case 4:
			stack[0] = []byte{1} // the dummy
		case 5:
			stack = append([][]byte{{1}}, stack...) // one item more than needed
		case 6:
			stack = stack[1:] // one less
		}
		s := g.unlock(w, script, stack...)
		for _, flags := range []txscript.ScriptFlags{consensusFlags, rulesFirst().flags, txscript.ScriptBip16, 0, allFlags} {
			in := agrees(t, s, signedInput, flags)
			c.add(in)
			if w.form() == legacy || flags&txscript.ScriptVerifyWitness != 0 {
				if in.err == nil && flags&policyFlags == 0 && in.library != 0 {
					t.Errorf("seed %d, flags %#x: %d signatures were left to btcd", seed, flags, in.library)
				}
			}
		}
	}
	c.log(t)
	if c.valid < 700 || c.invalid < 700 || c.engine < 500 {
		t.Error("the cases are one-sided")
	}
}

// TestFormsAgree spends every standard form, and scripts that are none, with good and damaged signatures.
func TestFormsAgree(t *testing.T) {
	const checksig, checksigVerify, add = txscript.OP_CHECKSIG, txscript.OP_CHECKSIGVERIFY, txscript.OP_CHECKSIGADD
	for _, form := range []string{"", "uncompressed", "hybrid"} {
		for w := range wraps {
			t.Run(fmt.Sprintf("P2PK %s %d", form, w), func(t *testing.T) {
				spendForms(t, w, true, func(g *signer) []byte { return g.script(g.pub(0, form), checksig) },
					func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(0)} })
			})
			t.Run(fmt.Sprintf("P2PKH %s %d", form, w), func(t *testing.T) {
				spendForms(t, w, true, func(g *signer) []byte {
					return g.script(txscript.OP_DUP, txscript.OP_HASH160, hash160(g.pub(0, form)),
						txscript.OP_EQUALVERIFY, checksig)
				}, func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(0), g.pub(0, form)} })
			})
		}
	}
	for w := range wraps {
		t.Run(fmt.Sprintf("two keys, one branch %d", w), func(t *testing.T) {
			spendForms(t, w, true, func(g *signer) []byte {
				return g.script(g.pub(0, ""), checksigVerify, txscript.OP_IF, g.pub(1, ""), checksig, txscript.OP_ELSE,
					txscript.OP_1, g.pub(2, ""), g.pub(3, ""), txscript.OP_2, txscript.OP_CHECKMULTISIG, txscript.OP_ENDIF)
			}, func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(1), {1}, sign(0)} })
		})
		t.Run(fmt.Sprintf("multisig in the other branch %d", w), func(t *testing.T) {
			spendForms(t, w, true, func(g *signer) []byte {
				return g.script(g.pub(0, ""), checksigVerify, txscript.OP_IF, g.pub(1, ""), checksig, txscript.OP_ELSE,
					txscript.OP_1, g.pub(2, ""), g.pub(3, ""), txscript.OP_2, txscript.OP_CHECKMULTISIGVERIFY, txscript.OP_1,
					txscript.OP_ENDIF)
			}, func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{nil, sign(2), nil, sign(0)} })
		})
		t.Run(fmt.Sprintf("code separator %d", w), func(t *testing.T) {
			spendForms(t, w, false, func(g *signer) []byte {
				return g.script(txscript.OP_CODESEPARATOR, g.pub(0, ""), checksig)
			}, func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(0)} })
		})
		t.Run(fmt.Sprintf("a signature that must not fit %d", w), func(t *testing.T) {
			spendForms(t, w, false, func(g *signer) []byte { return g.script(g.pub(1, ""), checksig, txscript.OP_NOT) },
				func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(0)} })
		})
	}
	for _, nops := range []int{179, 180, 181} { // 1-of-20 counts 21 of the 201 operations
		t.Run(fmt.Sprintf("%d operations", nops+21), func(t *testing.T) {
			g := newSigner(t, 0, 20)
			var parts []any
			for range nops {
				parts = append(parts, txscript.OP_NOP)
			}
			parts = append(parts, txscript.OP_1)
			for i := range g.keys {
				parts = append(parts, g.pub(i, ""))
			}
			code := g.script(append(parts, []byte{20}, txscript.OP_CHECKMULTISIG)...)
			g.output(inP2WSH, code)
			in := agrees(t, g.unlock(inP2WSH, code, nil, g.sign(witnessV0, code, 1, 3)), signedInput, consensusFlags)
			if (in.err == nil) != (nops <= 180) || in.err == nil && in.library > 0 {
				t.Errorf("%v, %d signatures left to btcd", in.err, in.library)
			}
		})
	}
	// The stack stays as it is in a branch that is not taken, though the opcode there finds all that it needs.
	for w := range wraps {
		t.Run(fmt.Sprintf("multisig in a branch that is not taken %d", w), func(t *testing.T) {
			g := newSigner(t, 0, 2)
			code := g.script(txscript.OP_0, txscript.OP_IF, txscript.OP_CHECKMULTISIG, txscript.OP_ENDIF, txscript.OP_DEPTH,
				txscript.OP_6, txscript.OP_NUMEQUALVERIFY, txscript.OP_CHECKMULTISIG)
			g.output(w, code)
			sig := g.sign(w.form(), code, 1, 0)
			in := agrees(t, g.unlock(w, code, nil, sig, []byte{1}, g.pub(0, ""), g.pub(1, ""), []byte{2}), signedInput, consensusFlags)
			if in.err != nil || in.engine != 1 || in.library != 0 {
				t.Errorf("%v, %d signatures by the engine, %d left", in.err, in.engine, in.library)
			}
			code = g.script(txscript.OP_0, txscript.OP_IF, txscript.OP_CHECKMULTISIGVERIFY, txscript.OP_ENDIF, txscript.OP_CHECKMULTISIG)
			g.output(w, code)
			in = agrees(t, g.unlock(w, code, nil, g.sign(w.form(), code, 1, 0), g.sign(w.form(), code, 2, 1), []byte{2},
				g.pub(0, ""), g.pub(1, ""), g.pub(1, ""), []byte{3}), signedInput, consensusFlags)
			if in.err != nil || in.engine != 2 || in.library != 0 {
				t.Errorf("%v, %d signatures by the engine, %d left", in.err, in.engine, in.library)
			}
		})
	}
	// Before BIP 141 signatures are removed from the script that they sign. The first signs the number 1, so
	// that its removal changes what the second signs, and nothing else.
	t.Run("a signature in the script", func(t *testing.T) {
		g := newSigner(t, 0, 2)
		g.output(bare, anyone)
		one := g.sign(legacy, anyone, txscript.SigHashSingle, 0)
		code := g.script(one, txscript.OP_DROP, txscript.OP_2, g.pub(0, ""), g.pub(1, ""), txscript.OP_2, txscript.OP_CHECKMULTISIG)
		g.output(bare, code)
		in := agrees(t, g.unlock(bare, code, nil, one, g.sign(legacy, code, txscript.SigHashAll, 1)), signedInput, consensusFlags)
		if in.err == nil {
			t.Error("the second signature covers the first")
		}
		without := code[1+len(one):]
		in = agrees(t, g.unlock(bare, code, nil, one, g.sign(legacy, without, txscript.SigHashAll, 1)), signedInput, consensusFlags)
		if in.err != nil || in.library != 2 {
			t.Errorf("%v, %d signatures left", in.err, in.library)
		}
	})
	t.Run("tapscript", func(t *testing.T) {
		spendTapscripts(t, func(g *signer) []byte { return g.script(g.pub(0, "x-only"), checksig) },
			func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(0)} })
	})
	t.Run("tapscript, an inscription", func(t *testing.T) {
		spendTapscripts(t, func(g *signer) []byte {
			return g.script(g.pub(0, "x-only"), checksig, txscript.OP_0, txscript.OP_IF, []byte("ord"), make([]byte, 500),
				txscript.OP_ENDIF)
		}, func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(0)} })
	})
	t.Run("tapscript, 2 of 3", func(t *testing.T) {
		spendTapscripts(t, func(g *signer) []byte {
			return g.script(g.pub(0, "x-only"), checksig, g.pub(1, "x-only"), add, g.pub(2, "x-only"), add,
				txscript.OP_2, txscript.OP_NUMEQUAL)
		}, func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(2), nil, sign(0)} })
	})
	t.Run("tapscript, both", func(t *testing.T) {
		spendTapscripts(t, func(g *signer) []byte {
			return g.script(g.pub(0, "x-only"), checksigVerify, g.pub(1, "x-only"), checksig)
		}, func(g *signer, sign func(key int) []byte) [][]byte { return [][]byte{sign(1), sign(0)} })
	})
}

// spendForms spends a script in one wrapping with some hash types and damages. foreseen tells that no
// signature of a good spend should be left to btcd.
func spendForms(t *testing.T, w wrap, foreseen bool, script func(*signer) []byte,
	stack func(g *signer, sign func(key int) []byte) [][]byte) {
	for i, hashType := range hashTypes {
		if (i+int(w))%3 != 0 { // every hash type in some wrapping
			continue
		}
		g := newSigner(t, uint64(i), 4)
		code := script(g)
		g.output(w, code)
		good := stack(g, func(key int) []byte { return g.sign(w.form(), code, hashType, key) })
		damages(t, g, good, foreseen, func(items [][]byte) *spending { return g.unlock(w, code, items...) })
	}
}

// spendTapscripts spends a leaf with and without another beside it, with and without an annex.
func spendTapscripts(t *testing.T, script func(*signer) []byte, stack func(g *signer, sign func(key int) []byte) [][]byte) {
	for i, hashType := range []txscript.SigHashType{0, 1, 2, 0x81, 0x82} {
		for _, annex := range [][]byte{nil, {txscript.TaprootAnnexTag}, {txscript.TaprootAnnexTag, 1, 2}} {
			g := newSigner(t, uint64(i), 5)
			code := script(g)
			tree := txscript.AssembleTaprootScriptTree(txscript.NewBaseTapLeaf(code),
				txscript.NewBaseTapLeaf([]byte{txscript.OP_TRUE}))
			root := tree.RootNode.TapHash()
			key := txscript.ComputeTaprootOutputKey(g.keys[4].PubKey(), root[:])
			g.spends(g.script(txscript.OP_1, schnorr.SerializePubKey(key)))
			block := tree.LeafMerkleProofs[0].ToControlBlock(g.keys[4].PubKey())
			control, err := block.ToBytes()
			if err != nil {
				t.Fatal(err)
			}
			good := stack(g, func(key int) []byte { return g.sign(tapscript, code, hashType, key) })
			if annex != nil {
				good = stack(g, func(key int) []byte { return g.signAnnexed(code, hashType, key, annex) })
			}
			damages(t, g, good, true, func(items [][]byte) *spending {
				w := append(append(wire.TxWitness{}, items...), code, control)
				if annex != nil {
					w = append(w, annex)
				}
				g.tx.TxIn[signedInput].Witness = w
				return g.s
			})
		}
	}
}

// signAnnexed signs a tapscript beside an annex (BIP 341).
func (g *signer) signAnnexed(script []byte, hashType txscript.SigHashType, key int, annex []byte) []byte {
	digest, err := txscript.CalcTapscriptSignaturehash(g.s.sigHashes(), hashType, g.tx, signedInput, g.s,
		txscript.NewBaseTapLeaf(script), txscript.WithAnnex(annex))
	if err != nil {
		g.t.Fatal(err)
	}
	sig, err := schnorr.Sign(g.keys[key], digest)
	if err != nil {
		g.t.Fatal(err)
	}
	if hashType == txscript.SigHashDefault {
		return sig.Serialize()
	}
	return append(sig.Serialize(), byte(hashType))
}

// damages checks a good stack, and then that stack with one item damaged.
func damages(t *testing.T, g *signer, good [][]byte, foreseen bool, unlock func([][]byte) *spending) {
	t.Helper()
	in := agrees(t, unlock(good), signedInput, consensusFlags)
	if foreseen && (in.err != nil || in.engine == 0 || in.library != 0) {
		t.Errorf("a good spend: %v; %d signatures by the engine, %d left", in.err, in.engine, in.library)
	}
	for range 6 {
		bad := make([][]byte, len(good))
		for i := range good {
			bad[i] = append([]byte(nil), good[i]...)
		}
		if i := g.rand.IntN(len(bad)); len(bad[i]) > 0 {
			bad[i][g.rand.IntN(len(bad[i]))] ^= 1 << g.rand.IntN(8)
		}
		s := unlock(bad)
		agrees(t, s, signedInput, consensusFlags)
		agrees(t, s, signedInput, allFlags)
	}
}

// TestKeyPathAgrees spends a taproot output by its key.
func TestKeyPathAgrees(t *testing.T) {
	for i, hashType := range []txscript.SigHashType{0, 1, 2, 0x81, 0x82} {
		g := newSigner(t, uint64(i), 1)
		key := txscript.ComputeTaprootKeyNoScript(g.keys[0].PubKey())
		g.spends(g.script(txscript.OP_1, schnorr.SerializePubKey(key)))
		good := [][]byte{g.sign(keyPath, nil, hashType, 0)}
		damages(t, g, good, true, func(items [][]byte) *spending {
			g.tx.TxIn[signedInput].Witness = items
			return g.s
		})
		g.tx.TxIn[signedInput].Witness = append(good, []byte{txscript.TaprootAnnexTag})
		if in := agrees(t, g.s, signedInput, consensusFlags); in.err == nil || in.library != 1 {
			t.Errorf("a signature that does not cover the annex: %v, %d left", in.err, in.library)
		}
		g.tx.TxIn[signedInput].Witness = append(good, nil) // an empty control block
		agrees(t, g.s, signedInput, consensusFlags)
		g.tx.TxIn[signedInput].Witness = nil
		agrees(t, g.s, signedInput, consensusFlags)
	}
}

// TestProgramsAgree spends P2WPKH, plain and in P2SH.
func TestProgramsAgree(t *testing.T) {
	for _, nested := range []bool{false, true} {
		for i, hashType := range hashTypes {
			g := newSigner(t, uint64(i), 1)
			hash := hash160(g.pub(0, ""))
			program := g.script(txscript.OP_0, hash)
			g.spends(program)
			if nested {
				g.spends(g.script(txscript.OP_HASH160, hash160(program), txscript.OP_EQUAL))
				g.tx.TxIn[signedInput].SignatureScript = g.script(program)
			}
			code := g.script(txscript.OP_DUP, txscript.OP_HASH160, hash, txscript.OP_EQUALVERIFY, txscript.OP_CHECKSIG)
			good := [][]byte{g.sign(witnessV0, code, hashType, 0), g.pub(0, "")}
			damages(t, g, good, true, func(items [][]byte) *spending {
				g.tx.TxIn[signedInput].Witness = items
				return g.s
			})
		}
	}
}

// TestWrongDigest has candidates under a digest that no script asks for, and calls them valid: they are worth
// nothing, and are not counted.
func TestWrongDigest(t *testing.T) {
	for w := range wraps {
		g := newSigner(t, 0, 3)
		single := g.script(g.pub(0, ""), txscript.OP_CHECKSIG)
		loose := g.script(g.pub(0, ""), txscript.OP_CHECKSIGVERIFY, txscript.OP_1)
		multi := g.script(txscript.OP_2, g.pub(0, ""), g.pub(1, ""), txscript.OP_2, txscript.OP_CHECKMULTISIG)
		for _, good := range []bool{true, false} {
			for _, code := range [][]byte{single, loose, multi} {
				g.output(w, code)
				stack := [][]byte{g.sign(w.form(), code, 1, 0)}
				if len(code) == len(multi) {
					stack = [][]byte{nil, stack[0], g.sign(w.form(), code, 2, 1)}
				}
				if !good {
					stack[len(stack)-1][20] ^= 1
				}
				in := &input{spending: g.unlock(w, code, stack...), index: signedInput, rules: rulesToday()}
				in.foresee()
				for i := range in.candidates {
					in.candidates[i].digest[0] ^= 1
					in.candidates[i].valid = true
				}
				in.run()
				if (in.err == nil) != good || in.engine != 0 || in.library == 0 {
					t.Errorf("wrapping %d, good %v: %v, %d by the engine, %d left", w, good, in.err, in.engine, in.library)
				}
			}
		}
	}
}
