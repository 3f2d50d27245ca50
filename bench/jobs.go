package bench

import (
	stdsha256 "crypto/sha256"
	"fmt"
	"math/rand/v2"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sample"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// Jobs of the kernels whose jobs are many hashes.
const (
	PoWNonces   = 1 << 16 // tried by a sha256d.pow job, whose target is out of reach
	ChainHashes = 1000    // of a sha256.chain job
)

// unitOf is what a job of the kernel is made of, and how many.
func unitOf(k *kernels.Kernel) (unit string, n int) {
	switch k.ID {
	case kernels.SHA256dPoW:
		return "double hash", PoWNonces
	case kernels.SHA256Chain:
		return "hash", ChainHashes
	}
	return "job", 1
}

// jobsOf makes n jobs of the group.
func (g *group) jobsOf(n int, seed uint64) (*kernels.Batch, error) {
	k := g.kernel
	lengths := make([]int, n)
	total := 0
	if k.Message {
		src := rand.New(rand.NewPCG(seed, uint64(k.ID)))
		for i := range lengths {
			if lengths[i] = g.message; g.message == Mixed {
				lengths[i] = src.IntN(MixedMax + 1)
			}
			total += lengths[i]
		}
	}
	b, err := kernels.NewIn(kernels.Heap, k, g.rule, n, total)
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	switch {
	case k.ID == kernels.SHA256dPoW:
		err = fillPoW(b, n, seed)
	case k.ID == kernels.SHA256Chain:
		err = fillChains(b, n, seed)
	case g.message == Mixed:
		for i := 0; i < n && err == nil; i++ {
			err = sample.Fill(b, 1, seed+uint64(i), lengths[i])
		}
	default:
		err = sample.FillKeys(b, n, seed, g.message, max(1, g.distinct(n)))
	}
	if err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return b, nil
}

// fillPoW adds searches that find nothing, so that all nonces are tried: the target is zero.
func fillPoW(b *kernels.Batch, n int, seed uint64) error {
	src := newSource(seed)
	for range n {
		var header [sha256.HeaderSize]byte
		src.Read(header[:]) // never fails
		if err := sha256.AppendPoW(b, header[:], make([]byte, 32), uint32(src.Uint64()), PoWNonces); err != nil {
			return err
		}
	}
	return nil
}

func fillChains(b *kernels.Batch, n int, seed uint64) error {
	src := newSource(seed)
	for range n {
		var start [32]byte
		src.Read(start[:]) // never fails
		end := start
		for range ChainHashes {
			end = stdsha256.Sum256(end[:])
		}
		if err := sha256.AppendChain(b, start[:], nil, end[:], ChainHashes); err != nil {
			return err
		}
	}
	return nil
}

func newSource(seed uint64) *rand.ChaCha8 {
	key := [32]byte([]byte("sluice bench jobs, version 1    "))
	for i := range 8 {
		key[i] ^= byte(seed >> (8 * i))
	}
	return rand.NewChaCha8(key)
}

// copyJobs makes a batch of jobs [lo,hi) of b, undecided.
func copyJobs(b *kernels.Batch, lo, hi int) (*kernels.Batch, error) {
	total := 0
	for i := lo; i < hi; i++ {
		total += len(b.Message(i))
	}
	c, err := kernels.NewIn(kernels.Heap, b.Kernel(), b.Flags(), hi-lo, total)
	if err != nil {
		return nil, err
	}
	for i := lo; i < hi; i++ {
		if err := copyJob(c, b, i); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// copyJob appends job i of b to c.
func copyJob(c, b *kernels.Batch, i int) error {
	row, err := c.Add(b.Message(i))
	if err != nil {
		return err
	}
	copy(row, b.Row(i))
	return nil
}
