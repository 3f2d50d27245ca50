package backendtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/engine/cpu"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/secp256k1"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// The suite is tested with two kernels: one with outputs and no invalid jobs, one with messages and no outputs.
var suiteKernels = []*kernels.Kernel{sha256.Node, ed25519.Kernel}

var suiteOptions = Options{Kernels: suiteKernels, Effort: 10 * time.Millisecond, Patience: 300 * time.Millisecond}

// crooked is a CPU backend with a planted fault.
type crooked struct {
	backend.Backend
	info  func(*backend.Info)
	run   func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error
	close func(be backend.Backend) error
	n     atomic.Int64 // calls
}

func (c *crooked) Info() backend.Info {
	info := c.Backend.Info()
	info.Kernels = slices.Clone(info.Kernels)
	if c.info != nil {
		c.info(&info)
	}
	return info
}

func (c *crooked) Run(ctx context.Context, b *kernels.Batch, lo, hi int) error {
	c.n.Add(1)
	if c.run != nil {
		return c.run(c.Backend, ctx, b, lo, hi)
	}
	return c.Backend.Run(ctx, b, lo, hi)
}

func (c *crooked) Close() error {
	if c.close != nil {
		return c.close(c.Backend)
	}
	return c.Backend.Close()
}

type runFunc = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error

// after runs the CPU and then spoils what it did of a span that is not empty.
func after(spoil func(b *kernels.Batch, lo, hi int)) runFunc {
	return func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
		err := be.Run(ctx, b, lo, hi)
		if err == nil && lo < hi {
			spoil(b, lo, hi)
		}
		return err
	}
}

func other(v kernels.Verdict) kernels.Verdict { return kernels.Of(v != kernels.Valid) }

// verdicts runs all properties and gives the errors of those that fail, by name.
func verdicts(open func() *crooked) map[string]string {
	failed := make(map[string]string)
	for _, p := range Once {
		if err := p.Test(func() backend.Backend { return open() }, suiteOptions); err != nil {
			failed[p.Name] = err.Error()
		}
	}
	be := open()
	defer be.Backend.Close()
	for _, k := range suiteKernels {
		info := be.Info()
		if _, ok := info.Supports(k.ID); !ok {
			continue
		}
		c := &Case{Backend: be, Kernel: k, Rule: k.Default(), Options: suiteOptions}
		if err := c.Prepare(); err != nil {
			failed["prepare"] += err.Error()
			continue
		}
		for _, p := range Each {
			if err := p.Test(c); err != nil {
				failed[p.Name] += k.Name + ": " + err.Error() + "\n"
			}
		}
	}
	return failed
}

// TestHonest: an honest backend passes everything.
func TestHonest(t *testing.T) {
	for name, says := range verdicts(func() *crooked { return &crooked{Backend: cpu.New(cpu.Config{Workers: 2, Kernels: suiteKernels})} }) {
		t.Errorf("%s: %s", name, says)
	}
}

// TestPlanted: the suite finds each fault, by the property that is there for it.
func TestPlanted(t *testing.T) {
	if raceEnabled {
		t.Skip("many of the faults are data races in themselves; run without -race")
	}
	late := func(do func(b *kernels.Batch)) runFunc { // after Run has returned
		return func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
			err := be.Run(ctx, b, lo, hi)
			if err != nil {
				go func() {
					time.Sleep(time.Millisecond)
					do(b)
				}()
			}
			return err
		}
	}
	var one sync.Mutex
	for _, test := range []struct {
		name string
		be   func(c *crooked)
		by   string // the property that must fail
		says string // in its error
	}{
		{"one wrong verdict", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { b.SetVerdict((lo+hi)/2, other(b.Verdict((lo+hi)/2))) })
		}, "known", "want"},
		{"one wrong verdict in batches of more than a thousand", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) {
				if hi-lo > 1000 {
					b.SetVerdict(hi-1, other(b.Verdict(hi-1)))
				}
			})
		}, "huge", "want"},
		{"wrong for one job of the pool", func(c *crooked) { // R changed in one bit, which nobody knows to be invalid without looking
			c.run = after(func(b *kernels.Batch, lo, hi int) {
				for i := lo; i < hi; i++ {
					if b.Kernel() == ed25519.Kernel && b.Verdict(i) == kernels.Invalid && b.Row(i)[95] >= 0x80 {
						b.SetVerdict(i, kernels.Valid) // the top bits of s ignored
					}
				}
			})
		}, "pool", "is valid, want invalid"},
		{"one wrong output", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) {
				if b.Kernel().Out > 0 {
					b.Out(hi - 1)[0] ^= 0x80
				}
			})
		}, "known", "has output"},
		{"success without verdicts", func(c *crooked) {
			c.run = func(backend.Backend, context.Context, *kernels.Batch, int, int) error { return nil }
		}, "known", "unset"},
		{"success without the last verdict", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { b.Unset(hi-1, hi) })
		}, "spans", "unset"},
		{"a verdict that is none", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { b.SetVerdict(lo, 7) })
		}, "known", "verdict(7)"},
		{"verdict behind the span", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { b.SetVerdict(min(hi, b.Len()-1), kernels.Valid) })
		}, "spans", "wrote the verdict"},
		{"verdict before the span", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { b.SetVerdict(max(lo-1, 0), b.Verdict(lo)) })
		}, "spans", "wrote the verdict"},
		{"output beside the span", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) {
				if hi < b.Len() && b.Kernel().Out > 0 {
					b.Out(hi)[3] = 0
				}
			})
		}, "spans", "wrote the output"},
		{"spans rounded up to lanes", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				return be.Run(ctx, b, lo&^7, min(b.Len(), (hi+7)&^7))
			}
		}, "spans", "wrote the verdict"},
		{"row changed", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { b.Row(hi - 1)[0] ^= 1 })
		}, "known", "changed the batch: byte 0 of row"},
		{"message changed", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) {
				if m := b.Messages(); len(m) > 0 {
					m[len(m)-1] ^= 1
				}
			})
		}, "known", "changed the batch"},
		{"header changed", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { b.Region()[12] ^= 1 })
		}, "known", "changed the batch: byte 12 of the header"},
		{"verdicts in the batch's own section", func(c *crooked) {
			c.run = after(func(b *kernels.Batch, lo, hi int) { copy(b.Region()[len(b.Region())-1:], []byte{9}) })
		}, "known", "changed the batch"},
		{"an empty span fails", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				if lo == hi {
					return errors.New("empty")
				}
				return be.Run(ctx, b, lo, hi)
			}
		}, "spans", "empty"},
		{"an error now and then", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				if c.n.Load()%5 == 4 {
					return errors.New("tired")
				}
				return be.Run(ctx, b, lo, hi)
			}
		}, "spans", "tired"},
		{"the context is ignored", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				if hi-lo > 1000 {
					time.Sleep(500 * time.Millisecond)
				}
				return be.Run(ctx, b, lo, hi)
			}
		}, "cancel", "after its context was done"},
		{"success when cancelled", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				err := be.Run(ctx, b, lo, hi)
				if ctx.Err() != nil {
					return nil
				}
				return err
			}
		}, "cancel", "unset"},
		{"invalid when cancelled", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				err := be.Run(ctx, b, lo, hi)
				for i := lo; i < hi && err != nil; i++ {
					if b.Verdict(i) == kernels.Unset {
						b.SetVerdict(i, kernels.Invalid)
					}
				}
				return err
			}
		}, "cancel", "want valid"},
		{"another error when cancelled", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				if err := be.Run(ctx, b, lo, hi); err != nil {
					return errors.New("interrupted")
				}
				return nil
			}
		}, "cancel", "interrupted"},
		{"one batch at a time, mixed up", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				if !one.TryLock() {
					time.Sleep(time.Millisecond)
					for i := lo; i < hi; i++ {
						b.SetVerdict(i, kernels.Valid)
					}
					return nil
				}
				defer one.Unlock()
				time.Sleep(time.Millisecond)
				return be.Run(ctx, b, lo, hi)
			}
		}, "concurrent", "want"},
		{"no name", func(c *crooked) { c.info = func(i *backend.Info) { i.Name = "" } }, "info", "no name"},
		{"unknown kind", func(c *crooked) { c.info = func(i *backend.Info) { i.Kind = "tpu" } }, "info", `"tpu"`},
		{"nothing in flight", func(c *crooked) { c.info = func(i *backend.Info) { i.InFlight = 0 } }, "info", "in flight"},
		{"smallest of 0", func(c *crooked) { c.info = func(i *backend.Info) { i.Kernels[0].Smallest = 0 } }, "info", "pays from 0"},
		{"kernel twice", func(c *crooked) {
			c.info = func(i *backend.Info) { i.Kernels = append(i.Kernels, i.Kernels[0]) }
		}, "info", "twice"},
		{"info that changes", func(c *crooked) {
			c.info = func(i *backend.Info) { i.Version = fmt.Sprint(c.n.Load()) }
		}, "info", "Info was"},
		{"a kernel that is not offered is run", func(c *crooked) {
			c.info = func(i *backend.Info) { i.Kernels = i.Kernels[:1] }
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				for i := lo; i < hi; i++ {
					b.SetVerdict(i, kernels.Invalid)
				}
				return nil
			}
		}, "unsupported", "not ErrUnsupported"},
		{"works on after Close", func(c *crooked) {
			c.close = func(backend.Backend) error { return nil }
		}, "close", "still"},
		{"second Close fails", func(c *crooked) {
			closed := false
			c.close = func(be backend.Backend) error {
				if closed {
					return errors.New("closed twice")
				}
				closed = true
				return be.Close()
			}
		}, "close", "closed twice"},
		{"another error after Close", func(c *crooked) {
			c.run = func(be backend.Backend, ctx context.Context, b *kernels.Batch, lo, hi int) error {
				if err := be.Run(ctx, b, lo, hi); err != nil && ctx.Err() == nil {
					return errors.New("gone")
				}
				return ctx.Err()
			}
		}, "close", "gone"},
		{"workers are left behind", func(c *crooked) {
			c.close = func(be backend.Backend) error {
				go func() { time.Sleep(3 * time.Second) }()
				return be.Close()
			}
		}, "leak", "goroutines"},
		{"late writes after a cancelled Run", func(c *crooked) {
			c.run = late(func(b *kernels.Batch) { b.SetVerdict(b.Len()-1, kernels.Valid) })
		}, "cancel", "after Run had returned|has output"}, // seen when it is written, or only in what stands there
	} {
		t.Run(test.name, func(t *testing.T) {
			failed := verdicts(func() *crooked {
				c := &crooked{Backend: cpu.New(cpu.Config{Workers: 2, Kernels: suiteKernels})}
				test.be(c)
				return c
			})
			says := failed[test.by]
			if !slices.ContainsFunc(strings.Split(test.says, "|"), func(s string) bool { return strings.Contains(says, s) }) {
				t.Errorf("property %q says %q, want %q; all that failed: %q", test.by, says, test.says, failed)
			}
		})
	}
}

// TestInexact: what a backend declares inexact may be wrong, the rest not.
func TestInexact(t *testing.T) {
	allValid := after(func(b *kernels.Batch, lo, hi int) {
		for i := lo; i < hi; i++ {
			b.SetVerdict(i, kernels.Valid)
		}
	})
	for _, exact := range []bool{false, true} {
		failed := verdicts(func() *crooked {
			return &crooked{Backend: cpu.New(cpu.Config{Workers: 2, Kernels: suiteKernels}), run: allValid,
				info: func(i *backend.Info) {
					for j := range i.Kernels {
						i.Kernels[j].ValidExact = exact
					}
				}}
		})
		if _, wrong := failed["pool"]; wrong != exact {
			t.Errorf("all valid, valid exact %v: %q", exact, failed)
		}
	}
}

// TestPool: the pool has valid and invalid jobs, each byte of a row is changed at least once, and every job is there.
func TestPool(t *testing.T) {
	for _, k := range []*kernels.Kernel{sha256.Node, ed25519.Kernel, secp256k1.Verify, sha256.Chain, sha256.PoW} {
		o := Options{Effort: 1}
		o.complete()
		b, err := makePool(k, k.Default(), &o)
		if err != nil {
			t.Fatal(err)
		}
		valid, invalid := count(b)
		if valid < samples || invalid < map[*kernels.Kernel]int{ed25519.Kernel: 200, secp256k1.Verify: 300, sha256.Chain: 64, sha256.PoW: 20}[k] {
			t.Errorf("%s: %d valid, %d invalid", k.Name, valid, invalid)
		}
		seen := make(map[string]bool)
		for i := range b.Len() {
			seen[string(b.Row(i))+string(b.Message(i))] = true
		}
		if len(seen) < b.Len()*9/10 {
			t.Errorf("%s: %d different jobs of %d", k.Name, len(seen), b.Len())
		}
		c := &Case{Kernel: k, Rule: k.Default(), Options: o, pool: b}
		all, err := c.pick(b.Len(), 9)
		if err != nil {
			t.Fatal(err)
		}
		for i := range all.Len() {
			delete(seen, string(all.Row(i))+string(all.Message(i)))
		}
		if len(seen) != 0 {
			t.Errorf("%s: %d jobs of the pool are not in a batch of all", k.Name, len(seen))
		}
	}
}
