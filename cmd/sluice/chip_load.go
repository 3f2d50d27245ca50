//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/chip"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

// errWrong: the chip gave another answer than the CPU.
var errWrong = errors.New("the chip is wrong")

// chipLoad is a batch that the chip is given again and again, and what the CPU says of it.
type chipLoad struct {
	batch, want *kernels.Batch
	differ      uint64 // answers of units that are not exact which were others than the CPU's
}

// newChipLoad makes jobs in the backend's memory: hashes of random messages of so many bytes, or for kernels with rows the
// known answers of their standards.
func newChipLoad(be *chip.Backend, k *kernels.Kernel, n, messageBytes int) (*chipLoad, error) {
	rule := k.Default()
	known := k.Known(rule)
	size := n * messageBytes
	if k.In > 0 {
		size = (n + known.Len() - 1) / known.Len() * known.MessageBytes()
	} else if !k.Message {
		size = 0
	}
	var both [2]*kernels.Batch
	for i, a := range []kernels.Allocator{be.Allocator(), kernels.Heap} {
		b, err := kernels.NewIn(a, k, rule, n, size)
		if err != nil {
			return nil, err
		}
		both[i] = b
		random := rand.NewChaCha8([32]byte{1})
		for j := range n {
			from := j % known.Len()
			message := known.Message(from)
			if k.In == 0 {
				message = make([]byte, messageBytes)
				random.Read(message)
			}
			row, err := b.Add(message)
			if err != nil {
				return nil, err
			}
			copy(row, known.Row(from))
		}
	}
	l := &chipLoad{batch: both[0], want: both[1]}
	k.Run(l.want, 0, n)
	return l, nil
}

// run has the chip decide the batch and compares; where the chip declares a verdict inexact, it may differ.
func (l *chipLoad) run(ctx context.Context, be *chip.Backend) error {
	b, n := l.batch, l.batch.Len()
	b.Unset(0, n)
	if err := be.Run(ctx, b, 0, n); err != nil {
		return err
	}
	info := be.Info()
	support, _ := info.Supports(b.Kernel().ID)
	for i := range n {
		v, w := b.Verdict(i), l.want.Verdict(i)
		same := v == w && string(b.Out(i)) == string(l.want.Out(i))
		switch {
		case same:
		case v == kernels.Valid && !support.ValidExact || v == kernels.Invalid && !support.InvalidExact:
			l.differ++
		default:
			return fmt.Errorf("%w: %s, job %d is %v with output %x, the CPU says %v with %x", errWrong, b.Kernel().Name, i, v, b.Out(i), w, l.want.Out(i))
		}
	}
	return nil
}

// runFor runs the batch at least once, until the time is over.
func (l *chipLoad) runFor(ctx context.Context, be *chip.Backend, d time.Duration) error {
	for end := time.Now().Add(d); ; {
		if err := l.run(ctx, be); err != nil {
			return err
		}
		if time.Now().After(end) {
			return nil
		}
	}
}

// chosen are the kernels by these names that the chip has, or all that it has.
func chosen(info backend.Info, names []string) ([]*kernels.Kernel, error) {
	var ks []*kernels.Kernel
	for _, name := range names {
		k := all.ByName(name)
		if k == nil {
			return nil, fmt.Errorf("unknown kernel %q (see: sluice devices)", name)
		}
		if _, ok := info.Supports(k.ID); !ok {
			return nil, fmt.Errorf("the chip has no unit for %s; it has %v", name, kernelsOf(info))
		}
		ks = append(ks, k)
	}
	if len(names) > 0 {
		return ks, nil
	}
	for _, k := range all.Kernels {
		if _, ok := info.Supports(k.ID); ok {
			ks = append(ks, k)
		}
	}
	return ks, nil
}

func kernelsOf(info backend.Info) (names []string) {
	for _, k := range all.Kernels {
		if _, ok := info.Supports(k.ID); ok {
			names = append(names, k.Name)
		}
	}
	slices.Sort(names)
	return names
}

// openChip opens one chip of a source, however many there are: its counters are looked at.
func openChip(source *chipSource) (*chip.Backend, error) {
	all, err := chip.Open(source.one())
	if err != nil {
		return nil, err
	}
	return all[0].(*chip.Backend), nil
}
