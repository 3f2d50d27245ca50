package merkle

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/bits"
)

// Proof is the siblings on the way from a leaf to the root, lowest first. Where a node has none there is no entry under the
// Binary rule; under the Bitcoin rule the entry is the node itself.
type Proof []Digest

// ErrIndex: no leaf has this index.
var ErrIndex = errors.New("merkle: index out of range")

// Proof is the proof of leaf i.
func (t *Tree) Proof(i int) (Proof, error) {
	if i < 0 || i >= t.Len() {
		return nil, fmt.Errorf("%w: leaf %d of %d", ErrIndex, i, t.Len())
	}
	p := Proof{}
	for _, level := range t.levels[:len(t.levels)-1] {
		sibling := i ^ 1
		switch {
		case sibling < len(level):
			p = append(p, level[sibling])
		case t.rule == Bitcoin:
			p = append(p, level[i])
		}
		i /= 2
	}
	return p, nil
}

// Verify tells whether the leaf is number i of n under the root, on one goroutine. A proof that is too long or too short
// for n leaves is not one.
//
// Under the Bitcoin rule i must also not be the doubled half of a pair: such an index is out of range of the real list.
func (p Proof) Verify(rule Rule, root, leaf Digest, i, n int) bool {
	if i < 0 || i >= n || n > 1<<32 {
		return false
	}
	rest, node := p, leaf
	for ; n > 1; i, n = i/2, (n+1)/2 {
		lone := i == n-1 && n%2 == 1
		if lone && rule == Binary {
			continue
		}
		if len(rest) == 0 {
			return false
		}
		sibling := rest[0]
		rest = rest[1:]
		if lone && sibling != node {
			return false
		}
		if i%2 == 0 {
			node = parent(rule, node, sibling)
		} else {
			node = parent(rule, sibling, node)
		}
	}
	return len(rest) == 0 && node == root
}

// Height is the number of levels above the leaves of a tree with n of them.
func Height(n int) int { return bits.Len(uint(n - 1)) }

func parent(rule Rule, left, right Digest) Digest {
	var both [2 * len(Digest{})]byte
	copy(both[:], left[:])
	copy(both[len(left):], right[:])
	d := sha256.Sum256(both[:])
	if rule == Bitcoin {
		d = sha256.Sum256(d[:])
	}
	return d
}
