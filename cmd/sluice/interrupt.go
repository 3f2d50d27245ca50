package main

import (
	"context"
	"io"
)

// interruptible reads from r until the context ends, even if r waits for ever, as a terminal does.
type interruptible struct {
	ctx    context.Context
	chunks <-chan chunk
	rest   []byte
	err    error
}

type chunk struct {
	data []byte
	err  error
}

// newInterruptible starts to read. What r gives after the context ended is lost.
func newInterruptible(ctx context.Context, r io.Reader) *interruptible {
	chunks := make(chan chunk)
	go func() {
		// While the reader uses one buffer, the next is filled.
		var buffers [2][64 << 10]byte
		for i := 0; ; i ^= 1 {
			n, err := r.Read(buffers[i][:])
			select {
			case chunks <- chunk{buffers[i][:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return &interruptible{ctx: ctx, chunks: chunks}
}

// Read implements io.Reader. Its error is r's, or the context's.
func (r *interruptible) Read(p []byte) (int, error) {
	for len(r.rest) == 0 && r.err == nil {
		select {
		case c := <-r.chunks:
			r.rest, r.err = c.data, c.err
		case <-r.ctx.Done():
			r.err = r.ctx.Err()
		}
	}
	if len(r.rest) == 0 {
		return 0, r.err
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}
