package ethereum

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/sluice-engine/sluice/node/platform"
	"github.com/sluice-engine/sluice/node/platform/internal/strictjson"
)

// errForm: JSON that is none of the forms that this platform reads.
var errForm = errors.New("not Ethereum JSON")

// json reads JSON documents.
func (v *verifier) json(ctx context.Context) error {
	r := strictjson.NewReader(v.src)
	for n := 0; ; n++ {
		raw, offset, err := r.Next(maxDocument)
		if err == io.EOF && n > 0 {
			return nil
		}
		if err == io.EOF {
			return v.src.Errorf(v.src.Offset(), "%w: the file is empty", errForm)
		}
		if err != nil {
			return err
		}
		if err := v.document(ctx, raw, offset); err != nil {
			return v.located(err, offset)
		}
	}
}

// located gives the file's name to an error about its data, and an offset to one that has none. Errors of the engine
// and of the context stay as they are.
func (v *verifier) located(err error, offset int64) error {
	var d *dataError
	if errors.As(err, &d) {
		return &platform.ParseError{File: v.src.File, Offset: offset, Err: d.err}
	}
	return strictjson.Parse(v.src, err)
}

// dataError is what a decoder without offsets finds wrong in a document.
type dataError struct{ err error }

func (d *dataError) Error() string { return d.err.Error() }
func (d *dataError) Unwrap() error { return d.err }

func bad(format string, a ...any) error { return &dataError{fmt.Errorf(format, a...)} }

// document checks one JSON value. Its members' names tell what it is.
func (v *verifier) document(ctx context.Context, raw []byte, offset int64) error {
	names := map[string]bool{}
	for _, name := range strictjson.Names(raw) {
		names[name] = true
	}
	switch {
	case names["jsonrpc"] && names["method"]:
		return decode(raw, offset, func(r *engineRequest) error { return v.engineRequest(ctx, r) })
	case names["jsonrpc"]:
		return decode(raw, offset, func(a *rpcAnswer) error { return v.answer(ctx, a) })
	case names["transactionsRoot"]:
		return decode(raw, offset, func(b *rpcBlock) error { return v.rpcBlock(ctx, b) })
	case names["nonce"] && names["input"]:
		return decode(raw, offset, func(t *rpcTransaction) error { return v.rpcTransaction(ctx, t, raw) })
	case names["raw"]:
		return decode(raw, offset, func(r *rawRecord) error { return v.rawRecord(ctx, r) })
	case names["version"] && names["data"]:
		return decode(raw, offset, func(a *beaconAnswer) error { return v.document(ctx, a.Data.Raw, a.Data.Offset) })
	case names["message"] && names["signature"]:
		return decode(raw, offset, func(s *signedBeaconBlock) error { return v.beaconBlock(ctx, &s.Message, 1) })
	case names["proposer_index"]:
		return decode(raw, offset, func(b *beaconBlock) error { return v.beaconBlock(ctx, b, 0) })
	case names["fee_recipient"]:
		return decode(raw, offset, func(p *beaconPayload) error { return v.payload(ctx, p.common(), nil) })
	}
	for name := range names {
		if strings.HasPrefix(name, "0x") && len(name) == 2+2*common.HashLength {
			return decode(raw, offset, func(m *map[string]portalBlock) error {
				list, err := v.portalBlocks(*m)
				return v.ascending(ctx, list, err)
			})
		}
		if name != "" && strings.Trim(name, "0123456789") == "" {
			return decode(raw, offset, func(m *map[string]portalHeader) error {
				list, err := v.portalHeaders(*m)
				return v.ascending(ctx, list, err)
			})
		}
	}
	return bad("%w: neither a block, nor a transaction, nor a payload", errForm)
}

// decode decodes a document into a new T and hands it on.
func decode[T any](raw []byte, offset int64, use func(*T) error) error {
	t := new(T)
	if err := strictjson.Decode(raw, offset, maxEntries, t); err != nil {
		return err
	}
	return use(t)
}

// rpcAnswer is the envelope of JSON-RPC.
type rpcAnswer struct {
	JSONRPC json.RawMessage   `json:"jsonrpc"`
	ID      json.RawMessage   `json:"id"`
	Result  *strictjson.Value `json:"result,omitempty"`
	Error   json.RawMessage   `json:"error,omitempty"`
}

func (v *verifier) answer(ctx context.Context, a *rpcAnswer) error {
	if a.Result == nil || len(a.Error) > 0 {
		return bad("%w: an answer without a result", errForm)
	}
	return v.document(ctx, a.Result.Raw, a.Result.Offset)
}

// rawRecord is a transaction in its canonical encoding with what is known of it.
type rawRecord struct {
	Raw     hexutil.Bytes   `json:"raw"`
	ChainID *uint64         `json:"chain_id,omitempty"`
	Block   *quantity       `json:"block,omitempty"`
	Sender  *common.Address `json:"sender,omitempty"`
	Hash    *common.Hash    `json:"hash,omitempty"`
	Source  json.RawMessage `json:"source,omitempty"` // a comment
}

// rawRecord checks a transaction by the rules of its chain and block, as far as they are stated.
func (v *verifier) rawRecord(ctx context.Context, r *rawRecord) error {
	tx := new(types.Transaction)
	if err := tx.UnmarshalBinary(r.Raw); err != nil {
		return bad("not a transaction: %w", err)
	}
	var id, number *big.Int
	if r.ChainID != nil {
		id = new(big.Int).SetUint64(*r.ChainID)
	}
	if r.Block != nil {
		number = new(big.Int).SetUint64(uint64(*r.Block))
	}
	return v.loneTransaction(ctx, &transaction{tx: tx, from: r.Sender, hash: r.Hash}, rulesAt(id, number))
}
