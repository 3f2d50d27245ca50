package bitcoin

import (
	"context"
	"slices"

	"github.com/btcsuite/btcd/blockchain"
	"github.com/btcsuite/btcd/btcutil/v2"
	"github.com/btcsuite/btcd/chainhash/v2"

	"github.com/sluice-engine/sluice/kernels"
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
	var trees, witnessTrees []*tree
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
			trees = append(trees, &tree{of: r, level: r.txids})
		}
		if committed {
			witnessTrees = append(witnessTrees, &tree{of: r, level: wtxids})
		}
	}
	if err := h.jobs.Flush(h.ctx); err != nil {
		return err
	}
	if err := h.roots(append(slices.Clone(trees), witnessTrees...)); err != nil {
		return err
	}
	for _, t := range trees {
		t.of.root, t.of.mutated = t.root(), t.mutated
	}
	return h.commitments(witnessTrees)
}

// tree is a Merkle tree on its way up.
type tree struct {
	of      *record
	level   []chainhash.Hash // not changed
	mutated bool
}

// root is the last level left; zero for a tree without leaves.
func (t *tree) root() (root chainhash.Hash) {
	if len(t.level) > 0 {
		root = t.level[0]
	}
	return root
}

// roots climbs all trees to their roots, a level of all of them in one go. A node without a sibling is hashed
// with itself; so two trees have the same root if one repeats the last leaves of the other. A tree is mutated
// if a node is equal to its sibling, as Bitcoin Core's ComputeMerkleRoot has it.
func (h *hasher) roots(trees []*tree) error {
	var pair [2 * chainhash.HashSize]byte
	for {
		climbing := false
		up := make([][]chainhash.Hash, len(trees))
		for k, t := range trees {
			n := len(t.level)
			if n < 2 {
				continue
			}
			climbing = true
			up[k] = make([]chainhash.Hash, (n+1)/2)
			for i := 0; i < n; i += 2 {
				right := min(i+1, n-1)
				if right != i && t.level[i] == t.level[right] {
					t.mutated = true
				}
				copy(pair[:], t.level[i][:])
				copy(pair[chainhash.HashSize:], t.level[right][:])
				if err := h.double(pair[:], &up[k][i/2]); err != nil {
					return err
				}
			}
		}
		if !climbing {
			return nil
		}
		if err := h.jobs.Flush(h.ctx); err != nil {
			return err
		}
		for k, t := range trees {
			if up[k] != nil {
				t.level = up[k]
			}
		}
	}
}

// commitments hashes the witness roots with the reserved value of each coinbase (BIP 141).
func (h *hasher) commitments(trees []*tree) error {
	for _, t := range trees {
		reserved := reservedValue(t.of)
		if reserved == nil {
			continue
		}
		root := t.root()
		if err := h.double(append(root[:], reserved...), &t.of.commitment); err != nil {
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
