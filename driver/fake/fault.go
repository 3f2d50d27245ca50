//go:build linux

package fake

// Fault is something that the chip does wrong once, with the next submission that it fetches.
type Fault int

const (
	_ Fault = iota

	// Completions that nobody waits for, before the right one.
	BogusID     // an id that no queue could have
	StaleID     // the id of the slot's use before
	DuplicateID // the right completion, twice
	Garbage     // bytes of no meaning but the phase

	LostCompletion // none ever comes
	LostInterrupt  // a completion without its interrupt
	Partial        // half of the jobs, with status OK
	Liar           // half of the jobs, with status OK and the count of all
	Internal       // status internal after half of the jobs

	Stall   // nothing, until the queue is aborted or the chip reset
	Hang    // nothing at all, even for an abort, until a reset
	Removal // the chip is pulled out
)

// Plant makes the chip do the faults, one a submission.
func (c *Chip) Plant(f ...Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, f...)
}

// Remove pulls the chip out.
func (c *Chip) Remove() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.remove()
}

func (c *Chip) remove() {
	c.gone = true
	c.bus.end(false)
	c.wake.Broadcast()
}
