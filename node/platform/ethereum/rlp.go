package ethereum

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"

	"github.com/sluice-engine/sluice/node/platform"
)

// errEntries: a list with more than maxEntries items.
var errEntries = fmt.Errorf("%w: a list of more than %d items", platform.ErrTooLarge, maxEntries)

// rlp reads RLP items that follow each other: blocks and transactions.
func (v *verifier) rlp(ctx context.Context) error {
	for {
		offset := v.src.Offset()
		raw, err := v.item()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := v.decoded(ctx, raw, offset); err != nil {
			return err
		}
	}
}

// item reads one RLP item whole, with its prefix; io.EOF after the last. Memory grows with what really arrives.
func (v *verifier) item() ([]byte, error) {
	offset := v.src.Offset()
	head, err := v.src.Peek(9)
	if err != nil && err != io.EOF || len(head) == 0 {
		return nil, err
	}
	size, ok := itemSize(head)
	if !ok {
		return nil, v.src.Errorf(offset, "not RLP: the prefix of an item is cut off")
	}
	if size > maxItem {
		return nil, v.src.Errorf(offset, "%w: an item of %d bytes", platform.ErrTooLarge, size)
	}
	return v.exactly(offset, int64(size))
}

// exactly reads n bytes of the structure that began at offset.
func (v *verifier) exactly(offset, n int64) ([]byte, error) {
	var buf bytes.Buffer
	switch got, err := io.CopyN(&buf, v.src, n); {
	case err == io.EOF:
		return nil, v.src.Errorf(v.src.Offset(), "%w: %d bytes of %d after offset %d", io.ErrUnexpectedEOF, got, n, offset)
	case err != nil:
		return nil, err
	}
	return buf.Bytes(), nil
}

// itemSize is the length of an RLP item with its prefix, by the prefix alone (Yellow Paper, appendix B). False if the
// prefix is longer than p. The decoder finds out later whether the prefix is canonical.
func itemSize(p []byte) (uint64, bool) {
	if len(p) == 0 {
		return 0, false
	}
	var long int // bytes of the length
	switch c := p[0]; {
	case c < 0x80:
		return 1, true
	case c < 0xb8:
		return 1 + uint64(c-0x80), true
	case c < 0xc0:
		long = int(c - 0xb7)
	case c < 0xf8:
		return 1 + uint64(c-0xc0), true
	default:
		long = int(c - 0xf7)
	}
	if len(p) < 1+long {
		return 0, false
	}
	var n uint64
	for _, d := range p[1 : 1+long] {
		n = n<<8 | uint64(d)
	}
	size := n + 1 + uint64(long)
	if size < n {
		size = ^uint64(0)
	}
	return size, true
}

// decoded checks the block or transaction that raw encodes, which began at offset. Inside hexadecimal text the
// offset is that of its line.
func (v *verifier) decoded(ctx context.Context, raw []byte, offset int64) error {
	if isBlock(raw) {
		b, err := decodeBlock(raw)
		if err != nil {
			return v.src.Errorf(offset, "not a block: %w", err)
		}
		b.offset = v.src.Offset()
		return v.block(ctx, b)
	}
	tx := new(types.Transaction)
	var err error
	if raw[0] >= 0x80 && raw[0] < 0xc0 { // a typed transaction in an RLP string
		err = rlp.DecodeBytes(raw, tx)
	} else {
		err = tx.UnmarshalBinary(raw)
	}
	if err != nil {
		return v.src.Errorf(offset, "not a transaction: %w", err)
	}
	return v.loneTransaction(ctx, &transaction{tx: tx}, latest(nil))
}

// isBlock tells a block from a transaction: both are lists, but only a block begins with a list, its header.
func isBlock(raw []byte) bool {
	inner := listContent(raw)
	return len(inner) > 0 && inner[0] >= 0xc0
}

// listContent is what follows the prefix of a list, as far as it is there; nil if raw begins with none.
func listContent(raw []byte) []byte {
	if raw[0] < 0xc0 {
		return nil
	}
	prefix := 1
	if raw[0] >= 0xf8 {
		prefix += int(raw[0] - 0xf7)
	}
	return raw[min(prefix, len(raw)):]
}

func decodeBlock(raw []byte) (*block, error) {
	content, _, err := rlp.SplitList(raw)
	if err != nil {
		return nil, err
	}
	if err := boundedLists(content); err != nil {
		return nil, err
	}
	var full types.Block
	if err := rlp.DecodeBytes(raw, &full); err != nil {
		return nil, err
	}
	b := &block{header: full.Header()}
	b.setBody(full.Body())
	return b, nil
}

func (b *block) setBody(body *types.Body) {
	for i, tx := range body.Transactions {
		b.txs = append(b.txs, &transaction{tx: tx, index: i})
	}
	b.uncles, b.hasUncles = body.Uncles, true
	b.withdrawals, b.hasWithdrawals = body.Withdrawals, body.Withdrawals != nil
}

// decodeBody decodes a list of transactions, uncles and, since Shanghai, withdrawals.
func decodeBody(raw []byte) (*types.Body, error) {
	content, _, err := rlp.SplitList(raw)
	if err != nil {
		return nil, err
	}
	if err := boundedLists(content); err != nil {
		return nil, err
	}
	body := new(types.Body)
	return body, rlp.DecodeBytes(raw, body)
}

// boundedLists refuses lists of so many items that decoding them would take far more memory than they do. content
// is that of a list of lists.
func boundedLists(content []byte) error {
	for len(content) > 0 {
		kind, inner, rest, err := rlp.Split(content)
		if err != nil {
			return err
		}
		if kind == rlp.List {
			if n, err := rlp.CountValues(inner); err != nil {
				return err
			} else if n > maxEntries {
				return errEntries
			}
		}
		content = rest
	}
	return nil
}

// typed reads one typed transaction in its canonical encoding, which is not RLP: nothing can follow it.
func (v *verifier) typed(ctx context.Context) error {
	offset := v.src.Offset()
	raw, err := v.src.ReadAll(maxItem)
	if err != nil {
		return err
	}
	return v.decoded(ctx, raw, offset)
}

// hex reads blocks and transactions in hexadecimal, one a line, with or without 0x. Empty lines are passed over.
func (v *verifier) hex(ctx context.Context) error {
	for {
		offset := v.src.Offset()
		line, err := v.src.ReadLine(2*maxItem + 2)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		raw, err := unhex(line)
		if err != nil {
			return v.src.Errorf(offset, "not hexadecimal: %w", err)
		}
		if err := v.decoded(ctx, raw, offset); err != nil {
			return err
		}
	}
}

// unhex decodes hexadecimal text that is not empty.
func unhex(text []byte) ([]byte, error) {
	text = bytes.TrimPrefix(text, []byte("0x"))
	if len(text) == 0 {
		return nil, errors.New("no digits")
	}
	raw := make([]byte, hex.DecodedLen(len(text)))
	_, err := hex.Decode(raw, text)
	return raw, err
}
