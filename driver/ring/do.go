//go:build linux

package ring

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/sluice-engine/sluice/driver/regs"
)

// Do has the chip do a command and waits for its end. It succeeds only if the chip says that every job is decided; what
// the verdicts are the caller reads in memory. If it returns nil or any error but ErrLost, the chip has let go of the
// memory.
//
// When ctx is done, or the deadline of the options passes, the queue is aborted; other commands of it are submitted again,
// which their callers do not notice. Errors: ctx's, ErrDeadline, *Failure, ErrPartial, ErrReset, ErrLost, ErrClosed,
// driver.ErrGone.
func (h *Host) Do(ctx context.Context, c Command) (regs.Completion, error) {
	limit := time.NewTimer(h.options.Deadline)
	defer limit.Stop()
	for {
		if err := ctx.Err(); err != nil {
			return regs.Completion{}, err
		}
		q, tag, err := h.claim(ctx, limit.C)
		if err != nil {
			return regs.Completion{}, err
		}
		o, reason := h.fly(ctx, limit.C, q, tag, &c)
		q.free <- tag
		switch done := o.done; {
		case o.err != nil && reason != nil:
			return done, fmt.Errorf("%w: %w", o.err, reason)
		case o.err != nil:
			return done, o.err
		case done.Status == regs.StatusAborted && reason == nil:
			h.stats.Again.Add(1) // somebody else's abort
		case done.Status == regs.StatusAborted:
			return done, reason
		case done.Status != regs.StatusOk:
			return done, &Failure{done.Status, done.Decided, done.Detail}
		case done.Decided != c.jobs():
			return done, fmt.Errorf("%w: %d of %d", ErrPartial, done.Decided, c.jobs())
		default:
			return done, nil
		}
	}
}

// claim takes a free tag of any queue, the next one in turn first.
func (h *Host) claim(ctx context.Context, limit <-chan time.Time) (*queue, uint16, error) {
	first := int(h.next.Add(1))
	for i := range h.queues {
		q := h.queues[(first+i)%len(h.queues)]
		select {
		case tag := <-q.free:
			return q, tag, nil
		default:
		}
	}
	q := h.queues[first%len(h.queues)]
	select {
	case tag := <-q.free:
		return q, tag, nil
	case <-ctx.Done():
		return nil, 0, ctx.Err()
	case <-limit:
		return nil, 0, fmt.Errorf("%w: no queue had room", ErrDeadline)
	case <-h.closing:
		return nil, 0, ErrClosed
	}
}

// fly submits the command and waits until the chip has given it back. reason says why it was told to, if it was.
func (h *Host) fly(ctx context.Context, limit <-chan time.Time, q *queue, tag uint16, c *Command) (o outcome, reason error) {
	h.state.RLock()
	epoch, err := h.epoch.Load(), h.dead
	submitted := err == nil
	if submitted {
		err = q.submit(tag, c)
	}
	h.state.RUnlock()
	if err != nil {
		if submitted {
			h.restart(epoch) // the chip may have seen the doorbell or not
			if dead := h.Err(); dead != nil {
				err = errors.Join(dead, err)
			}
		}
		return outcome{err: err}, nil
	}

	told := q.slots[tag].told
	select {
	case o := <-told:
		return o, nil
	case <-ctx.Done():
		reason = ctx.Err()
	case <-limit:
		reason = ErrDeadline
	}
	q.abort()
	grace := time.NewTimer(h.options.Grace)
	defer grace.Stop()
	select {
	case o := <-told:
		return o, reason
	case <-grace.C:
	}
	h.restart(epoch)
	return <-told, reason
}
