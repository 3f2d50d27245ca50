package sha256_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/kernels/sha512"
)

// TestAppendErrors: a refused job leaves the batch as it was.
func TestAppendErrors(t *testing.T) {
	p := func(n int) []byte { return make([]byte, n) }
	for _, c := range []struct {
		name   string
		kernel *kernels.Kernel
		add    func(b *kernels.Batch) error
		want   error
	}{
		{"sha256 to sha512", sha512.Kernel, func(b *kernels.Batch) error { return sha256.Append(b, nil) }, kernels.ErrKernel},
		{"sha256 to node", sha256.Node, func(b *kernels.Batch) error { return sha256.Append(b, nil) }, kernels.ErrKernel},
		{"sha512 to sha256", sha256.Kernel, func(b *kernels.Batch) error { return sha512.Append(b, nil) }, kernels.ErrKernel},
		{"long message", sha256.Kernel, func(b *kernels.Batch) error { return sha256.Append(b, p(101)) }, kernels.ErrFull},
		{"long message, sha256d", sha256.Double, func(b *kernels.Batch) error { return sha256.Append(b, p(101)) }, kernels.ErrFull},
		{"node to sha256", sha256.Kernel, func(b *kernels.Batch) error { return sha256.AppendNode(b, p(32), p(32)) }, kernels.ErrKernel},
		{"left 31", sha256.Node, func(b *kernels.Batch) error { return sha256.AppendNode(b, p(31), p(32)) }, kernels.ErrLength},
		{"right 33", sha256.Node, func(b *kernels.Batch) error { return sha256.AppendNode(b, p(32), p(33)) }, kernels.ErrLength},
		{"pow to chain", sha256.Chain, func(b *kernels.Batch) error { return sha256.AppendPoW(b, p(80), p(32), 0, 1) }, kernels.ErrKernel},
		{"header 79", sha256.PoW, func(b *kernels.Batch) error { return sha256.AppendPoW(b, p(79), p(32), 0, 1) }, kernels.ErrLength},
		{"target 4", sha256.PoW, func(b *kernels.Batch) error { return sha256.AppendPoW(b, p(80), p(4), 0, 1) }, kernels.ErrLength},
		{"chain to pow", sha256.PoW, func(b *kernels.Batch) error { return sha256.AppendChain(b, p(32), nil, p(32), 1) }, kernels.ErrKernel},
		{"start 0", sha256.Chain, func(b *kernels.Batch) error { return sha256.AppendChain(b, nil, nil, p(32), 1) }, kernels.ErrLength},
		{"mixin 0", sha256.Chain, func(b *kernels.Batch) error { return sha256.AppendChain(b, p(32), p(0), p(32), 1) }, kernels.ErrLength},
		{"mixin 31", sha256.Chain, func(b *kernels.Batch) error { return sha256.AppendChain(b, p(32), p(31), p(32), 1) }, kernels.ErrLength},
		{"end 64", sha256.Chain, func(b *kernels.Batch) error { return sha256.AppendChain(b, p(32), nil, p(64), 1) }, kernels.ErrLength},
	} {
		t.Run(c.name, func(t *testing.T) {
			size := 0
			if c.kernel.Message {
				size = 100
			}
			b := kernels.New(c.kernel, 0, 2, size)
			before := bytes.Clone(b.Region())
			if err := c.add(b); !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if b.Len() != 0 || !bytes.Equal(b.Region(), before) {
				t.Errorf("the batch changed: %d jobs", b.Len())
			}
		})
	}
}

// TestFull: each appender returns ErrFull when the last job is in.
func TestFull(t *testing.T) {
	p := func(n int) []byte { return make([]byte, n) }
	for k, add := range map[*kernels.Kernel]func(b *kernels.Batch) error{
		sha256.Kernel: func(b *kernels.Batch) error { return sha256.Append(b, nil) },
		sha256.Double: func(b *kernels.Batch) error { return sha256.Append(b, nil) },
		sha256.Node:   func(b *kernels.Batch) error { return sha256.AppendNode(b, p(32), p(32)) },
		sha256.PoW:    func(b *kernels.Batch) error { return sha256.AppendPoW(b, p(80), p(32), 0, 1) },
		sha256.Chain:  func(b *kernels.Batch) error { return sha256.AppendChain(b, p(32), p(32), p(32), 1) },
	} {
		b := kernels.New(k, 0, 1, 0)
		if err := add(b); err != nil {
			t.Errorf("%s: %v", k.Name, err)
		}
		if err := add(b); !errors.Is(err, kernels.ErrFull) || b.Len() != 1 {
			t.Errorf("%s: a second job in a batch for one: %v, %d jobs", k.Name, err, b.Len())
		}
	}
}
