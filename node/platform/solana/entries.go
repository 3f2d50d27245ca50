package solana

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/sluice-engine/sluice/node/platform"
)

// entryHeader is the first line of a CSV file of entries.
const entryHeader = "entry,num_hashes,hash_hex,num_txs"

// maxEntryLine bounds a line: three numbers of up to 20 digits, a hash, commas.
const maxEntryLine = 3*20 + 2*hashSize + 3

// entries reads a CSV file of Proof-of-History entries: rows in order, numbered without gaps. The transactions come
// from the side file, if there is one, and must be as many as the rows state. The file counts as one block.
func (v *verifier) entries(ctx context.Context, src *platform.Source) error {
	header, err := src.ReadLine(maxEntryLine)
	if err != nil {
		return err
	}
	if string(header) != entryHeader {
		return src.Errorf(0, "the first line is %q, want %q", header, entryHeader)
	}
	for next := -1; ctx.Err() == nil; next++ {
		offset := src.Offset()
		line, err := src.ReadLine(maxEntryLine)
		if errors.Is(err, io.EOF) {
			if next < 0 {
				return src.Errorf(offset, "no entry after the header")
			}
			v.report.Blocks++
			return v.noMoreTransactions()
		} else if err != nil {
			return err
		}
		e, err := parseEntry(line)
		if err == nil && next >= 0 && e.index != next {
			err = fmt.Errorf("entry %d where %d is next", e.index, next)
		}
		if err != nil {
			return &platform.ParseError{File: src.File, Offset: offset, Err: err}
		}
		next = e.index
		if err := v.sideTransactions(ctx, &e); err != nil {
			return err
		}
		if err := v.entry(ctx, e); err != nil {
			return err
		}
		if v.opt.Block != nil && e.index%256 == 0 {
			v.opt.Block(src.Offset())
		}
	}
	return ctx.Err()
}

// parseEntry reads one row.
func parseEntry(line []byte) (entry, error) {
	var e entry
	fields := strings.Split(string(line), ",")
	if len(fields) != 4 {
		return e, fmt.Errorf("%d fields, want the 4 of %q", len(fields), entryHeader)
	}
	var numbers [3]uint64
	for i, field := range []int{0, 1, 3} {
		n, err := strconv.ParseUint(fields[field], 10, 63)
		if err != nil || strconv.FormatUint(n, 10) != fields[field] {
			return e, fmt.Errorf("field %d, %q, is not a number", field+1, fields[field])
		}
		numbers[i] = n
	}
	if numbers[0] >= 1<<31 {
		return e, fmt.Errorf("entry number %d is over 31 bits", numbers[0])
	}
	e.index, e.transactions = int(numbers[0]), numbers[2]
	if err := e.count(numbers[1]); err != nil {
		return e, err
	}
	if len(fields[2]) != 2*hashSize {
		return e, fmt.Errorf("hash of %d characters, want %d", len(fields[2]), 2*hashSize)
	}
	if _, err := hex.Decode(e.hash[:], []byte(fields[2])); err != nil {
		return e, fmt.Errorf("hash: %w", err)
	}
	return e, nil
}

// count sets the number of hashes.
func (e *entry) count(hashes uint64) error {
	if hashes > MaxEntryHashes {
		return fmt.Errorf("%w: an entry of %d hashes, at most %d are accepted", platform.ErrTooLarge, hashes, MaxEntryHashes)
	}
	e.hashes = uint32(hashes)
	return nil
}

// sideTransactions reads the entry's transactions from the side file.
func (v *verifier) sideTransactions(ctx context.Context, e *entry) error {
	side := v.opt.Prevouts
	if side == nil {
		return nil
	}
	for i := range e.transactions {
		t, err := nextHexLine(side)
		if err != nil {
			return err
		}
		if t == nil {
			return side.Errorf(side.Offset(), "ends where entry %d wants its transaction %d of %d", e.index, i+1, e.transactions)
		}
		e.signatures = append(e.signatures, t.Signatures...)
		if err := v.transaction(ctx, "", t); err != nil {
			return err
		}
	}
	return nil
}

// noMoreTransactions checks that the side file ends with the entries.
func (v *verifier) noMoreTransactions() error {
	side := v.opt.Prevouts
	if side == nil {
		return nil
	}
	offset := side.Offset()
	if t, err := nextHexLine(side); err != nil {
		return err
	} else if t != nil {
		return side.Errorf(offset, "transactions go on after those of the last entry")
	}
	return nil
}

// looksLikeEntries tells whether the header and the first row are there.
func looksLikeEntries(head []byte) bool {
	header, rest, ok := bytes.Cut(head, []byte("\n"))
	if !ok || string(bytes.TrimSuffix(header, []byte("\r"))) != entryHeader {
		return false
	}
	row, _, _ := bytes.Cut(rest, []byte("\n"))
	_, err := parseEntry(bytes.TrimSuffix(row, []byte("\r")))
	return err == nil
}
