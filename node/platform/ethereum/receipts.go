package ethereum

import (
	"fmt"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rlp"
)

// decodeReceipts decodes a list of receipts in either of two forms: that of consensus, with blooms; or that of the eth/69
// protocol, in which each is a list that begins with the type and has no bloom.
func decodeReceipts(raw []byte) (types.Receipts, error) {
	content, rest, err := rlp.SplitList(raw)
	if err != nil {
		return nil, err
	}
	if len(rest) > 0 {
		return nil, fmt.Errorf("%d bytes behind the receipts", len(rest))
	}
	if n, err := rlp.CountValues(content); err != nil {
		return nil, err
	} else if n > maxEntries {
		return nil, errEntries
	}
	if !isSlim(content) {
		var receipts types.Receipts
		err := rlp.DecodeBytes(raw, &receipts)
		return receipts, err
	}
	var slim []slimReceipt
	if err := rlp.DecodeBytes(raw, &slim); err != nil {
		return nil, err
	}
	receipts := make(types.Receipts, len(slim))
	for i := range slim {
		if receipts[i], err = slim[i].library(); err != nil {
			return nil, fmt.Errorf("receipt %d: %w", i, err)
		}
	}
	return receipts, nil
}

// isSlim looks at the first receipt: a slim one is a list of four whose last is the list of logs and whose third is a
// number; a full legacy one has the bloom of 256 bytes there.
func isSlim(content []byte) bool {
	first, _, err := rlp.SplitList(content)
	if err != nil {
		return false // empty, or a typed receipt: a string
	}
	for range 2 {
		if _, _, first, err = rlp.Split(first); err != nil {
			return false
		}
	}
	_, third, _, err := rlp.Split(first)
	return err == nil && len(third) <= 8
}

type slimReceipt struct {
	Type              uint8
	PostStateOrStatus []byte
	CumulativeGasUsed uint64
	Logs              []*types.Log
}

func (s *slimReceipt) library() (*types.Receipt, error) {
	r := &types.Receipt{Type: s.Type, CumulativeGasUsed: s.CumulativeGasUsed, Logs: s.Logs}
	switch status := s.PostStateOrStatus; {
	case len(status) == 0:
		r.Status = types.ReceiptStatusFailed
	case len(status) == 1 && status[0] == 1:
		r.Status = types.ReceiptStatusSuccessful
	case len(status) == 32:
		r.PostState = status
	default:
		return nil, fmt.Errorf("status %x", clip(status))
	}
	r.Bloom = types.CreateBloom(r)
	return r, nil
}
