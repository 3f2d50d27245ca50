//go:build linux

package chip

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/fake"
	"github.com/sluice-engine/sluice/engine/backend"
	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/ed25519"
	"github.com/sluice-engine/sluice/kernels/sha256"
)

// TestStorm: many callers, with patience or without, on a chip that errs in every way and is pulled out now and then. No
// verdict is wrong, every error is the context's or a fault, and in the end nothing is left behind.
func TestStorm(t *testing.T) {
	length := 3 * time.Second
	if testing.Short() {
		length /= 6
	}
	var plugged atomic.Pointer[fake.Chip]
	b := openOn(t, func() (driver.Device, error) {
		c := fake.New(fake.Config{Kernels: []*kernels.Kernel{sha256.Node, sha256.Kernel, ed25519.Kernel}})
		plugged.Store(c)
		return c, nil
	})
	type pair struct{ batch, want *kernels.Batch }
	var pairs []pair
	for i, k := range []*kernels.Kernel{sha256.Node, sha256.Kernel, ed25519.Kernel} {
		for _, a := range []kernels.Allocator{b.Allocator(), kernels.Heap} {
			batch, want := jobs(t, a, k, []int{3000, 900, 60}[i], []int{0, 100, 30}[i])
			pairs = append(pairs, pair{batch, want})
		}
	}
	var good, bad, cancelled atomic.Int64
	over := time.Now().Add(length)
	var wg sync.WaitGroup
	for g := range 6 {
		r := rand.New(rand.NewPCG(1, uint64(g)))
		wg.Go(func() {
			for time.Now().Before(over) {
				p := pairs[r.IntN(len(pairs))]
				n := p.batch.Len()
				lo := r.IntN(n + 1)
				hi := lo + r.IntN(n-lo+1)
				ctx, cancel := context.WithTimeout(context.Background(), time.Duration(r.IntN(40))*time.Millisecond)
				got := p.batch.Shadow()
				err := b.Run(ctx, got, lo, hi)
				var fault *backend.Fault
				switch {
				case err == nil:
					good.Add(1)
				case errors.Is(err, context.DeadlineExceeded):
					cancelled.Add(1)
				case errors.As(err, &fault):
					bad.Add(1)
				default:
					t.Errorf("neither the context's error nor a fault: %v", err)
				}
				cancel()
				checkJobs(t, got, p.want, lo, hi, err != nil)
			}
		})
	}
	wg.Go(func() {
		r := rand.New(rand.NewPCG(2, 2))
		all := []fake.Fault{fake.BogusID, fake.StaleID, fake.DuplicateID, fake.Garbage, fake.LostCompletion, fake.LostInterrupt, fake.Partial, fake.Liar,
			fake.Internal, fake.Stall, fake.Hang, fake.Removal}
		for time.Now().Before(over) {
			plugged.Load().Plant(all[r.IntN(len(all))])
			time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
		}
	})
	wg.Wait()
	t.Logf("%d calls succeeded, %d failed, %d were cancelled", good.Load(), bad.Load(), cancelled.Load())
	if !testing.Short() && (good.Load() == 0 || bad.Load() == 0 || cancelled.Load() == 0) {
		t.Error("some outcome never came")
	}
	plugged.Load().Remove() // with what is still planted; whether it was gone already nobody knows
	if err := b.Run(context.Background(), pairs[0].batch.Shadow(), 0, 3000); err != nil && !errors.Is(err, driver.ErrGone) {
		t.Errorf("without a chip: %v", err)
	}
	for _, p := range pairs {
		got := p.batch.Shadow()
		if err := b.Run(context.Background(), got, 0, got.Len()); err != nil {
			t.Fatal(err)
		}
		checkJobs(t, got, p.want, 0, got.Len(), false)
	}
	if n := b.link.memory.own.InUse(); n != ringBytes(b) {
		t.Errorf("%d bytes in use, %d of them by rings", n, ringBytes(b))
	}
}
