package bitcoin

import (
	"context"
	"runtime"
	"sync/atomic"

	"golang.org/x/sync/errgroup"
)

// A window is full at one of these. They keep the engine busy with small blocks, and memory bounded with large
// ones: at most four windows are held at once.
const (
	windowRecords = 4096
	windowInputs  = 16384
	windowBytes   = 4 << 20
)

// window is a number of consecutive records that are decided together.
type window struct {
	records  []*record
	inputSum int
	byteSum  int
}

func (w *window) add(r *record) {
	w.records = append(w.records, r)
	w.byteSum += len(r.raw)
	for _, tx := range r.msg.Transactions {
		w.inputSum += len(tx.TxIn)
	}
}

func (w *window) full() bool {
	return len(w.records) >= windowRecords || w.inputSum >= windowInputs || w.byteSum >= windowBytes
}

// decide has the engine decide all hashes and all signatures that can be foreseen.
func (w *window) decide(ctx context.Context, h *hasher, c *chain) error {
	if err := h.hash(w.records); err != nil {
		return err
	}
	for _, r := range w.records {
		if err := c.admit(r); err != nil {
			return err
		}
	}
	inputs := w.inputs()
	if err := parallel(ctx, inputs, (*input).foresee); err != nil {
		return err
	}
	for _, in := range inputs {
		if err := in.decide(ctx, h.jobs); err != nil {
			return err
		}
	}
	return h.jobs.Flush(ctx)
}

// inputs are those of all records, in order.
func (w *window) inputs() []*input {
	var all []*input
	for _, r := range w.records {
		all = append(all, r.inputs...)
	}
	return all
}

// parallel does something with all items, on all cores. The only error is that of the context.
func parallel[T any](ctx context.Context, items []T, do func(T)) error {
	const chunk = 16 // items that a core takes at a time
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range min(runtime.GOMAXPROCS(0), (len(items)+chunk-1)/chunk) {
		g.Go(func() error {
			for {
				lo := int(next.Add(chunk)) - chunk
				if lo >= len(items) {
					return nil
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				for _, item := range items[lo:min(lo+chunk, len(items))] {
					do(item)
				}
			}
		})
	}
	return g.Wait()
}
