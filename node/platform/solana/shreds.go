package solana

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/sluice-engine/sluice/node/platform"
)

// Reason why a shred's own signature is not checkable.
const whyLeader = "shred: the leader's key, which signs it, is not in the file"

// slot is what is known of the slot that is being read.
type slot struct {
	number  uint64
	next    uint32 // index of the shred to come
	begun   bool
	ended   bool
	entries int
	batch   []byte // data of the shreds since the last complete batch of entries
	offset  int64  // where that began in the source
}

// shreds reads a JSON array of data shreds: those of a slot in the order of their indexes, beginning with 0 and
// without gaps, then perhaps those of another slot.
func (v *verifier) shreds(ctx context.Context, src *platform.Source) error {
	a := &byteArrays{src: src}
	var s slot
	for ctx.Err() == nil {
		offset := src.Offset()
		raw, err := a.next()
		if errors.Is(err, io.EOF) {
			if !s.begun {
				return src.Errorf(offset, "no shred in the array")
			}
			return v.endSlot(src, &s)
		} else if err != nil {
			return err
		}
		sh, err := decodeShred(raw)
		if err != nil {
			return &platform.ParseError{File: src.File, Offset: offset, Err: err}
		}
		if err := v.shred(ctx, src, &s, &sh, offset); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// shred takes in the next shred of the file.
func (v *verifier) shred(ctx context.Context, src *platform.Source, s *slot, sh *shred, offset int64) error {
	if !s.begun || sh.slot != s.number {
		if err := v.beginSlot(ctx, src, s, sh); err != nil {
			return err
		}
	}
	switch {
	case s.ended:
		return src.Errorf(offset, "slot %d: shred %d after the slot's last", s.number, sh.index)
	case sh.index != s.next:
		return src.Errorf(offset, "slot %d: shred %d where %d is next; shreds must be in order, without gaps", s.number, sh.index, s.next)
	case sh.index >= maxShreds:
		return src.Errorf(offset, "slot %d: %w: shred %d of at most %d", s.number, platform.ErrTooLarge, sh.index, maxShreds)
	}
	s.next++
	s.ended = sh.last
	v.report.Skip(whyLeader, 1)
	if len(s.batch) == 0 {
		s.offset = offset
	}
	s.batch = append(s.batch, sh.data...)
	if !sh.complete {
		return nil
	}
	err := v.entryBatch(ctx, src, s)
	s.batch = s.batch[:0]
	return err
}

// beginSlot ends the slot before, if any, and begins the shred's.
func (v *verifier) beginSlot(ctx context.Context, src *platform.Source, s *slot, sh *shred) error {
	follows := false
	if s.begun {
		if err := v.endSlot(src, s); err != nil {
			return err
		}
		follows = sh.slot-uint64(sh.parent) == s.number && s.ended
	}
	*s = slot{number: sh.slot, begun: true, batch: s.batch[:0]}
	v.next = 0
	if follows {
		return nil
	}
	return v.restart(ctx)
}

// endSlot checks that a slot's data is whole.
func (v *verifier) endSlot(src *platform.Source, s *slot) error {
	if len(s.batch) > 0 {
		return src.Errorf(s.offset, "slot %d: the last batch of entries is not complete", s.number)
	}
	v.report.Blocks++
	if v.opt.Block != nil {
		v.opt.Block(src.Offset())
	}
	return nil
}

// entryBatch decodes a complete batch: Vec<Entry> in bincode, which is a count of 8 bytes and for each entry the
// number of hashes (8), the hash (32), the number of transactions (8) and those in wire form. Zeros fill the shreds.
func (v *verifier) entryBatch(ctx context.Context, src *platform.Source, s *slot) error {
	block := fmt.Sprint(s.number)
	c := &cursor{data: s.batch}
	for n := c.u64("entry count"); n > 0 && c.err == nil; n-- {
		e := entry{block: block, index: s.entries}
		s.entries++
		hashes := c.u64("number of hashes")
		copy(e.hash[:], c.take(hashSize, "entry hash"))
		e.transactions = c.u64("transaction count")
		if err := e.count(hashes); err != nil {
			return src.Errorf(s.offset, "slot %d: entry %d: %w", s.number, e.index, err)
		}
		for i := uint64(0); i < e.transactions && c.err == nil; i++ {
			t, size, err := decodePrefix(c.data[c.at:])
			if err != nil {
				return src.Errorf(s.offset, "slot %d: entry %d: transaction %d: %w", s.number, e.index, i, err)
			}
			c.at += size
			e.signatures = append(e.signatures, t.Signatures...)
			if err := v.transaction(ctx, block, t); err != nil {
				return err
			}
		}
		if c.err != nil {
			break
		}
		if err := v.entry(ctx, e); err != nil {
			return err
		}
	}
	for c.err == nil && c.at < len(c.data) {
		if c.byte("padding") != 0 {
			c.fail(c.at-1, "padding after the last entry is not zero")
		}
	}
	if c.err != nil {
		return src.Errorf(s.offset, "slot %d: batch of entries: %w", s.number, c.err)
	}
	return nil
}

func (c *cursor) u64(what string) uint64 {
	p := c.take(8, what)
	if p == nil {
		return 0
	}
	return binary.LittleEndian.Uint64(p)
}
