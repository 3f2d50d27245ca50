package bench

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/sluice-engine/sluice/engine"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/all"
)

var (
	// ErrConfig: a field of a Config is out of its range, or nothing is left to measure.
	ErrConfig = errors.New("bench: bad configuration")
	// ErrDisagree: two contenders gave different verdicts or outputs for the same jobs.
	ErrDisagree = errors.New("bench: contenders disagree")
	// ErrSkip is what Prepare of a contender returns for jobs that it cannot take; it is then left out of the row.
	ErrSkip = errors.New("bench: contender does not take these jobs")
)

// Mixed as a message size: lengths from 0 to MixedMax bytes, all equally likely.
const (
	Mixed    = -1
	MixedMax = 1024
)

// Limits of a Config.
const (
	MaxBatch        = 1 << 16
	MaxMessageBytes = 1 << 20
	MaxThreads      = 1024
	maxArena        = 1 << 30 // message bytes of all jobs of a row
)

// Config says what to measure. The zero value is usable: all kernels, bare and through the CPU backend, on one thread.
type Config struct {
	Kernels  []*kernels.Kernel // nil: all
	Rules    []kernels.Flags   // those that a kernel has of them; nil: see DefaultRules
	Backends []string          // of the engine, each measured beside the bare kernel; nil: cpu
	Batches  []int             // jobs; nil: see DefaultBatches
	Messages []int             // bytes, or Mixed, for kernels that take messages; nil: see DefaultMessages
	Threads  int               // measured with 1, 2, 4 … and this many; 0: 1

	Time   time.Duration // of a contender for a row, all turns together; 0: 100 ms
	Rounds int           // turns of each; 0: 7
	Keys   int           // different keys that sign the jobs of a thread; 0: as many as jobs, and few beside where a kernel remembers keys
	Seed   uint64        // of the jobs

	Sweep   bool // batches of 1, 2, 4 … 4096 where Batches is nil
	Latency bool // also measure single jobs through a Stream, see Loads

	Peers []Contender // beside ours
	Date  string      // of the result; the package asks no calendar
	// Commit is what the program was built from, with "-dirty" behind if there were changes; empty: what the Go tool recorded.
	Commit string

	// Now is the clock; nil: time.Now. Tests have their own.
	Now func() time.Time

	ours []Contender // in place of the bare kernel and the backends, in tests
}

// DefaultRules are the rules of a kernel that are measured unless a Config names others: its default, and those for which
// there is other code.
func DefaultRules(k *kernels.Kernel) []kernels.Flags {
	switch k.ID {
	case kernels.Ed25519Verify:
		return []kernels.Flags{kernels.RFC8032, kernels.ZIP215}
	case kernels.ECVRFVerify:
		return []kernels.Flags{kernels.TAI, kernels.ELL2}
	}
	return []kernels.Flags{k.Default()}
}

// DefaultBatches are the batch sizes of a kernel that are measured unless a Config names others: fewer where a job is
// long.
func DefaultBatches(k *kernels.Kernel, sweep bool) []int {
	most := 4096
	switch {
	case k.ID == kernels.SHA256dPoW:
		most = 16
	case k.ID == kernels.BLS12381Verify:
		most = 64
	case k.ID == kernels.SHA256Chain || !isHash(k):
		most = 1024
	}
	batches := []int{1, 8, 64, 256, 1024}
	if sweep {
		batches = nil
		for n := 1; n <= 4096; n *= 2 {
			batches = append(batches, n)
		}
	}
	return slices.DeleteFunc(slices.Clone(batches), func(n int) bool { return n > most })
}

// DefaultMessages are the message sizes of a kernel that are measured unless a Config names others. The first is measured
// with all batch sizes, the others with that next to headlineBatch.
func DefaultMessages(k *kernels.Kernel) []int {
	switch {
	case !k.Message:
		return []int{0}
	case isHash(k):
		return []int{64, 256, 1024, 8192, Mixed}
	case k.ID == kernels.Ed25519Verify:
		return []int{64}
	}
	return []int{32}
}

const headlineBatch = 256

// isHash tells whether the kernel only hashes: its jobs have no keys.
func isHash(k *kernels.Kernel) bool { return k.ID < kernels.Ed25519Verify }

// complete checks the fields and fills in the defaults.
func (c *Config) complete() error {
	if c.Kernels == nil {
		c.Kernels = all.Kernels
	}
	if c.Backends == nil {
		c.Backends = []string{"cpu"}
	}
	if c.Threads == 0 {
		c.Threads = 1
	}
	if c.Time == 0 {
		c.Time = 100 * time.Millisecond
	}
	if c.Rounds == 0 {
		c.Rounds = 7
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	switch {
	case c.Threads < 1 || c.Threads > MaxThreads:
		return fmt.Errorf("%w: %d threads, not 1 to %d", ErrConfig, c.Threads, MaxThreads)
	case c.Time < 0 || c.Time > time.Hour:
		return fmt.Errorf("%w: time %v is not between 0 and 1h", ErrConfig, c.Time)
	case c.Rounds < 1 || c.Rounds > 1000:
		return fmt.Errorf("%w: %d rounds, not 1 to 1000", ErrConfig, c.Rounds)
	case c.Keys < 0:
		return fmt.Errorf("%w: %d keys", ErrConfig, c.Keys)
	}
	for _, name := range c.Backends {
		if !slices.Contains(engine.Names(), name) {
			return fmt.Errorf("%w: unknown backend %q (known: %v)", ErrConfig, name, engine.Names())
		}
	}
	for _, n := range c.Batches {
		if n < 1 || n > MaxBatch {
			return fmt.Errorf("%w: a batch of %d jobs, not 1 to %d", ErrConfig, n, MaxBatch)
		}
	}
	for _, n := range c.Messages {
		if n < Mixed || n > MaxMessageBytes {
			return fmt.Errorf("%w: messages of %d bytes, not 0 to %d", ErrConfig, n, MaxMessageBytes)
		}
	}
	return nil
}

// threadCounts are 1, 2, 4 … and the number asked for.
func (c *Config) threadCounts() (counts []int) {
	for n := 1; n < c.Threads; n *= 2 {
		counts = append(counts, n)
	}
	return append(counts, c.Threads)
}
