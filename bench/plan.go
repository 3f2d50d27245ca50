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
				g := group{k, rule, message, batches}
				if i > 0 && c.Messages == nil && c.Batches == nil {
					g.batches = []int{nearest(batches, headlineBatch)}
				}
				if bytes := max(message, MixedMax) * setSize(slices.Max(g.batches)); message != 0 && bytes > maxArena {
					return nil, fmt.Errorf("%w: batches of %d jobs with messages of %d bytes are too large", ErrConfig, slices.Max(g.batches), message)
				}
				groups = append(groups, g)
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

// setSize is how many jobs the batches of n come from: at least leastJobs, and whole batches.
func setSize(n int) int { return (leastJobs + n - 1) / n * n }

const leastJobs = 256

// setSizeOf is setSize, with fewer jobs where each is long.
func setSizeOf(k *kernels.Kernel, n int) int {
	if k.ID == kernels.SHA256dPoW || k.ID == kernels.BLS12381Verify {
		return max(n, longJobs/n*n)
	}
	return setSize(n)
}

const longJobs = 16

// nearest is the number of the sorted list whose ratio to n is nearest to 1.
func nearest(list []int, n int) int {
	return slices.MinFunc(list, func(a, b int) int { return max(a, n)*min(b, n) - max(b, n)*min(a, n) })
}
