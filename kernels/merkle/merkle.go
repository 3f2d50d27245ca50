package merkle

import (
	"errors"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// Digest is a leaf or node, in the byte order of its hash function.
type Digest = [sha256.Size]byte

// Rule is how nodes are hashed and what becomes of one without a sibling.
type Rule uint8

const (
	Bitcoin Rule = iota // SHA-256d, a lone node is its own sibling
	Binary              // SHA-256, a lone node rises
)

// Decide decides a batch, as engine.Engine.Run does, or Direct.
type Decide func(b *kernels.Batch) error

// Direct runs a batch on the goroutine that calls it, for programs without an engine.
func Direct(b *kernels.Batch) error {
	b.Kernel().Run(b, 0, b.Len())
	return nil
}

// ErrNoLeaves: a tree has at least one leaf.
var ErrNoLeaves = errors.New("merkle: a tree without leaves")

// Tree is a Merkle tree with all its nodes. It does not change.
type Tree struct {
	rule    Rule
	levels  [][]Digest // leaves first, the root alone in the last
	mutated bool
}

// batchPairs is how many pairs are hashed in one batch at most: enough for every lane, and 1 MiB of messages.
const batchPairs = 1 << 14

// Build builds a tree over each list of leaves, which the trees keep and nobody may change. It decides about one batch
// for each level of the highest tree. Errors: ErrNoLeaves, that of decide.
func Build(rule Rule, decide Decide, lists ...[]Digest) ([]*Tree, error) {
	trees := make([]*Tree, len(lists))
	for i, leaves := range lists {
		if len(leaves) == 0 {
			return nil, fmt.Errorf("%w: list %d", ErrNoLeaves, i)
		}
		trees[i] = &Tree{rule: rule, levels: [][]Digest{leaves}}
	}
	h := hasher{rule: rule, decide: decide}
	for _, leaves := range lists { // no level has more pairs than the lowest
		h.most = min(h.most+len(leaves)/2+1, batchPairs)
	}
	for {
		done := true
		for _, t := range trees {
			if below := t.levels[len(t.levels)-1]; len(below) > 1 {
				done = false
				level := make([]Digest, (len(below)+1)/2)
				t.levels = append(t.levels, level)
				if err := t.climb(&h, below, level); err != nil {
					return nil, err
				}
			}
		}
		if done {
			return trees, nil
		}
		if err := h.flush(); err != nil {
			return nil, err
		}
	}
}

// climb asks for the nodes above a level.
func (t *Tree) climb(h *hasher, below, level []Digest) error {
	for i := range level {
		left, right := 2*i, 2*i+1
		if right == len(below) {
			if t.rule == Binary {
				level[i] = below[left]
				continue
			}
			right = left
		} else if below[left] == below[right] {
			t.mutated = true
		}
		if err := h.pair(&below[left], &below[right], &level[i]); err != nil {
			return err
		}
	}
	return nil
}

// Root is the root. Of one leaf, it is that leaf.
func (t *Tree) Root() Digest { return t.levels[len(t.levels)-1][0] }

// Len is the number of leaves.
func (t *Tree) Len() int { return len(t.levels[0]) }

// Mutated tells whether two siblings are equal: under the Bitcoin rule the same root may then belong to a shorter list of
// leaves, so a block with such a tree is refused without its hash being remembered as bad (CVE-2012-2459).
func (t *Tree) Mutated() bool { return t.mutated }

// hasher gathers pairs into a batch.
type hasher struct {
	rule   Rule
	decide Decide
	most   int // pairs of a batch
	batch  *kernels.Batch
	to     []*Digest
}

func (h *hasher) pair(left, right, to *Digest) (err error) {
	if h.batch == nil {
		if h.rule == Bitcoin {
			h.batch, err = kernels.NewIn(kernels.Heap, sha256.Double, 0, h.most, h.most*2*sha256.Size)
		} else {
			h.batch, err = kernels.NewIn(kernels.Heap, sha256.Node, 0, h.most, 0)
		}
		if err != nil {
			return err
		}
	}
	if h.rule == Bitcoin {
		var both [2 * sha256.Size]byte
		copy(both[:], left[:])
		copy(both[sha256.Size:], right[:])
		err = sha256.Append(h.batch, both[:])
	} else {
		err = sha256.AppendNode(h.batch, left[:], right[:])
	}
	if err != nil {
		return err
	}
	h.to = append(h.to, to)
	if h.batch.Len() == h.batch.Cap() {
		return h.flush()
	}
	return nil
}

func (h *hasher) flush() error {
	if len(h.to) == 0 {
		return nil
	}
	if err := h.decide(h.batch); err != nil {
		return err
	}
	for i, to := range h.to {
		copy(to[:], h.batch.Out(i))
	}
	h.to = h.to[:0]
	return h.batch.Reset()
}
