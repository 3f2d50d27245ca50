package bitcoin

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"
	"github.com/btcsuite/btcd/wire/v2"

	"github.com/sluice-engine/sluice/node/platform"
)

// Bitcoin Core's script and transaction tests. They ask whether a script holds; here they also ask whether it
// holds exactly if it does without an engine and without a cache.

// consensusFlags are those that blocks are held to, all of them.
var consensusFlags = rulesToday().flags

// runInput takes one input through the whole way: candidates, the engine's verdicts, the script.
func runInput(t testing.TB, s *spending, index int, flags txscript.ScriptFlags) *input {
	t.Helper()
	in := &input{spending: s, index: index, rules: rules{flags}}
	in.foresee()
	jobs := platform.NewCollector(kernelEngine{}, platform.NewReport(Name), 64)
	if err := errors.Join(in.decide(t.Context(), jobs), jobs.Flush(t.Context())); err != nil {
		t.Fatal(err)
	}
	in.run()
	return in
}

// plain runs an input with nothing but btcd.
func plain(s *spending, index int, flags txscript.ScriptFlags) error {
	vm, err := txscript.NewEngine(s.prevs[index].PkScript, s.tx, index, flags, nil, s.sigHashes(), s.prevs[index].Value, s)
	if err != nil {
		return err
	}
	return vm.Execute()
}

// agrees runs an input both ways, and reports the one with the engine.
func agrees(t testing.TB, s *spending, index int, flags txscript.ScriptFlags) *input {
	t.Helper()
	in, want := runInput(t, s, index, flags), plain(s, index, flags)
	if (in.err == nil) != (want == nil) {
		t.Errorf("with the engine: %v; without: %v (signature script %x, output %x, witness %x, flags %#x)",
			in.err, want, s.tx.TxIn[index].SignatureScript, s.prevs[index].PkScript, s.tx.TxIn[index].Witness, flags)
	}
	return in
}

// tally counts what the tests went through.
type tally struct{ cases, valid, invalid, engine, library int64 }

func (c *tally) add(in *input) {
	c.cases++
	if in.err == nil {
		c.valid++
	} else {
		c.invalid++
	}
	c.engine += in.engine
	c.library += in.library
}

func (c *tally) log(t *testing.T) {
	t.Logf("%d cases, %d valid, %d invalid; signatures: %d by the engine, %d by btcd", c.cases, c.valid, c.invalid,
		c.engine, c.library)
}

func TestCoreScripts(t *testing.T) {
	var rows [][]any
	if err := json.Unmarshal(content(t, "bitcoin/core/script_tests.json.gz"), &rows); err != nil {
		t.Fatal(err)
	}
	var c tally
	placeholders := 0
	for _, row := range rows {
		if len(row) == 1 {
			continue // comment
		}
		var witness [][]byte
		var amount int64
		if w, ok := row[0].([]any); ok {
			if strings.Contains(fmt.Sprint(w...), "#SCRIPT#") {
				placeholders++ // tapscripts without signatures, to be assembled by Core
				continue
			}
			for _, item := range w[:len(w)-1] {
				witness = append(witness, unhex(t, item.(string)))
			}
			amount = int64(w[len(w)-1].(float64)*1e8 + 0.5)
			row = row[1:]
		}
		flags := parseFlags(t, row[2].(string))
		s := credit(parseScript(t, row[0].(string)), parseScript(t, row[1].(string)), witness, amount)
		in := agrees(t, s, 0, flags)
		if want := row[3].(string); (in.err == nil) != (want == "OK") {
			t.Errorf("%v: %v, want %s", row, in.err, want)
		}
		c.add(in)
		c.add(agrees(t, s, 0, consensusFlags))
	}
	c.log(t)
	t.Logf("%d tapscripts with placeholders left out", placeholders)
	if c.cases < 2400 || c.engine < 100 || placeholders > 20 {
		t.Error("not all cases were run")
	}
}

// credit builds the transactions that script_tests.json speaks of, and gives the second.
func credit(sigScript, pkScript []byte, witness [][]byte, amount int64) *spending {
	first := wire.NewMsgTx(1)
	first.AddTxIn(wire.NewTxIn(&wire.OutPoint{Index: wire.MaxPrevOutIndex}, []byte{txscript.OP_0, txscript.OP_0}, nil))
	first.AddTxOut(wire.NewTxOut(amount, pkScript))
	hash := first.TxHash()
	second := wire.NewMsgTx(1)
	second.AddTxIn(wire.NewTxIn(&wire.OutPoint{Hash: hash}, sigScript, witness))
	second.AddTxOut(wire.NewTxOut(amount, nil))
	return &spending{tx: second, prevs: []*wire.TxOut{first.TxOut[0]}}
}

func TestCoreTransactions(t *testing.T) {
	for _, file := range []string{"tx_valid", "tx_invalid"} {
		t.Run(file, func(t *testing.T) {
			var rows []json.RawMessage
			if err := json.Unmarshal(content(t, "bitcoin/core/"+file+".json.gz"), &rows); err != nil {
				t.Fatal(err)
			}
			var c tally
			for _, raw := range rows {
				var row []any
				if err := json.Unmarshal(raw, &row); err != nil || len(row) < 3 {
					continue // comment
				}
				s, ok := coreTx(t, row)
				if !ok {
					continue // no transaction at all
				}
				names := row[2].(string)
				flags := parseFlags(t, strings.ReplaceAll(names, "BADTX", "NONE"))
				if file == "tx_valid" {
					flags = allFlags &^ flags
				}
				holds := true
				for i, prev := range s.prevs {
					if prev == nil {
						holds = false
						continue
					}
					in := agrees(t, s, i, flags)
					c.add(in)
					c.add(agrees(t, s, i, consensusFlags))
					holds = holds && in.err == nil
				}
				if want := file == "tx_valid"; holds != want && !strings.Contains(names, "BADTX") {
					t.Errorf("%s: holds: %v", row[1], holds)
				}
			}
			c.log(t)
			if c.cases < 150 {
				t.Error("not all cases were run")
			}
		})
	}
}

func coreTx(t *testing.T, row []any) (*spending, bool) {
	tx, _, err := decodeTx(unhex(t, row[1].(string)))
	if err != nil {
		return nil, false
	}
	s := &spending{tx: tx, prevs: make([]*wire.TxOut, len(tx.TxIn))}
	for _, p := range row[0].([]any) {
		prev := p.([]any)
		hash, err := chainhash.NewHashFromStr(prev[0].(string))
		if err != nil {
			t.Fatal(err)
		}
		op := wire.OutPoint{Hash: *hash, Index: uint32(int64(prev[1].(float64)))}
		out := wire.NewTxOut(0, parseScript(t, prev[2].(string)))
		if len(prev) > 3 {
			out.Value = int64(prev[3].(float64))
		}
		for i, in := range tx.TxIn {
			if in.PreviousOutPoint == op {
				s.prevs[i] = out
			}
		}
	}
	return s, true
}

// TestCoreDigests checks that signatures are looked for under the digest that Core computes.
func TestCoreDigests(t *testing.T) {
	var rows [][]any
	if err := json.Unmarshal(content(t, "bitcoin/core/sighash.json.gz"), &rows); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, row := range rows[1:] {
		tx, _, err := decodeTx(unhex(t, row[0].(string)))
		if err != nil {
			t.Fatal(err)
		}
		s := &spending{tx: tx, prevs: make([]*wire.TxOut, len(tx.TxIn))}
		f := foresight{input: &input{spending: s, index: int(row[2].(float64))},
			spend: &spend{form: legacy, script: unhex(t, row[1].(string))}}
		// Hash types of more than a byte do not occur in signatures; the digest is the same function of all.
		hashType := txscript.SigHashType(uint32(int64(row[3].(float64))))
		got, err := chainhash.NewHash(f.digest(hashType))
		if err != nil || got.String() != row[4].(string) {
			t.Errorf("%v: %v, %v", row[4], got, err)
		}
		n++
	}
	t.Logf("%d digests", n)
}

// allFlags are those of tx_valid.json, which lists what to leave out.
const allFlags = txscript.ScriptBip16 | txscript.ScriptStrictMultiSig | txscript.ScriptDiscourageUpgradableNops |
	txscript.ScriptVerifyCheckLockTimeVerify | txscript.ScriptVerifyCheckSequenceVerify |
	txscript.ScriptVerifyCleanStack | txscript.ScriptVerifyDERSignatures | txscript.ScriptVerifyLowS |
	txscript.ScriptVerifyMinimalData | txscript.ScriptVerifyNullFail | txscript.ScriptVerifySigPushOnly |
	txscript.ScriptVerifyStrictEncoding | txscript.ScriptVerifyWitness |
	txscript.ScriptVerifyDiscourageUpgradeableWitnessProgram | txscript.ScriptVerifyMinimalIf |
	txscript.ScriptVerifyWitnessPubKeyType | txscript.ScriptVerifyTaproot | txscript.ScriptVerifyConstScriptCode

var flagNames = map[string]txscript.ScriptFlags{
	"": 0, "NONE": 0,
	"CHECKLOCKTIMEVERIFY":                   txscript.ScriptVerifyCheckLockTimeVerify,
	"CHECKSEQUENCEVERIFY":                   txscript.ScriptVerifyCheckSequenceVerify,
	"CLEANSTACK":                            txscript.ScriptVerifyCleanStack,
	"DERSIG":                                txscript.ScriptVerifyDERSignatures,
	"DISCOURAGE_UPGRADABLE_NOPS":            txscript.ScriptDiscourageUpgradableNops,
	"LOW_S":                                 txscript.ScriptVerifyLowS,
	"MINIMALDATA":                           txscript.ScriptVerifyMinimalData,
	"NULLDUMMY":                             txscript.ScriptStrictMultiSig,
	"NULLFAIL":                              txscript.ScriptVerifyNullFail,
	"P2SH":                                  txscript.ScriptBip16,
	"SIGPUSHONLY":                           txscript.ScriptVerifySigPushOnly,
	"STRICTENC":                             txscript.ScriptVerifyStrictEncoding,
	"WITNESS":                               txscript.ScriptVerifyWitness,
	"DISCOURAGE_UPGRADABLE_WITNESS_PROGRAM": txscript.ScriptVerifyDiscourageUpgradeableWitnessProgram,
	"MINIMALIF":                             txscript.ScriptVerifyMinimalIf,
	"WITNESS_PUBKEYTYPE":                    txscript.ScriptVerifyWitnessPubKeyType,
	"TAPROOT":                               txscript.ScriptVerifyTaproot,
	"CONST_SCRIPTCODE":                      txscript.ScriptVerifyConstScriptCode,
}

func parseFlags(t testing.TB, names string) (flags txscript.ScriptFlags) {
	for name := range strings.SplitSeq(names, ",") {
		f, ok := flagNames[name]
		if !ok {
			t.Fatalf("unknown flag %q", name)
		}
		flags |= f
	}
	return flags
}

// parseScript reads the tests' short form: opcodes with or without OP_, decimal numbers, 'text', and 0x… bytes
// that stand for themselves.
func parseScript(t testing.TB, text string) []byte {
	t.Helper()
	var script []byte
	for word := range strings.FieldsSeq(text) {
		part := txscript.NewScriptBuilder()
		name := "OP_" + strings.TrimPrefix(word, "OP_")
		number, err := strconv.ParseInt(word, 10, 64)
		op, known := txscript.OpcodeByName[name]
		switch {
		case err == nil:
			part.AddInt64(number)
		case strings.HasPrefix(word, "0x"):
			script = append(script, unhex(t, word[2:])...)
			continue
		case strings.HasPrefix(word, "'"):
			part.AddFullData([]byte(strings.Trim(word, "'")))
		case known:
			part.AddOp(op)
		default:
			t.Fatalf("unknown word %q in %q", word, text)
		}
		p, err := part.Script()
		if err != nil {
			t.Fatal(err)
		}
		script = append(script, p...)
	}
	return script
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	p, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(p)
}

// TestWalletVectors verifies the signed transaction of BIP 341: nine inputs, seven of them taproot with every
// hash type.
func TestWalletVectors(t *testing.T) {
	var file struct {
		KeyPathSpending []struct {
			Given struct {
				UtxosSpent []struct {
					ScriptPubKey string
					AmountSats   int64
				}
			}
			Auxiliary struct{ FullySignedTx string }
		}
	}
	if err := json.Unmarshal(content(t, "secp256k1/bip341_wallet_test_vectors.json"), &file); err != nil {
		t.Fatal(err)
	}
	var c tally
	for _, v := range file.KeyPathSpending {
		tx, _, err := decodeTx(unhex(t, v.Auxiliary.FullySignedTx))
		if err != nil {
			t.Fatal(err)
		}
		s := &spending{tx: tx}
		for _, u := range v.Given.UtxosSpent {
			s.prevs = append(s.prevs, wire.NewTxOut(u.AmountSats, unhex(t, u.ScriptPubKey)))
		}
		for i := range tx.TxIn {
			c.add(agrees(t, s, i, consensusFlags))
		}
	}
	c.log(t)
	if c.valid != 9 || c.invalid != 0 || c.engine != 9 || c.library != 0 {
		t.Error("not all inputs were checked by the engine")
	}
}
