package cosmos

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"strconv"
	"time"

	cmted25519 "github.com/cometbft/cometbft/crypto/ed25519"
	cmtsecp256k1 "github.com/cometbft/cometbft/crypto/secp256k1"
	"github.com/cometbft/cometbft/types"
	btc "github.com/decred/dcrd/dcrec/secp256k1/v4"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
	"github.com/sluice-engine/sluice/node/platform"
)

// block is a signed header on its way to a verdict.
type block struct {
	*types.SignedHeader
	offset int64 // in the source, behind the block, for progress

	set     *set
	power   int64 // of valid votes for the block
	pending int   // votes that the engine has not decided, and one until all were added
}

// name is what reports call the block.
func (b *block) name() string { return strconv.FormatInt(b.Header.Height, 10) }

// voters is the number of votes that a commit states.
func (b *block) voters() (n int64) {
	for i := range b.Commit.Signatures {
		if b.Commit.Signatures[i].BlockIDFlag != types.BlockIDFlagAbsent {
			n++
		}
	}
	return n
}

func (v *verifier) wrong(b *block, input int, format string, a ...any) {
	v.report.Invalid(platform.Location{Block: b.name(), Transaction: -1, Input: input, Reason: fmt.Sprintf(format, a...)})
}

// statements checks what a signed header says without its validators. It tells whether its votes can be checked.
func (v *verifier) statements(b *block) bool {
	if err := b.Header.ValidateBasic(); err != nil {
		v.wrong(b, -1, "header: %v", err)
	}
	if got := b.Header.Hash(); !bytes.Equal(got, b.Commit.BlockID.Hash) {
		v.wrong(b, -1, "header hash is %v, the commit is for %v", got, b.Commit.BlockID.Hash)
	}
	if b.Commit.Height != b.Header.Height {
		v.wrong(b, -1, "the commit is for height %d", b.Commit.Height)
	}
	if err := checkCommit(b.Commit); err != nil {
		v.wrong(b, -1, "commit: %v", err)
		return false
	}
	return true
}

// checkCommit is what cometbft's functions on commits need, so that none of them panics.
func checkCommit(c *types.Commit) error {
	if c.Height < 1 {
		return fmt.Errorf("height %d", c.Height)
	}
	if err := c.ValidateBasic(); err != nil {
		return err
	}
	if err := c.BlockID.ValidateBasic(); err != nil {
		return err
	}
	if !c.BlockID.IsComplete() {
		return fmt.Errorf("block id is incomplete")
	}
	for i := range c.Signatures {
		// Protobuf's limits; year 0 is the only one that JSON can state beyond them.
		if t := c.Signatures[i].Timestamp; t.Before(time.Time{}) || t.Year() > 9999 {
			return fmt.Errorf("timestamp of vote %d is out of range", i)
		}
	}
	return nil
}

// votes sends the votes of a block to the engine. The block's statements are right as far as votes need them.
func (v *verifier) votes(ctx context.Context, b *block, s *set) error {
	v.setFaults(b, s)
	if s.unknown != "" {
		v.report.Skip("votes by keys "+s.unknown+": cometbft is built without them", b.voters())
		v.decided(b)
		return nil
	}
	if len(s.validators) != len(b.Commit.Signatures) {
		v.wrong(b, -1, "%d votes for %d validators", len(b.Commit.Signatures), len(s.validators))
		v.decided(b)
		return nil
	}
	b.set, b.pending = s, 1
	for i := range b.Commit.Signatures {
		sig, val := &b.Commit.Signatures[i], s.validators[i]
		if sig.BlockIDFlag == types.BlockIDFlagAbsent {
			continue
		}
		if !bytes.Equal(sig.ValidatorAddress, val.Address) {
			v.wrong(b, i, "vote by %v where validator %v is to vote", sig.ValidatorAddress, val.Address)
		}
		b.pending++
		if err := v.vote(ctx, b, i); err != nil {
			return err
		}
	}
	v.finish(b)
	return nil
}

func (v *verifier) setFaults(b *block, s *set) {
	for _, reason := range s.faults {
		v.wrong(b, -1, "%s", reason)
	}
}

// vote sends the signature of one vote to the engine.
func (v *verifier) vote(ctx context.Context, b *block, i int) error {
	message := b.Commit.VoteSignBytes(b.ChainID, int32(i))
	signature := b.Commit.Signatures[i].Signature
	done := func(valid bool, _ []byte) { v.counted(b, i, valid) }
	if len(signature) != 64 { // of both kinds of key
		done(false, nil)
		return nil
	}
	switch key := b.set.validators[i].PubKey.(type) {
	case cmted25519.PubKey:
		return v.collector.Add(ctx, ed25519.Kernel, kernels.ZIP215, len(message), func(batch *kernels.Batch) error {
			return ed25519.Append(batch, key, message, signature)
		}, done)
	case cmtsecp256k1.PubKey:
		xy, err := secp256k1.DecodeKey(key)
		if err != nil {
			done(false, nil)
			return nil
		}
		digest := sha256.Sum256(message)
		return v.collector.Add(ctx, secp256k1.Verify, kernels.LowS, 0, func(batch *kernels.Batch) error {
			return secp256k1.AppendVerify(batch, digest[:], reduced(signature), xy[:])
		}, done)
	}
	return fmt.Errorf("cosmos: no kernel for a key of type %T", b.set.validators[i].PubKey) // newSet admits no other
}

// reduced is r and s modulo the group's order. cometbft reads them so; the kernel refuses what is not reduced.
func reduced(rs []byte) []byte {
	var r, s btc.ModNScalar
	r.SetByteSlice(rs[:32])
	s.SetByteSlice(rs[32:])
	out := make([]byte, 64)
	r.PutBytesUnchecked(out)
	s.PutBytesUnchecked(out[32:])
	return out
}

// counted takes the verdict of one vote. It is called while the collector works.
func (v *verifier) counted(b *block, i int, valid bool) {
	sig := &b.Commit.Signatures[i]
	if !valid {
		v.wrong(b, i, "the signature of validator %v does not verify", sig.ValidatorAddress)
	} else if sig.BlockIDFlag == types.BlockIDFlagCommit {
		b.power += b.set.validators[i].VotingPower
	}
	v.finish(b)
}

// finish takes one away from what is pending, and judges the block when nothing is.
func (v *verifier) finish(b *block) {
	if b.pending--; b.pending > 0 {
		return
	}
	// The total is below 2^60 (types.MaxTotalVotingPower): nothing overflows.
	if b.power*3 <= b.set.total*2 {
		v.wrong(b, -1, "validators with %d of %d voting power signed, more than two thirds are needed", b.power, b.set.total)
	}
	v.decided(b)
}

// decided counts a block of which all is known that will be known.
func (v *verifier) decided(b *block) {
	v.report.Blocks++
	if v.options.Block != nil {
		v.options.Block(b.offset)
	}
}
