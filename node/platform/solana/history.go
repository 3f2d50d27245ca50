package solana

import (
	"context"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/node/platform"
)

// MaxEntryHashes bounds the hashes that one entry may state, as a line of text could ask for hours of work. A
// validator ticks at least every hashes_per_tick hashes: 62,500 on the public clusters.
const MaxEntryHashes = 1 << 24

// Reasons why an entry is not checkable.
const (
	whyFirst = "first entry: the hash that it follows is not in the file"
	whyMixin = "entry with transactions that are not in the file (give them with --prevouts, as hex lines)"
)

// entry is one step of Proof of History: hashes times SHA-256 from the hash of the entry before it, the last one
// with the Merkle root of the signatures mixed in if it has transactions.
type entry struct {
	block        string // slot, where it is known
	index        int
	hashes       uint32
	hash         [hashSize]byte
	transactions uint64
	signatures   []byte // all of its transactions, 64 bytes each; nil if they are not at hand
}

// history checks entries in groups, so that many Merkle trees are hashed in one batch.
type history struct {
	pending    []entry
	signatures int // bytes of them in pending
	last       [hashSize]byte
	known      bool // whether last is the hash before the first pending entry
}

// entry collects the next entry.
func (v *verifier) entry(ctx context.Context, e entry) error {
	h := &v.poh
	h.pending = append(h.pending, e)
	h.signatures += len(e.signatures)
	if max(len(h.pending), h.signatures/signatureSize) < v.group() {
		return nil
	}
	return v.chain(ctx)
}

// group is the number of entries, or of their signatures, that are hashed together.
func (v *verifier) group() int {
	if v.opt.BatchJobs > 0 {
		return v.opt.BatchJobs
	}
	return platform.DefaultBatchJobs
}

// restart says that the next entry does not follow the last one.
func (v *verifier) restart(ctx context.Context) error {
	err := v.chain(ctx)
	v.poh.known = false
	return err
}

// chain makes jobs of the pending entries.
func (v *verifier) chain(ctx context.Context) error {
	h := &v.poh
	roots, err := v.mixins(ctx, h.pending)
	if err != nil {
		return err
	}
	for i := range h.pending {
		e := &h.pending[i]
		start, known := h.last, h.known
		h.last, h.known = e.hash, true
		switch {
		case !known:
			v.report.Skip(whyFirst, 1)
		case e.transactions > 0 && e.signatures == nil:
			v.report.Skip(whyMixin, 1)
		default:
			if err := v.link(ctx, e, start, roots[i]); err != nil {
				return err
			}
		}
	}
	h.pending, h.signatures = h.pending[:0], 0
	return nil
}

// link collects the job of one entry.
func (v *verifier) link(ctx context.Context, e *entry, start [hashSize]byte, mixin []byte) error {
	at := platform.Location{Block: e.block, Transaction: -1, Input: e.index}
	at.Reason = fmt.Sprintf("entry %d: %d hashes do not lead to its hash %x", e.index, e.hashes, e.hash)
	return v.jobs.Add(ctx, sha256.Chain, sha256.Chain.Default(), 0,
		func(b *kernels.Batch) error { return sha256.AppendChain(b, start[:], mixin, e.hash[:], e.hashes) },
		func(valid bool, _ []byte) {
			if !valid {
				v.report.Invalid(at)
			}
		})
}

// Prefixes of the Merkle tree of an entry's signatures, as agave's merkle-tree has them.
const (
	leafPrefix = 0
	nodePrefix = 1
)

// mixins computes the Merkle root over the signatures of each entry, level by level for all entries at once; nil
// for those without. A node without a sibling is its own.
func (v *verifier) mixins(ctx context.Context, entries []entry) ([][]byte, error) {
	level := make([][]byte, len(entries)) // of each tree, its nodes
	for i := range entries {
		s := entries[i].signatures
		if len(s) == 0 {
			continue
		}
		level[i] = make([]byte, len(s)/signatureSize*hashSize)
		for j := range len(s) / signatureSize {
			leaf := s[j*signatureSize : (j+1)*signatureSize]
			if err := v.hash(ctx, level[i][j*hashSize:], leafPrefix, leaf); err != nil {
				return nil, err
			}
		}
	}
	for more := true; more; {
		if err := v.hashes.Flush(ctx); err != nil {
			return nil, err
		}
		more = false
		for i, nodes := range level {
			n := len(nodes) / hashSize
			if n < 2 {
				continue
			}
			more = true
			level[i] = make([]byte, (n+1)/2*hashSize)
			for j := 0; j < n; j += 2 {
				left, right := nodes[j*hashSize:][:hashSize], nodes[min(j+1, n-1)*hashSize:][:hashSize]
				if err := v.hash(ctx, level[i][j/2*hashSize:], nodePrefix, left, right); err != nil {
					return nil, err
				}
			}
		}
	}
	return level, nil
}

// hash collects the SHA-256 of the prefix and the parts; to gets it when v.hashes is flushed.
func (v *verifier) hash(ctx context.Context, to []byte, prefix byte, parts ...[]byte) error {
	message := append(make([]byte, 0, 1+signatureSize), prefix)
	for _, p := range parts {
		message = append(message, p...)
	}
	return v.hashes.Add(ctx, sha256.Kernel, sha256.Kernel.Default(), len(message),
		func(b *kernels.Batch) error { return sha256.Append(b, message) },
		func(_ bool, out []byte) { copy(to, out[:hashSize]) })
}
