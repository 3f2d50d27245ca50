package main

import (
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/blake2b"
	"github.com/sluice-engine/sluice/kernels/keccak256"
	"github.com/sluice-engine/sluice/kernels/sha256"
	"github.com/sluice-engine/sluice/kernels/sha512"
	"github.com/sluice-engine/sluice/kernels/sm3"
)

// chipBatches are jobs of every kernel of the chip, decided by the references.
func chipBatches(r *rand.Rand) ([]*kernels.Batch, error) {
	var batches []*kernels.Batch
	for _, k := range []*kernels.Kernel{sha256.Kernel, sha256.Double, sha512.Kernel, keccak256.Kernel, sm3.Kernel, blake2b.Kernel} {
		lengths := []int{0, 0, 1, 63, 64, 65, 127, 128, 129, 135, 136, 137, 4000, 9000}
		for range 120 {
			lengths = append(lengths, r.IntN(300))
		}
		r.Shuffle(len(lengths), func(i, j int) { lengths[i], lengths[j] = lengths[j], lengths[i] })
		total := 0
		for _, n := range lengths {
			total += n
		}
		b := kernels.New(k, 0, len(lengths), total)
		for _, n := range lengths {
			if _, err := b.Add(random(r, n)); err != nil {
				return nil, err
			}
		}
		batches = append(batches, b)
	}
	nodes := kernels.New(sha256.Node, 0, 130, 0)
	for range 130 {
		if err := sha256.AppendNode(nodes, random(r, 32), random(r, 32)); err != nil {
			return nil, err
		}
	}
	searches := kernels.New(sha256.PoW, 0, 70, 0)
	for range 70 {
		t := random(r, 32)
		t[31] = []byte{0x01, 0x40, 0xc0}[r.IntN(3)]
		if err := sha256.AppendPoW(searches, random(r, 80), t, r.Uint32(), uint32(r.IntN(5))); err != nil {
			return nil, err
		}
	}
	batches = append(batches, nodes, searches)
	for _, b := range batches {
		b.Kernel().Ref(b, 0, b.Len())
	}
	return batches, nil
}

// writeChip writes one line for each job: "kernel row message verdict output"; kernel is the id, verdict 1 valid or 2 invalid.
func writeChip(path string, r *rand.Rand) error {
	batches, err := chipBatches(r)
	if err != nil {
		return err
	}
	return create(path, func(w io.Writer) {
		for _, b := range batches {
			for i := range b.Len() {
				fmt.Fprintf(w, "%d ", b.Kernel().ID)
				hexes(w, b.Row(i))
				hexes(w, b.Message(i))
				fmt.Fprintf(w, "%d %x\n", b.Verdict(i), b.Out(i))
			}
		}
	})
}
