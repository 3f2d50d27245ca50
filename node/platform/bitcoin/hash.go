package bitcoin

import (
	"context"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/merkle"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/node/platform"
)

// hasher has the engine hash what a window's records hold.
type hasher struct {
	ctx     context.Context
	jobs    *platform.Collector
	scratch []byte
}

// double asks for SHA-256d of the message, which may be changed afterwards, and stores it by the next flush.
func (h *hasher) double(message []byte, to *chainhash.Hash) error {
	return h.jobs.Add(h.ctx, sha256.Double, sha256.Double.Default(), len(message),
		func(b *kernels.Batch) error { return sha256.Append(b, message) },
		func(_ bool, out []byte) { copy(to[:], out) })
}

// hash finds the hashes of all headers and transactions, the Merkle roots, and the commitments to witnesses.
func (h *hasher) hash(records []*record) error {
	var trees, witnessTrees []tree
	for _, r := range records {
		if r.kind != loneTx {
			if err := h.double(r.raw[:headerSize], &r.hash); err != nil {
				return err
			}
		}
		r.txids = make([]chainhash.Hash, len(r.spans))
		committed := r.kind == wholeBlock && r.hasWitness() && commitmentIn(r) != nil
		var wtxids []chainhash.Hash
		if committed {
			wtxids = make([]chainhash.Hash, len(r.spans))
		}
		for i, s := range r.spans {
			if committed && i > 0 { // the coinbase counts as zero
				if err := h.double(r.raw[s.start:s.end], &wtxids[i]); err != nil {
					return err
				}
			}
			message := r.raw[s.start:s.end]
			if s.hasWitness() {
				h.scratch = s.appendStripped(h.scratch[:0], r.raw)
				message = h.scratch
			}
			if err := h.double(message, &r.txids[i]); err != nil {
				return err
			}
		}
		if r.kind == wholeBlock {
			trees = append(trees, tree{of: r, leaves: r.txids})
		}
		if committed {
			witnessTrees = append(witnessTrees, tree{of: r, leaves: wtxids})
		}
	}
	if err := h.jobs.Flush(h.ctx); err != nil {
		return err
	}
	if err := h.climb(trees, witnessTrees); err != nil {
		return err
	}
	for _, t := range trees {
		t.of.root, t.of.mutated = t.root, t.mutated
	}
	return h.commitments(witnessTrees)
}

// tree is a Merkle tree over transactions of a record. The root of no leaves is zero.
type tree struct {
	of      *record
	leaves  []chainhash.Hash
	root    chainhash.Hash
	mutated bool // see merkle.Tree.Mutated
}

// climb finds the roots of all trees together.
func (h *hasher) climb(groups ...[]tree) error {
	var grown []*tree
	var lists [][]merkle.Digest
	for _, g := range groups {
		for i := range g {
			t := &g[i]
			if len(t.leaves) == 0 {
				continue
			}
			leaves := make([]merkle.Digest, len(t.leaves))
			for j, l := range t.leaves {
				leaves[j] = l
			}
			grown, lists = append(grown, t), append(lists, leaves)
		}
	}
	trees, err := merkle.Build(merkle.Bitcoin, func(b *kernels.Batch) error { return h.jobs.Decide(h.ctx, b) }, lists...)
	if err != nil {
		return err
	}
	for i, t := range grown {
		t.root, t.mutated = trees[i].Root(), trees[i].Mutated()
	}
	return nil
}

// commitments hashes the witness roots with the reserved value of each coinbase (BIP 141).
func (h *hasher) commitments(trees []tree) error {
	for _, t := range trees {
		reserved := reservedValue(t.of)
		if reserved == nil {
			continue
		}
		if err := h.double(append(t.root[:], reserved...), &t.of.commitment); err != nil {
			return err
		}
	}
	return h.jobs.Flush(h.ctx)
}

// commitmentIn is the commitment to the witnesses that a block's coinbase holds; nil if it holds none.
func commitmentIn(r *record) []byte {
	if len(r.msg.Transactions) == 0 {
		return nil
	}
	commitment, ok := blockchain.ExtractWitnessCommitment(btcutil.NewTx(r.msg.Transactions[0]))
	if !ok {
		return nil
	}
	return commitment
}

// reservedValue is the only witness of a coinbase that commits to witnesses; nil if that is not one of 32 bytes.
func reservedValue(r *record) []byte {
	w := r.msg.Transactions[0].TxIn[0].Witness
	if len(w) != 1 || len(w[0]) != blockchain.CoinbaseWitnessDataLen {
		return nil
	}
	return w[0]
}
