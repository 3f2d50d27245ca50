package engine

import (
	"context"
	"testing"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
)

// reaching is a device with memory of its own.
type reaching struct {
	*device
	memory kernels.Allocator
}

func (r reaching) Allocator() kernels.Allocator { return r.memory }

// counting is memory that counts.
type counting struct {
	kernels.Allocator
	given int
}

func (c *counting) Alloc(size int) ([]byte, error) {
	c.given++
	return c.Allocator.Alloc(size)
}

// TestAllocator: batches go where a device reads them, as long as it serves.
func TestAllocator(t *testing.T) {
	memory := &counting{Allocator: kernels.Heap}
	e, err := Open(Config{Kernels: []*kernels.Kernel{toy}, Custom: []backend.Backend{newDevice("plain", nil), reaching{newDevice("d", nil), memory}}})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	b, err := kernels.NewIn(e.Allocator(), toy, 0, 100, 0)
	if err != nil || memory.given != 1 {
		t.Fatalf("%d batches in the memory of the device, %v", memory.given, err)
	}
	if _, err := b.Add(make([]byte, 0)); err != nil {
		t.Fatal(err)
	}
	if err := e.Run(context.Background(), b); err != nil {
		t.Fatal(err)
	}
	checkRight(t, b)
	b.Release()
	m := e.members[2]
	m.quarantine(m.services[toy.ID], false, "planted")
	if e.Allocator() != kernels.Heap {
		t.Error("memory of a device that does not serve")
	}
}
