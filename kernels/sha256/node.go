package sha256

import "github.com/sluice-engine/sluice/kernels"

// Node is "sha256.node", the parent of two Merkle children: SHA-256 of left ‖ right, 64 bytes, out 32 bytes. It
// has no domain prefix; trees with one (RFC 6962, Solana) hash messages of 65 bytes with [Kernel].
var Node = newNode()

func newNode() *kernels.Kernel {
	k := &kernels.Kernel{
		ID:    kernels.SHA256Node,
		Name:  "sha256.node",
		In:    2 * Size,
		Out:   Size,
		Rules: []kernels.Flags{0},
		Run:   runNode,
		Ref:   refNode,
	}
	k.Known = func(rule kernels.Flags) *kernels.Batch { return knownNode(k, rule) }
	return k
}

// AppendNode adds a job that hashes two children of 32 bytes. Errors: ErrKernel, ErrLength, ErrFull; the batch is
// then unchanged.
func AppendNode(b *kernels.Batch, left, right []byte) error {
	if err := kernels.CheckKernel(b, kernels.SHA256Node); err != nil {
		return err
	}
	if err := kernels.CheckLength("left child", left, Size); err != nil {
		return err
	}
	if err := kernels.CheckLength("right child", right, Size); err != nil {
		return err
	}
	row, err := b.Add(nil)
	if err != nil {
		return err
	}
	copy(row, left)
	copy(row[Size:], right)
	return nil
}
