package ethereum

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/big"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
	"github.com/golang/snappy"

	"github.com/sluice-engine/sluice/node/platform"
)

// Types of e2store entries in an era1 archive. go-ethereum's internal/era describes the format:
//
//	era1 := Version | block-tuple* | other-entries* | Accumulator | BlockIndex
//	block-tuple := CompressedHeader | CompressedBody | CompressedReceipts | TotalDifficulty
const (
	eraVersion         = 0x3265
	eraHeader          = 0x03
	eraBody            = 0x04
	eraReceipts        = 0x05
	eraTotalDifficulty = 0x06
	eraAccumulator     = 0x07
	eraIndex           = 0x3266

	// eraBlocks is the most that an archive holds.
	eraBlocks = 8192
)

// archive is an era1 file while it is read.
type archive struct {
	v    *verifier
	next int // type of the entry that must come next inside a block tuple; eraHeader outside

	block   *block
	first   uint64  // number of the first block
	offsets []int64 // of the header entries
	records []record
	root    []byte // the stated accumulator
	td      *big.Int
	done    bool // the index was read
}

// era1 reads an era1 archive, entry by entry.
func (v *verifier) era1(ctx context.Context) error {
	a := &archive{v: v, next: eraVersion}
	for {
		offset := v.src.Offset()
		kind, data, err := v.entry()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if err := a.take(ctx, kind, data, offset); err != nil {
			return err
		}
	}
	if !a.done {
		return v.src.Errorf(v.src.Offset(), "%w: the archive has no index", io.ErrUnexpectedEOF)
	}
	return a.accumulate(ctx)
}

// entry reads one e2store entry: type u16, length u32, zero u16, little-endian, then the data.
func (v *verifier) entry() (kind int, data []byte, err error) {
	offset := v.src.Offset()
	if p, err := v.src.Peek(1); len(p) == 0 {
		return 0, nil, err
	}
	head, err := v.exactly(offset, 8)
	if err != nil {
		return 0, nil, err
	}
	size := binary.LittleEndian.Uint32(head[2:])
	switch {
	case head[6] != 0 || head[7] != 0:
		return 0, nil, v.src.Errorf(offset+6, "not an e2store entry: its reserved bytes are %x", head[6:])
	case size > maxItem:
		return 0, nil, v.src.Errorf(offset+2, "%w: an entry of %d bytes", platform.ErrTooLarge, size)
	}
	data, err = v.exactly(offset, int64(size))
	return int(binary.LittleEndian.Uint16(head)), data, err
}

// take adds one entry, which begins at offset.
func (a *archive) take(ctx context.Context, kind int, data []byte, offset int64) error {
	fail := func(format string, args ...any) error { return a.v.src.Errorf(offset, format, args...) }
	switch {
	case a.done:
		return fail("an entry of type %#x behind the index", kind)
	case a.next == eraVersion || a.next > eraHeader:
		if kind != a.next {
			return fail("an entry of type %#x, type %#x is to come", kind, a.next)
		}
	case kind > eraHeader && kind <= eraTotalDifficulty && a.next == eraHeader:
		return fail("an entry of type %#x without a header before it", kind)
	case a.root != nil && kind != eraIndex:
		return fail("an entry of type %#x between accumulator and index", kind)
	}
	var err error
	switch kind {
	case eraVersion:
		if a.next != eraVersion || len(data) != 0 {
			return fail("a version entry of %d bytes", len(data))
		}
		a.next = eraHeader
	case eraHeader:
		err = a.header(data, offset)
	case eraBody:
		err = a.body(data)
	case eraReceipts:
		err = a.receipts(data)
	case eraTotalDifficulty:
		err = a.totalDifficulty(ctx, data)
	case eraAccumulator:
		if len(data) != 32 {
			return fail("an accumulator of %d bytes", len(data))
		}
		a.root = data
	case eraIndex:
		if a.root == nil {
			return fail("an index without an accumulator before it")
		}
		a.index(data, offset)
	default:
		a.v.report.Skip(fmt.Sprintf("era1 entries of the unknown type %#x", kind), 1)
	}
	if err != nil {
		return fail("entry of type %#x: %w", kind, err)
	}
	return nil
}

func (a *archive) header(data []byte, offset int64) error {
	raw, err := unsnap(data)
	if err != nil {
		return err
	}
	if len(a.records) == eraBlocks {
		return fmt.Errorf("%w: more than %d blocks", platform.ErrTooLarge, eraBlocks)
	}
	a.block = &block{header: new(types.Header)}
	if err := rlp.DecodeBytes(raw, a.block.header); err != nil {
		return err
	}
	if err := a.block.header.SanityCheck(); err != nil {
		return err
	}
	if n := a.block.header.Number; len(a.records) == 0 {
		a.first = n.Uint64()
	} else if want := a.first + uint64(len(a.records)); n.Uint64() != want {
		a.v.wrong(a.block, -1, "block %d is to come here", want)
	}
	a.offsets = append(a.offsets, offset)
	a.next = eraBody
	return nil
}

func (a *archive) body(data []byte) error {
	raw, err := unsnap(data)
	if err != nil {
		return err
	}
	body, err := decodeBody(raw)
	if err != nil {
		return err
	}
	a.block.setBody(body)
	a.next = eraReceipts
	return nil
}

func (a *archive) receipts(data []byte) error {
	raw, err := unsnap(data)
	if err != nil {
		return err
	}
	if a.block.receipts, err = decodeReceipts(raw); err != nil {
		return err
	}
	a.block.hasReceipts = true
	a.next = eraTotalDifficulty
	return nil
}

// totalDifficulty is the last entry of a block: the sum of the difficulties up to it, a little-endian uint256.
func (a *archive) totalDifficulty(ctx context.Context, data []byte) error {
	if len(data) != 32 {
		return fmt.Errorf("%d bytes, want 32", len(data))
	}
	h := a.block.header
	a.block.offset = a.v.src.Offset()
	if err := a.v.block(ctx, a.block); err != nil {
		return err
	}
	td := new(big.Int).SetBytes(reversed(data))
	if a.td != nil && new(big.Int).Sub(td, a.td).Cmp(h.Difficulty) != 0 {
		a.v.wrong(a.block, -1, "total difficulty %v is not %v and the block's difficulty of %v", td, a.td, h.Difficulty)
	}
	a.td = td
	a.records = append(a.records, record{h.Hash(), [32]byte(data)})
	a.next = eraHeader
	return nil
}

// index checks the last entry: the first block's number, the offset of each block's header from this entry, and the
// number of blocks.
func (a *archive) index(data []byte, offset int64) {
	var want []byte
	want = binary.LittleEndian.AppendUint64(want, a.first)
	for _, o := range a.offsets {
		want = binary.LittleEndian.AppendUint64(want, uint64(o-offset))
	}
	want = binary.LittleEndian.AppendUint64(want, uint64(len(a.offsets)))
	if !bytes.Equal(data, want) {
		a.v.report.Invalid(platform.Location{Transaction: -1, Input: -1, Reason: "the archive's index is not that of its blocks"})
	}
	a.done = true
}

// snappyReaders keep their buffers, which are much larger than most items.
var snappyReaders = sync.Pool{New: func() any { return snappy.NewReader(nil) }}

// unsnap takes snappy's framing off.
func unsnap(data []byte) ([]byte, error) {
	r := snappyReaders.Get().(*snappy.Reader)
	defer snappyReaders.Put(r)
	r.Reset(bytes.NewReader(data))
	raw, err := io.ReadAll(io.LimitReader(r, maxItem+1))
	r.Reset(nil) // keep no data
	switch {
	case err != nil:
		return nil, err
	case len(raw) > maxItem:
		return nil, fmt.Errorf("%w: more than %d bytes", platform.ErrTooLarge, maxItem)
	}
	return raw, nil
}

func reversed(p []byte) []byte {
	p = bytes.Clone(p)
	slices.Reverse(p)
	return p
}
