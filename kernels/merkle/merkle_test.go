package merkle

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/sluice-engine/sluice/internal/vectors"
	"github.com/sluice-engine/sluice/kernels"
)

func leaves(n int) []Digest {
	l := make([]Digest, n)
	for i := range l {
		binary.LittleEndian.PutUint64(l[i][:], uint64(i)+1)
	}
	return l
}

// slow is the root by the definition, one level after the other.
func slow(rule Rule, level []Digest) Digest {
	for len(level) > 1 {
		var up []Digest
		for i := 0; i < len(level); i += 2 {
			switch {
			case i+1 < len(level):
				up = append(up, parent(rule, level[i], level[i+1]))
			case rule == Bitcoin:
				up = append(up, parent(rule, level[i], level[i]))
			default:
				up = append(up, level[i])
			}
		}
		level = up
	}
	return level[0]
}

func TestTreesAndProofs(t *testing.T) {
	for _, rule := range []Rule{Bitcoin, Binary} {
		var lists [][]Digest
		for n := 1; n <= 70; n++ {
			lists = append(lists, leaves(n))
		}
		trees, err := Build(rule, Direct, lists...)
		if err != nil {
			t.Fatal(err)
		}
		for k, tree := range trees {
			n := k + 1
			root := tree.Root()
			if root != slow(rule, lists[k]) {
				t.Fatalf("rule %d, %d leaves: wrong root", rule, n)
			}
			if tree.Mutated() {
				t.Errorf("rule %d, %d leaves: mutated", rule, n)
			}
			for i := range n {
				p, err := tree.Proof(i)
				if err != nil {
					t.Fatal(err)
				}
				if len(p) > Height(n) || rule == Bitcoin && len(p) != Height(n) {
					t.Fatalf("rule %d, leaf %d of %d: %d siblings", rule, i, n, len(p))
				}
				if !p.Verify(rule, root, lists[k][i], i, n) {
					t.Fatalf("rule %d, leaf %d of %d: proof refused", rule, i, n)
				}
				spoil(t, rule, p, root, lists[k][i], i, n)
			}
		}
	}
}

// spoil changes each part of a proof.
func spoil(t *testing.T, rule Rule, p Proof, root, leaf Digest, i, n int) {
	t.Helper()
	refused := func(what string, ok bool) {
		if ok {
			t.Errorf("rule %d, leaf %d of %d: %s: taken", rule, i, n, what)
		}
	}
	other := leaf
	other[31] ^= 1
	refused("other leaf", p.Verify(rule, root, other, i, n))
	refused("longer", append(slices.Clone(p), leaf).Verify(rule, root, leaf, i, n))
	if n > 1 {
		refused("other index", p.Verify(rule, root, leaf, i^1, n))
	}
	refused("index n", p.Verify(rule, root, leaf, n, n))
	refused("index -1", p.Verify(rule, root, leaf, -1, n))
	for j := range p {
		q := slices.Clone(p)
		q[j][7] ^= 4
		refused(fmt.Sprintf("sibling %d", j), q.Verify(rule, root, leaf, i, n))
	}
	if len(p) > 0 {
		refused("shorter", p[:len(p)-1].Verify(rule, root, leaf, i, n))
	}
}

// TestMutated: repeating the last leaves of a list gives the same root under the Bitcoin rule, and is noticed.
func TestMutated(t *testing.T) {
	l := leaves(6)
	twice := append(slices.Clone(l), l[4], l[5])
	trees, err := Build(Bitcoin, Direct, l, twice)
	if err != nil {
		t.Fatal(err)
	}
	if trees[0].Root() != trees[1].Root() || trees[0].Mutated() || !trees[1].Mutated() {
		t.Errorf("roots equal: %v; mutated: %v, %v", trees[0].Root() == trees[1].Root(), trees[0].Mutated(), trees[1].Mutated())
	}
}

func TestErrors(t *testing.T) {
	if _, err := Build(Binary, Direct, leaves(2), nil); !errors.Is(err, ErrNoLeaves) {
		t.Errorf("no leaves: %v", err)
	}
	broken := errors.New("broken")
	if _, err := Build(Binary, func(*kernels.Batch) error { return broken }, leaves(2)); !errors.Is(err, broken) {
		t.Errorf("a broken engine: %v", err)
	}
	trees, err := Build(Binary, Direct, leaves(3))
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{-1, 3} {
		if _, err := trees[0].Proof(i); !errors.Is(err, ErrIndex) {
			t.Errorf("proof of leaf %d: %v", i, err)
		}
	}
}

// TestLarge: more pairs than one batch holds.
func TestLarge(t *testing.T) {
	l := leaves(5*batchPairs + 3)
	for _, rule := range []Rule{Bitcoin, Binary} {
		batches := 0
		trees, err := Build(rule, func(b *kernels.Batch) error { batches++; return Direct(b) }, l)
		if err != nil {
			t.Fatal(err)
		}
		if trees[0].Root() != slow(rule, l) || batches < 3 {
			t.Errorf("rule %d: wrong root, or only %d batches", rule, batches)
		}
	}
}

// TestSPV: the Merkle proofs of bitcoin-spv's vectors. They do not say how many leaves there are, so the tree is taken to be
// full: Bitcoin's lone nodes, hashed with themselves, look no different then.
func TestSPV(t *testing.T) {
	var file struct {
		Proofs []struct {
			Input struct {
				Proof string
				Index int
			}
			Output bool
		} `json:"verifyHash256Merkle"`
	}
	if err := json.Unmarshal(vectors.Read(t, "bitcoin/spv/testVectors.json"), &file); err != nil {
		t.Fatal(err)
	}
	valid, invalid := 0, 0
	for i, c := range file.Proofs {
		nodes, ok := digests(c.Input.Proof)
		got := false
		if ok && len(nodes) > 0 {
			root, siblings := nodes[len(nodes)-1], Proof(nil)
			if len(nodes) > 2 {
				siblings = nodes[1 : len(nodes)-1]
			}
			got = siblings.Verify(Bitcoin, root, nodes[0], c.Input.Index, 1<<len(siblings))
		}
		if got != c.Output {
			t.Errorf("proof %d: %v, want %v", i, got, c.Output)
		}
		if c.Output {
			valid++
		} else {
			invalid++
		}
	}
	if valid == 0 || invalid == 0 {
		t.Error("valid and invalid proofs wanted")
	}
	t.Logf("%d cases, %d valid, %d invalid", valid+invalid, valid, invalid)
}

// digests cuts hexadecimal text into digests; false if it is not made of them.
func digests(text string) ([]Digest, bool) {
	p, err := hex.DecodeString(strings.TrimPrefix(text, "0x"))
	if err != nil || len(p)%len(Digest{}) != 0 {
		return nil, false
	}
	d := make([]Digest, len(p)/len(Digest{}))
	for i := range d {
		copy(d[i][:], p[i*len(Digest{}):])
	}
	return d, true
}

func ExampleBuild() {
	trees, err := Build(Binary, Direct, []Digest{{1}, {2}, {3}})
	if err != nil {
		fmt.Println(err)
		return
	}
	root := trees[0].Root()
	proof, _ := trees[0].Proof(2)
	fmt.Printf("%x… %d sibling, %v\n", root[:4], len(proof), proof.Verify(Binary, root, Digest{3}, 2, 3))
	// Output: 16d2f27b… 1 sibling, true
}
