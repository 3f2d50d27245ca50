package algorand

import (
	"bytes"
	"context"
	"crypto/sha512"
	"math/bits"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

const why512 = "commitment txn512 to the transactions: its form is not known here"

// commitment gathers what a header commits to: each transaction as it is signed, and as it is in the block.
type commitment struct {
	encodings [][]byte // "TX" first
	inBlock   [][]byte
	list      []byte // all of them, as the block has them
}

func (c *commitment) add(encoding, inBlock []byte) {
	c.encodings = append(c.encodings, encoding)
	c.inBlock = append(c.inBlock, inBlock)
}

// commitments compares the header's commitments with the transactions: TxnMerkleTree and TxnMerkleTreeSHA256 of
// go-algorand.
func (v *verifier) commitments(ctx context.Context, h *header, c *commitment) error {
	if !c.matches(h.txn) {
		v.wrong(h, "the transactions are not those that the header commits to (txn)")
	}
	if h.txn256 != nil {
		root, err := v.vectorCommitment(ctx, c)
		if err != nil {
			return err
		}
		if !bytes.Equal(root, h.txn256) {
			v.wrong(h, "the transactions are not those that the header commits to (txn256)")
		}
	}
	if h.txn512 {
		v.report.Skip(why512, 1)
	}
	return nil
}

// matches tells whether txn is the root of the Merkle tree over the transactions (nil if there are none), or the
// flat commitment that older rounds have: the hash of the list.
func (c *commitment) matches(txn []byte) bool {
	if len(c.encodings) == 0 {
		// Flat: the encoding of no list, or, in the first block, of an empty one.
		return txn == nil || isHash(txn, "PF\xc0") || isHash(txn, "PF\x90")
	}
	return bytes.Equal(txn, c.merkleRoot()) || isHash(txn, "PF", c.list)
}

func isHash(digest []byte, prefix string, parts ...[]byte) bool {
	return bytes.Equal(digest, sha512_256(prefix, parts...))
}

func sha512_256(prefix string, parts ...[]byte) []byte {
	d := sha512.New512_256()
	d.Write([]byte(prefix))
	for _, p := range parts {
		d.Write(p)
	}
	return d.Sum(nil)
}

// merkleRoot is the root by SHA-512/256, for which there is no kernel. A leaf is of the transaction's id and the hash
// of its form in the block. A missing right sibling is zero.
func (c *commitment) merkleRoot() []byte {
	nodes := make([][]byte, len(c.encodings))
	for i := range nodes {
		nodes[i] = sha512_256("TL", sha512_256("", c.encodings[i]), sha512_256("STIB", c.inBlock[i]))
	}
	for len(nodes) > 1 {
		up := make([][]byte, (len(nodes)+1)/2)
		for i := range up {
			right := make([]byte, 32)
			if 2*i+1 < len(nodes) {
				right = nodes[2*i+1]
			}
			up[i] = sha512_256("MA", nodes[2*i], right)
		}
		nodes = up
	}
	return nodes[0]
}

// vectorCommitment is the root by SHA-256 of the same leaves, in bit-reversed order and filled up with bottom leaves
// to a power of two, at least two; over nothing, one bottom leaf.
func (v *verifier) vectorCommitment(ctx context.Context, c *commitment) ([]byte, error) {
	n := len(c.encodings)
	size, depth := 1, 0
	if n > 0 {
		depth = max(1, bits.Len(uint(n-1)))
		size = 1 << depth
	}
	ids, forms := make([]byte, 32*n), make([]byte, 32*n)
	for i := range n {
		if err := v.hash(ctx, ids[32*i:], "", c.encodings[i]); err != nil {
			return nil, err
		}
		if err := v.hash(ctx, forms[32*i:], "STIB", c.inBlock[i]); err != nil {
			return nil, err
		}
	}
	if err := v.hashes.Flush(ctx); err != nil {
		return nil, err
	}
	nodes := make([]byte, 32*size)
	for at := range size {
		var err error
		i := int(bits.Reverse32(uint32(at)) >> (32 - depth))
		if i < n {
			err = v.hash(ctx, nodes[32*at:], "TL", ids[32*i:][:32], forms[32*i:][:32])
		} else {
			err = v.hash(ctx, nodes[32*at:], "MB")
		}
		if err != nil {
			return nil, err
		}
	}
	for {
		if err := v.hashes.Flush(ctx); err != nil {
			return nil, err
		}
		if len(nodes) == 32 {
			return nodes, nil
		}
		up := make([]byte, len(nodes)/2)
		for i := 0; i < len(up); i += 32 {
			if err := v.hash(ctx, up[i:], "MA", nodes[2*i:][:64]); err != nil {
				return nil, err
			}
		}
		nodes = up
	}
}

// hash collects the SHA-256 of the prefix and the parts; to gets it when v.hashes is flushed.
func (v *verifier) hash(ctx context.Context, to []byte, prefix string, parts ...[]byte) error {
	message := []byte(prefix)
	for _, p := range parts {
		message = append(message, p...)
	}
	return v.hashes.Add(ctx, sha256.Kernel, sha256.Kernel.Default(), len(message),
		func(b *kernels.Batch) error { return sha256.Append(b, message) },
		func(_ bool, out []byte) { copy(to, out[:32]) })
}
