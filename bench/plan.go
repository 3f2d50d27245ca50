package bench

import (
	"fmt"
	"slices"

	"github.com/sluice-engine/sluice/kernels"
)

// group is what is measured on one set of jobs.
type group struct {
	kernel  *kernels.Kernel
	rule    kernels.Flags
	message int // bytes or Mixed; 0 for kernels without
	batches []int
	keys    int // different ones that sign; 0: all
	least   int // jobs that batches come from
}

// plan lists the groups in order of the configuration.
func (c *Config) plan() ([]group, error) {
	var groups []group
	for _, k := range c.Kernels {
		batches := c.Batches
		if batches == nil {
			batches = DefaultBatches(k, c.Sweep)
		}
		batches = slices.Compact(slices.Sorted(slices.Values(batches)))
		messages := []int{0}
		if k.Message {
			if messages = c.Messages; messages == nil {
				messages = DefaultMessages(k)
			}
		}
		for _, rule := range c.rulesOf(k) {
			for i, message := range messages {
				if message == Mixed && !isHash(k) {
					return nil, fmt.Errorf("%w: %s has no mixed lengths, only hashes do", ErrConfig, k.Name)
				}
				g := group{k, rule, message, batches, c.Keys, leastJobs}
				if i > 0 && c.Messages == nil && c.Batches == nil {
					g.batches = []int{nearest(batches, headlineBatch)}
				}
				if remembers(k, rule) {
					g.least = manyKeys
				}
				if bytes := max(message, MixedMax) * g.jobs(); message != 0 && bytes > maxArena {
					return nil, fmt.Errorf("%w: batches of %d jobs with messages of %d bytes are too large", ErrConfig, slices.Max(g.batches), message)
				}
				groups = append(groups, g)
				if remembers(k, rule) && c.Keys == 0 {
					g.keys = fewKeys
					groups = append(groups, g)
				}
			}
		}
	}
	if len(groups) == 0 {
		return nil, fmt.Errorf("%w: none of the kernels has a rule of %v", ErrConfig, c.Rules)
	}
	return groups, nil
}

func (c *Config) rulesOf(k *kernels.Kernel) (rules []kernels.Flags) {
	if c.Rules == nil {
		return DefaultRules(k)
	}
	for _, r := range c.Rules {
		if k.Allows(r) {
			rules = append(rules, r)
		}
	}
	return rules
}

// remembers tells whether the kernel remembers keys from batch to batch. Two cases are measured then: keys that all
// differ, more of them than are remembered, as transactions have; and few, as validators have.
func remembers(k *kernels.Kernel, rule kernels.Flags) bool {
	return k.ID == kernels.Ed25519Verify && rule == kernels.ZIP215
}

const (
	leastJobs = 256
	longJobs  = 16   // where each is long
	manyKeys  = 8192 // twice what is remembered
	fewKeys   = 128
)

// setSize is how many jobs the batches of n come from: not too few, and whole batches.
func (g *group) setSize(n int) int {
	least := g.least
	if id := g.kernel.ID; id == kernels.SHA256dPoW || id == kernels.BLS12381Verify {
		least = longJobs
	}
	return (least + n - 1) / n * n
}

// jobs is how many the set of the group has, for all its batch sizes.
func (g *group) jobs() (most int) {
	for _, n := range g.batches {
		most = max(most, g.setSize(n))
	}
	return most
}

// distinct is how many different keys sign a set of n jobs; 0 for hashes.
func (g *group) distinct(n int) int {
	switch {
	case isHash(g.kernel):
		return 0
	case g.keys == 0:
		return n
	}
	return min(n, g.keys)
}

// nearest is the number of the sorted list whose ratio to n is nearest to 1.
func nearest(list []int, n int) int {
	return slices.MinFunc(list, func(a, b int) int { return max(a, n)*min(b, n) - max(b, n)*min(a, n) })
}
