package bench

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"runtime"
	"sync"
	"time"

	"github.com/sluice-engine/sluice/kernels"
)

// cell is one contender on a number of threads: one column of turns.
type cell struct {
	contender *Contender
	workers   []*worker
	windows   int       // that each worker decides in a turn
	rounds    []float64 // ns per job, one for each turn
}

// worker is the part of a cell that one thread does.
type worker struct {
	jobs   *kernels.Batch
	runner Runner
	batch  int
	want   []int // valid jobs of each window
	at     int   // the next window
}

// newCell prepares the contender for one thread for each set of jobs, and holds its answers against those expected.
func newCell(c *Contender, sets []*kernels.Batch, batch int, expect []answers) (*cell, error) {
	x := &cell{contender: c}
	for i, set := range sets {
		runner, err := c.Prepare(set, batch, len(sets))
		if err != nil {
			return nil, fmt.Errorf("bench: prepare %s for %s: %w", c.Name, set.Kernel().Name, err)
		}
		w := &worker{jobs: set, runner: runner, batch: batch, want: make([]int, set.Len()/batch)}
		if err := w.check(c.Name, &expect[i]); err != nil {
			return nil, err
		}
		x.workers = append(x.workers, w)
	}
	return x, nil
}

// answers are what the first contender made of the jobs; all others must agree.
type answers struct {
	by    string
	valid []int  // of each window
	outs  []byte // of all jobs
}

// check decides every window once, and compares.
func (w *worker) check(name string, expect *answers) error {
	k := w.jobs.Kernel()
	first := expect.by == ""
	if first {
		*expect = answers{by: name, valid: make([]int, len(w.want)), outs: make([]byte, len(w.want)*w.batch*k.Out)}
	}
	out := w.runner.Out
	if out == nil {
		out = w.jobs.Out
	}
	for i := range w.want {
		lo, hi := i*w.batch, (i+1)*w.batch
		if w.runner.Out == nil {
			w.jobs.Unset(lo, hi) // of the contender before
		}
		valid, err := w.runner.Run(lo, hi)
		if err != nil {
			return fmt.Errorf("bench: %s: %s: %w", name, k.Name, err)
		}
		if first {
			expect.valid[i] = valid
		} else if valid != expect.valid[i] {
			return fmt.Errorf("%w: %s %s: jobs %d to %d: %d valid by %s, %d by %s", ErrDisagree, k.Name, w.jobs.Flags(), lo, hi-1,
				valid, name, expect.valid[i], expect.by)
		}
		w.want[i] = valid
		for j := lo; j < hi; j++ {
			want := expect.outs[j*k.Out : (j+1)*k.Out]
			if first {
				copy(want, out(j))
			} else if !bytes.Equal(out(j), want) {
				return fmt.Errorf("%w: %s %s: job %d: output %x by %s, %x by %s", ErrDisagree, k.Name, w.jobs.Flags(), j,
					out(j), name, want, expect.by)
			}
		}
	}
	return nil
}

// turn decides that many windows, and tells how long it took.
func (w *worker) turn(name string, windows int, now func() time.Time) (time.Duration, error) {
	valid, want := 0, 0
	start := now()
	for range windows {
		n, err := w.runner.Run(w.at*w.batch, (w.at+1)*w.batch)
		if err != nil {
			return 0, fmt.Errorf("bench: %s: %s: %w", name, w.jobs.Kernel().Name, err)
		}
		valid += n
		want += w.want[w.at]
		if w.at++; w.at == len(w.want) {
			w.at = 0
		}
	}
	took := now().Sub(start)
	if valid != want {
		return 0, fmt.Errorf("%w: %s %s: %s found %d jobs valid, and %d before", ErrDisagree, w.jobs.Kernel().Name, w.jobs.Flags(), name, valid, want)
	}
	return took, nil
}

// turn has all threads decide that many windows. It returns the time of a job, in ns, all threads together, and how long
// the slowest thread took.
func (x *cell) turn(windows int, now func() time.Time) (nsPerJob float64, slowest time.Duration, err error) {
	took, errs := make([]time.Duration, len(x.workers)), make([]error, len(x.workers))
	work := func(i int) { took[i], errs[i] = x.workers[i].turn(x.contender.Name, windows, now) }
	if len(x.workers) == 1 {
		work(0)
	} else {
		together(len(x.workers), work)
	}
	perSecond := 0.
	for i, w := range x.workers {
		if errs[i] != nil {
			return 0, 0, errs[i]
		}
		perSecond += float64(windows*w.batch) / max(took[i].Seconds(), 1e-9)
		slowest = max(slowest, took[i])
	}
	return math.Round(1e12/perSecond) / 1000, slowest, nil // picoseconds are enough
}

// together runs work(0) … work(n-1), each on an operating system thread of its own, all from the same moment on.
func together(n int, work func(i int)) {
	var ready, done sync.WaitGroup
	start := make(chan struct{})
	ready.Add(n)
	for i := range n {
		done.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			ready.Done()
			<-start
			work(i)
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
}

// warm runs the cell until a turn of known length is long enough to tell how many windows a turn should have.
func (x *cell) warm(turn time.Duration, now func() time.Time) error {
	const most = 1 << 24
	for x.windows = 1; ; x.windows *= 2 {
		_, took, err := x.turn(x.windows, now)
		if err != nil {
			return err
		}
		if took >= turn/4 || x.windows >= most {
			x.windows = min(most, max(1, int(float64(x.windows)*float64(turn)/float64(max(took, 1)))))
			return nil
		}
	}
}

// measure lets the cells take turns, after each is warm.
func measure(ctx context.Context, cells []*cell, c *Config) error {
	turn := c.Time / time.Duration(c.Rounds)
	for _, x := range cells {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := x.warm(turn, c.Now); err != nil {
			return err
		}
	}
	for range c.Rounds {
		for _, x := range cells {
			if err := ctx.Err(); err != nil {
				return err
			}
			runtime.GC() // nobody pays for the garbage of the one before
			ns, _, err := x.turn(x.windows, c.Now)
			if err != nil {
				return err
			}
			x.rounds = append(x.rounds, ns)
		}
	}
	return nil
}
