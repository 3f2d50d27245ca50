package cpu

import "sync/atomic"

// cores are tokens, one for each core; whoever computes holds one. Those who wait are served in order.
type cores struct {
	free   atomic.Int64 // tokens; below 0: how many wait
	handed chan struct{}
}

func newCores(n int) *cores {
	c := &cores{handed: make(chan struct{}, n)} // no more tokens than that can be on their way
	c.free.Store(int64(n))
	return c
}

func (c *cores) take() {
	if c.free.Add(-1) < 0 {
		<-c.handed
	}
}

// idle is how many tokens nobody holds.
func (c *cores) idle() int { return int(max(0, c.free.Load())) }

func (c *cores) give() {
	if c.free.Add(1) <= 0 {
		c.handed <- struct{}{}
	}
}
