package algorand

import (
	"context"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
)

const whyDilution = "vote: the account's key dilution, which the one-time key's signature is made with, is in the ledger"

// subkey is the signature of a one-time key by a batch key, and what it waits for: the account's key dilution.
type subkey struct {
	cast           vote
	what           string
	key            []byte // the one-time key
	batch          []byte // the batch key
	signature      []byte // of key by batch
	batchSignature []byte // of batch by the account's voting key
}

// signed verifies a one-time signature (specs, "Ephemeral-key signature") of a vote for the proposal: the vote's by
// the one-time key, that key's by the batch key, that one's by the account's voting key.
func (b *ballot) signed(ctx context.Context, cast vote, what string, sig value, proposal []byte) error {
	o, err := sig.object()
	if err != nil {
		return err
	}
	// The fields are there even if they are zero.
	var part [6][]byte
	keys := [6]string{"p", "p1s", "p2", "p2s", "ps", "s"}
	for i, key := range keys {
		v, ok := o.get(key)
		if !ok {
			return o.fail("%s: %q is missing", what, key)
		}
		size := 64
		if key == "p" || key == "p2" {
			size = 32
		}
		if part[i], err = v.bytes(size); err != nil {
			return err
		}
		if key == "ps" && !isZero(part[i]) {
			return v.fail("%s: %q must be zero, as nothing signs it since the first rounds", what, key)
		}
	}
	if err := o.only(keys[:]...); err != nil {
		return err
	}
	s := subkey{cast: cast, what: what, key: part[0], signature: part[1], batch: part[2], batchSignature: part[3]}
	if err := b.signature(ctx, cast.at, what+": signature (s) by the one-time key", s.key, cast.encode(proposal), part[5]); err != nil {
		return err
	}
	a := b.accounts[address(cast.sender)]
	if a.dilution == 0 {
		b.subkeys = append(b.subkeys, s)
		return nil
	}
	if err := b.signature(ctx, cast.at, what+": signature (p1s) by the batch key", s.batch, s.message(a.dilution), s.signature); err != nil {
		return err
	}
	return b.batchKey(ctx, &s, a.dilution)
}

// batchKey verifies the signature of the batch key by the account's voting key.
func (v *verifier) batchKey(ctx context.Context, s *subkey, dilution uint64) error {
	key := v.accounts[address(s.cast.sender)].votingKey
	if key == nil || dilution == 0 {
		v.report.Skip(whyVotingKey, 1)
		return nil
	}
	batch := &object{}
	batch.set("batch", appendUint(nil, s.cast.round/dilution))
	batch.set("pk", appendBin(nil, s.batch))
	return v.signature(ctx, s.cast.at, s.what+": signature (p2s) by the voting key", key, batch.encode("OT1"), s.batchSignature)
}

// message is what the batch key signs if the account has the key dilution: the one-time key with its place.
func (s *subkey) message(dilution uint64) []byte {
	id := &object{}
	id.set("batch", appendUint(nil, s.cast.round/dilution))
	id.set("off", appendUint(nil, s.cast.round%dilution))
	id.set("pk", appendBin(nil, s.key))
	return id.encode("OT2")
}

// Key dilutions that accounts have unless somebody chose another: the old default, and the one that wallets compute,
// 1 + the root of the number of rounds that the keys are for, at most 2^24.
const (
	oldDilution = 10000
	maxDilution = 1 + 1<<12
)

// dilutionAt is the attempt number i at a dilution. Keys are mostly made for long.
func dilutionAt(i int) (uint64, bool) {
	switch {
	case i == 0:
		return oldDilution, true
	case i <= maxDilution:
		return uint64(maxDilution + 1 - i), true
	}
	return 0, false
}

// attemptsAtOnce is how many dilutions of one vote are tried in a batch.
const attemptsAtOnce = 256

// maxAttempts bounds the attempts of one file: enough for a thousand accounts, and seconds of work, not hours.
const maxAttempts = 1 << 22

// maxRemembered bounds the dilutions that are kept for later blocks.
const maxRemembered = 1 << 16

// subkeys verifies the one-time keys of accounts whose dilution the side file does not have, by trying. Only the
// signature that is found counts as a job: the failed attempts state nothing. Where none fits, the account may
// have a dilution of its own, so that is no proof against the vote.
func (v *verifier) subkeys(ctx context.Context, all []subkey) error {
	type search struct {
		*subkey
		dilution uint64
	}
	var open []*search
	for i := range all {
		s := &all[i]
		if why := refused(s.batch, s.signature); why != "" {
			s.cast.fail(v.report, s.what+": signature (p1s) by the batch key: "+why)
			v.report.Skip(whyVotingKey, 1)
			continue
		}
		open = append(open, &search{subkey: s})
	}
	try := func(s *search, dilution uint64) error {
		v.left--
		message := s.message(dilution)
		return v.attempts.Add(ctx, ed25519.Kernel, kernels.ZIP215, len(message),
			func(b *kernels.Batch) error { return ed25519.Append(b, s.batch, message, s.signature) },
			func(valid bool, _ []byte) {
				if valid {
					s.dilution = dilution
				}
			})
	}
	settle := func() error {
		if err := v.attempts.Flush(ctx); err != nil {
			return err
		}
		var still []*search
		for _, s := range open {
			if s.dilution == 0 {
				still = append(still, s)
				continue
			}
			v.report.Decided(ed25519.Kernel, 1, 0)
			if len(v.dilutions) < maxRemembered {
				v.dilutions[address(s.cast.sender)] = s.dilution
			}
			if err := v.batchKey(ctx, s.subkey, s.dilution); err != nil {
				return err
			}
		}
		open = still
		return nil
	}
	for _, s := range open {
		if d := v.dilutions[address(s.cast.sender)]; d != 0 {
			if err := try(s, d); err != nil {
				return err
			}
		}
	}
	if err := settle(); err != nil {
		return err
	}
	for first := 0; len(open) > 0; first += attemptsAtOnce {
		if _, more := dilutionAt(first); !more || v.left < len(open)*attemptsAtOnce {
			break
		}
		for _, s := range open {
			for i := first; i < first+attemptsAtOnce; i++ {
				d, more := dilutionAt(i)
				if !more {
					break
				}
				if err := try(s, d); err != nil {
					return err
				}
			}
		}
		if err := settle(); err != nil {
			return err
		}
	}
	v.report.Skip(whyDilution, int64(len(open)))
	for _, s := range open {
		if err := v.batchKey(ctx, s.subkey, 0); err != nil {
			return err
		}
	}
	return nil
}
