package ethereum

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

// The test data of the Portal network: blocks as header, body and receipts.

// yaml reads one block: three lines header, body and receipts with RLP in hexadecimal. The body is a list of
// transactions, uncles and, since Shanghai, withdrawals.
func (v *verifier) yaml(ctx context.Context) error {
	parts := map[string][]byte{}
	for {
		offset := v.src.Offset()
		line, err := v.src.ReadLine(2*maxItem + 64)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		name, text, _ := bytes.Cut(line, []byte(": "))
		switch string(name) {
		case "header", "body", "receipts":
		default:
			return v.src.Errorf(offset, "neither header nor body nor receipts: %q", clip(name))
		}
		if parts[string(name)] != nil {
			return v.src.Errorf(offset, "%s is there twice", name)
		}
		raw, err := unhex(bytes.TrimSpace(text))
		if err != nil {
			return v.src.Errorf(offset, "%s: not hexadecimal: %w", name, err)
		}
		parts[string(name)] = raw
	}
	for _, name := range []string{"header", "body", "receipts"} {
		if parts[name] == nil {
			return v.src.Errorf(v.src.Offset(), "%w: no %s", io.ErrUnexpectedEOF, name)
		}
	}
	b := &block{header: new(types.Header), hasReceipts: true, offset: v.src.Offset()}
	if err := rlp.DecodeBytes(parts["header"], b.header); err != nil {
		return v.src.Errorf(0, "header: %w", err)
	}
	body, err := decodeBody(parts["body"])
	if err != nil {
		return v.src.Errorf(0, "body: %w", err)
	}
	b.setBody(body)
	if b.receipts, err = decodeReceipts(parts["receipts"]); err != nil {
		return v.src.Errorf(0, "receipts: %w", err)
	}
	return v.block(ctx, b)
}

// portalBlock is a block under its hash in a JSON object. Body and receipts are SSZ lists of their encoded items.
type portalBlock struct {
	Header   hexutil.Bytes `json:"header"`
	Body     hexutil.Bytes `json:"body"`
	Receipts hexutil.Bytes `json:"receipts"`
	Number   *uint64       `json:"number,omitempty"`
}

// portalHeader is a header with a proof that the accumulator of all pre-merge headers has it.
type portalHeader struct {
	ContentKey   hexutil.Bytes `json:"content_key"`
	ContentValue hexutil.Bytes `json:"content_value"`
}

// errPortal: data that is not the SSZ of a Portal network block.
var errPortal = errors.New("not Portal network SSZ")

// ascending checks blocks that an object held, by ascending number: the order of an object's members is none. err is
// what was wrong with their encoding.
func (v *verifier) ascending(ctx context.Context, list []*block, err error) error {
	if err != nil {
		return &dataError{err}
	}
	slices.SortFunc(list, func(x, y *block) int {
		return cmp.Or(x.header.Number.Cmp(y.header.Number), x.hash.Cmp(*y.hash))
	})
	for _, b := range list {
		if err := v.block(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

// portalBlocks decodes the blocks of an object.
func (v *verifier) portalBlocks(blocks map[string]portalBlock) (list []*block, err error) {
	for key, p := range blocks {
		hash, err := hexutil.Decode(key)
		if err != nil || len(hash) != common.HashLength {
			return nil, fmt.Errorf("%w: %q is no block hash", errPortal, clip([]byte(key)))
		}
		stated := common.BytesToHash(hash)
		b := &block{header: new(types.Header), hash: &stated, offset: v.src.Offset(), hasUncles: true, hasReceipts: true}
		if err := rlp.DecodeBytes(p.Header, b.header); err != nil {
			return nil, fmt.Errorf("block %s: header: %w", key, err)
		}
		if err := v.portalBody(b, p.Body); err != nil {
			return nil, fmt.Errorf("block %s: body: %w", key, err)
		}
		if err := portalReceipts(b, p.Receipts); err != nil {
			return nil, fmt.Errorf("block %s: receipts: %w", key, err)
		}
		if p.Number != nil && b.name() != fmt.Sprint(*p.Number) {
			v.wrong(b, -1, "block number is %s, stated %d", b.name(), *p.Number)
		}
		list = append(list, b)
	}
	return list, nil
}

// portalBody takes in a body: the SSZ container of a list of transactions, uncles in RLP and, since Shanghai, a list of
// withdrawals in RLP.
func (v *verifier) portalBody(b *block, raw []byte) error {
	parts, err := offsets(raw, true)
	if err != nil {
		return err
	}
	if len(parts) != 2 && len(parts) != 3 {
		return fmt.Errorf("%w: %d parts", errPortal, len(parts))
	}
	if b.rawTxs, err = offsets(parts[0], false); err != nil {
		return err
	}
	for i, tx := range b.rawTxs {
		b.txs = append(b.txs, v.decodeTransaction(b, i, tx))
	}
	if err := rlp.DecodeBytes(parts[1], &b.uncles); err != nil {
		return fmt.Errorf("uncles: %w", err)
	}
	if len(parts) == 2 {
		return nil
	}
	b.hasWithdrawals = true
	list, err := offsets(parts[2], false)
	if err != nil {
		return err
	}
	for _, raw := range list {
		w := new(types.Withdrawal)
		if err := rlp.DecodeBytes(raw, w); err != nil {
			return fmt.Errorf("withdrawals: %w", err)
		}
		b.withdrawals = append(b.withdrawals, w)
	}
	return nil
}

func portalReceipts(b *block, raw []byte) error {
	list, err := offsets(raw, false)
	if err != nil {
		return err
	}
	for _, raw := range list {
		r := new(types.Receipt)
		if err := r.UnmarshalBinary(raw); err != nil {
			return err
		}
		b.receipts = append(b.receipts, r)
	}
	return nil
}

// offsets takes SSZ of variable-size items apart: u32 little-endian offsets of all items, the first of which gives
// their number, then the items. A container has at least one item; a list may be empty.
func offsets(raw []byte, container bool) ([][]byte, error) {
	if len(raw) == 0 && !container {
		return [][]byte{}, nil
	}
	if len(raw) < 4 {
		return nil, fmt.Errorf("%w: %d bytes", errPortal, len(raw))
	}
	first := binary.LittleEndian.Uint32(raw)
	if first%4 != 0 || first == 0 || uint64(first) > uint64(len(raw)) {
		return nil, fmt.Errorf("%w: first offset %d", errPortal, first)
	}
	n := int(first / 4)
	if n > maxEntries {
		return nil, errEntries
	}
	items := make([][]byte, n)
	end := uint32(len(raw))
	for i := n - 1; i >= 0; i-- {
		at := binary.LittleEndian.Uint32(raw[4*i:])
		if at < first || at > end {
			return nil, fmt.Errorf("%w: offset %d of item %d", errPortal, at, i)
		}
		items[i] = raw[at:end:end]
		end = at
	}
	return items, nil
}

// portalHeaders decodes headers with proofs. The content key is a zero byte and the block's hash; the value is the
// SSZ container of the header and its proof.
func (v *verifier) portalHeaders(headers map[string]portalHeader) (list []*block, err error) {
	for name, p := range headers {
		if len(p.ContentKey) != 1+common.HashLength || p.ContentKey[0] != 0 {
			return nil, fmt.Errorf("%w: header %s: content key %x", errPortal, name, clip(p.ContentKey))
		}
		parts, err := offsets(p.ContentValue, true)
		if err != nil || len(parts) != 2 {
			return nil, fmt.Errorf("header %s: %w", name, cmp.Or(err, errPortal))
		}
		stated := common.BytesToHash(p.ContentKey[1:])
		b := &block{header: new(types.Header), hash: &stated, offset: v.src.Offset(), noTxs: true}
		if err := rlp.DecodeBytes(parts[0], b.header); err != nil {
			return nil, fmt.Errorf("header %s: %w", name, err)
		}
		if b.name() != name {
			v.wrong(b, -1, "block number is %s, stated %s", b.name(), name)
		}
		v.report.Skip("proofs of headers: the accumulator is not in the file", 1)
		list = append(list, b)
	}
	return list, nil
}
