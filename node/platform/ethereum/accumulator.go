package ethereum

import (
	"context"
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/node/platform"
)

// record is one block in the accumulator: its hash and its total difficulty, little-endian.
type record struct {
	hash common.Hash
	td   [32]byte
}

// accumulatorDepth is that of a tree with a leaf for each of 8192 blocks.
const accumulatorDepth = 13

// accumulate compares the stated accumulator with the blocks: hash_tree_root(List[HeaderRecord, 8192]) of SSZ. Each
// level of the tree is one batch of sha256.node.
func (a *archive) accumulate(ctx context.Context) error {
	level := make([][32]byte, len(a.records))
	for i := range a.records {
		if err := a.v.node(ctx, a.records[i].hash, a.records[i].td, &level[i]); err != nil {
			return err
		}
	}
	var zero [32]byte // the root of an empty subtree
	for range accumulatorDepth {
		if err := a.v.collector.Flush(ctx); err != nil {
			return err
		}
		if len(level)%2 == 1 {
			level = append(level, zero)
		}
		above := make([][32]byte, len(level)/2)
		for i := range above {
			if err := a.v.node(ctx, level[2*i], level[2*i+1], &above[i]); err != nil {
				return err
			}
		}
		if err := a.v.node(ctx, zero, zero, &zero); err != nil {
			return err
		}
		level = above
	}
	if err := a.v.collector.Flush(ctx); err != nil {
		return err
	}
	top := zero
	if len(level) == 1 {
		top = level[0]
	}
	var length, root [32]byte
	binary.LittleEndian.PutUint64(length[:], uint64(len(a.records)))
	if err := a.v.node(ctx, top, length, &root); err != nil {
		return err
	}
	if err := a.v.collector.Flush(ctx); err != nil {
		return err
	}
	if string(root[:]) != string(a.root) {
		a.v.report.Invalid(platform.Location{
			Transaction: -1, Input: -1, Reason: fmt.Sprintf("the archive's accumulator is %x, stated %x", root, a.root),
		})
	}
	return nil
}

// node has the parent of two nodes hashed into out, before the collector's next Flush returns.
func (v *verifier) node(ctx context.Context, left, right [32]byte, out *[32]byte) error {
	return v.collector.Add(ctx, sha256.Node, 0, 0, func(b *kernels.Batch) error {
		return sha256.AppendNode(b, left[:], right[:])
	}, func(_ bool, hash []byte) { copy(out[:], hash) })
}
