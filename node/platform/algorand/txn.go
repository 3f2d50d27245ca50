package algorand

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/sluice-engine/sluice/node/platform"
)

// Reasons why a transaction's authorisation is not checkable.
const (
	whyStateProof = "state proof transaction: it is signed by no account"
	whyProgram    = "logic signature: the program that approves the transaction is not run"
	whyAddress    = "logic signature of a program of version 13 or later: how it makes an address is not known here"
	whySignature  = "transaction with fields, and perhaps a kind of signature, that are not known here"
)

// signedTxn is a transaction as it is in a block.
type signedTxn struct {
	sig, signer      []byte // signer is the key or address that signs for a rekeyed account; nil: the sender
	msig, lsig, txn  *object
	hasID, hasHash   bool
	unknown          bool // a field that is not known here
	kind             string
	sender, encoding []byte // encoding: what is signed, "TX" first
}

// transaction verifies transaction i, and adds it to the commitment.
func (v *verifier) transaction(ctx context.Context, h *header, i int, e value, c *commitment) error {
	s, err := parseSigned(h, e)
	if err != nil {
		return err
	}
	c.add(s.encoding, e.raw)
	at := platform.Location{Block: h.name, Transaction: i, Input: -1}
	return v.authorised(ctx, s, at)
}

// known are the fields of a transaction in a block: signatures, what its execution changed, and flags.
var known = []string{
	"sig", "msig", "lsig", "sgnr", "txn", "hgi", "hgh",
	"aca", "apid", "ca", "caid", "dt", "rc", "rr", "rs",
}

func parseSigned(h *header, e value) (*signedTxn, error) {
	o, err := e.object()
	if err != nil {
		return nil, err
	}
	f := fields{of: o}
	s := &signedTxn{
		sig:     f.bytes("sig", 64),
		signer:  f.bytes("sgnr", 32),
		msig:    f.object("msig"),
		lsig:    f.object("lsig"),
		txn:     f.object("txn"),
		hasID:   f.bool("hgi"),
		hasHash: f.bool("hgh"),
		unknown: o.only(known...) != nil,
	}
	if f.err != nil {
		return nil, f.err
	}
	if s.txn == nil {
		return nil, e.fail("the transaction is missing")
	}
	return s, s.complete(h)
}

// complete puts back what the block leaves out of a transaction: DecodeSignedTxn of go-algorand. Rounds so old that
// the genesis hash was optional are taken by the rule that came after.
func (s *signedTxn) complete(h *header) error {
	f := fields{of: s.txn}
	s.kind, s.sender = f.str("type"), f.bytes("snd", 32)
	if f.err != nil {
		return f.err
	}
	if s.sender == nil {
		return s.txn.fail("the transaction has no sender")
	}
	if s.kind != "stpf" {
		if err := omitsZeros(s.txn); err != nil {
			return err
		}
	}
	for _, key := range []string{"gen", "gh"} {
		if v, ok := s.txn.get(key); ok {
			return v.fail("%q is in a transaction of a block, which leaves it out", key)
		}
	}
	if s.hasID {
		if h.genesisID == "" {
			return s.txn.fail("the transaction has the genesis id, but the header has none")
		}
		s.txn.set("gen", appendStr(nil, h.genesisID))
	}
	s.txn.set("gh", appendBin(nil, h.genesisHash))
	s.encoding = s.txn.encode("TX")
	return nil
}

// fixed are the fields of transactions that hold byte strings of one length.
var fixed = map[string]int{
	"snd": 32, "rcv": 32, "close": 32, "grp": 32, "lx": 32, "rekey": 32, // all
	"asnd": 32, "arcv": 32, "aclose": 32, "fadd": 32, // assets
	"am": 32, "m": 32, "r": 32, "f": 32, "c": 32, // asset parameters
	"votekey": 32, "selkey": 32, "sprfkey": 64, // key registration
}

// omitsZeros checks that a transaction has no field that is zero, which the canonical encoding leaves out: the
// signature is over that encoding. Elements of lists may be zero, and so may variable byte strings have only zeros.
func omitsZeros(o *object) error {
	for _, m := range o.members {
		h, _ := parseHead(m.raw)
		n, isFixed := fixed[m.key]
		switch {
		case h.n == 0 || h.kind == kNil:
			return m.fail("not canonical: %q is there though it is zero", clip(m.key))
		case isFixed && h.kind == kBin:
			if h.n != uint64(n) {
				return m.fail("%q has %d bytes, %d are wanted", m.key, h.n, n)
			}
			if isZero(m.raw[h.size:]) {
				return m.fail("not canonical: %q is there though it is zero", m.key)
			}
		case h.kind == kMap:
			k, ok := parseHead(m.raw[h.size:])
			if ok && k.kind == kUint {
				continue // a table, not a structure
			}
			sub, err := m.object()
			if err != nil {
				return err
			}
			if err := omitsZeros(sub); err != nil {
				return err
			}
		}
	}
	return nil
}

// authorised verifies who signed a transaction.
func (v *verifier) authorised(ctx context.Context, s *signedTxn, at platform.Location) error {
	signer := s.signer
	if signer == nil {
		signer = s.sender
	}
	kinds := 0
	for _, has := range []bool{s.sig != nil, s.msig != nil, s.lsig != nil} {
		if has {
			kinds++
		}
	}
	switch {
	case kinds > 1:
		at.Reason = fmt.Sprintf("%d kinds of signatures", kinds)
	case s.sig != nil:
		return v.signature(ctx, at, "signature", signer, s.encoding, s.sig)
	case s.msig != nil:
		return v.multisig(ctx, at, "multisignature", s.msig, signer, s.encoding)
	case s.lsig != nil:
		return v.logicsig(ctx, at, s.lsig, signer)
	case s.kind == "stpf":
		v.report.Skip(whyStateProof, 1)
		return nil
	case s.unknown:
		v.report.Skip(whySignature, 1)
		return nil
	default:
		at.Reason = "no signature"
	}
	v.report.Invalid(at)
	return nil
}

// multisig verifies a multisignature of the message by the account: specs, "Multisignature". Every signature in it
// counts, and all must be valid.
func (v *verifier) multisig(ctx context.Context, at platform.Location, what string, o *object, account, message []byte) error {
	if err := o.only("subsig", "thr", "v"); err != nil {
		return err
	}
	f := fields{of: o}
	version, threshold := f.uint("v"), f.uint("thr")
	list, ok := f.list("subsig")
	if f.err != nil {
		return f.err
	}
	image := append([]byte("MultisigAddr"), byte(version), byte(threshold))
	type part struct {
		index    int
		key, sig []byte
	}
	var parts []part
	keys := 0
	if ok {
		err := list.each(func(i int, e value) error {
			sub, err := e.object()
			if err != nil {
				return err
			}
			if err := sub.only("pk", "s"); err != nil {
				return err
			}
			f := fields{of: sub}
			key, sig := f.bytes("pk", 32), f.bytes("s", 64)
			if f.err != nil {
				return f.err
			}
			if key == nil {
				key = make([]byte, 32)
			}
			image = append(image, key...)
			if sig != nil {
				parts = append(parts, part{i, key, sig})
			}
			keys++
			return nil
		})
		if err != nil {
			return err
		}
	}
	digest := sha512.Sum512_256(image)
	switch {
	case version != 1:
		at.Reason = fmt.Sprintf("%s of version %d", what, version)
	case threshold == 0 || threshold > uint64(keys) || keys > 255:
		at.Reason = fmt.Sprintf("%s with a threshold of %d and %d keys", what, threshold, keys)
	case !bytes.Equal(digest[:], account):
		at.Reason = what + " of another account"
	case uint64(len(parts)) < threshold:
		at.Reason = fmt.Sprintf("%s with %d of %d signatures", what, len(parts), threshold)
	}
	if at.Reason != "" {
		v.report.Invalid(at)
		return nil
	}
	for _, p := range parts {
		at.Input = p.index
		if err := v.signature(ctx, at, what, p.key, message, p.sig); err != nil {
			return err
		}
	}
	return nil
}

// curvePointFreeVersion is the first version of programs whose address is not the hash of the program.
const curvePointFreeVersion = 13

// logicsig verifies who delegated to a program, or that the account is the program's.
func (v *verifier) logicsig(ctx context.Context, at platform.Location, o *object, signer []byte) error {
	if err := o.only("arg", "l", "lmsig", "msig", "sig"); err != nil {
		return err
	}
	f := fields{of: o}
	program, sig := f.bytes("l", -1), f.bytes("sig", 64)
	msig, lmsig := f.object("msig"), f.object("lmsig")
	if f.err != nil {
		return f.err
	}
	if program == nil {
		at.Reason = "logic signature without a program"
		v.report.Invalid(at)
		return nil
	}
	v.report.Skip(whyProgram, 1)
	message := slices.Concat([]byte("Program"), program)
	switch {
	case b2i(sig != nil)+b2i(msig != nil)+b2i(lmsig != nil) > 1:
		at.Reason = "logic signature delegated in more than one way"
	case sig != nil:
		return v.signature(ctx, at, "delegation to a program", signer, message, sig)
	case msig != nil:
		return v.multisig(ctx, at, "delegation to a program", msig, signer, message)
	case lmsig != nil:
		return v.multisig(ctx, at, "delegation to a program", lmsig, signer, slices.Concat([]byte("MsigProgram"), signer, program))
	default:
		digest := sha512.Sum512_256(message)
		if bytes.Equal(digest[:], signer) {
			return nil
		}
		if version, n := binary.Uvarint(program); n > 0 && version >= curvePointFreeVersion {
			v.report.Skip(whyAddress, 1)
			return nil
		}
		at.Reason = "logic signature that nobody delegated to, of another account"
	}
	v.report.Invalid(at)
	return nil
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
