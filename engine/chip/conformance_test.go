//go:build linux

package chip

import (
	"context"
	"errors"
	"testing"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/backendtest"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/kernels/sha512"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

// some are kernels of all shapes: with and without rows, messages, outputs, rules.
var some = []*kernels.Kernel{sha256.Kernel, sha256.Double, sha256.Node, sha256.PoW, sha256.Chain, sha512.Kernel, keccak256.Kernel, sm3.Kernel,
	blake2b.Kernel, ed25519.Kernel, secp256k1.Recover}

// openOn makes a backend whose device is given by dial.
func openOn(t testing.TB, dial func() (driver.Device, error)) *Backend {
	t.Helper()
	b, err := newBackend("chip0", Config{Dial: dial})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return b
}

// openFake makes a backend on a chip in memory.
func openFake(t testing.TB, ks ...*kernels.Kernel) (*Backend, *fake.Chip) {
	t.Helper()
	chip := fake.New(fake.Config{Kernels: ks})
	return openOn(t, func() (driver.Device, error) { return chip, nil }), chip
}

func TestConformance(t *testing.T) {
	backendtest.Run(t, func(t testing.TB) backend.Backend {
		b, _ := openFake(t, some...)
		return b
	}, backendtest.Options{})
}

// near has the backend decide every batch in its own memory, where the chip reads it in place.
type near struct{ *Backend }

func (n near) Run(ctx context.Context, b *kernels.Batch, lo, hi int) error {
	own, err := copyTo(n.Allocator(), b)
	if errors.Is(err, driver.ErrClosed) {
		return n.Backend.Run(ctx, b, lo, hi)
	} else if err != nil {
		return err
	}
	defer own.Release()
	err = n.Backend.Run(ctx, own, lo, hi)
	for i := lo; i < hi; i++ {
		b.Copy(own, i, i+1)
	}
	return err
}

// copyTo makes a batch of the same jobs in memory from a.
func copyTo(a kernels.Allocator, b *kernels.Batch) (*kernels.Batch, error) {
	own, err := kernels.NewIn(a, b.Kernel(), b.Flags(), b.Len(), b.MessageBytes())
	if err != nil {
		return nil, err
	}
	for i := range b.Len() {
		row, err := own.Add(b.Message(i))
		if err != nil {
			return nil, err
		}
		copy(row, b.Row(i))
	}
	return own, nil
}

func TestConformanceInPlace(t *testing.T) {
	backendtest.Run(t, func(t testing.TB) backend.Backend {
		b, _ := openFake(t, some...)
		return near{b}
	}, backendtest.Options{})
}
