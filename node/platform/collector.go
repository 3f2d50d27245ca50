package platform

import (
	"bytes"
	"context"
	"slices"

	"github.com/sluice-engine/sluice/kernels"
)

// DefaultBatchJobs is the size of a collector's batches where none is asked for: enough for every lane of a CPU
// and worth the trip to a device.
const DefaultBatchJobs = 4096

// Collector gathers jobs of many kernels and rule sets into batches, has the engine decide the full ones, and
// hands each job's verdict to the function given with it. One goroutine uses it.
type Collector struct {
	engine Engine
	report *Report
	jobs   int
	open   []*pending
}

type pending struct {
	batch *kernels.Batch
	done  []func(valid bool, out []byte)
}

// arenaPerJob is the room for messages that a batch gets for each job.
const arenaPerJob = 512

// NewCollector makes a collector that counts verdicts in r. jobs is the size of a batch; 0 means DefaultBatchJobs.
func NewCollector(e Engine, r *Report, jobs int) *Collector {
	if jobs <= 0 {
		jobs = DefaultBatchJobs
	}
	return &Collector{engine: e, report: r, jobs: jobs}
}

// Add appends one job of the kernel under the rule. add calls the kernel's typed appender on the batch that it
// is given; messageBytes is the length of the message that it will append. done gets the verdict, and the output
// row, which is the batch's and changes afterwards. It is called before a later Flush returns, or during a later
// Add, in the order of the jobs of that kernel and rule, and must not call the collector.
func (c *Collector) Add(ctx context.Context, k *kernels.Kernel, rule kernels.Flags, messageBytes int,
	add func(b *kernels.Batch) error, done func(valid bool, out []byte)) error {
	p, err := c.room(ctx, k, rule, messageBytes)
	if err != nil {
		return err
	}
	if err := add(p.batch); err != nil {
		return err
	}
	p.done = append(p.done, done)
	return nil
}

// room is the open batch of the kernel and rule with room for a job.
func (c *Collector) room(ctx context.Context, k *kernels.Kernel, rule kernels.Flags, messageBytes int) (*pending, error) {
	i := slices.IndexFunc(c.open, func(p *pending) bool { return p.batch.Kernel() == k && p.batch.Flags() == rule })
	if i >= 0 {
		p := c.open[i]
		if p.batch.Len() < p.batch.Cap() && messageBytes <= p.batch.MessageRoom() {
			return p, nil
		}
		if err := c.decide(ctx, p); err != nil {
			return nil, err
		}
		if messageBytes <= p.batch.MessageRoom() {
			return p, nil
		}
		c.open = slices.Delete(c.open, i, i+1) // the arena is too small for this one message
	}
	arena := 0
	if k.Message {
		arena = max(c.jobs*arenaPerJob, messageBytes)
	}
	b, err := kernels.NewIn(kernels.Heap, k, rule, c.jobs, arena)
	if err != nil {
		return nil, err
	}
	p := &pending{batch: b}
	c.open = append(c.open, p)
	return p, nil
}

// Flush decides all that was added.
func (c *Collector) Flush(ctx context.Context) error {
	for _, p := range c.open {
		if err := c.decide(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// Decide has the engine decide a batch that the caller filled, and counts its verdicts. It may be called beside Add.
func (c *Collector) Decide(ctx context.Context, b *kernels.Batch) error {
	if err := c.engine.Run(ctx, b); err != nil {
		return err
	}
	valid := int64(bytes.Count(b.Verdicts(), []byte{byte(kernels.Valid)}))
	c.report.Decided(b.Kernel(), valid, int64(b.Len())-valid)
	return nil
}

func (c *Collector) decide(ctx context.Context, p *pending) error {
	b := p.batch
	if b.Len() == 0 {
		return nil
	}
	if err := c.engine.Run(ctx, b); err != nil {
		return err
	}
	var valid int64
	for i, done := range p.done {
		ok := b.Verdict(i) == kernels.Valid
		if ok {
			valid++
		}
		if done != nil {
			done(ok, b.Out(i))
		}
	}
	c.report.Decided(b.Kernel(), valid, int64(b.Len())-valid)
	clear(p.done)
	p.done = p.done[:0]
	return b.Reset()
}
