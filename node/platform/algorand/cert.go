package algorand

import (
	"bytes"
	"context"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ecvrf"
	"github.com/sluice-engine/sluice/node/platform"
)

// Reasons why parts of a certificate are not checkable.
const (
	whyVotingKey = "vote: the account's voting key, which signs the batch key, is in the ledger"
	whySelection = "sortition credential: the account's selection key is in the ledger"
	whySeed      = "sortition credential: the block two rounds before, with the seed, is not in the file"
	whyWeight    = "certificate: the stake of the voters, which must reach the threshold, is in the ledger"
)

// stepCert is the step whose votes make a certificate.
const stepCert = 2

// maxVotes is the most that any step of agreement waits for (MaxVoteThreshold of go-algorand).
const maxVotes = 4560

// vote is what an account signed in a round.
type vote struct {
	round, period, step uint64
	sender              []byte
	at                  platform.Location
}

// certificate verifies that a certificate is of the block, and its votes.
func (v *verifier) certificate(ctx context.Context, h *header, o *object) error {
	if err := o.only("eqv", "per", "prop", "rnd", "step", "vote"); err != nil {
		return err
	}
	f := fields{of: o}
	round, period, step, proposal := f.uint("rnd"), f.uint("per"), f.uint("step"), f.object("prop")
	votes, hasVotes := f.list("vote")
	pairs, hasPairs := f.list("eqv")
	if f.err != nil {
		return f.err
	}
	if proposal == nil {
		return o.fail("the certificate names no proposal")
	}
	digest, err := proposalDigest(proposal)
	if err != nil {
		return err
	}
	switch {
	case round != h.round:
		v.wrong(h, fmt.Sprintf("the certificate is of round %d", round))
	case step != stepCert:
		v.wrong(h, fmt.Sprintf("the certificate is of step %d, not %d", step, stepCert))
	case !bytes.Equal(digest, h.digest[:]):
		v.wrong(h, fmt.Sprintf("the certificate is of another block: %x, the header's digest is %x", digest, h.digest))
	case !hasVotes && !hasPairs:
		v.wrong(h, "the certificate has no votes")
	}
	b := &ballot{verifier: v, voters: map[address]bool{}, vote: vote{round: round, period: period, step: step}}
	b.at = platform.Location{Block: h.name, Transaction: -1}
	for _, list := range []value{votes, pairs} {
		if n, _ := parseHead(list.raw); n.n > maxVotes {
			return list.fail("%w: %d votes, at most %d make a certificate", platform.ErrTooLarge, n.n, maxVotes)
		}
	}
	if hasVotes {
		err = votes.each(func(i int, e value) error { return b.single(ctx, i, e, proposal.raw) })
	}
	if err == nil && hasPairs {
		err = pairs.each(func(i int, e value) error { return b.equivocation(ctx, i, e) })
	}
	if err != nil {
		return err
	}
	v.report.Skip(whyWeight, 1)
	return v.subkeys(ctx, b.subkeys)
}

// proposalDigest is the block that a proposal is about.
func proposalDigest(o *object) ([]byte, error) {
	if err := o.only("dig", "encdig", "oper", "oprop"); err != nil {
		return nil, err
	}
	f := fields{of: o}
	f.bytes("encdig", 32)
	f.uint("oper")
	f.bytes("oprop", 32)
	digest := f.bytes("dig", 32)
	return digest, f.err
}

// ballot is the votes of one certificate.
type ballot struct {
	*verifier
	vote    // of the certificate
	voters  map[address]bool
	subkeys []subkey
}

// voter reads the parts that both kinds of votes have.
func (b *ballot) voter(ctx context.Context, i int, o *object, what string) (vote, error) {
	f := fields{of: o}
	cast := b.vote
	cast.at.Input = i
	credential := f.object("cred")
	cast.sender = f.bytes("snd", 32)
	if f.err != nil {
		return cast, f.err
	}
	if cast.sender == nil {
		return cast, o.fail("the %s has no sender", what)
	}
	if sender := address(cast.sender); b.voters[sender] {
		cast.fail(b.report, fmt.Sprintf("%s %d: the account %x votes twice", what, i, cast.sender))
	} else {
		b.voters[sender] = true
	}
	return cast, b.credential(ctx, cast, credential, fmt.Sprintf("%s %d: sortition credential", what, i))
}

func (c vote) fail(r *platform.Report, reason string) {
	c.at.Reason = reason
	r.Invalid(c.at)
}

// single verifies a vote for the certificate's proposal.
func (b *ballot) single(ctx context.Context, i int, e value, proposal []byte) error {
	o, err := e.object()
	if err != nil {
		return err
	}
	if err := o.only("cred", "sig", "snd"); err != nil {
		return err
	}
	cast, err := b.voter(ctx, i, o, "vote")
	if err != nil {
		return err
	}
	sig, ok := o.get("sig")
	if !ok {
		cast.fail(b.report, fmt.Sprintf("vote %d: no signature", i))
		return nil
	}
	return b.signed(ctx, cast, fmt.Sprintf("vote %d", i), sig, proposal)
}

// equivocation verifies two votes of one account for two proposals, which count as one for any.
func (b *ballot) equivocation(ctx context.Context, i int, e value) error {
	o, err := e.object()
	if err != nil {
		return err
	}
	if err := o.only("cred", "props", "sig", "snd"); err != nil {
		return err
	}
	cast, err := b.voter(ctx, i, o, "equivocation")
	if err != nil {
		return err
	}
	proposals, err := pair(o, "props")
	if err != nil {
		return err
	}
	sigs, err := pair(o, "sig")
	if err != nil {
		return err
	}
	if bytes.Equal(proposals[0].raw, proposals[1].raw) {
		cast.fail(b.report, fmt.Sprintf("equivocation %d: twice the same proposal", i))
	}
	for j := range sigs {
		p, err := proposals[j].object()
		if err != nil {
			return err
		}
		if _, err := proposalDigest(p); err != nil {
			return err
		}
		if err := b.signed(ctx, cast, fmt.Sprintf("equivocation %d, vote %d", i, j), sigs[j], p.raw); err != nil {
			return err
		}
	}
	return nil
}

// pair is a list of two.
func pair(o *object, key string) (p [2]value, err error) {
	list, ok := o.get(key)
	if !ok {
		return p, o.fail("%q is missing", key)
	}
	n := 0
	err = list.each(func(i int, e value) error {
		if i < len(p) {
			p[i] = e
		}
		n++
		return nil
	})
	if err == nil && n != len(p) {
		err = list.fail("%q has %d elements, 2 are wanted", key, n)
	}
	return p, err
}

// encode is what the one-time key signs: "VO" and the vote.
func (c vote) encode(proposal []byte) []byte {
	o := &object{}
	for _, field := range []struct {
		key string
		n   uint64
	}{{"per", c.period}, {"rnd", c.round}, {"step", c.step}} {
		if field.n != 0 {
			o.set(field.key, appendUint(nil, field.n))
		}
	}
	o.set("prop", proposal)
	o.set("snd", appendBin(nil, c.sender))
	return o.encode("VO")
}

// credential verifies that an account was drawn into the committee: the proof by its selection key over the round's
// seed ("AS" and the selector, whose fields are there even if zero).
func (b *ballot) credential(ctx context.Context, cast vote, o *object, what string) error {
	if o == nil {
		cast.fail(b.report, what+": it is missing")
		return nil
	}
	if err := o.only("pf"); err != nil {
		return err
	}
	f := fields{of: o}
	proof := f.bytes("pf", ecvrf.ProofSize)
	if f.err != nil {
		return f.err
	}
	if _, err := ecvrf.ProofToHash(kernels.Draft03, proof); err != nil {
		cast.fail(b.report, what+": not a proof, whatever the key")
		return nil
	}
	key := b.accounts[address(cast.sender)].selectionKey
	seed := b.seedFor(cast.round)
	switch {
	case key == nil:
		b.report.Skip(whySelection, 1)
		return nil
	case seed == nil:
		b.report.Skip(whySeed, 1)
		return nil
	}
	selector := &object{}
	selector.set("per", appendUint(nil, cast.period))
	selector.set("rnd", appendUint(nil, cast.round))
	selector.set("seed", appendBin(nil, seed))
	selector.set("step", appendUint(nil, cast.step))
	alpha := selector.encode("AS")
	return b.jobs.Add(ctx, ecvrf.Kernel, kernels.Draft03, len(alpha),
		func(batch *kernels.Batch) error { return ecvrf.Append(batch, key, alpha, proof) },
		func(valid bool, _ []byte) {
			if !valid {
				cast.fail(b.report, what+" does not verify")
			}
		})
}
