package bitcoin

import (
	"context"

	"github.com/btcsuite/btcd/btcec/v2"
	"github.com/btcsuite/btcd/btcec/v2/ecdsa"
	"github.com/btcsuite/btcd/chainhash/v2"
	"github.com/btcsuite/btcd/txscript/v2"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
	"github.com/sluice-engine/sluice/node/platform"
)

// candidate is a signature that an input's script may check. A valid one is put into the script engine's
// cache: a statement that sig by pub over digest holds.
type candidate struct {
	digest chainhash.Hash
	sig    []byte // as the script engine looks it up: DER without hash type; or a whole taproot signature
	pub    []byte // as it stands in the script

	schnorr bool     // sig[:64] by the x-only key pub (BIP 340); else ECDSA:
	rs, xy  [64]byte // sig and pub parsed

	valid bool // what the engine found
}

// maxPairs bounds the candidates of a script that is not one of the standard forms.
const maxPairs = 64

// foresee finds the candidates of an input. It reads no more than the standard forms tell; whatever it misses
// or adds, the script engine asks only for what the script checks.
func (in *input) foresee() {
	in.spend = in.open()
	s := &in.spend
	f := foresight{input: in, spend: s}
	switch s.form {
	case opaque:
		return
	case keyPath:
		f.pair(s.stack[0], s.script)
		return
	case tapscript:
		f.loose()
		return
	}
	top := len(s.stack) - 1
	if m, keys, ok := multisig(s.script); ok {
		if top+1 >= m {
			f.multisig(s.stack[top+1-m:], keys)
		}
		return
	}
	switch {
	case txscript.IsPayToPubKey(s.script) && top >= 0:
		f.pair(s.stack[top], s.script[1:len(s.script)-1])
	case txscript.IsPayToPubKeyHash(s.script) && top >= 1:
		f.pair(s.stack[top-1], s.stack[top])
	default:
		f.loose()
	}
}

// foresight gathers the candidates of one input. Keys and hashes that several candidates share are worked out
// once.
type foresight struct {
	*input
	spend *spend

	digests []digestOf
	keys    []keyOf
}

type digestOf struct {
	hashType txscript.SigHashType
	hash     []byte // nil if there is none
}

type keyOf struct {
	pub string
	xy  [64]byte
	ok  bool
}

// multisig pairs each signature with the keys that CHECKMULTISIG may try it with: both lists are used up from
// the end, and no more keys are left than signatures need.
func (f *foresight) multisig(sigs, keys [][]byte) {
	slack := len(keys) - len(sigs)
	for i, sig := range sigs {
		for _, key := range keys[i : i+slack+1] {
			f.pair(sig, key)
		}
	}
}

// loose pairs everything on the stack that looks like a signature with everything in script and stack that
// looks like a key.
func (f *foresight) loose() {
	var sigs, keys [][]byte
	checks := 0
	t := txscript.MakeScriptTokenizer(0, f.spend.script)
	for t.Next() {
		switch op := t.Opcode(); {
		case isSignatureOp(op):
			checks++
		case op == txscript.OP_CODESEPARATOR:
			return // changes what is signed
		case f.isKey(t.Data()):
			keys = append(keys, t.Data())
		}
	}
	if checks == 0 || t.Err() != nil {
		return
	}
	for _, item := range f.spend.stack {
		switch {
		case f.isSignature(item):
			sigs = append(sigs, item)
		case f.isKey(item):
			keys = append(keys, item)
		}
	}
	if len(sigs)*len(keys) > maxPairs {
		return
	}
	for _, sig := range sigs {
		for _, key := range keys {
			f.pair(sig, key)
		}
	}
}

func (f *foresight) isKey(p []byte) bool {
	if f.spend.form == tapscript {
		return len(p) == 32
	}
	return btcec.IsCompressedPubKey(p) || len(p) == 65
}

func (f *foresight) isSignature(p []byte) bool {
	if f.spend.form == tapscript {
		return len(p) == 64 || len(p) == 65
	}
	return len(p) > ecdsa.MinSigLen && p[0] == 0x30
}

// pair adds a candidate, if sig and pub parse.
func (f *foresight) pair(sig, pub []byte) {
	if f.spend.form == keyPath || f.spend.form == tapscript {
		f.schnorrPair(sig, pub)
		return
	}
	if len(sig) == 0 {
		return
	}
	der, hashType := sig[:len(sig)-1], txscript.SigHashType(sig[len(sig)-1])
	// Under BIP 66 the script engine refuses what is no strict DER before it asks its cache. What both rules
	// take has the same r and s.
	parsed, err := ecdsa.ParseSignature(der)
	if err != nil {
		return
	}
	xy, ok := f.key(pub)
	if !ok {
		return
	}
	digest := f.digest(hashType)
	if digest == nil {
		return
	}
	c := candidate{sig: der, pub: pub, xy: xy}
	copy(c.digest[:], digest)
	r, s := parsed.R(), parsed.S()
	r.PutBytesUnchecked(c.rs[:32])
	s.PutBytesUnchecked(c.rs[32:])
	f.candidates = append(f.candidates, c)
}

func (f *foresight) schnorrPair(sig, pub []byte) {
	hashType := txscript.SigHashDefault
	switch {
	case len(sig) == 65 && sig[64] != 0:
		hashType = txscript.SigHashType(sig[64])
	case len(sig) != 64:
		return
	}
	if digest := f.digest(hashType); digest != nil {
		c := candidate{sig: sig, pub: pub, schnorr: true}
		copy(c.digest[:], digest)
		f.candidates = append(f.candidates, c)
	}
}

// key parses a public key in any of the forms of SEC 1, section 2.3.4, and the hybrid one.
func (f *foresight) key(pub []byte) (xy [64]byte, ok bool) {
	for _, k := range f.keys {
		if k.pub == string(pub) {
			return k.xy, k.ok
		}
	}
	k := keyOf{pub: string(pub)}
	if p, err := btcec.ParsePubKey(pub); err == nil {
		copy(k.xy[:], p.SerializeUncompressed()[1:])
		k.ok = true
	}
	f.keys = append(f.keys, k)
	return k.xy, k.ok
}

// digest is what a signature of this hash type signs; nil if there is nothing it could.
func (f *foresight) digest(hashType txscript.SigHashType) []byte {
	for _, d := range f.digests {
		if d.hashType == hashType {
			return d.hash
		}
	}
	var hash []byte
	var err error
	switch s := f.spend; {
	case s.form == legacy:
		hash, err = txscript.CalcSignatureHash(s.script, hashType, f.tx, f.index)
	case f.sigHashes() == nil: // no witnesses, so nothing is signed
	case s.form == witnessV0:
		hash, err = txscript.CalcWitnessSigHash(s.script, f.sigHashes(), hashType, f.tx, f.index, f.prev().Value)
	case s.form == keyPath:
		if s.annex == nil { // txscript exports no way to hash one for this path
			hash, err = txscript.CalcTaprootSignatureHash(f.sigHashes(), hashType, f.tx, f.index, f.spending)
		}
	case s.form == tapscript:
		var options []txscript.TaprootSigHashOption
		if s.annex != nil {
			options = append(options, txscript.WithAnnex(s.annex))
		}
		hash, err = txscript.CalcTapscriptSignaturehash(f.sigHashes(), hashType, f.tx, f.index, f.spending, s.leaf,
			options...)
	}
	if err != nil {
		hash = nil
	}
	f.digests = append(f.digests, digestOf{hashType, hash})
	return hash
}

// decide has the engine decide the candidates of an input, by the next flush.
func (in *input) decide(ctx context.Context, jobs *platform.Collector) error {
	for i := range in.candidates {
		c := &in.candidates[i]
		done := func(valid bool, _ []byte) { c.valid = valid }
		var err error
		if c.schnorr {
			err = jobs.Add(ctx, secp256k1.Schnorr, secp256k1.Schnorr.Default(), len(c.digest),
				func(b *kernels.Batch) error { return secp256k1.AppendSchnorr(b, c.pub, c.digest[:], c.sig[:64]) }, done)
		} else {
			err = jobs.Add(ctx, secp256k1.Verify, secp256k1.Verify.Default(), 0,
				func(b *kernels.Batch) error { return secp256k1.AppendVerify(b, c.digest[:], c.rs[:], c.xy[:]) }, done)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
