//go:build linux

package fake

import (
	"math/bits"
	"slices"

	"github.com/sluice-engine/sluice/driver"
	"github.com/sluice-engine/sluice/driver/regs"
)

// Read32 implements driver.Device. A chip that was pulled out reads all ones.
func (c *Chip) Read32(offset uint32) (uint32, error) {
	if err := driver.CheckOffset(c.Info(), offset); err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return 0, driver.ErrClosed
	case c.gone:
		return 1<<32 - 1, nil
	}
	if i, local, ok := within(offset, regs.QueueSQBase(0), regs.QueueSQBase(1), c.config.Queues); ok {
		return c.queues[i].read(local), nil
	}
	if i, _, ok := within(offset, regs.UnitRow(0), regs.UnitRow(1), len(c.config.Kernels)); ok {
		return uint32(c.config.Kernels[i].ID) | 1<<regs.UnitRowUnitsShift, nil
	}
	if i, _, ok := within(offset, regs.GlobalKernels(0), regs.GlobalKernels(1), 4); ok {
		v := uint32(0)
		for _, k := range c.config.Kernels {
			if int(k.ID)/32 == i {
				v |= 1 << (k.ID % 32)
			}
		}
		return v, nil
	}
	if offset > regs.CounterControl && offset < regs.QueueSQBase(0) {
		return uint32(c.shown[offset&^7] >> (8 * (offset & 4))), nil
	}
	return c.global(offset), nil
}

// within finds the element of an array that an offset lies in.
func within(offset, first, second uint32, count int) (i int, local uint32, ok bool) {
	if offset < first || offset >= first+(second-first)*uint32(count) {
		return 0, 0, false
	}
	return int((offset - first) / (second - first)), (offset - first) % (second - first), true
}

func (c *Chip) global(offset uint32) uint32 {
	switch offset {
	case regs.GlobalID:
		return regs.ID
	case regs.GlobalVersion:
		return regs.Version
	case regs.GlobalLimits:
		return uint32(c.config.Queues)<<regs.GlobalLimitsQueuesShift | uint32(c.config.LogDepth)<<regs.GlobalLimitsDepthShift |
			uint32(bits.TrailingZeros(regs.PageSize))<<regs.GlobalLimitsPageShift | uint32(c.config.Vectors)<<regs.GlobalLimitsVectorsShift
	case regs.GlobalMaxJobs:
		return regs.MaxJobs
	case regs.GlobalControl:
		return c.control
	case regs.GlobalStatus:
		v := uint32(regs.GlobalStatusReadyMask)
		if slices.ContainsFunc(c.queues, func(q queue) bool { return q.busy }) {
			v |= regs.GlobalStatusBusyMask
		}
		return v
	case regs.GlobalScratch:
		return c.scratch
	case regs.GlobalError:
		return c.errors
	case regs.GlobalErrorQueue:
		return c.errorQueue
	case regs.GlobalErrorAddress:
		return uint32(c.errorAddress)
	case regs.GlobalErrorAddress + 4:
		return uint32(c.errorAddress >> 32)
	case regs.GlobalIntrPending:
		return c.pending
	case regs.GlobalIntrEnable:
		return c.enabled
	}
	return 0
}

// Offsets within a queue's block.
var (
	sqBase  = uint32(0) // the first
	cqBase  = regs.QueueCQBase(0) - regs.QueueSQBase(0)
	depth   = regs.QueueDepth(0) - regs.QueueSQBase(0)
	vector  = regs.QueueVector(0) - regs.QueueSQBase(0)
	control = regs.QueueControl(0) - regs.QueueSQBase(0)
	status  = regs.QueueStatus(0) - regs.QueueSQBase(0)
	sqHead  = regs.QueueSQHead(0) - regs.QueueSQBase(0)
	cqTail  = regs.QueueCQTail(0) - regs.QueueSQBase(0)
)

func (q *queue) read(local uint32) uint32 {
	switch local {
	case sqBase:
		return uint32(q.sqBase)
	case sqBase + 4:
		return uint32(q.sqBase >> 32)
	case cqBase:
		return uint32(q.cqBase)
	case cqBase + 4:
		return uint32(q.cqBase >> 32)
	case depth:
		return q.depth
	case vector:
		return q.vector
	case control:
		v := q.control & regs.QueueControlEnableMask
		if q.abort {
			v |= regs.QueueControlAbortMask
		}
		return v
	case status:
		v := uint32(0)
		if q.enabled {
			v |= regs.QueueStatusEnabledMask
		}
		if !q.busy {
			v |= regs.QueueStatusIdleMask
		}
		return v
	case sqHead:
		return q.sqHead
	case cqTail:
		return q.cqTail
	}
	return 0
}

// Write32 implements driver.Device. A chip that was pulled out takes no notice.
func (c *Chip) Write32(offset, value uint32) error {
	if err := driver.CheckOffset(c.Info(), offset); err != nil {
		return err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.closed:
		return driver.ErrClosed
	case c.gone:
		return nil
	}
	defer c.wake.Broadcast()
	if i, local, ok := within(offset, regs.QueueSQBase(0), regs.QueueSQBase(1), c.config.Queues); ok {
		c.writeQueue(i, local, value)
		return nil
	}
	if i, local, ok := within(offset, regs.DoorbellSQTail(0), regs.DoorbellSQTail(1), regs.Queues); ok {
		c.doorbell(i, local, value)
		return nil
	}
	switch offset {
	case regs.GlobalControl:
		c.control = value & regs.GlobalControlEnableMask
	case regs.GlobalReset:
		if value&regs.GlobalResetGoMask != 0 {
			c.reset()
		}
	case regs.GlobalScratch:
		c.scratch = value
	case regs.GlobalError:
		c.errors &^= value
	case regs.GlobalIntrPending:
		c.pending &^= value
	case regs.GlobalIntrEnable:
		c.enabled = value
		fire := c.pending & value
		c.pending &^= fire
		c.raiseAll(fire)
	case regs.GlobalIntrTest:
		c.raiseAll(value)
	case regs.CounterControl:
		if value&regs.CounterControlSnapshotMask != 0 {
			c.shown = map[uint32]uint64{}
			for k, v := range c.live {
				c.shown[k] = v
			}
		}
		if value&regs.CounterControlResetMask != 0 {
			clear(c.live)
		}
	}
	return nil
}

func (c *Chip) raiseAll(vectors uint32) {
	for v := range uint32(32) {
		if vectors>>v&1 != 0 {
			c.raise(v)
		}
	}
}

func half(old uint64, high bool, v uint32) uint64 {
	if high {
		return old&(1<<32-1) | uint64(v)<<32
	}
	return old&^(1<<32-1) | uint64(v)
}

func (c *Chip) writeQueue(i int, local, v uint32) {
	q := &c.queues[i]
	if local == control {
		was := q.control & regs.QueueControlEnableMask
		q.control = v & regs.QueueControlEnableMask
		switch {
		case q.control == 0:
			q.enabled, q.abort = false, false
		case was == 0:
			c.enableQueue(i)
		}
		if v&regs.QueueControlAbortMask != 0 && q.enabled {
			q.abort = true
		}
		return
	}
	if q.enabled {
		return // fixed while in use
	}
	switch local {
	case sqBase, sqBase + 4:
		q.sqBase = half(q.sqBase, local != sqBase, v)
	case cqBase, cqBase + 4:
		q.cqBase = half(q.cqBase, local != cqBase, v)
	case depth:
		q.depth = v
	case vector:
		q.vector = v
	}
}

func (c *Chip) enableQueue(i int) {
	q := &c.queues[i]
	if q.depth < 2 || q.depth&(q.depth-1) != 0 || q.depth > 1<<c.config.LogDepth || (q.sqBase|q.cqBase)%64 != 0 || int(q.vector) >= c.config.Vectors {
		c.fail(regs.GlobalErrorQueueMask, uint32(i), 0)
		return
	}
	q.sqHead, q.sqTail, q.cqHead, q.cqTail, q.phase = 0, 0, 0, 0, 1
	q.enabled = true
}

func (c *Chip) doorbell(i int, local, v uint32) {
	if i >= c.config.Queues || !c.queues[i].enabled || v >= c.queues[i].depth {
		c.fail(regs.GlobalErrorDoorbellMask, uint32(i), 0)
		return
	}
	switch q := &c.queues[i]; local {
	case 0:
		q.sqTail = v
	case regs.DoorbellCQHead(0) - regs.DoorbellSQTail(0):
		q.cqHead = v
	}
}
